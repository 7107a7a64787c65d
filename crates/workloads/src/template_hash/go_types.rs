//! The Go structs a pod template is made of: names, JSON names, order and types of their fields.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One struct a line: its name, then `GoName:jsonName:type` for each field. A field without a JSON name is embedded:
/// its fields stand in the same JSON object.
const TABLE: &str = include_str!("pod_template_types.txt");

/// One field of a struct.
pub(super) struct Field {
    pub(super) go: &'static str,
    pub(super) json: &'static str,
    pub(super) ty: &'static str,
}

/// The fields of a struct in Go's order; `None` for a name that is no struct of a pod template.
pub(super) fn fields(name: &str) -> Option<&'static [Field]> {
    static STRUCTS: OnceLock<BTreeMap<&'static str, Vec<Field>>> = OnceLock::new();
    STRUCTS.get_or_init(parse).get(name).map(Vec::as_slice)
}

fn parse() -> BTreeMap<&'static str, Vec<Field>> {
    TABLE.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &'static str) -> Option<(&'static str, Vec<Field>)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let fields = words.filter_map(|word| {
        let mut parts = word.splitn(3, ':');
        Some(Field { go: parts.next()?, json: parts.next()?, ty: parts.next()? })
    });
    Some((name, fields.collect()))
}
