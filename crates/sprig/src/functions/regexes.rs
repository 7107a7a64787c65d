//! Regular expressions. Without `must`, a wrong pattern is a panic in the original; its text is an error here.

use crate::define::{Outcome, bytes, row, strings};
use crate::re2::{Pattern, Replacement, quote_meta};
use gotemplate::{Args, Call, Definition, FuncError, List, ListType, Text, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

const STR: Type = Type::String;
const INT: Type = Type::INT;
/// How many compiled patterns one render keeps.
const PATTERNS_MAX: usize = 128;
/// What compiling costs for each byte of a pattern, in steps: about what matching a byte costs, a hundred times.
const COMPILE_STEPS: usize = 100;

pub(crate) const TABLE: &[Definition] = &[
    row("regexMatch", &[STR, STR], Type::Bool, |call, args| match is_match(call, args) {
        Err(FuncError::Message(_)) => Ok(false.into()),
        outcome => outcome,
    }),
    row("mustRegexMatch", &[STR, STR], Type::Bool, is_match),
    row("regexFind", &[STR, STR], STR, |call, args| find(call, args).map_err(|error| panicked(args, error))),
    row("mustRegexFind", &[STR, STR], STR, find),
    row("regexFindAll", &[STR, STR, INT], Type::STRINGS, |call, args| {
        find_all(call, args).map_err(|error| panicked(args, error))
    }),
    row("mustRegexFindAll", &[STR, STR, INT], Type::STRINGS, find_all),
    row("regexReplaceAll", &[STR, STR, STR], STR, |call, args| {
        replace(call, args, Replacement::template(args.bytes(2))).map_err(|error| panicked(args, error))
    }),
    row("mustRegexReplaceAll", &[STR, STR, STR], STR, |call, args| {
        replace(call, args, Replacement::template(args.bytes(2)))
    }),
    row("regexReplaceAllLiteral", &[STR, STR, STR], STR, |call, args| {
        replace(call, args, Replacement::Literal(args.bytes(2))).map_err(|error| panicked(args, error))
    }),
    row("mustRegexReplaceAllLiteral", &[STR, STR, STR], STR, |call, args| {
        replace(call, args, Replacement::Literal(args.bytes(2)))
    }),
    row("regexSplit", &[STR, STR, INT], Type::STRINGS, |call, args| {
        split(call, args).map_err(|error| panicked(args, error))
    }),
    row("mustRegexSplit", &[STR, STR, INT], Type::STRINGS, split),
    row("regexQuoteMeta", &[STR], STR, |_, args| Ok(bytes(quote_meta(args.bytes(0))))),
];

/// Patterns compiled so far in this render.
#[derive(Default)]
struct Patterns(BTreeMap<Text, Arc<Pattern>>);

/// The compiled pattern of the first argument; matching it against the second is paid for.
fn pattern(call: &mut Call<'_>, args: Args<'_>) -> Result<Arc<Pattern>, FuncError> {
    let source = args.text(0);
    call.spend(args.bytes(1).len().saturating_mul(source.len() / 16 + 1))?;
    if let Some(known) = call.state::<Patterns>().0.get(source.as_bytes()) {
        return Ok(known.clone());
    }
    call.spend(source.len().saturating_mul(COMPILE_STEPS))?;
    let compiled = Pattern::compile(source.as_bytes()).map_err(|error| error.to_string())?;
    let compiled = Arc::new(compiled);
    let patterns = &mut call.state::<Patterns>().0;
    if patterns.len() >= PATTERNS_MAX {
        patterns.clear();
    }
    patterns.insert(source, compiled.clone());
    Ok(compiled)
}

/// What `regexp.MustCompile` panics with.
fn panicked(args: Args<'_>, error: FuncError) -> FuncError {
    let FuncError::Message(message) = error else { return error };
    let source = args.bytes(0);
    let quoted = match std::str::from_utf8(source) {
        Ok(text) if can_backquote(text) => format!("`{text}`"),
        _ => gotemplate::quote(source),
    };
    format!("regexp: Compile({quoted}): {message}").into()
}

/// `strconv.CanBackquote`.
fn can_backquote(text: &str) -> bool {
    !text.chars().any(|c| c == '`' || c == '\u{feff}' || c == '\x7f' || c < ' ' && c != '\t')
}

fn is_match(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    Ok(pattern(call, args)?.is_match(args.bytes(1)).into())
}

fn find(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let found = pattern(call, args)?.find(args.bytes(1));
    Ok(bytes(found.map_or(&[][..], |range| &args.bytes(1)[range])))
}

fn find_all(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let (text, most) = (args.bytes(1), args.int(2));
    // As if every fourth byte were a match of its own.
    call.make_room(text.len().min(usize::try_from(most).unwrap_or(usize::MAX)) / 4)?;
    let found = pattern(call, args)?.find_all(text, most);
    call.make_room(found.len())?;
    Ok(listed(found.into_iter().map(|range| &text[range]).collect()))
}

fn split(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let pattern = pattern(call, args)?;
    Ok(listed(pattern.split(args.bytes(1), args.int(2))))
}

/// `[]string`, nil when there is nothing in it.
fn listed(parts: Vec<&[u8]>) -> Value {
    if parts.is_empty() { Value::List(List::nil(ListType::STRINGS)) } else { strings(parts) }
}

fn replace(call: &mut Call<'_>, args: Args<'_>, replacement: Replacement<'_>) -> Outcome {
    let pattern = pattern(call, args)?;
    let text = args.bytes(1);
    // Each match writes the replacement once, and each reference in it at most the text.
    let references = args.bytes(2).iter().filter(|byte| **byte == b'$').count();
    let matches = pattern.find_all(text, -1).len();
    call.take_bytes(matches.saturating_mul(args.bytes(2).len()).saturating_add(text.len() * (references + 1)))?;
    Ok(bytes(pattern.replace_all(text, &replacement)))
}
