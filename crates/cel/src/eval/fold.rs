//! Folds over lists and maps: what every macro comes to.

use super::Evaluator;
use crate::error::EvalError;
use crate::syntax::Comprehension;
use crate::value::{Evaluated, Key, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn fold(&mut self, fold: &'a Comprehension) -> Evaluated {
        let range = self.value(&fold.range)?;
        let init = self.value(&fold.init)?;
        let depth = self.locals.len();
        self.locals.push((fold.accumulator.as_str(), Ok(init)));
        let result = self.rounds(fold, &range).and_then(|()| {
            self.locals.truncate(depth + 1);
            self.value(&fold.result)
        });
        self.locals.truncate(depth);
        result
    }

    fn rounds(&mut self, fold: &'a Comprehension, range: &Value) -> Result<(), EvalError> {
        match range {
            Value::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    let key = || Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
                    if !self.round(fold, key, item.clone())? {
                        break;
                    }
                }
                Ok(())
            }
            Value::Map(map) => self.entries(fold, map.iter().map(|(key, value)| (key.value(), value.clone()))),
            Value::Object(fields) => {
                let entries =
                    fields.iter().map(|(name, value)| (Key::Text(name.as_str().into()).value(), value.clone()));
                self.entries(fold, entries)
            }
            _ => Err(EvalError::NoSuchOverload),
        }
    }

    fn entries(
        &mut self,
        fold: &'a Comprehension,
        entries: impl Iterator<Item = (Value, Value)>,
    ) -> Result<(), EvalError> {
        for (key, value) in entries {
            let goes_on = match &fold.second {
                Some(_) => self.round(fold, || key, value)?,
                None => self.round(fold, || Value::Null, key)?,
            };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    /// One round; whether there may be another.
    fn round(&mut self, fold: &'a Comprehension, key: impl FnOnce() -> Value, value: Value) -> Result<bool, EvalError> {
        let depth = self.locals.len();
        match &fold.second {
            Some(second) => {
                self.locals.push((fold.variable.as_str(), Ok(key())));
                self.locals.push((second.as_str(), Ok(value)));
            }
            None => self.locals.push((fold.variable.as_str(), Ok(value))),
        }
        if self.value(&fold.condition)? != Value::Bool(true) {
            self.locals.truncate(depth);
            return Ok(false);
        }
        // An error is kept like a value: a later round may make it irrelevant.
        let step = self.value(&fold.step);
        self.locals.truncate(depth);
        if step == Err(EvalError::CostLimit) {
            return Err(EvalError::CostLimit);
        }
        if let Some((_, accumulator)) = self.locals.last_mut() {
            *accumulator = step;
        }
        Ok(true)
    }
}
