//! Keywords about texts and numbers.

use super::super::number::{compare, english, english_count, is_multiple};
use super::super::problem::quoted;
use super::{Check, Visit, count};
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// Which side of a bound is the wrong one.
type Wrong = fn(Ordering) -> bool;

impl Check<'_, '_> {
    pub(super) fn text(&mut self, visit: &mut Visit<'_>, text: &str) {
        let schema = visit.schema;
        let length = text.chars().count();
        for (keyword, is_wrong) in [("minLength", usize::lt as fn(&usize, &usize) -> bool), ("maxLength", usize::gt)] {
            if let Some(want) = count(schema, keyword)
                && is_wrong(&length, &want)
            {
                visit.tell(format!("{keyword}: got {}, want {}", english_count(length), english_count(want)));
            }
        }
        if let Some(Value::String(pattern)) = schema.get("pattern")
            && !self.patterns.is_match(pattern, text)
        {
            visit.tell(format!("{} does not match pattern {}", quoted(text), quoted(pattern)));
        }
    }

    pub(super) fn number(&self, visit: &mut Visit<'_>, number: &Number) {
        let schema = visit.schema;
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_number);
        // In the oldest draft these two are flags that sharpen their neighbours.
        let is_sharp = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let (mut least, mut above) = (bound("minimum"), bound("exclusiveMinimum"));
        let (mut most, mut below) = (bound("maximum"), bound("exclusiveMaximum"));
        if is_sharp("exclusiveMinimum") {
            above = least.take();
        }
        if is_sharp("exclusiveMaximum") {
            below = most.take();
        }
        let rules: [(&str, Option<&Number>, Wrong); 4] = [
            ("minimum", least, Ordering::is_lt),
            ("maximum", most, Ordering::is_gt),
            ("exclusiveMinimum", above, Ordering::is_le),
            ("exclusiveMaximum", below, Ordering::is_ge),
        ];
        for (keyword, bound, is_wrong) in rules {
            if let Some(want) = bound.filter(|want| is_wrong(compare(number, want))) {
                visit.tell(format!("{keyword}: got {}, want {}", english(number), english(want)));
            }
        }
        if let Some(want) = bound("multipleOf").filter(|step| !is_multiple(number, step)) {
            visit.tell(format!("multipleOf: got {}, want {}", english(number), english(want)));
        }
    }
}
