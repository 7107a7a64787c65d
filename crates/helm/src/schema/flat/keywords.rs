//! Keywords that combine schemas, and those about lists, texts and numbers.

use super::super::document::Draft;
use super::super::flat_number::shown;
use super::super::format::is_of_flat;
use super::super::go_json_text::text as json_text;
use super::super::number::{compare, is_multiple};
use super::{Check, Found, below, count};
use budget::Exceeded;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Which side of a bound is the wrong one.
type Wrong = fn(Ordering) -> bool;

impl Check<'_, '_> {
    pub(super) fn alternatives(
        &mut self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).filter(|list| !list.is_empty());
        if let Some(any) = list("anyOf") {
            self.any(any, value, at, found)?;
        }
        if let Some(one) = list("oneOf") {
            self.one(one, value, at, found)?;
        }
        if let Some(all) = list("allOf") {
            let mut fitting = 0;
            for one in all {
                let of_one = self.apart(one, value, at)?;
                fitting += usize::from(of_one.fits());
                found.merge(of_one);
            }
            if fitting != all.len() {
                found.tell(at, "Must validate all the schemas (allOf)");
            }
        }
        if let Some(not) = schema.get("not")
            && self.apart(not, value, at)?.fits()
        {
            found.tell(at, "Must not validate the schema (not)");
        }
        self.dependencies(schema, value, at, found)?;
        if self.knows(Draft::D7)
            && let Some(condition) = schema.get("if")
        {
            let holds = self.apart(condition, value, at)?.fits();
            let (branch, told) = if holds {
                ("then", "Must validate \"then\" as \"if\" was valid")
            } else {
                ("else", "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(branch) = schema.get(branch) {
                let of_branch = self.apart(branch, value, at)?;
                if !of_branch.fits() {
                    found.tell(at, told);
                    found.merge(of_branch);
                }
            }
        }
        found.score += 1;
        Ok(())
    }

    fn any(&mut self, schemas: &[Value], value: &Value, at: &str, found: &mut Found) -> Result<(), Exceeded> {
        let mut best: Option<Found> = None;
        for schema in schemas {
            let of_one = self.apart(schema, value, at)?;
            if of_one.fits() {
                return Ok(());
            }
            if best.as_ref().is_none_or(|best| of_one.score > best.score) {
                best = Some(of_one);
            }
        }
        found.tell(at, "Must validate at least one schema (anyOf)");
        found.merge(best.unwrap_or_default());
        Ok(())
    }

    fn one(&mut self, schemas: &[Value], value: &Value, at: &str, found: &mut Found) -> Result<(), Exceeded> {
        let (mut fitting, mut best): (usize, Option<Found>) = (0, None);
        for schema in schemas {
            let of_one = self.apart(schema, value, at)?;
            if of_one.fits() {
                fitting += 1;
            } else if fitting == 0 && best.as_ref().is_none_or(|best| of_one.score > best.score) {
                best = Some(of_one);
            }
        }
        if fitting != 1 {
            found.tell(at, "Must validate one and only one schema (oneOf)");
        }
        if fitting == 0 {
            found.merge(best.unwrap_or_default());
        }
        Ok(())
    }

    pub(super) fn array(
        &mut self,
        schema: &Map<String, Value>,
        items: &[Value],
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        match schema.get("items") {
            Some(Value::Array(schemas)) if !schemas.is_empty() => {
                for (index, (one, item)) in schemas.iter().zip(items).enumerate() {
                    found.merge(self.apart(one, item, &below(at, &index.to_string()))?);
                }
                self.additional_items(schema, &items[schemas.len().min(items.len())..], schemas.len(), at, found)?;
            }
            Some(one @ (Value::Object(_) | Value::Bool(_))) => {
                for (index, item) in items.iter().enumerate() {
                    found.merge(self.apart(one, item, &below(at, &index.to_string()))?);
                }
            }
            _ => {}
        }
        if let Some(least) = count(schema, "minItems").filter(|least| items.len() < *least) {
            found.tell(at, format!("Array must have at least {least} items"));
        }
        if let Some(most) = count(schema, "maxItems").filter(|most| items.len() > *most) {
            found.tell(at, format!("Array must have at most {most} items"));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut seen = BTreeMap::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(earlier) = seen.insert(json_text(item, self.budget)?, index) {
                    found.tell(at, format!("array items[{earlier},{index}] must be unique"));
                }
            }
        }
        if let Some(wanted) = schema.get("contains").filter(|_| self.knows(Draft::D6)) {
            self.contains(wanted, items, at, found)?;
        }
        found.score += 1;
        Ok(())
    }

    fn additional_items(
        &mut self,
        schema: &Map<String, Value>,
        rest: &[Value],
        begin: usize,
        at: &str,
        found: &mut Found,
    ) -> Result<(), Exceeded> {
        match schema.get("additionalItems") {
            Some(Value::Bool(false)) if !rest.is_empty() => found.tell(at, "No additional items allowed on array"),
            Some(one @ Value::Object(_)) => {
                for (index, item) in rest.iter().enumerate() {
                    found.merge(self.apart(one, item, &below(at, &(begin + index).to_string()))?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn contains(&mut self, wanted: &Value, items: &[Value], at: &str, found: &mut Found) -> Result<(), Exceeded> {
        let mut best: Option<Found> = None;
        for (index, item) in items.iter().enumerate() {
            let of_one = self.apart(wanted, item, &below(at, &index.to_string()))?;
            if of_one.fits() {
                return Ok(());
            }
            if best.as_ref().is_none_or(|best| of_one.score > best.score) {
                best = Some(of_one);
            }
        }
        found.tell(at, "At least one of the items must match");
        found.merge(best.unwrap_or_default());
        Ok(())
    }

    pub(super) fn text(&mut self, schema: &Map<String, Value>, text: &str, at: &str, found: &mut Found) {
        let length = text.chars().count();
        if let Some(least) = count(schema, "minLength").filter(|least| length < *least) {
            found.tell(at, format!("String length must be greater than or equal to {least}"));
        }
        if let Some(most) = count(schema, "maxLength").filter(|most| length > *most) {
            found.tell(at, format!("String length must be less than or equal to {most}"));
        }
        if let Some(Value::String(pattern)) = schema.get("pattern")
            && !self.patterns.is_match(pattern, text)
        {
            found.tell(at, format!("Does not match pattern '{pattern}'"));
        }
        if let Some(Value::String(format)) = schema.get("format")
            && !is_of_flat(format, text)
        {
            found.tell(at, format!("Does not match format '{format}'"));
        }
        found.score += 1;
    }

    pub(super) fn number(&self, schema: &Map<String, Value>, number: &Number, at: &str, found: &mut Found) {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_number);
        if let Some(step) = bound("multipleOf").filter(|step| !is_multiple(number, step)) {
            found.tell(at, format!("Must be a multiple of {}", shown(step)));
        }
        let is_sharp = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let (mut least, mut above) = (bound("minimum"), bound("exclusiveMinimum"));
        let (mut most, mut under) = (bound("maximum"), bound("exclusiveMaximum"));
        if is_sharp("exclusiveMinimum") {
            above = least.take();
        }
        if is_sharp("exclusiveMaximum") {
            under = most.take();
        }
        let rules: [(&str, Option<&Number>, Wrong); 4] = [
            ("Must be less than or equal to", most, Ordering::is_gt),
            ("Must be less than", under, Ordering::is_ge),
            ("Must be greater than or equal to", least, Ordering::is_lt),
            ("Must be greater than", above, Ordering::is_le),
        ];
        for (told, bound, is_wrong) in rules {
            if let Some(bound) = bound.filter(|bound| is_wrong(compare(number, bound))) {
                found.tell(at, format!("{told} {}", shown(bound)));
            }
        }
        found.score += 1;
    }
}
