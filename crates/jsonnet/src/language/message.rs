//! What is wrong with a program, in words. A program's own values are never told, but for the text of its `error`.

use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::ParseError;
use rsjsonnet_lang::program::{AnalyzeError, EvalErrorKind, EvalErrorValueType, LoadError};
use rsjsonnet_lang::span::SpanId;

/// Where and why a text is not a program.
pub(super) fn of_loading(error: &LoadError) -> (SpanId, String) {
    match error {
        LoadError::Lex(error) => of_lexing(error),
        LoadError::Parse(ParseError::Expected { span, .. }) => (*span, "syntax error: unexpected here".to_owned()),
        LoadError::Analyze(error) => of_analysis(error),
    }
}

fn of_lexing(error: &LexError) -> (SpanId, String) {
    let (span, message) = match error {
        LexError::InvalidChar { span, .. } => (span, "a character that means nothing here"),
        LexError::InvalidUtf8 { span, .. } => (span, "not UTF-8"),
        LexError::UnfinishedMultilineComment { span } => (span, "a comment without an end"),
        LexError::LeadingZeroInNumber { span } => (span, "a number must not begin with zero"),
        LexError::MissingFracDigits { span } => (span, "digits must follow the point of a number"),
        LexError::MissingExpDigits { span } => (span, "digits must follow the exponent of a number"),
        LexError::MissingDigitAfterUnderscore { span } => (span, "a digit must follow the underscore in a number"),
        LexError::ExpOverflow { span } => (span, "an exponent out of range"),
        LexError::InvalidEscapeInString { span, .. } => (span, "an unknown escape in a string"),
        LexError::IncompleteUnicodeEscape { span } => (span, "an incomplete \\u escape"),
        LexError::InvalidUtf16EscapeSequence { span, .. } => (span, "a \\u escape that is no character"),
        LexError::UnfinishedString { span } => (span, "a string without an end"),
        LexError::MissingLineBreakAfterTextBlockStart { span } => (span, "a line must end after |||"),
        LexError::MissingWhitespaceTextBlockStart { span } => (span, "the first line of a text block must be indented"),
        LexError::InvalidTextBlockTermination { span } => (span, "a text block must end with |||"),
    };
    (*span, format!("syntax error: {message}"))
}

fn of_analysis(error: &AnalyzeError) -> (SpanId, String) {
    match error {
        AnalyzeError::UnknownVariable { span, name } => (*span, format!("unknown variable: {name}")),
        AnalyzeError::SelfOutsideObject { self_span } => (*self_span, "self outside of an object".to_owned()),
        AnalyzeError::SuperOutsideObject { super_span } => (*super_span, "super outside of an object".to_owned()),
        AnalyzeError::DollarOutsideObject { dollar_span } => (*dollar_span, "$ outside of an object".to_owned()),
        AnalyzeError::RepeatedLocalName { repeated_span, name, .. } => {
            (*repeated_span, format!("duplicate local {name}"))
        }
        AnalyzeError::RepeatedFieldName { repeated_span, name, .. } => {
            (*repeated_span, format!("duplicate field {name}"))
        }
        AnalyzeError::RepeatedParamName { repeated_span, name, .. } => {
            (*repeated_span, format!("duplicate parameter {name}"))
        }
        AnalyzeError::PositionalArgAfterNamed { arg_span } => {
            (*arg_span, "a positional argument after a named one".to_owned())
        }
        AnalyzeError::TextBlockAsImportPath { span } => (*span, "a text block as the path of an import".to_owned()),
        AnalyzeError::ComputedImportPath { span } => (*span, "computed imports are not allowed".to_owned()),
    }
}

/// Where, if that is known, and why a program has no value.
pub(super) fn of_evaluation(kind: &EvalErrorKind) -> (Option<SpanId>, String) {
    of_structure(kind).or_else(|| of_calls(kind)).unwrap_or_else(|| of_values(kind))
}

/// What is wrong with indexes, fields and objects.
fn of_structure(kind: &EvalErrorKind) -> Option<(Option<SpanId>, String)> {
    use EvalErrorKind as Kind;
    let (span, message) = match kind {
        Kind::InvalidIndexedType { span, got_type } => (span, format!("cannot index {}", name(*got_type))),
        Kind::InvalidSlicedType { span, got_type } => (span, format!("cannot slice {}", name(*got_type))),
        Kind::SliceIndexOrStepIsNotNumber { span, got_type }
        | Kind::StringIndexIsNotNumber { span, got_type }
        | Kind::ArrayIndexIsNotNumber { span, got_type } => {
            (span, format!("the index must be a number, got {}", name(*got_type)))
        }
        Kind::NumericIndexIsNotValid { span, .. } => (span, "the index is not a whole number".to_owned()),
        Kind::NumericIndexOutOfRange { span, index, length } => {
            (span, format!("index {index} out of bounds, not within [0, {length})"))
        }
        Kind::ObjectIndexIsNotString { span, got_type } => {
            (span, format!("the index of an object must be a string, got {}", name(*got_type)))
        }
        Kind::RepeatedFieldName { span, name } => (span, format!("duplicate field name: {name}")),
        Kind::FieldNameIsNotString { span, got_type } => {
            (span, format!("a field name must be a string, got {}", name(*got_type)))
        }
        Kind::UnknownObjectField { span, field_name } => (span, format!("field does not exist: {field_name}")),
        Kind::FieldOfNonObject { span } => (span, "only an object has fields".to_owned()),
        Kind::SuperWithoutSuperObject { span } => {
            (span, "attempt to use super when there is no super class".to_owned())
        }
        Kind::ForSpecValueIsNotArray { span, got_type } => {
            (span, format!("only an array can be iterated over, got {}", name(*got_type)))
        }
        Kind::CondIsNotBool { span, got_type } => {
            (span, format!("a condition must be a boolean, got {}", name(*got_type)))
        }
        Kind::AssertFailed { span, message } => {
            (span, message.clone().unwrap_or_else(|| "object assertion failed".to_owned()))
        }
        Kind::ExplicitError { span, message } => (span, message.clone()),
        Kind::ImportFailed { span, path } => (span, format!("cannot import {path:?}")),
        _ => return None,
    };
    Some((Some(*span), message))
}

/// What is wrong with calls.
fn of_calls(kind: &EvalErrorKind) -> Option<(Option<SpanId>, String)> {
    use EvalErrorKind as Kind;
    Some(match kind {
        Kind::CalleeIsNotFunction { span, got_type } => (*span, format!("cannot call {}", name(*got_type))),
        Kind::TooManyCallArgs { span, num_params } => (*span, format!("more arguments than the {num_params} expected")),
        Kind::UnknownCallParam { span, param_name } => (*span, format!("function has no parameter {param_name}")),
        Kind::RepeatedCallParam { span, param_name } => (*span, format!("argument {param_name} already provided")),
        Kind::CallParamNotBound { span, param_name } => (*span, format!("missing argument: {param_name}")),
        Kind::NativeCallFailed => (None, "a built-in function failed".to_owned()),
        Kind::InvalidStdFuncArgType { func_name, arg_index, expected_types, got_type } => {
            let expected: Vec<&str> = expected_types.iter().map(|one| name(*one)).collect();
            let (argument, expected, got) = (arg_index + 1, expected.join(" or "), name(*got_type));
            (None, format!("std.{func_name}: argument {argument} must be {expected}, got {got}"))
        }
        Kind::UnknownExtVar { name } => (None, format!("undefined external variable: {name}")),
        _ => return None,
    })
}

/// What is wrong with values and operators.
fn of_values(kind: &EvalErrorKind) -> (Option<SpanId>, String) {
    use EvalErrorKind as Kind;
    match kind {
        Kind::StackOverflow => (None, "max stack frames exceeded (limit: 500 frames)".to_owned()),
        Kind::InfiniteRecursion => (None, "infinite recursion: a value that needs itself".to_owned()),
        Kind::InvalidUnaryOpType { span, rhs_type, .. } => {
            (Some(*span), format!("the operator does not take {}", name(*rhs_type)))
        }
        Kind::InvalidBinaryOpTypes { span, lhs_type, rhs_type, .. } => {
            (*span, format!("the operator does not take {} and {}", name(*lhs_type), name(*rhs_type)))
        }
        Kind::NumberNotBitwiseSafe { span } => {
            (*span, "a number outside of the range of bitwise operations".to_owned())
        }
        Kind::NumberOverflow { span } => (*span, "overflow".to_owned()),
        Kind::NumberNan { span } => (*span, "not a number".to_owned()),
        Kind::DivByZero { span } => (*span, "division by zero".to_owned()),
        Kind::ShiftByNegative { span } => (*span, "shift by negative exponent".to_owned()),
        Kind::AssertEqualFailed { .. } => (None, "std.assertEqual: the two values differ".to_owned()),
        Kind::ManifestFunction => (None, "couldn't manifest function as JSON".to_owned()),
        Kind::CompareNullInequality
        | Kind::CompareBooleanInequality
        | Kind::CompareObjectInequality
        | Kind::CompareFunctions
        | Kind::CompareDifferentTypesInequality { .. } => (None, "values of these types have no order".to_owned()),
        Kind::PrimitiveEqualsNonPrimitive { got_type } => {
            (None, format!("std.primitiveEquals does not take {}", name(*got_type)))
        }
        Kind::Other { span, message } => (*span, message.clone()),
        _ => (None, "the program has no value".to_owned()),
    }
}

fn name(of: EvalErrorValueType) -> &'static str {
    match of {
        EvalErrorValueType::Null => "null",
        EvalErrorValueType::Bool => "boolean",
        EvalErrorValueType::Number => "number",
        EvalErrorValueType::String => "string",
        EvalErrorValueType::Array => "array",
        EvalErrorValueType::Object => "object",
        EvalErrorValueType::Function => "function",
    }
}
