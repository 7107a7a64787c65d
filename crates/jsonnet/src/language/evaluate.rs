//! A program to the JSON it means.

use super::callbacks::Answers;
use super::files::Files;
use super::load::load;
use super::message::of_evaluation;
use super::overrides;
use super::sources::Name;
use crate::wire::{Failure, WireVariable};
use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::program::{EvalError, EvalErrorKind, EvalStackTraceItem, Program as Machine, Thunk};
use rsjsonnet_lang::span::SpanId;
use std::collections::BTreeMap;

/// What is to be evaluated.
pub(crate) struct Program {
    /// The file's path.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: Vec<u8>,
    /// What `std.extVar` knows.
    pub(crate) external_variables: Vec<WireVariable>,
    /// Arguments of the function that the file is.
    pub(crate) top_level_arguments: Vec<WireVariable>,
}

/// The JSON that a program means, on one line.
pub(crate) fn evaluate(program: Program, files: &mut dyn Files) -> Result<String, Failure> {
    // Neither is ever given back: the process ends with the program, and taking deep values apart would use the stack.
    let arena = Box::leak(Box::new(Arena::new()));
    let machine = Box::leak(Box::new(Machine::new(arena)));
    let mut answers = Answers::new(program.file.clone(), files);
    overrides::register(machine);
    for (name, variable) in by_name(&program.external_variables) {
        let thunk = variable_value(machine, &mut answers, "external variable", variable)?;
        machine.add_ext_var(machine.intern_str(name), &thunk);
    }
    let thunk = load(machine, &mut answers.sources, &Name::File(program.file), program.text)?;
    let mut value = machine.eval_value(&thunk, &mut answers).map_err(|error| explain(machine, &answers, &error))?;
    if value.is_function() {
        let mut arguments = Vec::new();
        for (name, variable) in by_name(&program.top_level_arguments) {
            let thunk = variable_value(machine, &mut answers, "top-level argument", variable)?;
            arguments.push((machine.intern_str(name), thunk));
        }
        let function = machine.value_to_thunk(&value);
        value = machine
            .eval_call(&function, &[], &arguments, &mut answers)
            .map_err(|error| explain(machine, &answers, &error))?;
    }
    machine.manifest_json(&value, false).map_err(|error| explain(machine, &answers, &error))
}

/// Compat: of several variables of one name the last one counts.
fn by_name(variables: &[WireVariable]) -> BTreeMap<&str, &WireVariable> {
    variables.iter().map(|variable| (variable.name.as_str(), variable)).collect()
}

fn variable_value<'p>(
    machine: &mut Machine<'p>,
    answers: &mut Answers<'_, 'p>,
    what: &str,
    variable: &WireVariable,
) -> Result<Thunk<'p>, Failure> {
    if variable.is_code {
        let name = Name::Variable(format!("{what} {:?}", variable.name));
        load(machine, &mut answers.sources, &name, variable.value.clone().into_bytes())
    } else {
        let text = rsjsonnet_lang::program::Value::string(&variable.value);
        Ok(machine.value_to_thunk(&text))
    }
}

fn explain(machine: &Machine<'_>, answers: &Answers<'_, '_>, error: &EvalError) -> Failure {
    let (own, message) = of_evaluation(&error.kind);
    let spans = own.into_iter().chain(error.stack_trace.iter().rev().filter_map(span));
    match (&error.kind, &answers.failure) {
        (EvalErrorKind::ImportFailed { .. }, Some(failure)) => failure.clone(),
        (EvalErrorKind::NativeCallFailed, Some(failure)) => answers.sources.failure(machine, spans, &failure.message),
        _ => answers.sources.failure(machine, spans, &message),
    }
}

fn span(item: &EvalStackTraceItem) -> Option<SpanId> {
    match item {
        EvalStackTraceItem::Expr { span }
        | EvalStackTraceItem::Variable { span, .. }
        | EvalStackTraceItem::Import { span } => Some(*span),
        EvalStackTraceItem::Call { span, .. }
        | EvalStackTraceItem::ArrayItem { span, .. }
        | EvalStackTraceItem::ObjectField { span, .. } => *span,
        EvalStackTraceItem::CompareArrayItem { .. }
        | EvalStackTraceItem::CompareObjectField { .. }
        | EvalStackTraceItem::ManifestArrayItem { .. }
        | EvalStackTraceItem::ManifestObjectField { .. } => None,
    }
}
