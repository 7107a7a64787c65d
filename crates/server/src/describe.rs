//! The OpenAPI description, drawn from the route table.

use crate::routes::{ROUTES, Route};
use crate::rule::Rule;
use serde_json::{Map, Value, json};

/// The description of all routes.
#[must_use]
pub fn openapi() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operations = paths.entry(route.path.replace("{*", "{")).or_insert_with(|| json!({}));
        operations[route.method.to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Capstan", "version": env!("CARGO_PKG_VERSION"), "description": "Upstream's REST API."},
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": {"type": "object", "properties": {
                "error": {"type": "string"}, "code": {"type": "integer"}, "message": {"type": "string"},
            }}},
        },
    })
}

fn operation(route: &Route) -> Value {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = names
        .map(|name| json!({"name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    parameters
        .extend(route.query.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})));
    let security = if matches!(route.rule, Rule::Open(_)) { json!([]) } else { json!([{"bearer": []}]) };
    let problem = json!({"description": "refused", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    let mut operation = json!({
        "summary": route.summary, "parameters": parameters, "security": security,
        "responses": {"200": {"description": "done"}, "default": problem},
    });
    if matches!(route.method, "POST" | "PUT" | "PATCH") && route.path.starts_with("/api/v1") {
        operation["requestBody"] = json!({"content": {"application/json": {"schema": {}}}});
    }
    operation
}
