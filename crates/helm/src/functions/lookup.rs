//! `lookup`: objects of the cluster, from a snapshot that the caller hands in.

use super::setting::Setting;
use gotemplate::{Args, Call, FuncError, FuncMap, Function, Map, Signature, Type, Value};
use serde_json::Value as Json;

pub(super) fn add(functions: &mut FuncMap) {
    const LOOKUP: Signature = Signature::new(&[Type::String, Type::String, Type::String, Type::String], Type::MAP);
    functions.insert("lookup", Function::plain(LOOKUP, lookup));
}

fn lookup(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let [api_version, kind, namespace, name] = [0, 1, 2, 3].map(|at| args.text(at).to_str_lossy().into_owned());
    let snapshot = call.state::<Setting>().lookup.clone();
    Ok(match snapshot.lookup(&api_version, &kind, &namespace, &name) {
        Some(found @ Json::Object(_)) => Value::from(&found),
        _ => Value::Map(Map::from_entries(std::iter::empty::<(&str, Value)>())),
    })
}
