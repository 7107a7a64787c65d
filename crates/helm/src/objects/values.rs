//! `.Values`: a map with a name of its own and a few methods.

use crate::profile::Profile;
use gotemplate::{Args, Call, FuncError, Function, Map, MapClass, MapType, Signature, Type, Value};

static CHARTUTIL: MapClass =
    MapClass { map_type: MapType { name: Some("chartutil.Values"), elem: &Type::Any }, methods: Some(method) };
static COMMON: MapClass =
    MapClass { map_type: MapType { name: Some("common.Values"), elem: &Type::Any }, methods: Some(method) };

/// The type of `.Values` in a release.
pub(crate) fn values_class(profile: Profile) -> &'static MapClass {
    if profile.is_four() { &COMMON } else { &CHARTUTIL }
}

/// `map` as `.Values`.
pub(crate) fn values(map: &Map, profile: Profile) -> Value {
    Value::Map(map.seen_as(values_class(profile)))
}

fn method(map: &Map, name: &str) -> Option<Function> {
    const MAP: Signature = Signature::new(&[], Type::MAP);
    const BY_PATH: Signature = Signature::new(&[Type::String], Type::Any);
    let map = map.clone();
    Some(match name {
        "AsMap" => {
            Function::closure(MAP, move |_: &mut Call<'_>, _: Args<'_>| Ok(Value::Map(map.seen_as(&MapClass::ANY))))
        }
        "YAML" => Function::closure(Signature::new(&[], Type::String), move |call: &mut Call<'_>, _: Args<'_>| {
            let text = crate::encode::yaml_document(&Value::Map(map.clone()), call.budget)?;
            Ok(Value::text(text))
        }),
        "Table" => Function::closure(BY_PATH, move |_: &mut Call<'_>, args: Args<'_>| {
            let path = args.text(0);
            let table = table(&map, &path.to_str_lossy())?;
            Ok(Value::Map(table.seen_as(map_class_of(&map))))
        }),
        "PathValue" => Function::closure(BY_PATH, move |_: &mut Call<'_>, args: Args<'_>| {
            path_value(&map, &args.text(0).to_str_lossy())
        }),
        _ => return None,
    })
}

fn map_class_of(map: &Map) -> &'static MapClass {
    if map.map_type().name == Some("common.Values") { &COMMON } else { &CHARTUTIL }
}

fn table(map: &Map, path: &str) -> Result<Map, FuncError> {
    let mut at = map.clone();
    for name in path.split('.') {
        match at.get(name) {
            Some(Value::Map(below)) => at = below,
            _ => return Err(format!("{name:?} is not a table").into()),
        }
    }
    Ok(at)
}

fn path_value(map: &Map, path: &str) -> Result<Value, FuncError> {
    if path.is_empty() {
        return Err("YAML path cannot be empty".into());
    }
    let (above, name) = path.rsplit_once('.').map_or((None, path), |(above, name)| (Some(above), name));
    let missing = || FuncError::from(format!("{name:?} is not a value"));
    let table = match above {
        Some(above) => table(map, above).map_err(|_| missing())?,
        None => map.clone(),
    };
    table.get(name).filter(|value| !matches!(value, Value::Map(_))).ok_or_else(missing)
}
