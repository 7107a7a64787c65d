//! Keywords about lists.

use super::super::number::{english_count, same};
use super::{Check, Draft, Unfit, Visit, count};
use budget::Exceeded;
use serde_json::Value;

impl Check<'_, '_> {
    pub(super) fn array(&mut self, visit: &mut Visit<'_>, items: &[Value]) -> Result<(), Exceeded> {
        let schema = visit.schema;
        for (keyword, is_wrong) in [("minItems", usize::lt as fn(&usize, &usize) -> bool), ("maxItems", usize::gt)] {
            if let Some(want) = count(schema, keyword)
                && is_wrong(&items.len(), &want)
            {
                let (got, want) = (english_count(items.len()), english_count(want));
                visit.tell(format!("{keyword}: got {got}, want {want}"));
            }
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true))
            && let Some((first, second)) = self.equal_items(items)?
        {
            visit.tell(format!("items at {first} and {second} are equal"));
        }
        if self.draft < Draft::D2020 {
            self.items(visit, items)?
        } else {
            self.items_2020(visit, items)?
        }
        if self.draft >= Draft::D6 {
            self.contains(visit, items)?;
        }
        Ok(())
    }

    fn equal_items(&mut self, items: &[Value]) -> Result<Option<(usize, usize)>, Exceeded> {
        for (second, item) in items.iter().enumerate() {
            self.budget.spend(second as u64 + 1)?;
            if let Some(first) = items[..second].iter().position(|earlier| same(earlier, item)) {
                return Ok(Some((first, second)));
            }
        }
        Ok(None)
    }

    fn items(&mut self, visit: &mut Visit<'_>, items: &[Value]) -> Result<(), Exceeded> {
        let schema = visit.schema;
        let mut looked_at = 0;
        match schema.get("items") {
            None => {}
            Some(Value::Array(schemas)) => {
                looked_at = schemas.len().min(items.len());
                self.each(visit, schemas.iter().zip(items))?;
            }
            Some(one) => {
                looked_at = items.len();
                self.each(visit, items.iter().map(|item| (one, item)))?;
            }
        }
        let additional = schema.get("additionalItems").filter(|_| schema.get("items").is_some_and(Value::is_array));
        match additional {
            None => {}
            Some(Value::Bool(allowed)) => {
                if !allowed && looked_at < items.len() {
                    let many = english_count(items.len() - looked_at);
                    visit.tell(format!("last {many} additionalItem(s) not allowed"));
                }
                looked_at = items.len();
            }
            Some(one) => {
                self.each(visit, items[looked_at..].iter().map(|item| (one, item)))?;
                looked_at = items.len();
            }
        }
        (0..looked_at).for_each(|index| visit.left.item(index));
        Ok(())
    }

    fn items_2020(&mut self, visit: &mut Visit<'_>, items: &[Value]) -> Result<(), Exceeded> {
        let schema = visit.schema;
        let prefix = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut looked_at = prefix.len().min(items.len());
        self.each(visit, prefix.iter().zip(items))?;
        if let Some(one) = schema.get("items") {
            self.each(visit, items[looked_at..].iter().map(|item| (one, item)))?;
            looked_at = items.len();
        }
        (0..looked_at).for_each(|index| visit.left.item(index));
        Ok(())
    }

    /// Compat: items are counted from the first that a keyword is about, not from the first of the list.
    fn each<'i>(
        &mut self,
        visit: &mut Visit<'_>,
        pairs: impl Iterator<Item = (&'i Value, &'i Value)>,
    ) -> Result<(), Exceeded> {
        for (index, (schema, item)) in pairs.enumerate() {
            visit.keep(self.part(schema, item, visit.at, &index.to_string()))?;
        }
        Ok(())
    }

    fn contains(&mut self, visit: &mut Visit<'_>, items: &[Value]) -> Result<(), Exceeded> {
        let schema = visit.schema;
        let Some(wanted) = schema.get("contains") else { return Ok(()) };
        let (mut matched, mut causes) = (Vec::new(), Vec::new());
        for (index, item) in items.iter().enumerate() {
            match self.part(wanted, item, visit.at, &index.to_string()) {
                Ok(_) => matched.push(index),
                Err(Unfit::Problem(problem)) => causes.push(*problem),
                Err(Unfit::Limit(exceeded)) => return Err(exceeded),
            }
        }
        if self.draft >= Draft::D2020 {
            matched.iter().for_each(|index| visit.left.item(*index));
        }
        let counts = |keyword| count(schema, keyword).filter(|_| self.draft >= Draft::D2019);
        let places = matched.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        let found = format!("matched {} items at {places}", english_count(matched.len()));
        match counts("minContains") {
            Some(least) if matched.len() < least => {
                let found = if matched.is_empty() { "none matched".to_owned() } else { found.clone() };
                let least = english_count(least);
                visit.tell_with(format!("min {least} items required to match contains schema, but {found}"), causes);
            }
            None if matched.is_empty() => visit.tell_with("no items match contains schema", causes),
            _ => {}
        }
        if let Some(most) = counts("maxContains").filter(|most| matched.len() > *most) {
            visit.tell(format!("max {} items required to match contains schema, but {found}", english_count(most)));
        }
        Ok(())
    }
}
