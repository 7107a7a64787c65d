//! values.schema.json: whether the values of a chart, and of the charts in it, are what it allows, told as the library
//! tells it that each release of Helm checks with.
//!
//! A schema is checked as it is written: `document` finds what its references lead to, and only inside the chart.
//! Nothing is fetched and no file is read: a reference to the network allows everything and is warned of. `flat` speaks
//! as the library of Helm 3.17 does (one list of complaints), `nested` as that of later releases (a tree of them).

mod document;
mod flat;
mod flat_number;
mod format;
mod go_json_text;
mod limits;
mod nested;
mod number;
mod patterns;
mod problem;

use crate::encode::{EncodeError, Floats, plain};
use crate::instance::Instance;
use crate::profile::Profile;
use crate::warning::Warning;
use budget::{Budget, Exceeded};
use document::{Document, Library};
use gotemplate::{Map, Value};
use std::collections::BTreeMap;

/// Checks `values` against the schemas of `chart` and of the charts in it. The error is Helm's text.
pub(crate) fn check(
    chart: &Instance<'_>,
    values: &Map,
    profile: Profile,
    budget: &mut Budget,
    warnings: &mut Vec<Warning>,
) -> Result<(), SchemaError> {
    let mut told = String::new();
    let mut read = BTreeMap::new();
    read_all(chart, budget, &mut read)?;
    let documents = BTreeMap::new();
    Checker { profile, budget, warnings, told: &mut told, read: &read, documents }.chart(chart, values)?;
    if told.is_empty() { Ok(()) } else { Err(SchemaError::Forbidden(told)) }
}

/// Why values are not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("{0}")]
    Forbidden(String),
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

/// What is wrong with the values of one chart, which charts in it have no part in.
pub(crate) fn check_alone(
    schema: &[u8],
    values: &Map,
    profile: Profile,
    budget: &mut Budget,
) -> Result<Option<String>, Exceeded> {
    let (mut warnings, mut told) = (Vec::new(), String::new());
    let mut read = BTreeMap::new();
    read_one(schema, budget, &mut read)?;
    let documents = BTreeMap::new();
    Checker { profile, budget, warnings: &mut warnings, told: &mut told, read: &read, documents }.values(schema, values)
}

/// Schemas by their texts, each read once: charts in a chart are often one chart under many names. The inner error is
/// Go's text.
type Read<'t> = BTreeMap<&'t [u8], Result<serde_json::Value, String>>;

fn read_all<'t>(chart: &'t Instance<'_>, budget: &mut Budget, read: &mut Read<'t>) -> Result<(), Exceeded> {
    if let Some(schema) = &chart.chart.schema {
        read_one(schema, budget, read)?;
    }
    chart.dependencies.iter().try_for_each(|child| read_all(child, budget, read))
}

fn read_one<'t>(schema: &'t [u8], budget: &mut Budget, read: &mut Read<'t>) -> Result<(), Exceeded> {
    if !read.contains_key(schema) {
        budget.take_bytes(schema.len() as u64)?;
        read.insert(schema, document::read(schema, budget)?);
    }
    Ok(())
}

struct Checker<'c, 's> {
    profile: Profile,
    budget: &'c mut Budget,
    warnings: &'c mut Vec<Warning>,
    told: &'c mut String,
    read: &'s Read<'s>,
    /// The schemas whose references have been followed; the error is what Helm says of one that leads nowhere.
    documents: BTreeMap<&'s [u8], Result<Document<'s>, String>>,
}

impl<'s> Checker<'_, 's> {
    fn chart(&mut self, chart: &'s Instance<'_>, values: &Map) -> Result<(), Exceeded> {
        if let Some(schema) = &chart.chart.schema
            && let Some(problem) = self.values(schema, values)?
        {
            self.told.push_str(&format!("{}:\n{problem}", chart.name()));
        }
        for child in &chart.dependencies {
            match values.get(child.name()) {
                None | Some(Value::Nil) => {}
                Some(Value::Map(values)) => self.chart(child, &values)?,
                Some(other) => {
                    let go_type = gotemplate::sprintf(b"%T", &[other], self.budget)?;
                    let problem = format!("invalid type for values: expected object (map), got {go_type}");
                    self.told.push_str(&format!("{}:\n{problem}\n", child.name()));
                }
            }
        }
        Ok(())
    }

    /// What is wrong with the values of one chart.
    fn values(&mut self, text: &'s [u8], values: &Map) -> Result<Option<String>, Exceeded> {
        let schema = match self.read.get(text) {
            Some(Ok(schema)) => schema,
            Some(Err(problem)) => return Ok(Some(problem.clone())),
            None => return Ok(None),
        };
        let values = match plain(&Value::Map(values.clone()), Floats::ThroughJson, self.budget) {
            Ok(values) => values,
            Err(EncodeError::Limit(exceeded)) => return Err(exceeded),
            Err(EncodeError::Unsupported(told)) => {
                return Ok(Some(format!("error marshaling into JSON: json: {told}")));
            }
        };
        let is_flat = self.profile == Profile::V3_17;
        let library = if is_flat { Library::Flat } else { Library::Nested };
        if !self.documents.contains_key(text) {
            self.documents.insert(text, Document::new(schema, library, self.budget)?);
        }
        let document = match &self.documents[text] {
            Ok(document) => document,
            Err(problem) => return Ok(Some(problem.clone())),
        };
        for remote in document.unresolved() {
            self.warnings.push(Warning::UnresolvedUrn(remote));
        }
        if is_flat {
            flat::check(document, &values, self.budget)
        } else {
            nested::check(document, &values, self.budget)
        }
    }
}
