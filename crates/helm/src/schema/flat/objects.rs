//! Keywords about maps.

use super::super::document::Draft;
use super::{Check, Found, below, count};
use budget::Exceeded;
use serde_json::{Map, Value};

impl Check<'_, '_> {
    pub(super) fn dependencies(
        &mut self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        let (Some(Value::Object(all)), Value::Object(map)) = (schema.get("dependencies"), value) else {
            return Ok(());
        };
        for (_, needs) in all.iter().filter(|(name, _)| map.contains_key(*name)) {
            let Value::Array(names) = needs else {
                self.value(needs, value, at, found)?;
                continue;
            };
            for name in names.iter().filter_map(Value::as_str).filter(|name| !map.contains_key(*name)) {
                found.tell(at, format!("Has a dependency on {name}"));
            }
        }
        Ok(())
    }

    pub(super) fn object(
        &mut self,
        schema: &Map<String, Value>,
        map: &Map<String, Value>,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        if let Some(least) = count(schema, "minProperties").filter(|least| map.len() < *least) {
            found.tell(at, format!("Must have at least {least} properties"));
        }
        if let Some(most) = count(schema, "maxProperties").filter(|most| map.len() > *most) {
            found.tell(at, format!("Must have at most {most} properties"));
        }
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if map.contains_key(name) {
                found.score += 1;
            } else {
                found.tell(at, format!("{name} is required"));
            }
        }
        for (name, value) in map {
            self.additional(schema, name, value, at, found)?;
        }
        if let Some(names) = schema.get("propertyNames").filter(|_| self.knows(Draft::D6)) {
            for name in map.keys() {
                let of_name = self.apart(names, &Value::String(name.clone()), at)?;
                if !of_name.fits() {
                    found.tell(at, format!("Property name of \"{name}\" does not match"));
                    found.merge(of_name);
                }
            }
        }
        found.score += 1;
        Ok(())
    }

    /// `patternProperties`, and `additionalProperties` for what nothing else describes.
    fn additional(
        &mut self,
        schema: &Map<String, Value>,
        name: &str,
        value: &Value,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        let mut is_described = false;
        for (pattern, own) in schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
            if self.patterns.is_match(pattern, name) {
                is_described = true;
                found.merge(self.apart(own, value, &below(at, name))?);
            }
        }
        found.score += i64::from(is_described);
        is_described |=
            schema.get("properties").and_then(Value::as_object).is_some_and(|known| known.contains_key(name));
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) if !is_described => {
                found.tell(at, format!("Additional property {name} is not allowed"));
            }
            Some(own @ Value::Object(_)) if !is_described => {
                found.merge(self.apart(own, value, &below(at, name))?);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn properties(
        &mut self,
        schema: &Map<String, Value>,
        map: &Map<String, Value>,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        for (name, own) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if let Some(value) = map.get(name) {
                self.value(own, value, &below(at, name), found)?;
            }
        }
        Ok(())
    }
}
