//! Keywords that combine schemas, and those about what nothing else has looked at.

use super::super::number::english_count;
use super::super::problem::Problem;
use super::left::Left;
use super::{Check, Draft, Unfit, Visit};
use budget::Exceeded;
use serde_json::Value;

impl Check<'_, '_> {
    pub(super) fn conditions(&mut self, visit: &mut Visit<'_>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        if let Some(not) = schema.get("not")
            && self.own(not, visit)?.is_ok()
        {
            visit.tell("'not' failed");
        }
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).filter(|list| !list.is_empty());
        if let Some(all) = list("allOf") {
            let mut causes = Vec::new();
            for one in all {
                causes.extend(self.own(one, visit)?.err());
            }
            if !causes.is_empty() {
                visit.tell_with("'allOf' failed", causes);
            }
        }
        if let Some(any) = list("anyOf") {
            self.any(any, visit)?;
        }
        if let Some(one) = list("oneOf") {
            self.one(one, visit)?;
        }
        if self.draft >= Draft::D7
            && let Some(condition) = schema.get("if")
        {
            let branch = if self.own(condition, visit)?.is_ok() { "then" } else { "else" };
            if let Some(branch) = schema.get(branch) {
                let problem = self.own(branch, visit)?.err();
                visit.problems.extend(problem);
            }
        }
        Ok(())
    }

    /// Another schema of the same value: the complaint, if there is one.
    fn own(&mut self, schema: &Value, visit: &mut Visit<'_>) -> Result<Result<(), Problem>, Exceeded> {
        match self.value(schema, visit.value, visit.at, visit.left.clone()) {
            Ok(left) => {
                visit.left.keep_common(&left);
                Ok(Ok(()))
            }
            Err(Unfit::Problem(problem)) => Ok(Err(*problem)),
            Err(Unfit::Limit(exceeded)) => Err(exceeded),
        }
    }

    fn any(&mut self, schemas: &[Value], visit: &mut Visit<'_>) -> Result<(), Exceeded> {
        let (mut is_matched, mut causes) = (false, Vec::new());
        for schema in schemas {
            match self.own(schema, visit)? {
                Err(problem) => causes.push(problem),
                Ok(()) => {
                    is_matched = true;
                    if visit.left.is_empty() {
                        break;
                    }
                }
            }
        }
        if !is_matched {
            visit.tell_with("'anyOf' failed", causes);
        }
        Ok(())
    }

    fn one(&mut self, schemas: &[Value], visit: &mut Visit<'_>) -> Result<(), Exceeded> {
        let (mut matched, mut causes) = (None, Vec::new());
        for (index, schema) in schemas.iter().enumerate() {
            match (self.own(schema, visit)?, matched) {
                (Err(problem), None) => causes.push(problem),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(index),
                (Ok(()), Some(first)) => {
                    let (first, second) = (english_count(first), english_count(index));
                    visit.tell(format!("'oneOf' failed, subschemas {first}, {second} matched"));
                    break;
                }
            }
        }
        if matched.is_none() {
            visit.tell_with("'oneOf' failed, none matched", causes);
        }
        Ok(())
    }

    pub(super) fn unevaluated(&mut self, visit: &mut Visit<'_>) -> Result<(), Exceeded> {
        let schema = visit.schema;
        if let (Some(own), Value::Object(map)) = (schema.get("unevaluatedProperties"), visit.value) {
            for name in visit.left.properties.take().unwrap_or_default() {
                if let Some(value) = map.get(&name) {
                    visit.keep(self.part(own, value, visit.at, &name))?;
                }
            }
            visit.left = Left { properties: Some(std::collections::BTreeSet::new()), ..visit.left.clone() };
        }
        if let (Some(own), Value::Array(items)) = (schema.get("unevaluatedItems"), visit.value) {
            for index in visit.left.items.take().unwrap_or_default() {
                visit.keep(self.part(own, &items[index], visit.at, &index.to_string()))?;
            }
            visit.left = Left { items: Some(std::collections::BTreeSet::new()), ..visit.left.clone() };
        }
        Ok(())
    }
}
