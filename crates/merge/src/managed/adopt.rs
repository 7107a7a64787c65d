//! Handing the fields of a client-side manager to one that applies on the server, so that what the next manifest leaves
//! out goes, as it would have gone.

use super::entries::EntryError;
use crate::fields::{Set, from_fields_v1, to_fields_v1};
use serde_json::Value;

/// The entries of `metadata.managedFields` after the applier `to` has taken over what `from` set by updates; `None` when
/// it set nothing.
///
/// Compat: as client-go's `csaupgrade`: the applier's entry, or where there is none the first of `from`, gets the fields
/// of `from` in its version; every entry of `from` goes. Entries of subresources stay.
///
/// # Errors
/// When the fields of one cannot be read.
pub fn adopt(entries: &[Value], from: &str, to: &str) -> Result<Option<Vec<Value>>, EntryError> {
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is = |entry: &Value, manager: &str, operation: &str| {
        text(entry, "manager") == manager
            && text(entry, "operation") == operation
            && text(entry, "subresource").is_empty()
    };
    let Some(first) = entries.iter().position(|entry| is(entry, from, "Update")) else { return Ok(None) };
    let place = entries.iter().position(|entry| is(entry, to, "Apply")).unwrap_or(first);
    let version = text(&entries[place], "apiVersion");
    let own = entries.iter().find(|entry| is(entry, from, "Update") && text(entry, "apiVersion") == version);
    let mut fields = fields_of(&entries[place])?;
    if let Some(own) = own {
        fields = fields.union(&fields_of(own)?);
    }
    let adopted = entries.iter().enumerate().filter(|(index, entry)| *index == place || !is(entry, from, "Update"));
    let adopted = adopted.map(|(index, entry)| {
        let mut entry = entry.clone();
        if let Some(entry) = entry.as_object_mut().filter(|_| index == place) {
            entry.insert("manager".to_owned(), Value::from(to));
            entry.insert("operation".to_owned(), Value::from("Apply"));
            entry.insert("fieldsV1".to_owned(), to_fields_v1(&fields));
        }
        entry
    });
    Ok(Some(adopted.collect()))
}

fn fields_of(entry: &Value) -> Result<Set, EntryError> {
    Ok(entry.get("fieldsV1").map_or(Ok(Set::new()), from_fields_v1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(manager: &str, operation: &str, version: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": version, "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn adopted(entries: &[Value]) -> Option<Vec<Value>> {
        adopt(entries, "kubectl", "controller").expect("readable fields")
    }

    #[test]
    fn the_first_entry_becomes_the_appliers_where_there_is_none() {
        let data = json!({"f:data": {"f:a": {}}});
        let entries = [
            entry("kubectl", "Update", "v1", data.clone()),
            entry("kubectl", "Update", "v1beta1", json!({"f:data": {"f:b": {}}})),
            entry("other", "Update", "v1", json!({"f:data": {"f:c": {}}})),
        ];
        let wanted = vec![entry("controller", "Apply", "v1", data), entries[2].clone()];
        assert_eq!(adopted(&entries), Some(wanted));
    }

    #[test]
    fn an_applier_gets_the_fields_of_its_version() {
        let mut status = entry("kubectl", "Update", "v1", json!({"f:status": {"f:x": {}}}));
        status["subresource"] = json!("status");
        let entries = [
            entry("controller", "Apply", "v1", json!({"f:data": {"f:a": {}}})),
            entry("kubectl", "Update", "v1beta1", json!({"f:data": {"f:b": {}}})),
            entry("kubectl", "Update", "v1", json!({"f:data": {"f:c": {}}})),
            status.clone(),
        ];
        let both = json!({"f:data": {"f:a": {}, "f:c": {}}});
        assert_eq!(adopted(&entries), Some(vec![entry("controller", "Apply", "v1", both), status]));
    }

    #[test]
    fn nothing_is_to_be_done_where_it_set_nothing_by_updates() {
        let entries = [
            entry("kubectl", "Apply", "v1", json!({"f:data": {"f:a": {}}})),
            entry("other", "Update", "v1", json!({"f:data": {"f:c": {}}})),
        ];
        assert_eq!(adopted(&entries), None);
        assert_eq!(adopted(&[]), None);
    }
}
