//! JSON paths as Kubernetes' tools have them: text with `{…}` in it, in which `.a.b`, `['a']`, `[0]`, `[1:3]`, `[*]`,
//! `..a`, `[?(@.a == "b")]`, `"text"` and `range … end` stand.
//!
//! Pure, and bounded: [`print()`] writes what a template gives, [`first()`] looks for one value.

use serde_json::Value;

/// How deep ranges nest, and how many values one path may give: far beyond what people write.
const DEPTH_MAX: usize = 32;
const FOUND_MAX: usize = 100_000;

/// The first value that `template` finds in `value`; `None` when it finds none. A text in it stands for itself.
///
/// # Errors
/// In words: the template is none, or something it names is not there.
pub fn first(template: &str, value: &Value) -> Result<Option<Value>, String> {
    for part in parts(template)? {
        match part {
            Part::Text(text) => return Ok(Some(Value::String(text))),
            Part::Path(path) | Part::Range(path) => {
                if let Some(found) = find(&path, value)?.first() {
                    return Ok(Some((*found).clone()));
                }
            }
            Part::End => return Err("not in range, nothing to end".to_owned()),
        }
    }
    Ok(None)
}

/// What `template` gives for `value`.
///
/// # Errors
/// In words: the template is none, or something it names is not there.
pub fn print(template: &str, value: &Value) -> Result<String, String> {
    let parts = parts(template)?;
    let mut out = String::new();
    let rest = write(&parts, value, &mut out, 0)?;
    match rest {
        [] => Ok(out),
        _ => Err("not in range, nothing to end".to_owned()),
    }
}

/// A piece of a template.
#[derive(Debug, PartialEq)]
enum Part {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>),
    End,
}

#[derive(Debug, PartialEq)]
enum Step {
    Field(String),
    Index(i64),
    Slice(Option<i64>, Option<i64>),
    All,
    Below(String),
    Filter(Vec<Step>, Option<(String, Value)>),
}

fn parts(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            parts.push(Part::Text(rest[..open].to_owned()));
        }
        let close = closing(&rest[open + 1..]).ok_or("unclosed action")?;
        let action = rest[open + 1..open + 1 + close].trim();
        parts.push(part(action)?);
        rest = &rest[open + close + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// Where the action that begins `text` ends: at a brace that is in no quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

fn part(action: &str) -> Result<Part, String> {
    if action == "end" {
        return Ok(Part::End);
    }
    if let Some(path) = action.strip_prefix("range ") {
        return Ok(Part::Range(steps(path.trim())?));
    }
    if action.starts_with(['"', '\'']) {
        return Ok(Part::Text(quoted(action)?));
    }
    Ok(Part::Path(steps(action)?))
}

/// A text in quotes, its escapes replaced.
fn quoted(text: &str) -> Result<String, String> {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.or_else(|| text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')));
    let inner = inner.ok_or_else(|| format!("unterminated quoted string {text}"))?;
    let json = format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\"").replace("\\\\\"", "\\\""));
    serde_json::from_str(&json).map_err(|_| format!("unrecognised escape in {text}"))
}

fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix(['$', '@']).unwrap_or(path);
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '[' => {
                let close = bracket(rest).ok_or("unterminated array")?;
                steps.push(bracketed(rest[1..close].trim())?);
                &rest[close + 1..]
            }
            '.' if rest.starts_with("..") => {
                let (name, after) = field(&rest[2..]);
                steps.push(Step::Below(name));
                after
            }
            '.' => {
                let (name, after) = field(&rest[1..]);
                match name.as_str() {
                    "" => {}
                    "*" => steps.push(Step::All),
                    _ => steps.push(Step::Field(name)),
                }
                after
            }
            _ if steps.is_empty() => {
                let (name, after) = field(rest);
                if name.is_empty() {
                    return Err(format!("unrecognized character in action: {first:?}"));
                }
                steps.push(Step::Field(name));
                after
            }
            _ => return Err(format!("unrecognized character in action: {first:?}")),
        };
    }
    Ok(steps)
}

/// Where the bracket that begins `text` closes.
fn bracket(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 1 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A field's name, in which a backslash takes the next character as it is.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => name.extend(characters.next().map(|(_, c)| c)),
            '.' | '[' | ' ' => return (name, &text[at..]),
            c => name.push(c),
        }
    }
    (name, "")
}

fn bracketed(text: &str) -> Result<Step, String> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("invalid array index {text}"));
    if text == "*" {
        return Ok(Step::All);
    }
    if text.starts_with(['"', '\'']) {
        return quoted(text).map(Step::Field);
    }
    if let Some(filter) = text.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        return self::filter(filter.trim());
    }
    if let Some((from, to)) = text.split_once(':') {
        let end = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
        return Ok(Step::Slice(end(from)?, end(to)?));
    }
    number(text).map(Step::Index)
}

fn filter(text: &str) -> Result<Step, String> {
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        if let Some((left, right)) = text.split_once(operator) {
            let right = right.trim();
            let value = match right.starts_with(['"', '\'']) {
                true => Value::String(quoted(right)?),
                false => serde_json::from_str(right).map_err(|_| format!("unrecognised value {right}"))?,
            };
            return Ok(Step::Filter(steps(left.trim())?, Some((operator.to_owned(), value))));
        }
    }
    Ok(Step::Filter(steps(text)?, None))
}

/// Writes parts up to the end of a range; gives what follows it.
fn write<'p>(parts: &'p [Part], value: &Value, out: &mut String, depth: usize) -> Result<&'p [Part], String> {
    let mut rest = parts;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            Part::Text(text) => out.push_str(text),
            Part::Path(path) => {
                let found = find(path, value)?;
                let texts: Vec<String> = found.into_iter().map(text).collect();
                out.push_str(&texts.join(" "));
            }
            Part::Range(_) if depth >= DEPTH_MAX => return Err(format!("more than {DEPTH_MAX} ranges in each other")),
            Part::Range(path) => {
                let found = find(path, value)?;
                let mut behind = write(after, &Value::Null, &mut String::new(), depth + 1).unwrap_or(after);
                for one in &found {
                    behind = write(after, one, out, depth + 1)?;
                }
                rest = behind;
            }
            Part::End if depth > 0 => return Ok(after),
            Part::End => return Err("not in range, nothing to end".to_owned()),
        }
    }
    if depth > 0 { Err("unterminated range".to_owned()) } else { Ok(rest) }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn find<'v>(path: &[Step], value: &'v Value) -> Result<Vec<&'v Value>, String> {
    let mut found = vec![value];
    for step in path {
        let mut next = Vec::new();
        for one in found {
            step.take(one, &mut next)?;
            if next.len() > FOUND_MAX {
                return Err(format!("more than {FOUND_MAX} values (limit: values of a path)"));
            }
        }
        found = next;
    }
    Ok(found)
}

impl Step {
    fn take<'v>(&self, value: &'v Value, found: &mut Vec<&'v Value>) -> Result<(), String> {
        let items = || match value {
            Value::Array(items) => Ok(items.as_slice()),
            _ => Err("is not array or slice".to_owned()),
        };
        match self {
            Step::Field(name) => {
                let field = value.get(name).ok_or_else(|| format!("{name} is not found"))?;
                found.push(field);
            }
            Step::Index(index) => {
                let items = items()?;
                let at = if *index < 0 { *index + items.len() as i64 } else { *index };
                let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                found.push(
                    item.ok_or_else(|| format!("array index out of bounds: index {index}, length {}", items.len()))?,
                );
            }
            Step::Slice(from, to) => {
                let items = items()?;
                let place = |end: i64| if end < 0 { end + items.len() as i64 } else { end };
                let bounded = |end: i64| usize::try_from(end.max(0)).unwrap_or_default().min(items.len());
                let (from, to) = (bounded(place(from.unwrap_or(0))), bounded(to.map_or(items.len() as i64, place)));
                found.extend(items.get(from..to).unwrap_or_default());
            }
            Step::All => match value {
                Value::Array(items) => found.extend(items),
                Value::Object(map) => found.extend(map.values()),
                _ => {}
            },
            Step::Below(name) => below(name, value, found, 0),
            Step::Filter(path, test) => {
                found.extend(items()?.iter().filter(|item| holds(path, test.as_ref(), item)));
            }
        }
        Ok(())
    }
}

fn below<'v>(name: &str, value: &'v Value, found: &mut Vec<&'v Value>, depth: usize) {
    if depth > 1000 || found.len() > FOUND_MAX {
        return;
    }
    if let Some(own) = value.get(name) {
        found.push(own);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| below(name, item, found, depth + 1)),
        Value::Object(map) => map.values().for_each(|item| below(name, item, found, depth + 1)),
        _ => {}
    }
}

fn holds(path: &[Step], test: Option<&(String, Value)>, item: &Value) -> bool {
    let Ok(found) = find(path, item) else { return false };
    let (Some(left), Some((operator, right))) = (found.first(), test) else { return !found.is_empty() };
    let order = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(text(left).cmp(&text(right))),
    };
    let Some(order) = order else { return false };
    match operator.as_str() {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        _ => order.is_gt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_are_read_as_kubectl_reads_them() {
        let value = json!({"a": {"b": "x", "c.d": 1, "e": true}, "l": [{"n": "p", "v": 1}, {"n": "q", "v": 2}], "s": [1, 2, 3]});
        let cases = [
            ("{.a.b}", "x"),
            ("{a.b}", "x"),
            ("{$.a.b}", "x"),
            ("{.a['c.d']}", "1"),
            (r"{.a.c\.d}", "1"),
            ("b={.a.b}, e={.a.e}", "b=x, e=true"),
            ("{.a}", r#"{"b":"x","c.d":1,"e":true}"#),
            ("{.l[*].n}", "p q"),
            ("{.l[-1].n}", "q"),
            ("{.s[0:2]}", "1 2"),
            ("{..n}", "p q"),
            (r#"{.l[?(@.n=="q")].v}"#, "2"),
            ("{.l[?(@.v>1)].n}", "q"),
            (r#"{range .l[*]}{.n}={.v}{"\n"}{end}!"#, "p=1\nq=2\n!"),
        ];
        for (template, expected) in cases {
            assert_eq!(print(template, &value).as_deref(), Ok(expected), "{template}");
        }
        for (template, told) in
            [("{.nope}", "nope is not found"), ("{.a", "unclosed action"), ("{range .l[*]}x", "unterminated range")]
        {
            assert_eq!(print(template, &value), Err(told.to_owned()), "{template}");
        }
    }

    #[test]
    fn one_value_is_found() {
        let value = json!({"data": {"ok": [0.5, 1]}, "empty": []});
        let cases = [
            ("{$}", Some(value.clone())),
            ("{$.data.ok[0]}", Some(json!(0.5))),
            ("{.data.ok}", Some(json!([0.5, 1]))),
            ("{.empty[*]}", None),
            ("text", Some(json!("text"))),
        ];
        for (template, expected) in cases {
            assert_eq!(first(template, &value), Ok(expected), "{template}");
        }
        assert_eq!(first("{.data.nope}", &value), Err("nope is not found".to_owned()));
    }
}
