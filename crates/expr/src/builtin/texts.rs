//! Texts.

use super::define::{Call, Checking, Definition, Sort, mistyped, text};
use super::numbers::int_of;
use crate::error::{Outcome, Wrong};
use crate::print::print;
use crate::types::ListType;
use crate::value::Value;
use gotemplate::Text;

const TEXT: Sort = Sort::String;
const TEXTS: Sort = Sort::List(ListType::String);
const ANYTHING: Sort = Sort::List(ListType::Any);
const ONE: Checking = Checking::Overloads(&[(&[TEXT], TEXT)]);
const AFFIX: Checking = Checking::Overloads(&[(&[TEXT, TEXT], TEXT), (&[TEXT], TEXT)]);
const SPLIT: Checking = Checking::Overloads(&[(&[TEXT, TEXT], TEXTS), (&[TEXT, TEXT, Sort::Int], TEXTS)]);
const FIND: Checking = Checking::Overloads(&[(&[TEXT, TEXT], Sort::Int)]);
const TEST: Checking = Checking::Overloads(&[(&[TEXT, TEXT], Sort::Bool)]);
/// How often a text may be repeated; the original's limit, and its words.
const REPEAT_MAX: i64 = 1_000_000;

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "string", checking: Checking::Overloads(&[(&[Sort::Any], TEXT)]), call: string },
    Definition { name: "trim", checking: Checking::Overloads(&[(&[TEXT], TEXT), (&[TEXT, TEXT], TEXT)]), call: trim },
    Definition { name: "trimPrefix", checking: AFFIX, call: trim_prefix },
    Definition { name: "trimSuffix", checking: AFFIX, call: trim_suffix },
    Definition { name: "upper", checking: ONE, call: upper },
    Definition { name: "lower", checking: ONE, call: lower },
    Definition { name: "split", checking: SPLIT, call: |args, call| split(args, call, 0) },
    Definition { name: "splitAfter", checking: SPLIT, call: |args, call| split(args, call, usize::MAX) },
    Definition {
        name: "replace",
        checking: Checking::Overloads(&[(&[TEXT, TEXT, TEXT, Sort::Int], TEXT), (&[TEXT, TEXT, TEXT], TEXT)]),
        call: replace,
    },
    Definition { name: "repeat", checking: Checking::Overloads(&[(&[TEXT, Sort::Int], TEXT)]), call: repeat },
    Definition {
        name: "join",
        checking: Checking::Overloads(&[
            (&[TEXTS, TEXT], TEXT),
            (&[ANYTHING, TEXT], TEXT),
            (&[ANYTHING], TEXT),
            (&[TEXTS, TEXT], TEXT),
            (&[TEXTS], TEXT),
        ]),
        call: join,
    },
    Definition { name: "indexOf", checking: FIND, call: index_of },
    Definition { name: "lastIndexOf", checking: FIND, call: last_index_of },
    Definition { name: "hasPrefix", checking: TEST, call: has_prefix },
    Definition { name: "hasSuffix", checking: TEST, call: has_suffix },
];

fn string(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    Ok(Value::String(print(&arguments[0], call.budget)?))
}

fn trim(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let subject = text(&arguments[0])?;
    let Some(subject) = subject.as_str() else {
        // Bytes that are no text have no letters to trim but Latin ones.
        return call.text(subject.as_bytes().trim_ascii().to_vec());
    };
    let trimmed = match arguments.get(1) {
        None => subject.trim(),
        Some(cut) => {
            let cut: Vec<char> = text(cut)?.to_str_lossy().chars().collect();
            subject.trim_matches(|found| cut.contains(&found))
        }
    };
    call.text(trimmed.as_bytes().to_vec())
}

/// What is to be taken away: a space when nothing is said.
fn affix(arguments: &[Value]) -> Outcome<Text> {
    arguments.get(1).map_or(Ok(" ".into()), |affix| text(affix).cloned())
}

fn trim_prefix(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let affix = affix(arguments)?;
    let subject = text(&arguments[0])?.as_bytes();
    call.text(subject.strip_prefix(affix.as_bytes()).unwrap_or(subject).to_vec())
}

fn trim_suffix(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let affix = affix(arguments)?;
    let subject = text(&arguments[0])?.as_bytes();
    call.text(subject.strip_suffix(affix.as_bytes()).unwrap_or(subject).to_vec())
}

/// Go's mapping of letters goes one by one: what would become several stays.
fn mapped(value: &Value, call: &mut Call<'_>, map: fn(char) -> Option<char>) -> Outcome<Value> {
    let subject = text(value)?.to_str_lossy();
    call.text(subject.chars().map(|found| map(found).unwrap_or(found)).collect::<String>().into_bytes())
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    if letters.next().is_some() { None } else { first }
}

fn upper(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    mapped(&arguments[0], call, |found| single(found.to_uppercase()))
}

fn lower(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    mapped(&arguments[0], call, |found| single(found.to_lowercase()))
}

/// Where `wanted` stands in `subject`, none within another; in time linear in both.
fn positions(subject: &[u8], wanted: &[u8]) -> Vec<usize> {
    match (std::str::from_utf8(subject), std::str::from_utf8(wanted)) {
        (Ok(subject), Ok(wanted)) => subject.match_indices(wanted).map(|(at, _)| at).collect(),
        // Bytes that are no text: each stands for a letter of its own.
        _ => {
            let letters = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
            let (text, wanted) = (letters(subject), letters(wanted));
            let mut before = (0, 0);
            let found = text.match_indices(&wanted).map(|(at, _)| {
                before = (before.0 + text[before.1..at].chars().count(), at);
                before.0
            });
            found.collect()
        }
    }
}

/// Bytes of the first character; 1 for what is none.
fn first_length(subject: &[u8]) -> usize {
    let length = match subject.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let is_whole = subject.get(..length).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    if is_whole { length } else { 1 }
}

/// Ends of the letters of `subject`.
fn letter_ends(subject: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < subject.len() {
        at += first_length(&subject[at..]);
        ends.push(at);
    }
    ends
}

/// The parts of the first argument between the second, at most as many as the third says; `keeps` bytes of what stands
/// between stay.
fn split(arguments: &[Value], call: &mut Call<'_>, keeps: usize) -> Outcome<Value> {
    let (subject, separator) = (text(&arguments[0])?.as_bytes(), text(&arguments[1])?.as_bytes());
    let most = arguments.get(2).map_or(Ok(-1), int_of)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    call.budget.spend((subject.len() + separator.len()) as u64)?;
    if most == 0 || (separator.is_empty() && subject.is_empty()) {
        return call.list(ListType::String, Vec::new());
    }
    let mut cuts = if separator.is_empty() { letter_ends(subject) } else { positions(subject, separator) };
    if separator.is_empty() {
        cuts.pop();
    }
    cuts.truncate(most - 1);
    let mut parts: Vec<Value> = Vec::new();
    let mut start = 0;
    for cut in cuts {
        parts.push(Value::String(Text::copy_of(&subject[start..cut + keeps.min(separator.len())])));
        start = cut + separator.len();
    }
    parts.push(Value::String(Text::copy_of(&subject[start..])));
    call.list(ListType::String, parts)
}

fn replace(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let (subject, old) = (text(&arguments[0])?.as_bytes(), text(&arguments[1])?.as_bytes());
    let new = text(&arguments[2])?.as_bytes();
    let most = arguments.get(3).map_or(Ok(-1), int_of)?;
    call.budget.spend((subject.len() + old.len()) as u64)?;
    let mut cuts = if old.is_empty() {
        // Before each letter, and at the end.
        [0].into_iter().chain(letter_ends(subject)).collect()
    } else {
        positions(subject, old)
    };
    cuts.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    call.budget.take_bytes((subject.len() as u64).saturating_add(cuts.len() as u64 * new.len() as u64))?;
    let mut out = Vec::new();
    let mut start = 0;
    for cut in cuts {
        out.extend(&subject[start..cut]);
        out.extend(new);
        start = cut + old.len();
    }
    out.extend(&subject[start..]);
    Ok(Value::String(Text::from_bytes(out)))
}

fn repeat(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let subject = text(&arguments[0])?;
    let count = int_of(&arguments[1])?;
    if count < 0 {
        let message = format!("invalid argument for repeat (expected positive integer, got {count})");
        return Err(Wrong::new(message));
    }
    if count > REPEAT_MAX {
        return Err(Wrong::new("memory budget exceeded"));
    }
    let bytes = subject.len() as u64 * count.unsigned_abs();
    call.grow(bytes)?;
    call.budget.take_bytes(bytes)?;
    Ok(Value::String(Text::from_bytes(subject.as_bytes().repeat(count.unsigned_abs() as usize))))
}

fn join(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let glue = arguments.get(1).map_or(Ok(Text::default()), |glue| text(glue).cloned())?;
    let parts = match &arguments[0] {
        Value::List(list) if matches!(list.list_type(), ListType::Any | ListType::String) => list.items(),
        other => return Err(Wrong::new(format!("invalid argument for join (type {})", other.type_name()))),
    };
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Value::String(part) = part else { return Err(mistyped(part, "string")) };
        call.budget.take_bytes((part.len() + glue.len()) as u64)?;
        if at > 0 {
            out.extend(glue.as_bytes());
        }
        out.extend(part.as_bytes());
    }
    Ok(Value::String(Text::from_bytes(out)))
}

fn position(found: Option<usize>) -> Value {
    Value::int(found.map_or(-1, |at| at as i64))
}

fn index_of(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let (subject, wanted) = (text(&arguments[0])?, text(&arguments[1])?);
    call.budget.spend((subject.len() + wanted.len()) as u64)?;
    Ok(position(positions(subject.as_bytes(), wanted.as_bytes()).first().copied()))
}

fn last_index_of(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let (subject, wanted) = (text(&arguments[0])?.as_bytes(), text(&arguments[1])?.as_bytes());
    call.budget.spend((subject.len() + wanted.len()) as u64)?;
    let found = match (std::str::from_utf8(subject), std::str::from_utf8(wanted)) {
        (Ok(subject), Ok(wanted)) => subject.rfind(wanted),
        _ => positions(subject, wanted).last().copied(),
    };
    Ok(position(found))
}

fn has_prefix(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    Ok(text(&arguments[0])?.as_bytes().starts_with(text(&arguments[1])?.as_bytes()).into())
}

fn has_suffix(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    Ok(text(&arguments[0])?.as_bytes().ends_with(text(&arguments[1])?.as_bytes()).into())
}
