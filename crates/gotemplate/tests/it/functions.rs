//! Functions for the cases: one of each kind of signature, the same that the Go program which recorded them defines.

use gotemplate::html::{Safe, SafeIn};
use gotemplate::{
    Args, Call, Definition, FuncError, FuncMap, Function, GoObject, List, ListType, Map, MapClass, MapType, Render,
    RenderFailure, Signature, Target, Text, Type, UintKind, Value, sprint,
};
use std::any::Any;
use std::sync::Arc;

type Outcome = Result<Value, FuncError>;

const STR: Type = Type::String;
const ANY: Type = Type::Any;
const INT: Type = Type::INT;

pub fn table() -> FuncMap {
    let mut functions = FuncMap::default();
    functions.extend(TABLE);
    let rendering = Signature::new(&[STR, ANY], STR);
    functions.insert(
        "include",
        Function::render(rendering, |_, args| {
            Ok(Render { target: Target::Named(args.text(0)), data: args.any(1).clone(), then: Render::plainly() })
        }),
    );
    let rendering = Signature::new(&[STR, ANY], STR);
    functions.insert(
        "tpl",
        Function::render(rendering, |_, args| {
            let target = Target::Source { name: "set".into(), text: args.text(0) };
            let then = Box::new(|_: &mut Call<'_>, outcome: Result<Text, RenderFailure>| match outcome {
                Ok(text) => Ok(Value::Str(text)),
                Err(RenderFailure::Parse(message)) => Err(format!("cannot parse: {message}").into()),
                Err(other) => Err(format!("cannot execute: {other}").into()),
            });
            Ok(Render { target, data: args.any(1).clone(), then })
        }),
    );
    functions
}

const fn new(
    name: &'static str,
    params: &'static [Type],
    returns: Type,
    body: fn(&mut Call<'_>, Args<'_>) -> Outcome,
) -> Definition {
    Definition { name, signature: Signature::new(params, returns), body }
}

const fn rest(
    name: &'static str,
    rest: Type,
    returns: Type,
    body: fn(&mut Call<'_>, Args<'_>) -> Outcome,
) -> Definition {
    Definition { name, signature: Signature::variadic(&[], rest, returns), body }
}

/// Text that is safe somewhere.
const fn safe(name: &'static str, of: &'static str, body: fn(&mut Call<'_>, Args<'_>) -> Outcome) -> Definition {
    new(name, &[STR], Type::Named(of), body)
}

const U64: Type = Type::Uint(UintKind::Uint64);

const TABLE: &[Definition] = &[
    rest("list", ANY, Type::LIST, |_, args| Ok(Value::list(args.to_vec()))),
    rest("strs", STR, Type::STRINGS, |_, args| Ok(Value::List(List::typed(ListType::STRINGS, args.to_vec())))),
    rest("ints", INT, Type::List(ListType::INTS), |_, args| {
        Ok(Value::List(List::typed(ListType::INTS, args.to_vec())))
    }),
    new("bytes", &[STR], Type::BYTES, |_, args| Ok(Value::Bytes(args.bytes(0).into()))),
    rest("dict", ANY, Type::MAP, dict),
    rest("smap", STR, Type::Map(MapType::STRINGS), |_, args| {
        let pairs = args.chunks_exact(2).map(|pair| (text_of(&pair[0]), pair[1].clone()));
        Ok(Value::Map(Map::typed(&MapClass::STRINGS, pairs)))
    }),
    new("set", &[Type::MAP, STR, ANY], Type::MAP, |call, args| {
        let map = args.map(0).ok_or("assignment to entry in nil map")?;
        call.set(map, args.text(1), args.any(2).clone());
        Ok(args.any(0).clone())
    }),
    new("i64", &[INT], Type::INT64, |_, args| Ok(Value::int64(args.int(0)))),
    new("u8", &[INT], Type::Uint(UintKind::Uint8), |_, args| {
        Ok(Value::Uint(args.int(0) as u8 as u64, UintKind::Uint8))
    }),
    new("u64", &[INT], U64, |_, args| Ok(Value::Uint(args.int(0) as u64, UintKind::Uint64))),
    new("up", &[STR], STR, |_, args| Ok(Value::text(args.text(0).to_str_lossy().to_uppercase()))),
    new("addi", &[INT, INT], INT, |_, args| Ok(Value::int(args.int(0).wrapping_add(args.int(1))))),
    new("half", &[Type::Float64], Type::Float64, |_, args| Ok(Value::Float(args.float(0) / 2.0))),
    new("flag", &[Type::Bool], STR, |_, args| Ok(Value::text(if args.bool(0) { "yes" } else { "no" }))),
    new("takeu", &[U64], U64, |_, args| Ok(args.any(0).clone())),
    new("takem", &[Type::MAP], INT, |_, args| Ok(Value::int(args.map(0).map_or(0, Map::len) as i64))),
    new("takel", &[Type::LIST], INT, |_, args| Ok(Value::int(args.list(0).map_or(0, List::len) as i64))),
    new("takec", &[Type::Complex128], Type::Complex128, |_, args| Ok(args.any(0).clone())),
    new("boom", &[STR], STR, |_, args| Err(format!("boom: {}", args.text(0)).into())),
    new("nothing", &[], ANY, |_, _| Ok(Value::Nil)),
    new("id", &[ANY], ANY, |_, args| Ok(args.any(0).clone())),
    new("thing", &[STR], Type::Named("*main.Thing"), |_, args| Ok(Value::object(Thing(args.text(0))))),
    new("shown", &[STR], Type::Named("main.Shown"), |_, args| Ok(Value::object(Shown(args.text(0))))),
    new("table", &[STR, ANY], Type::Map(TABLE_CLASS.map_type), |_, args| {
        Ok(Value::Map(Map::typed(&TABLE_CLASS, [(args.text(0), args.any(1).clone())])))
    }),
    safe("safecss", "template.CSS", |_, args| Ok(Safe::value(SafeIn::Css, args.text(0)))),
    safe("safehtml", "template.HTML", |_, args| Ok(Safe::value(SafeIn::Html, args.text(0)))),
    safe("safeattr", "template.HTMLAttr", |_, args| Ok(Safe::value(SafeIn::HtmlAttr, args.text(0)))),
    safe("safejs", "template.JS", |_, args| Ok(Safe::value(SafeIn::Js, args.text(0)))),
    safe("safejsstr", "template.JSStr", |_, args| Ok(Safe::value(SafeIn::JsStr, args.text(0)))),
    safe("safeurl", "template.URL", |_, args| Ok(Safe::value(SafeIn::Url, args.text(0)))),
    safe("safesrcset", "template.Srcset", |_, args| Ok(Safe::value(SafeIn::Srcset, args.text(0)))),
    new("fn", &[], Type::Func, |_, _| {
        let signature = Signature::variadic(&[INT], STR, STR);
        let body = |call: &mut Call<'_>, args: Args<'_>| {
            let list = Value::list(args.from(1).to_vec());
            Ok(Value::Str(sprint(&[args.any(0).clone(), list], call.budget)?))
        };
        Ok(Value::Func(Arc::new(Function::closure(signature, body))))
    }),
];

fn dict(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut entries = Vec::new();
    for pair in args.chunks_exact(2) {
        entries.push((sprint(&pair[..1], call.budget)?, pair[1].clone()));
    }
    Ok(Value::Map(Map::from_entries(entries)))
}

const TABLE_CLASS: MapClass =
    MapClass { map_type: MapType { name: Some("main.Table"), elem: &Type::Any }, methods: Some(table_method) };

fn table_method(map: &Map, name: &str) -> Option<Function> {
    let size = map.len() as i64;
    (name == "Size").then(|| Function::closure(Signature::new(&[], INT), move |_, _| Ok(Value::int(size))))
}

#[derive(Debug)]
struct Thing(Text);

impl GoObject for Thing {
    fn type_name(&self) -> &'static str {
        "*main.Thing"
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        Some(match name {
            "Upper" => Function::closure(Signature::new(&[], STR), move |_, _| {
                Ok(Value::text(self.0.to_str_lossy().to_uppercase()))
            }),
            "Join" => Function::closure(Signature::variadic(&[STR], STR, STR), |_, args| {
                let parts: Vec<_> = args.from(1).iter().map(|part| text_of(part).to_string()).collect();
                Ok(Value::text(parts.join(&args.text(0).to_str_lossy())))
            }),
            "Fail" => Function::closure(Signature::new(&[], STR), |_, _| Err("thing failed".into())),
            "Plus" => Function::closure(Signature::new(&[INT, Type::Float64], Type::Float64), |_, args| {
                Ok(Value::Float(args.int(0) as f64 + args.float(1)))
            }),
            "Any2" => Function::closure(Signature::new(&[ANY], ANY), |_, args| Ok(args.any(0).clone())),
            _ => return None,
        })
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Name", Value::Str(self.0.clone())), ("Any", Value::Str(self.0.clone()))]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct Shown(Text);

impl GoObject for Shown {
    fn type_name(&self) -> &'static str {
        "main.Shown"
    }

    fn text(&self) -> Option<Text> {
        Some(self.0.clone())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("text", Value::Str(self.0.clone()))]
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        other.as_any().downcast_ref::<Shown>().is_some_and(|other| other.0 == self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn text_of(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        _ => Text::default(),
    }
}
