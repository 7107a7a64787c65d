//! Text: cutting, joining, padding, case, quoting, random text.

use crate::define::{Outcome, bytes, row, rows, strings};
use crate::print::{go_quoted, printed, to_strings, to_text};
use crate::runes::{map_runes, runes, to_lower, to_upper};
use crate::shape::{self, LongWords};
use crate::sources::Sources;
use crate::words;
use gotemplate::{Args, Call, Definition, FuncError, Map, MapClass, MapType, Text, Type, Value};

const STR: Type = Type::String;
const INT: Type = Type::INT;
const STRING_MAP: Type = Type::Map(MapType::STRINGS);

pub(crate) const TABLE: &[Definition] = &[
    row("hello", &[], STR, |_, _| Ok("Hello!".into())),
    row("abbrev", &[INT, STR], STR, |_, args| Ok(bytes(shape::abbreviate(args.bytes(1), args.int(0))))),
    row("abbrevboth", &[INT, INT, STR], STR, |_, args| {
        Ok(bytes(shape::abbreviate_both(args.bytes(2), args.int(0), args.int(1))))
    }),
    row("trunc", &[INT, STR], STR, |_, args| Ok(bytes(shape::truncate(args.bytes(1), args.int(0))))),
    row("substr", &[INT, INT, STR], STR, |_, args| {
        Ok(bytes(shape::substring(args.bytes(2), args.int(0), args.int(1))?))
    }),
    row("trim", &[STR], STR, |_, args| Ok(bytes(shape::trim_space(args.bytes(0))))),
    row("trimAll", &[STR, STR], STR, trim_all),
    row("trimall", &[STR, STR], STR, trim_all),
    row("trimSuffix", &[STR, STR], STR, |_, args| {
        let text = args.bytes(1);
        Ok(bytes(text.strip_suffix(args.bytes(0)).unwrap_or(text)))
    }),
    row("trimPrefix", &[STR, STR], STR, |_, args| {
        let text = args.bytes(1);
        Ok(bytes(text.strip_prefix(args.bytes(0)).unwrap_or(text)))
    }),
    row("upper", &[STR], STR, |_, args| Ok(mapped(args, to_upper))),
    row("lower", &[STR], STR, |_, args| Ok(mapped(args, to_lower))),
    row("title", &[STR], STR, |_, args| Ok(words::title(args.bytes(0)).into())),
    row("untitle", &[STR], STR, |_, args| Ok(words::untitle(args.bytes(0)).into())),
    row("swapcase", &[STR], STR, |_, args| Ok(words::swap_case(args.bytes(0)).into())),
    row("snakecase", &[STR], STR, |_, args| Ok(bytes(words::lower_words(args.bytes(0), '_')))),
    row("kebabcase", &[STR], STR, |_, args| Ok(bytes(words::lower_words(args.bytes(0), '-')))),
    row("camelcase", &[STR], STR, |_, args| Ok(words::camel_case(args.bytes(0)).into())),
    row("initials", &[STR], STR, |_, args| Ok(words::initials(args.bytes(0)).into())),
    row("nospace", &[STR], STR, |_, args| Ok(bytes(words::no_space(args.bytes(0))))),
    row("repeat", &[INT, STR], STR, |call, args| repeated(call, args.bytes(1), args.int(0)).map(bytes)),
    row("wrap", &[INT, STR], STR, |call, args| wrap(call, args.bytes(1), (args.int(0), b"\n"), LongWords::Keep)),
    row("wrapWith", &[INT, STR, STR], STR, |call, args| {
        wrap(call, args.bytes(2), (args.int(0), args.bytes(1)), LongWords::Cut)
    }),
    row("contains", &[STR, STR], Type::Bool, |_, args| Ok(shape::find(args.bytes(1), args.bytes(0)).is_some().into())),
    row("hasPrefix", &[STR, STR], Type::Bool, |_, args| Ok(args.bytes(1).starts_with(args.bytes(0)).into())),
    row("hasSuffix", &[STR, STR], Type::Bool, |_, args| Ok(args.bytes(1).ends_with(args.bytes(0)).into())),
    rows("quote", &[], Type::Any, STR, quote),
    rows("squote", &[], Type::Any, STR, squote),
    rows("cat", &[], Type::Any, STR, cat),
    row("indent", &[INT, STR], STR, |call, args| indented(call, args, b"").map(bytes)),
    row("nindent", &[INT, STR], STR, |call, args| indented(call, args, b"\n").map(bytes)),
    row("replace", &[STR, STR, STR], STR, replace),
    row("plural", &[STR, STR, INT], STR, |_, args| Ok(args.text(usize::from(args.int(2) != 1)).into())),
    row("split", &[STR, STR], STRING_MAP, |call, args| {
        room_for_parts(call, args.bytes(1), args.bytes(0), ENTRY_ROOM)?;
        Ok(numbered(&shape::split(args.bytes(1), args.bytes(0), None)))
    }),
    row("splitn", &[STR, INT, STR], STRING_MAP, |call, args| {
        room_for_parts(call, args.bytes(2), args.bytes(0), ENTRY_ROOM)?;
        Ok(numbered(&shape::split(args.bytes(2), args.bytes(0), usize::try_from(args.int(1)).ok())))
    }),
    row("splitList", &[STR, STR], Type::STRINGS, |call, args| {
        room_for_parts(call, args.bytes(1), args.bytes(0), 1)?;
        Ok(strings(shape::split(args.bytes(1), args.bytes(0), None)))
    }),
    row("join", &[STR, Type::Any], STR, |call, args| {
        let parts = to_strings(call, args.any(1))?;
        call.take_bytes(parts.len().saturating_mul(args.bytes(0).len()))?;
        Ok(bytes(parts.join(args.bytes(0))))
    }),
    row("sortAlpha", &[Type::Any], Type::STRINGS, sort_alpha),
    row("shuffle", &[STR], STR, shuffle),
    row("randAlphaNum", &[INT], STR, |call, args| {
        random(call, args, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    }),
    row("randAlpha", &[INT], STR, |call, args| {
        random(call, args, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    }),
    row("randNumeric", &[INT], STR, |call, args| random(call, args, b"0123456789")),
    row("randAscii", &[INT], STR, |call, args| {
        let printable: Vec<u8> = (b' '..=b'~').collect();
        random(call, args, &printable)
    }),
    row("uuidv4", &[], STR, |call, _| Ok(call.state::<Sources>().chance.uuid().into())),
];

fn trim_all(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    call.spend(args.bytes(1).len().saturating_mul(args.bytes(0).len()) / 8)?;
    Ok(bytes(shape::trim_runes(args.bytes(1), args.bytes(0))))
}

/// Each rune mapped; text without letters that change keeps even its wrong bytes when it is ASCII.
fn mapped(args: Args<'_>, map: fn(char) -> char) -> Value {
    map_runes(args.bytes(0), map).into()
}

/// `text` so many times, within the budget.
fn repeated(call: &mut Call<'_>, text: &[u8], count: i64) -> Result<Vec<u8>, FuncError> {
    let count = usize::try_from(count).map_err(|_| "strings: negative Repeat count")?;
    let length = text.len().saturating_mul(count);
    call.take_bytes(length)?;
    call.spend(length / 16)?;
    Ok(text.repeat(if text.is_empty() { 0 } else { count }))
}

fn wrap(call: &mut Call<'_>, text: &[u8], (width, newline): (i64, &[u8]), long: LongWords) -> Outcome {
    let lines = text.len() / usize::try_from(width).unwrap_or(1).max(1) + 1;
    call.spend(text.len())?;
    call.take_bytes(lines.saturating_mul(newline.len()).saturating_add(text.len()))?;
    Ok(bytes(shape::wrap(text, width, newline, long)))
}

fn quote(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut out = Vec::new();
    for value in args.iter().filter(|value| !matches!(value, Value::Nil | Value::NoValue)) {
        separate(&mut out);
        let text = to_text(call, value)?;
        out.extend_from_slice(go_quoted(text.as_bytes()).as_bytes());
    }
    Ok(bytes(out))
}

fn squote(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut out = Vec::new();
    for value in args.iter().filter(|value| !matches!(value, Value::Nil | Value::NoValue)) {
        separate(&mut out);
        out.push(b'\'');
        out.extend_from_slice(printed(call, value)?.as_bytes());
        out.push(b'\'');
    }
    Ok(bytes(out))
}

fn cat(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut out = Vec::new();
    for (at, value) in args.iter().filter(|value| !matches!(value, Value::Nil | Value::NoValue)).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(printed(call, value)?.as_bytes());
    }
    Ok(bytes(out))
}

fn separate(out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b' ');
    }
}

/// `indent`: spaces before every line, empty ones included.
fn indented(call: &mut Call<'_>, args: Args<'_>, start: &[u8]) -> Result<Vec<u8>, FuncError> {
    let (spaces, text) = (args.int(0), args.bytes(1));
    let count = usize::try_from(spaces).map_err(|_| "strings: negative Repeat count")?;
    let lines = text.iter().filter(|byte| **byte == b'\n').count() + 1;
    let added = lines.saturating_mul(count);
    call.take_bytes(added.saturating_add(text.len()))?;
    let mut out = Vec::with_capacity(start.len() + added + text.len());
    out.extend_from_slice(start);
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if at > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + count, b' ');
        out.extend_from_slice(line);
    }
    Ok(out)
}

fn replace(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let (old, new, text) = (args.bytes(0), args.bytes(1), args.bytes(2));
    call.spend(text.len() / 8)?;
    if new.len() > old.len() {
        call.take_bytes(shape::count(text, old).saturating_mul(new.len()))?;
    }
    Ok(bytes(shape::replace(text, old, new)))
}

/// How many items of a list an entry of a map takes the room of.
const ENTRY_ROOM: usize = 3;

/// Pays for taking `text` apart, and sees that there is room for its parts.
fn room_for_parts(call: &mut Call<'_>, text: &[u8], separator: &[u8], each: usize) -> Result<(), FuncError> {
    call.spend(text.len())?;
    Ok(call.make_room((shape::count(text, separator) + 1).saturating_mul(each))?)
}

/// `split`: parts under the keys `_0`, `_1`, ….
fn numbered(parts: &[&[u8]]) -> Value {
    let entries = parts.iter().enumerate().map(|(at, part)| (format!("_{at}"), bytes(*part)));
    Value::Map(Map::typed(&MapClass::STRINGS, entries))
}

fn sort_alpha(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let list = args.any(0);
    if !matches!(list.plain(), Value::List(_) | Value::Bytes(_)) {
        return Ok(strings([to_text(call, list)?.as_bytes()]));
    }
    let mut texts = to_strings(call, list)?;
    texts.sort_by(|a, b| AsRef::<[u8]>::as_ref(a).cmp(b.as_ref()));
    Ok(strings(texts))
}

fn shuffle(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut shuffled: Vec<char> = runes(args.bytes(0)).map(|rune| rune.value).collect();
    call.spend(shuffled.len())?;
    let chance = &mut call.state::<Sources>().chance;
    for at in (1..shuffled.len()).rev() {
        let other = chance.below(at as u64 + 1) as usize;
        shuffled.swap(at, other);
    }
    Ok(shuffled.into_iter().collect::<String>().into())
}

/// So many characters of an alphabet; none for a negative count.
fn random(call: &mut Call<'_>, args: Args<'_>, alphabet: &[u8]) -> Outcome {
    let count = usize::try_from(args.int(0)).unwrap_or(0);
    call.take_bytes(count)?;
    call.spend(count)?;
    let chance = &mut call.state::<Sources>().chance;
    let drawn: Vec<u8> = (0..count).map(|_| alphabet[chance.below(alphabet.len() as u64) as usize]).collect();
    Ok(Text::from_bytes(drawn).into())
}
