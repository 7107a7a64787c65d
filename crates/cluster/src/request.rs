//! Requests as values before they are sent. Nothing here does I/O.

use crate::{DryRun, Part, Precondition, Propagation, Resource};
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

/// How many objects one page of a list holds: what client-go and kube use, so that neither side holds a whole large
/// collection at once.
pub const PAGE_OBJECTS: u32 = 500;

/// One request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path and query.
    pub uri: String,
    /// `Content-Type` of the body; empty when there is none.
    pub content_type: &'static str,
    /// `Accept` header.
    pub accept: &'static str,
    /// The body.
    pub body: Bytes,
}

/// `application/json`.
const JSON: &str = "application/json";

/// Which objects a list or watch is about, and from when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only this namespace.
    pub namespace: Option<Box<str>>,
    /// Only objects with these labels, in Kubernetes' selector language.
    pub label_selector: Option<Box<str>>,
    /// Only objects with these field values, in Kubernetes' selector language.
    pub field_selector: Option<Box<str>>,
}

impl ListQuery {
    /// Everything in `namespace`.
    #[must_use]
    pub fn in_namespace(namespace: &str) -> Self {
        ListQuery { namespace: Some(namespace.into()), ..ListQuery::default() }
    }

    /// Only what `selector` selects by labels.
    #[must_use]
    pub fn labels(mut self, selector: &str) -> Self {
        self.label_selector = Some(selector.into());
        self
    }

    /// Only what `selector` selects by fields.
    #[must_use]
    pub fn fields(mut self, selector: &str) -> Self {
        self.field_selector = Some(selector.into());
        self
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if let Some(selector) = &self.label_selector {
            parameters.push(("labelSelector", selector.to_string()));
        }
        if let Some(selector) = &self.field_selector {
            parameters.push(("fieldSelector", selector.to_string()));
        }
        parameters
    }
}

/// What qualifies a writing request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Manner<'a> {
    pub dry_run: DryRun,
    /// In whose name fields are recorded; the server's default when `None`.
    pub manager: Option<&'a str>,
    /// Whether server-side apply takes over fields of others.
    pub force: bool,
}

impl Manner<'_> {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if self.dry_run == DryRun::Server {
            parameters.push(("dryRun", "All".to_owned()));
        }
        if let Some(manager) = self.manager {
            parameters.push(("fieldManager", manager.to_owned()));
        }
        if self.force {
            parameters.push(("force", "true".to_owned()));
        }
        parameters
    }
}

/// The media type of a patch.
pub(crate) mod patch_type {
    pub(crate) const JSON: &str = "application/json-patch+json";
    pub(crate) const MERGE: &str = "application/merge-patch+json";
    pub(crate) const STRATEGIC: &str = "application/strategic-merge-patch+json";
    /// JSON is YAML, and this is the type every server that has server-side apply understands.
    pub(crate) const APPLY: &str = "application/apply-patch+yaml";
}

impl Request {
    /// A plain GET of a path.
    #[must_use]
    pub fn get_path(uri: impl Into<String>) -> Self {
        Request { method: Method::GET, uri: uri.into(), content_type: "", accept: JSON, body: Bytes::new() }
    }

    /// Reads one object.
    #[must_use]
    pub fn get(resource: &Resource, namespace: Option<&str>, name: &str) -> Self {
        Request::get_path(object_path(resource, namespace, name, Part::Whole))
    }

    /// Reads one page of a collection.
    #[must_use]
    pub fn list(resource: &Resource, query: &ListQuery, continue_token: Option<&str>) -> Self {
        let mut parameters = query.parameters();
        parameters.push(("limit", PAGE_OBJECTS.to_string()));
        if let Some(token) = continue_token {
            parameters.push(("continue", token.to_owned()));
        }
        Request::get_path(with_query(resource.collection(query.namespace.as_deref()), &parameters))
    }

    /// Follows a collection from `resource_version` on.
    #[must_use]
    pub fn watch(resource: &Resource, query: &ListQuery, resource_version: &str, timeout_seconds: u32) -> Self {
        let mut parameters = query.parameters();
        parameters.extend([
            ("watch", "true".to_owned()),
            ("allowWatchBookmarks", "true".to_owned()),
            ("resourceVersion", resource_version.to_owned()),
            ("timeoutSeconds", timeout_seconds.to_string()),
        ]);
        Request::get_path(with_query(resource.collection(query.namespace.as_deref()), &parameters))
    }

    pub(crate) fn create(resource: &Resource, namespace: Option<&str>, body: Bytes, manner: Manner<'_>) -> Self {
        let uri = with_query(resource.collection(namespace), &manner.parameters());
        Request { method: Method::POST, uri, content_type: JSON, accept: JSON, body }
    }

    pub(crate) fn update(
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        body: Bytes,
        manner: Manner<'_>,
    ) -> Self {
        let uri = with_query(object_path(resource, namespace, name, Part::Whole), &manner.parameters());
        Request { method: Method::PUT, uri, content_type: JSON, accept: JSON, body }
    }

    pub(crate) fn patch(path: String, content_type: &'static str, body: Bytes, manner: Manner<'_>) -> Self {
        let uri = with_query(path, &manner.parameters());
        Request { method: Method::PATCH, uri, content_type, accept: JSON, body }
    }

    pub(crate) fn delete(path: String, propagation: Propagation, only_if: &Precondition, manner: Manner<'_>) -> Self {
        let policy = match propagation {
            Propagation::Foreground => "Foreground",
            Propagation::Background => "Background",
            Propagation::Orphan => "Orphan",
        };
        let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy});
        add_preconditions(&mut options, only_if);
        let uri = with_query(path, &manner.parameters());
        let body = Bytes::from(options.to_string());
        Request { method: Method::DELETE, uri, content_type: JSON, accept: JSON, body }
    }

    pub(crate) fn evict(
        path: String,
        namespace: Option<&str>,
        name: &str,
        only_if: &Precondition,
        manner: Manner<'_>,
    ) -> Self {
        let metadata = json!({"name": name, "namespace": namespace.unwrap_or_default()});
        let mut eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata});
        if only_if != &Precondition::default() {
            eviction["deleteOptions"] = json!({});
            add_preconditions(&mut eviction["deleteOptions"], only_if);
        }
        let uri = with_query(path, &manner.parameters());
        let body = Bytes::from(eviction.to_string());
        Request { method: Method::POST, uri, content_type: JSON, accept: JSON, body }
    }

    /// Whether it may change something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}

fn add_preconditions(options: &mut Value, only_if: &Precondition) {
    let mut preconditions = serde_json::Map::new();
    if let Some(uid) = &only_if.uid {
        preconditions.insert("uid".into(), Value::from(&**uid));
    }
    if let Some(version) = &only_if.resource_version {
        preconditions.insert("resourceVersion".into(), Value::from(&**version));
    }
    if !preconditions.is_empty() {
        options["preconditions"] = Value::Object(preconditions);
    }
}

/// The path of one object or of a part of it.
pub(crate) fn object_path(resource: &Resource, namespace: Option<&str>, name: &str, part: Part) -> String {
    let collection = resource.collection(namespace);
    match part {
        Part::Whole => format!("{collection}/{}", escape(name)),
        Part::Status | Part::Scale => format!("{collection}/{}/{part}", escape(name)),
    }
}

fn with_query(path: String, parameters: &[(&'static str, String)]) -> String {
    if parameters.is_empty() {
        return path;
    }
    let query: Vec<String> = parameters.iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
    format!("{path}?{}", query.join("&"))
}

/// Percent-encodes everything but RFC 3986's unreserved characters. Names like `system:admin` need it in paths.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;
    use object::Gvk;

    fn deployments() -> Resource {
        Resource {
            gvk: Gvk::new("apps", "v1", "Deployment"),
            plural: "deployments".into(),
            scope: Scope::Namespaced,
            verbs: vec![],
            subresources: vec![],
        }
    }

    #[test]
    fn lists_are_paged_and_escaped() {
        let query = ListQuery::in_namespace("shop").labels("app in (a,b)");
        assert_eq!(
            Request::list(&deployments(), &query, Some("tok=")).uri,
            "/apis/apps/v1/namespaces/shop/deployments?labelSelector=app%20in%20%28a%2Cb%29&limit=500&continue=tok%3D"
        );
    }

    #[test]
    fn watches_ask_for_bookmarks() {
        assert_eq!(
            Request::watch(&deployments(), &ListQuery::default(), "17", 290).uri,
            "/apis/apps/v1/deployments?watch=true&allowWatchBookmarks=true&resourceVersion=17&timeoutSeconds=290"
        );
    }

    #[test]
    fn deletes_carry_their_preconditions() {
        let only_if = Precondition { uid: Some("u".into()), resource_version: None };
        let path = object_path(&deployments(), Some("shop"), "web", Part::Whole);
        let request = Request::delete(path, Propagation::Foreground, &only_if, Manner::default());
        assert_eq!(
            String::from_utf8_lossy(&request.body),
            r#"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Foreground"}"#
        );
        assert!(request.is_write());
    }

    #[test]
    fn server_side_apply_names_its_manager() {
        let manner = Manner { manager: Some("capstan"), force: true, dry_run: DryRun::Server };
        let path = object_path(&deployments(), Some("shop"), "web", Part::Status);
        let request = Request::patch(path, patch_type::APPLY, Bytes::new(), manner);
        assert_eq!(
            request.uri,
            "/apis/apps/v1/namespaces/shop/deployments/web/status?dryRun=All&fieldManager=capstan&force=true"
        );
    }
}
