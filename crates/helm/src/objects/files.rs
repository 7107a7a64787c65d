//! `.Files`: the files of a chart that are neither templates nor have a meaning of their own.

use super::glob::Glob;
use crate::chart::File;
use crate::encode;
use gotemplate::{
    Args, Call, FuncError, Function, GoObject, ListType, Map, MapClass, MapType, Signature, Text, Type, Value,
};
use std::any::Any;
use std::sync::{Arc, OnceLock};

static FILES: MapClass =
    MapClass { map_type: MapType { name: Some("engine.files"), elem: &Type::BYTES }, methods: None };

/// `.Files` of a chart.
pub(crate) fn files(all: &Arc<[File]>) -> Value {
    Value::object(Files { all: all.clone(), by_path: OnceLock::new(), map: OnceLock::new() })
}

/// Files by path. In order, and as a map, only when a template asks for it: most never do, and a chart may stand under many
/// names.
#[derive(Debug)]
struct Files {
    all: Arc<[File]>,
    /// Positions of those that are meant, in the order of their paths.
    by_path: OnceLock<Box<[u32]>>,
    map: OnceLock<Map>,
}

impl Files {
    fn by_path(&self) -> impl Iterator<Item = &File> {
        self.positions().iter().map(|at| &self.all[*at as usize])
    }

    /// Of two files with one path the later is meant.
    fn positions(&self) -> &[u32] {
        self.by_path.get_or_init(|| {
            let name = |at: &u32| &self.all[*at as usize].name;
            let mut positions: Vec<u32> = (0..self.all.len() as u32).rev().collect();
            positions.sort_by(|a, b| name(a).cmp(name(b)));
            positions.dedup_by(|a, b| name(a) == name(b));
            positions.into()
        })
    }

    fn get(&self, path: &Text) -> &[u8] {
        let name = |at: &u32| self.all[*at as usize].name.as_bytes();
        let found = self.positions().binary_search_by(|at| name(at).cmp(path.to_str_lossy().as_bytes()));
        found.map_or(&[], |at| &self.all[self.positions()[at] as usize].data)
    }

    fn matching(&self, pattern: &str, call: &mut Call<'_>) -> Result<Files, FuncError> {
        let glob = Glob::parse(pattern);
        let mut found = Vec::new();
        for at in self.positions() {
            call.spend(1)?;
            // Compat: a pattern that cannot be read matches everything.
            if glob.as_ref().is_none_or(|glob| glob.matches(&self.all[*at as usize].name)) {
                found.push(*at);
            }
        }
        Ok(Files { all: self.all.clone(), by_path: OnceLock::from(Box::from(found)), map: OnceLock::new() })
    }

    /// Last segments of the paths and what `encode` makes of the contents, as a YAML map.
    fn as_yaml(&self, encode: fn(&[u8]) -> String, call: &mut Call<'_>) -> Result<Value, FuncError> {
        let mut map = serde_json::Map::new();
        for File { name, data } in self.by_path() {
            call.take_bytes(data.len())?;
            let name = name.rsplit('/').next().unwrap_or(name);
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
            let entries = self.by_path().map(|file| (file.name.as_str(), Value::Bytes(Arc::from(&file.data[..]))));
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
        let files = of(&[("a", "x\n\ny\n")]);
        let Value::List(lines) = files.lines(&Text::from("a")) else { unreachable!("a list") };
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn files_are_found_in_any_order_and_the_later_of_one_path() {
        let files = of(&[("b/x", "1"), ("a", "2"), ("b/x", "3"), ("c", "4")]);
        assert_eq!(files.by_path().map(|file| &*file.name).collect::<Vec<_>>(), ["a", "b/x", "c"]);
        let got = ["a", "b/x", "c", "d"].map(|path| files.get(&Text::from(path)));
        assert_eq!(got, [&b"2"[..], b"3", b"4", b""]);
    }

    fn of(all: &[(&str, &'static str)]) -> Files {
        let all = all.iter().map(|(name, data)| File { name: (*name).to_owned(), data: (*data).into() });
        Files { all: all.collect(), by_path: OnceLock::new(), map: OnceLock::new() }
    }
}
