//! The child's side: confines itself, reads one program, answers with its value, ends.

use crate::confine::confine;
use crate::language::{Files, evaluate};
use crate::limits::Confinement;
use crate::wire::{Failure, ToChild, ToParent, WireError, receive_trusted, send};
use std::io::{Stdin, Stdout, Write};
use std::process::ExitCode;

/// Evaluates one program, which comes over standard input, and answers over standard output. To be the only thing a
/// process does, and the first: what is done before is not confined.
#[must_use]
pub fn serve(confinement: Confinement) -> ExitCode {
    let mut parent = Parent { input: std::io::stdin(), output: std::io::stdout() };
    if let Err(error) = confine(confinement) {
        let message = format!("the system did not take the limits of the evaluating process: {error}");
        return ended(parent.answer(&ToParent::Failed(Failure { place: None, message }), b""));
    }
    ended(one_program(&mut parent))
}

fn ended(answered: Result<(), WireError>) -> ExitCode {
    if answered.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one_program(parent: &mut Parent) -> Result<(), WireError> {
    let (ToChild::Program { file, external_variables, top_level_arguments }, text) =
        receive_trusted(&mut parent.input)?
    else {
        return Err(WireError::Malformed);
    };
    let program = crate::language::Program { file, text, external_variables, top_level_arguments };
    match evaluate(program, parent) {
        Ok(json) => parent.answer(&ToParent::Value, json.as_bytes()),
        Err(failure) => parent.answer(&ToParent::Failed(failure), b""),
    }
}

/// The process that holds the files.
struct Parent {
    input: Stdin,
    output: Stdout,
}

impl Parent {
    fn answer(&mut self, head: &ToParent, body: &[u8]) -> Result<(), WireError> {
        send(&mut self.output as &mut dyn Write, head, body)
    }
}

impl Files for Parent {
    fn find(&mut self, from: &str, name: &str) -> Result<(String, Vec<u8>), String> {
        let gone = |error: WireError| error.to_string();
        self.answer(&ToParent::Import { from: from.to_owned(), name: name.to_owned() }, b"").map_err(gone)?;
        match receive_trusted(&mut self.input).map_err(gone)? {
            (ToChild::Found(path), content) => Ok((path, content)),
            (ToChild::Refused(why), _) => Err(why),
            (ToChild::Program { .. }, _) => Err("no answer".to_owned()),
        }
    }
}
