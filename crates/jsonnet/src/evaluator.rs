//! The parent's side: starts a process for each program, answers what it asks, reads its value.

use crate::evaluating::Evaluating;
use crate::limits::Limits;
use crate::wire::{Failure, ToChild, ToParent, WireError, WireVariable};
use bytes::Bytes;
use render::{Imports, Jsonnet, JsonnetError, Program};
use serde_json::Value;
use std::ffi::OsString;
use std::path::PathBuf;
use tree::TreePath;

/// Evaluates each program in a process of its own.
///
/// Guarantees: a program reaches no file but through the imports it is handed, no environment and no network; whatever
/// it does ends within the limits, and only it fails.
#[derive(Debug, Clone)]
pub struct Evaluator {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: Limits,
}

impl Evaluator {
    /// Starts `program` with `arguments`, memory in bytes and processor time in seconds; it must answer with
    /// [`crate::serve`].
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str], limits: Limits) -> Self {
        Evaluator { program: program.into(), arguments: arguments.iter().map(OsString::from).collect(), limits }
    }

    /// Starts the running program's own file, also when a newer one has taken its place on disk.
    ///
    /// # Errors
    /// When the system does not tell where it lies.
    pub fn of_this_program(arguments: &[&str], limits: Limits) -> std::io::Result<Self> {
        let linked = PathBuf::from("/proc/self/exe");
        let program = if linked.exists() { linked } else { std::env::current_exe()? };
        Ok(Evaluator::new(program, arguments, limits))
    }

    fn converse(
        &self,
        process: &mut Evaluating,
        program: &Program,
        imports: &mut dyn Imports,
    ) -> Result<Result<Value, JsonnetError>, WireError> {
        let wire = |variables: &[render::Variable]| variables.iter().map(WireVariable::from).collect();
        let asked = ToChild::Program {
            file: program.file.as_str().to_owned(),
            external_variables: wire(&program.external_variables),
            top_level_arguments: wire(&program.top_level_arguments),
        };
        process.tell(&asked, &program.text)?;
        for _ in 0..=self.limits.imports {
            match process.hear(self.limits.result_bytes)? {
                (ToParent::Value, json) => return Ok(self.value(&json)),
                (ToParent::Failed(failure), _) => return Ok(Err(failed(failure))),
                (ToParent::Import { from, name }, _) => match import(imports, &from, &name) {
                    Ok((path, content)) => process.tell(&ToChild::Found(path.as_str().to_owned()), &content)?,
                    Err(why) => process.tell(&ToChild::Refused(why), b"")?,
                },
            }
        }
        Ok(Err(JsonnetError::Limit { limit: format!("{} imports (limit: imports)", self.limits.imports) }))
    }

    fn value(&self, json: &[u8]) -> Result<Value, JsonnetError> {
        let values_max = self.limits.result_values;
        if values(json) > values_max as usize {
            return Err(JsonnetError::Limit { limit: format!("{values_max} values (limit: values of the result)") });
        }
        serde_json::from_slice(json).map_err(|_| JsonnetError::Limit {
            limit: "128 levels of nesting in the result (limit: depth of the result)".to_owned(),
        })
    }
}

impl Jsonnet for Evaluator {
    fn evaluate(&self, program: &Program, imports: &mut dyn Imports) -> Result<Value, JsonnetError> {
        let mut process = Evaluating::start(&self.program, &self.arguments, &self.limits)
            .map_err(|error| JsonnetError::Elsewhere(format!("cannot start a process to evaluate it in: {error}")))?;
        match self.converse(&mut process, program, imports) {
            Ok(answer) => answer,
            Err(WireError::TooLarge(bytes_max)) => {
                Err(JsonnetError::Limit { limit: format!("{bytes_max} bytes of result (limit: size of the result)") })
            }
            Err(WireError::Broken(_) | WireError::Malformed) => Err(process.ending().explain(&self.limits)),
        }
    }
}

fn import(imports: &mut dyn Imports, from: &str, name: &str) -> Result<(TreePath, Bytes), String> {
    let from = TreePath::parse(from).map_err(|error| error.to_string())?;
    imports.import(&from, name)
}

fn failed(failure: Failure) -> JsonnetError {
    let place = failure.place.and_then(|(file, line)| Some((TreePath::parse(&file).ok()?, line)));
    match place {
        Some((file, line)) => JsonnetError::Program { file, line, message: failure.message },
        None => JsonnetError::Elsewhere(failure.message),
    }
}

/// What a map counts for: the smallest takes the memory of so many values.
const MAP_VALUES: usize = 16;

/// At most how many values a JSON text holds, counted without building them.
fn values(json: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (1, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' if !in_string => count += 1,
            b'{' if !in_string => count += MAP_VALUES,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn values_are_counted_outside_of_strings() {
        assert_eq!(values(b"1"), 1);
        assert_eq!(values(br#"{"a":"[,\",{","b":[1,2]}"#), 20);
    }
}
