//! Keywords about maps.

use super::super::number::english_count;
use super::super::problem::{Kind, Problem, all_quoted, quoted};
use super::left::Left;
use super::{Check, Draft, Unfit, Visit, count};
use budget::Exceeded;
use serde_json::{Map, Value};

impl Check<'_, '_> {
    pub(super) fn object(&mut self, visit: &mut Visit<'_>, map: &Map<String, Value>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        for (keyword, is_wrong) in
            [("minProperties", usize::lt as fn(&usize, &usize) -> bool), ("maxProperties", usize::gt)]
        {
            if let Some(want) = count(schema, keyword)
                && is_wrong(&map.len(), &want)
            {
                let (got, want) = (english_count(map.len()), english_count(want));
                visit.tell(format!("{keyword}: got {got}, want {want}"));
            }
        }
        let missing = missing(map, schema.get("required"));
        match missing.as_slice() {
            [] => {}
            [only] => visit.tell(format!("missing property {}", quoted(only))),
            several => visit.tell(format!("missing properties {}", all_quoted(several.iter().copied()))),
        }
        self.dependencies(visit, map)?;
        self.properties(visit, map)?;
        if self.draft >= Draft::D6 {
            self.property_names(visit, map)?;
        }
        if self.draft >= Draft::D2019 {
            self.dependent(visit, map)?;
        }
        Ok(())
    }

    fn dependencies(&mut self, visit: &mut Visit<'_>, map: &Map<String, Value>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        for (name, needs) in schema.get("dependencies").and_then(Value::as_object).into_iter().flatten() {
            if !map.contains_key(name) {
                continue;
            }
            if needs.is_array() {
                tell_needed(visit, map, name, needs);
            } else {
                let done = self.value(needs, visit.value, visit.at, visit.left.clone());
                visit.keep_own(done)?;
            }
        }
        Ok(())
    }

    fn properties(&mut self, visit: &mut Visit<'_>, map: &Map<String, Value>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        let known = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let mut refused = Vec::new();
        for (name, value) in map {
            let mut is_looked_at = false;
            if let Some(own) = known.and_then(|known| known.get(name)) {
                is_looked_at = true;
                visit.keep(self.part(own, value, visit.at, name))?;
            }
            for (pattern, own) in patterns.into_iter().flatten() {
                if self.patterns.is_match(pattern, name) {
                    is_looked_at = true;
                    visit.keep(self.part(own, value, visit.at, name))?;
                }
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(allowed)) if !is_looked_at => {
                    is_looked_at = true;
                    if !allowed {
                        refused.push(name.as_str());
                    }
                }
                Some(additional) if !is_looked_at => {
                    is_looked_at = true;
                    visit.keep(self.part(additional, value, visit.at, name))?;
                }
                _ => {}
            }
            if is_looked_at {
                visit.left.property(name);
            }
        }
        if !refused.is_empty() {
            visit.tell(format!("additional properties {} not allowed", all_quoted(refused)));
        }
        Ok(())
    }

    fn property_names(&mut self, visit: &mut Visit<'_>, map: &Map<String, Value>) -> Result<(), Exceeded> {
        let Some(names) = visit.schema.get("propertyNames") else { return Ok(()) };
        for name in map.keys() {
            match self.value(names, &Value::String(name.clone()), &[], Left::default()) {
                Ok(_) => {}
                Err(Unfit::Limit(exceeded)) => return Err(exceeded),
                Err(Unfit::Problem(problem)) => {
                    let causes = if problem.kind == Kind::Group { problem.causes } else { vec![*problem] };
                    let told = Kind::Told(format!("invalid propertyName {}", quoted(name)));
                    // Compat: a name is no value of the document, so it stands nowhere.
                    visit.problems.push(Problem { at: Vec::new(), kind: told, causes });
                }
            }
        }
        Ok(())
    }

    fn dependent(&mut self, visit: &mut Visit<'_>, map: &Map<String, Value>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        for (name, own) in schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
            if map.contains_key(name) {
                let done = self.value(own, visit.value, visit.at, visit.left.clone());
                visit.keep_own(done)?;
            }
        }
        for (name, needs) in schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
            if map.contains_key(name) {
                tell_needed(visit, map, name, needs);
            }
        }
        Ok(())
    }
}

fn tell_needed(visit: &mut Visit<'_>, map: &Map<String, Value>, name: &str, needs: &Value) {
    let missing = missing(map, Some(needs));
    if !missing.is_empty() {
        visit.tell(format!("properties {} required, if {} exists", all_quoted(missing), quoted(name)));
    }
}

fn missing<'n>(map: &Map<String, Value>, needed: Option<&'n Value>) -> Vec<&'n str> {
    let names = needed.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.filter(|name| !map.contains_key(*name)).collect()
}
