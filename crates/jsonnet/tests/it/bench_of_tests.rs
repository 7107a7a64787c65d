//! A tree of files, an evaluator of this build, and what a program gives.

use bytes::Bytes;
use jsonnet::{Confinement, Evaluator, Limits};
use render::{Imports, Jsonnet, JsonnetError, Program, Variable, VariableValue};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tree::TreePath;

/// Small enough to be reached soon, large enough for any case; a build without optimisation takes its time.
pub(crate) const LIMITS: Limits = Limits {
    confinement: Confinement { memory_bytes: 64 << 20, processor_seconds: 10 },
    wall: Duration::from_secs(120),
    result_bytes: 1 << 20,
    result_values: 20_000,
    imports: 100,
};

/// Files by path.
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Imports for Files {
    fn import(&mut self, from: &TreePath, name: &str) -> Result<(TreePath, Bytes), String> {
        let path = TreePath::resolve(&from.parent().unwrap_or_default(), name).map_err(|error| error.to_string())?;
        let content = self.0.get(path.as_str()).ok_or("no such file")?;
        Ok((path, Bytes::from(content.clone())))
    }
}

pub(crate) fn evaluator(limits: Limits) -> Evaluator {
    Evaluator::new(env!("CARGO_BIN_EXE_jsonnet-evaluator"), &[], limits)
}

/// What `text` as `main.jsonnet` gives without files or variables, within `limits`.
pub(crate) fn evaluate_within(limits: Limits, text: &str) -> Result<Value, JsonnetError> {
    evaluator(limits).evaluate(&program(text, &[], &[]), &mut Files(BTreeMap::new()))
}

pub(crate) fn program(text: &str, external: &[(&str, VariableValue)], top_level: &[(&str, VariableValue)]) -> Program {
    let variables = |all: &[(&str, VariableValue)]| {
        all.iter().map(|(name, value)| Variable { name: (*name).to_owned(), value: value.clone() }).collect()
    };
    Program {
        file: TreePath::parse("main.jsonnet").expect("a path"),
        text: Bytes::from(text.to_owned()),
        external_variables: variables(external),
        top_level_arguments: variables(top_level),
    }
}
