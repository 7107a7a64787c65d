//! What a request's path names. Pure: whether there is such a resource is asked elsewhere.

use std::borrow::Cow;

/// Longest path that is looked at; real ones stay far below.
const PATH_BYTES_MAX: usize = 8 << 10;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/api`, `/apis`, `/apis/GROUP`, `/apis/GROUP/VERSION`, `/api/v1`: the part after the root.
    Discovery(Discovery),
    /// Objects.
    Resource(ResourcePath),
    /// `/version`, `/healthz`, `/openapi/v2` and the like, without a slash at the end.
    Other(String),
}

/// A discovery document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discovery {
    /// `/api`
    Core,
    /// `/apis`
    Groups,
    /// `/apis/GROUP`
    Group(String),
    /// `/api/VERSION` with an empty group, or `/apis/GROUP/VERSION`
    Version(String, String),
}

/// Objects that a path names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourcePath {
    /// API group, empty for core.
    pub group: String,
    /// Version.
    pub version: String,
    /// Namespace, empty for none or all.
    pub namespace: String,
    /// Plural resource name.
    pub resource: String,
    /// Name, empty for a collection.
    pub name: String,
    /// Subresource, slashes included; empty for the object itself.
    pub subresource: String,
    /// Whether it is the deprecated form under `watch/`.
    pub is_watch: bool,
}

/// Reads a path; `None` when it is malformed.
pub fn parse(path: &str) -> Option<Route> {
    if path.len() > PATH_BYTES_MAX {
        return None;
    }
    let trimmed = path.strip_prefix('/')?;
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    let segments: Option<Vec<String>> = trimmed.split('/').map(decoded).collect();
    let segments = segments?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let text = |text: &str| text.to_owned();
    Some(match segments.as_slice() {
        ["api"] => Route::Discovery(Discovery::Core),
        ["apis"] => Route::Discovery(Discovery::Groups),
        ["api", version] => Route::Discovery(Discovery::Version(String::new(), text(version))),
        ["apis", group] => Route::Discovery(Discovery::Group(text(group))),
        ["apis", group, version] => Route::Discovery(Discovery::Version(text(group), text(version))),
        ["api", version, rest @ ..] => resource("", version, rest)?,
        ["apis", group, version, rest @ ..] => resource(group, version, rest)?,
        _ => Route::Other(format!("/{trimmed}")),
    })
}

fn resource(group: &str, version: &str, rest: &[&str]) -> Option<Route> {
    let (is_watch, rest) = match rest {
        ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
        rest => (false, rest),
    };
    let (namespace, rest) = match rest {
        // `/namespaces/NAME` and its own subresources are about the namespace, not in it.
        ["namespaces", name, "status" | "finalize"] => ("", &["namespaces", name, rest[2]][..]),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        rest => ("", rest),
    };
    if rest.iter().any(|segment| segment.is_empty()) || (is_watch && rest.len() > 2) {
        return None;
    }
    let text = |index: usize| rest.get(index).map(|text| (*text).to_owned()).unwrap_or_default();
    Some(Route::Resource(ResourcePath {
        group: group.to_owned(),
        version: version.to_owned(),
        namespace: namespace.to_owned(),
        resource: text(0),
        name: text(1),
        subresource: rest.get(2..).unwrap_or_default().join("/"),
        is_watch,
    }))
}

fn decoded(segment: &str) -> Option<String> {
    let text = percent_decoded(segment)?;
    // A name may not climb out of its place, however it is spelled.
    (text != "." && text != ".." && !text.contains('/')).then(|| text.into_owned())
}

/// Undoes percent encoding; `None` when it is malformed or no UTF-8.
pub fn percent_decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digits = bytes.get(at + 1..at + 3)?;
            let digits = std::str::from_utf8(digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<String> {
        match parse(path)? {
            Route::Resource(path) => Some(format!(
                "{}/{} ns={} {} {} {}{}",
                path.group,
                path.version,
                path.namespace,
                path.resource,
                path.name,
                path.subresource,
                if path.is_watch { " watch" } else { "" }
            )),
            other => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn paths_name_things() {
        let table = [
            ("/api/v1/namespaces/a/pods/p/log", Some("/v1 ns=a pods p log")),
            ("/api/v1/namespaces/a", Some("/v1 ns= namespaces a ")),
            ("/api/v1/namespaces/a/finalize", Some("/v1 ns= namespaces a finalize")),
            ("/api/v1/namespaces/a/status", Some("/v1 ns= namespaces a status")),
            ("/apis/apps/v1/deployments", Some("apps/v1 ns= deployments  ")),
            ("/api/v1/watch/namespaces/a/pods", Some("/v1 ns=a pods   watch")),
            ("/apis/apps/v1/", Some("Discovery(Version(\"apps\", \"v1\"))")),
            ("/healthz", Some("Other(\"/healthz\")")),
            ("/api/v1/namespaces/../pods", None),
            ("/api/v1/namespaces/a/pods/%2e%2e", None),
            ("/api/v1/namespaces/a/pods/b%2fc", None),
            ("/api/v1/namespaces//pods", Some("/v1 ns= pods  ")),
            ("/api/v1/namespaces/a/pods/%zz", None),
            ("nothing", None),
        ];
        for (path, expected) in table {
            assert_eq!(named(path).as_deref(), expected, "{path}");
        }
    }
}
