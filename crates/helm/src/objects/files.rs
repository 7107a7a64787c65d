//! `.Files`: the files of a chart that are neither templates nor have a meaning of their own.

use super::glob::Glob;
use crate::chart::File;
use crate::encode;
use bytes::Bytes;
use gotemplate::{
    Args, Call, FuncError, Function, GoObject, ListType, Map, MapClass, MapType, Signature, Text, Type, Value,
};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

static FILES: MapClass =
    MapClass { map_type: MapType { name: Some("engine.files"), elem: &Type::BYTES }, methods: None };

/// `.Files` of a chart.
pub(crate) fn files(all: &[File]) -> Value {
    Value::object(Files::new(all.iter().map(|file| (file.name.clone(), file.data.clone())).collect()))
}

/// Files by path. As a map only when a template treats it as one: most never do.
#[derive(Debug)]
struct Files {
    by_path: BTreeMap<String, Bytes>,
    map: OnceLock<Map>,
}

impl Files {
    fn new(by_path: BTreeMap<String, Bytes>) -> Self {
        Files { by_path, map: OnceLock::new() }
    }

    fn get(&self, path: &Text) -> &[u8] {
        self.by_path.get(&*path.to_str_lossy()).map_or(&[], |data| data)
    }

    fn matching(&self, pattern: &str, call: &mut Call<'_>) -> Result<Files, FuncError> {
        let glob = Glob::parse(pattern);
        let mut found = BTreeMap::new();
        for (path, data) in &self.by_path {
            call.spend(1)?;
            // Compat: a pattern that cannot be read matches everything.
            if glob.as_ref().is_none_or(|glob| glob.matches(path)) {
                found.insert(path.clone(), data.clone());
            }
        }
        Ok(Files::new(found))
    }

    /// Last segments of the paths and what `encode` makes of the contents, as a YAML map.
    fn as_yaml(&self, encode: fn(&[u8]) -> String, call: &mut Call<'_>) -> Result<Value, FuncError> {
        let mut map = serde_json::Map::new();
        for (path, data) in &self.by_path {
            call.take_bytes(data.len())?;
            let name = path.rsplit('/').next().unwrap_or(path);
            map.insert(name.to_owned(), serde_json::Value::String(encode(data)));
        }
        Ok(Value::text(encode::trimmed(yaml::emit(&serde_json::Value::Object(map)))))
    }

    fn lines(&self, path: &Text) -> Value {
        let data = self.get(path);
        if data.is_empty() {
            return Value::strings(std::iter::empty::<&str>());
        }
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        Value::strings(data.split(|byte| *byte == b'\n').map(Text::copy_of))
    }
}

fn lossy(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

impl GoObject for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn underlying(&self) -> Option<Value> {
        let made = self.map.get_or_init(|| {
            let entries = self.by_path.iter().map(|(path, data)| (path.as_str(), Value::Bytes(Arc::from(&data[..]))));
            Map::typed(&FILES, entries)
        });
        Some(Value::Map(made.clone()))
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        const TEXT: Signature = Signature::new(&[Type::String], Type::String);
        const NOTHING: Signature = Signature::new(&[], Type::String);
        let files = self;
        Some(match name {
            "Get" => Function::closure(TEXT, move |call: &mut Call<'_>, args: Args<'_>| {
                let data = files.get(&args.text(0));
                call.take_bytes(data.len())?;
                Ok(Value::Str(Text::copy_of(data)))
            }),
            "GetBytes" => Function::closure(
                Signature::new(&[Type::String], Type::BYTES),
                move |_: &mut Call<'_>, args: Args<'_>| Ok(Value::Bytes(Arc::from(files.get(&args.text(0))))),
            ),
            "Glob" => Function::closure(
                Signature::new(&[Type::String], Type::Named("engine.files")),
                move |call: &mut Call<'_>, args: Args<'_>| {
                    Ok(Value::object(files.matching(&args.text(0).to_str_lossy(), call)?))
                },
            ),
            "AsConfig" => {
                Function::closure(NOTHING, move |call: &mut Call<'_>, _: Args<'_>| files.as_yaml(lossy, call))
            }
            "AsSecrets" => {
                Function::closure(NOTHING, move |call: &mut Call<'_>, _: Args<'_>| files.as_yaml(encode::base64, call))
            }
            "Lines" => Function::closure(
                Signature::new(&[Type::String], Type::List(ListType::STRINGS)),
                move |_: &mut Call<'_>, args: Args<'_>| Ok(files.lines(&args.text(0))),
            ),
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_drop_one_newline_at_the_end() {
        let files = Files::new(BTreeMap::from([("a".to_owned(), Bytes::from_static(b"x\n\ny\n"))]));
        let Value::List(lines) = files.lines(&Text::from("a")) else { unreachable!("a list") };
        assert_eq!(lines.len(), 3);
    }
}
