//! Objects in the form a client asked for: as they are, as a `Table`, or metadata only.

use super::negotiate::Form;
use crate::error::ApiError;
use crate::resource::{Resource, Served};
use crate::store::Encoded;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a table's rows carry of their object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Include {
    Nothing,
    Metadata,
    Object,
}

/// Writes objects of one resource in one form.
#[derive(Debug, Clone)]
pub struct Representer {
    served: Served,
    form: Form,
    include: Include,
}

impl Representer {
    /// For a form, and a table's `includeObject`.
    pub fn new(served: &Served, form: Form, include_object: &str) -> Result<Self, ApiError> {
        let include = match include_object {
            "" | "Metadata" => Include::Metadata,
            "None" => Include::Nothing,
            "Object" => Include::Object,
            other => {
                return Err(ApiError::bad_request(format!("unrecognized includeObject value: {other:?}")));
            }
        };
        Ok(Representer { served: served.clone(), form, include })
    }

    /// Whether objects go out as they are stored.
    pub fn is_plain(&self) -> bool {
        self.form == Form::Plain
    }

    /// Whether lists can be put together item by item.
    pub fn is_streamed(&self) -> bool {
        !matches!(self.form, Form::Table(_))
    }

    /// One object; `raw` is in the version of the request.
    pub fn one(&self, raw: &Bytes, now: Timestamp) -> Result<Bytes, ApiError> {
        match self.form {
            Form::Plain | Form::AggregatedDiscovery(_) => Ok(raw.clone()),
            Form::PartialObject(version) => Ok(Encoded::plain(&partial(&tree(raw), version))),
            Form::PartialList(_) => {
                let kind = self.served.resource.kind();
                Err(not_acceptable(format!(
                    "you requested PartialObjectMetadataList, but the requested object is not a list (*core.{kind})"
                )))
            }
            Form::Table(version) => {
                let object = tree(raw);
                let revision = object.pointer("/metadata/resourceVersion").cloned();
                let table = self.table(version, &[object], now, json!({"resourceVersion": revision}), Heading::Shown);
                Ok(Encoded::plain(&table))
            }
        }
    }

    /// One object of a watch, whose tables have a heading in the first event only.
    pub fn watched(&self, raw: &Bytes, now: Timestamp, is_first: bool) -> Result<Bytes, ApiError> {
        let Form::Table(version) = self.form else { return self.one(raw, now) };
        let object = tree(raw);
        let revision = object.pointer("/metadata/resourceVersion").cloned();
        let heading = if is_first { Heading::Shown } else { Heading::Omitted };
        Ok(Encoded::plain(&self.table(version, &[object], now, json!({"resourceVersion": revision}), heading)))
    }

    /// Whether lists in this form can be given at all.
    pub fn check_list(&self) -> Result<(), ApiError> {
        let Form::PartialObject(_) = self.form else { return Ok(()) };
        let kind = self.served.resource.list_kind();
        Err(not_acceptable(format!(
            "you requested PartialObjectMetadata, but the requested object is a list (*core.{kind})"
        )))
    }

    /// The `kind` and `apiVersion` of a list in this form.
    pub fn list_type(&self) -> (String, String) {
        match self.form {
            Form::PartialList(version) => ("PartialObjectMetadataList".to_owned(), format!("meta.k8s.io/{version}")),
            _ => (self.served.resource.list_kind(), self.served.api_version()),
        }
    }

    /// One item of a list; `raw` is in the version of the request.
    pub fn item(&self, raw: &Bytes) -> Bytes {
        match self.form {
            Form::PartialList(version) => Encoded::plain(&partial(&tree(raw), version)),
            // Compat: items of built-in lists do not repeat their type; custom ones do.
            _ if !self.served.resource.is_custom() => without_type(&self.served, raw),
            _ => raw.clone(),
        }
    }

    /// A whole list as a table, when that is the form.
    pub fn list_table(&self, items: &[Bytes], now: Timestamp, metadata: Value) -> Option<Bytes> {
        let Form::Table(version) = self.form else { return None };
        let objects: Vec<Value> = items.iter().map(tree).collect();
        Some(Encoded::plain(&self.table(version, &objects, now, metadata, Heading::Shown)))
    }

    fn table(&self, version: &str, objects: &[Value], now: Timestamp, metadata: Value, heading: Heading) -> Value {
        let rows: Vec<Value> = objects
            .iter()
            .map(|object| {
                let carried = match self.include {
                    Include::Nothing => Value::Null,
                    Include::Metadata => partial(object, version),
                    Include::Object => object.clone(),
                };
                let mut row = json!({"cells": self.cells(object, now), "object": carried});
                if let Resource::BuiltIn(kind) = &self.served.resource
                    && let Some(conditions) = kind.row_conditions(object)
                {
                    row["conditions"] = conditions;
                }
                row
            })
            .collect();
        let columns = match heading {
            Heading::Shown => self.columns().into(),
            Heading::Omitted => Value::Null,
        };
        json!({
            "kind": "Table", "apiVersion": format!("meta.k8s.io/{version}"), "metadata": metadata,
            "columnDefinitions": columns, "rows": rows,
        })
    }

    fn columns(&self) -> Vec<Value> {
        match &self.served.resource {
            Resource::BuiltIn(kind) => kind
                .columns()
                .iter()
                .map(|column| {
                    json!({
                        "name": column.name, "type": column.kind, "format": column.format,
                        "description": column.description, "priority": column.priority,
                    })
                })
                .collect(),
            Resource::Custom(custom) => custom.columns(&self.served.version),
        }
    }

    fn cells(&self, object: &Value, now: Timestamp) -> Vec<Value> {
        match &self.served.resource {
            Resource::BuiltIn(kind) => kind.row(object, now),
            Resource::Custom(custom) => custom.cells(&self.served.version, object, now),
        }
    }
}

#[derive(Clone, Copy)]
enum Heading {
    Shown,
    Omitted,
}

fn not_acceptable(message: String) -> ApiError {
    ApiError::new(406, "NotAcceptable", message)
}

fn tree(raw: &Bytes) -> Value {
    serde_json::from_slice(raw).unwrap_or_default()
}

fn partial(object: &Value, version: &str) -> Value {
    json!({
        "kind": "PartialObjectMetadata", "apiVersion": format!("meta.k8s.io/{version}"),
        "metadata": object.get("metadata"),
    })
}

/// The text without `kind` and `apiVersion`, which stand first in every stored text.
fn without_type(served: &Served, raw: &Bytes) -> Bytes {
    let prefix = format!("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",", served.resource.kind(), served.api_version());
    match raw.strip_prefix(prefix.as_bytes()) {
        Some(rest) => {
            let mut item = Vec::with_capacity(rest.len() + 1);
            item.push(b'{');
            item.extend_from_slice(rest);
            item.into()
        }
        None => raw.clone(),
    }
}
