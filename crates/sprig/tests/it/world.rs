//! What recorded templates are executed on: the same data, of the same Go types, as the program that recorded them.

use budget::{Budget, Exceeded, Limits};
use gotemplate::{
    FuncMap, IntKind, List, ListType, Map, MapClass, MapType, MissingKey, Run, Set, Text, Type, UintKind, Value,
};
use sprig::time::Time;
use sprig::{Chance, Sources};
use std::sync::Arc;

/// 2024-06-01 12:00:00 UTC: the present of every case.
pub const NOW: i64 = 1_717_243_200;

static NAMED: MapClass = MapClass { map_type: MapType { name: Some("main.named"), elem: &Type::Any }, methods: None };

/// What executing a template gives.
pub struct Answer {
    /// Its output or Go's error.
    pub text: String,
    /// Whether it is an error.
    pub failed: bool,
    /// The limit that ended it.
    pub exceeded: Option<Exceeded>,
}

/// The functions, with everything they read fixed.
pub fn sources() -> Sources {
    Sources {
        now: Time::from_unix(NOW, 0),
        chance: Chance::from_seed([7; 32]),
        versions: goversion::Release::V3_3,
        ..Sources::default()
    }
}

/// Executes `template` on [`data`] within the usual limits.
pub fn run(template: &str, functions: &Arc<FuncMap>) -> Answer {
    run_within(template, functions, Limits::default())
}

/// Executes `template` on [`data`] within `limits`.
pub fn run_within(template: &str, functions: &Arc<FuncMap>, limits: Limits) -> Answer {
    let mut budget = Budget::new(limits);
    let mut set = Set::new(functions.clone(), MissingKey::Zero);
    if let Err(error) = set.parse("c", template.as_bytes(), &mut budget) {
        return Answer { text: format!("parse: {error}"), failed: true, exceeded: None };
    }
    let mut run = Run::new(&mut budget);
    run.state.put(sources());
    match set.execute("c", &data(), &mut run) {
        Ok(text) => Answer { text: gotemplate::quote(text.as_bytes()), failed: false, exceeded: None },
        Err(error) => {
            let text = gotemplate::quote(error.to_string().as_bytes());
            Answer { text, failed: true, exceeded: error.exceeded }
        }
    }
}

/// A template's dot.
pub fn data() -> Value {
    let values: serde_json::Value =
        serde_json::from_str(include_str!("../cases/values.json")).expect("the values are JSON");
    let inner = Map::from_entries([("b", Value::int(1))]);
    let named = Map::typed(&NAMED, [("a", Value::Map(inner)), ("x", "y".into())]);
    let ints = [3, 1, 2].map(Value::int).to_vec();
    let zone = sprig::time::Zone::Fixed("XST".to_owned(), -5 * 3600 - 1800);
    Value::Map(Map::from_entries([
        ("v", Value::from(&values)),
        ("i64", Value::int64(42)),
        ("i32", Value::Int(-7, IntKind::Int32)),
        ("i8", Value::Int(5, IntKind::Int8)),
        ("u64", Value::Uint(u64::MAX, UintKind::Uint64)),
        ("u8", Value::Uint(200, UintKind::Uint8)),
        ("strs", Value::strings(["b", "a", "", "c"])),
        ("ints", Value::List(List::typed(ListType::INTS, ints))),
        ("bytes", Value::Bytes(Arc::from(b"hi\xff".as_slice()))),
        ("bad", Value::Str(Text::copy_of(b"a\xffb"))),
        ("ms", Value::Map(Map::typed(&MapClass::STRINGS, [("a", "1".into()), ("b", "".into())]))),
        ("nilmap", Value::Map(Map::nil(&MapClass::ANY))),
        ("nillist", Value::List(List::nil(ListType::ANY))),
        ("named", Value::Map(named)),
        ("t", Time::from_unix(1_709_211_845, 678_901_234).into()),
        ("t2", Time::from_unix(19_799, 0).shown_in(zone).into()),
        ("zero", Time::default().into()),
        ("inf", Value::Float(f64::INFINITY)),
    ]))
}
