//! What a notification's templates and triggers find under `.time`, `.strings`, `.repo` and `.sync`: functions, called as
//! `call .time.Parse "…"`.

use super::git_url;
use crate::define::bytes;
use crate::runes::{map_runes, to_lower, to_upper};
use crate::shape;
use crate::sources::Sources;
use crate::time::{Time, Zone, parse};
use crate::time_object::{TimeObject, duration_value};
use gotemplate::{Args, Call, FuncError, Function, GoObject, Map, Plain, Signature, Type, Value, query_escape};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What templates may ask about an application, found out beforehand.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// What `repo.GetCommitMetadata` gives, by commit.
    pub commits: BTreeMap<String, CommitMetadata>,
    /// What `repo.GetAppDetails` gives.
    pub details: Option<Value>,
}

/// A commit.
#[derive(Debug, Clone)]
pub struct CommitMetadata {
    /// Its message.
    pub message: String,
    /// Who made it.
    pub author: String,
    /// When.
    pub date: Time,
    /// The tags on it.
    pub tags: Vec<String>,
}

const STR: Type = Type::String;

/// The values to put beside `.app`, by name.
#[must_use]
pub fn notification_values(facts: Facts) -> [(&'static str, Value); 4] {
    [("time", time()), ("strings", strings()), ("repo", repository(Arc::new(facts))), ("sync", sync())]
}

fn plain(params: &'static [Type], returns: Type, body: Plain) -> Value {
    Value::Func(Arc::new(Function::plain(Signature::new(params, returns), body)))
}

fn time() -> Value {
    const UNITS: [(&str, i64); 6] = [
        ("Nanosecond", 1),
        ("Microsecond", 1_000),
        ("Millisecond", 1_000_000),
        ("Second", 1_000_000_000),
        ("Minute", 60_000_000_000),
        ("Hour", 3_600_000_000_000),
    ];
    const LAYOUTS: [(&str, &str); 16] = [
        ("Layout", "01/02 03:04:05PM '06 -0700"),
        ("ANSIC", "Mon Jan _2 15:04:05 2006"),
        ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
        ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
        ("RFC822", "02 Jan 06 15:04 MST"),
        ("RFC822Z", "02 Jan 06 15:04 -0700"),
        ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
        ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
        ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
        ("RFC3339", RFC3339),
        ("RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"),
        ("Kitchen", "3:04PM"),
        ("Stamp", "Jan _2 15:04:05"),
        ("StampMilli", "Jan _2 15:04:05.000"),
        ("StampMicro", "Jan _2 15:04:05.000000"),
        ("StampNano", "Jan _2 15:04:05.000000000"),
    ];
    let functions = [
        ("Now", plain(&[], TimeObject::TYPE, |call, _| Ok(call.state::<Sources>().now.clone().into()))),
        ("Parse", plain(&[STR], TimeObject::TYPE, parsed)),
    ];
    let units = UNITS.into_iter().map(|(name, nanos)| (name, duration_value(nanos)));
    let layouts = LAYOUTS.into_iter().map(|(name, layout)| (name, Value::from(layout)));
    Value::Map(Map::from_entries(functions.into_iter().chain(units).chain(layouts)))
}

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";

fn parsed(_: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let read = parse(RFC3339.as_bytes(), args.bytes(0), &Zone::Utc);
    read.map(Value::from).map_err(|error| error.to_string().into())
}

fn strings() -> Value {
    Value::Map(Map::from_entries([
        ("ReplaceAll", plain(&[STR, STR, STR], STR, replaced)),
        ("ToUpper", plain(&[STR], STR, |_, args| Ok(map_runes(args.bytes(0), to_upper).into()))),
        ("ToLower", plain(&[STR], STR, |_, args| Ok(map_runes(args.bytes(0), to_lower).into()))),
    ]))
}

fn replaced(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let (text, old, new) = (args.bytes(0), args.bytes(1), args.bytes(2));
    call.spend(text.len() / 8)?;
    call.take_bytes(shape::count(text, old).saturating_mul(new.len()))?;
    Ok(bytes(shape::replace(text, old, new)))
}

fn repository(facts: Arc<Facts>) -> Value {
    let details = facts.details.clone();
    let commit = move |_: &mut Call<'_>, args: Args<'_>| {
        let sha = args.text(0).to_string();
        let found = facts.commits.get(&sha).ok_or_else(|| format!("commit {sha} is not known"))?;
        Ok(Value::object(found.clone()))
    };
    let details = move |_: &mut Call<'_>, _: Args<'_>| {
        details.clone().ok_or_else(|| FuncError::from("the application's details are not known"))
    };
    let closure = |function: Function| Value::Func(Arc::new(function));
    Value::Map(Map::from_entries([
        ("RepoURLToHTTPS", plain(&[STR], STR, |_, args| Ok(bytes(git_url::as_https(args.bytes(0)))))),
        ("FullNameByRepoURL", plain(&[STR], STR, |_, args| Ok(bytes(git_url::full_name(args.bytes(0)))))),
        ("QueryEscape", plain(&[STR], STR, |_, args| Ok(bytes(query_escape(args.bytes(0)))))),
        ("GetCommitMetadata", closure(Function::closure(Signature::new(&[STR], Type::Any), commit))),
        ("GetAppDetails", closure(Function::closure(Signature::new(&[], Type::Any), details))),
    ]))
}

fn sync() -> Value {
    Value::Map(Map::from_entries([("GetInfoItem", plain(&[Type::MAP, STR], STR, info_item))]))
}

/// The value of an item of the operation's `info`: of the one that is asked for, or else of the last one.
fn info_item(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let Some(app) = args.map(0) else { return Ok("".into()) };
    let asked = at(app, &["operation"]).or_else(|| at(app, &["status", "operationState", "operation"]));
    let Some(Value::List(items)) = asked.and_then(|operation| operation.get("info")) else {
        return Ok("".into());
    };
    for item in items.iter() {
        call.spend(1)?;
        if let Value::Map(item) = item
            && matches!(item.get("name"), Some(Value::Str(name)) if name == args.text(1))
        {
            return Ok(item.get("value").unwrap_or_else(|| "".into()));
        }
    }
    Ok("".into())
}

fn at(map: &Map, path: &[&str]) -> Option<Map> {
    path.iter().try_fold(map.clone(), |map, key| match map.get(key) {
        Some(Value::Map(below)) => Some(below),
        _ => None,
    })
}

impl GoObject for CommitMetadata {
    fn type_name(&self) -> &'static str {
        "shared.CommitMetadata"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Message", self.message.as_str().into()),
            ("Author", self.author.as_str().into()),
            ("Date", self.date.clone().into()),
            ("Tags", Value::strings(self.tags.iter().map(String::as_str))),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
