//! What annotations for the Ingress controller of NGINX make of a path: patterns, rewrites and sessions.
//!
//! <https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>

use crate::condition::{Condition, Text};
use crate::rewrite::Rewrite;
use crate::route::Route;
use crate::sticky::{Sticky, With};
use regex::Regex;
use serde_json::Value;

/// The cookie of a session that is not named otherwise.
const COOKIE: &str = "INGRESSCOOKIE";

/// Does what the annotations say.
pub fn apply(route: &mut Route, ingress: &Value, path: &str) {
    let target = note(ingress, "rewrite-target");
    if target.is_some() || note(ingress, "use-regex") == Some("true") {
        // Compat: a location with a tilde and a star, from the beginning of the path and whatever its case.
        let pattern = format!("(?i)^{path}");
        route.conditions.retain(|it| !matches!(it, Condition::Path(_) | Condition::Below(_)));
        route.conditions.insert(0, Condition::Path(Text::part(&pattern)));
        let whole = Regex::new(&format!("{pattern}.*")).ok();
        route.rewrite = target.zip(whole).map(|(to, from)| Rewrite::Pattern { from, to: braced(to) });
    }
    if note(ingress, "affinity") == Some("cookie") {
        let cookie = note(ingress, "session-cookie-name").unwrap_or(COOKIE).to_owned();
        let seconds = note(ingress, "session-cookie-max-age").and_then(|text| text.parse().ok());
        route.sticky = Some(Sticky { cookie, seconds, with: With::Pod });
    }
}

/// `$1x` means the first group and then an `x`.
fn braced(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    let mut rest = target;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        let (number, left) = after.split_at(digits);
        out.push_str(&if number.is_empty() { "$$".to_owned() } else { format!("${{{number}}}") });
        rest = left;
    }
    out + rest
}

/// An annotation of whatever prefix has `nginx` in it.
fn note<'i>(ingress: &'i Value, name: &str) -> Option<&'i str> {
    let annotations = ingress.pointer("/metadata/annotations")?.as_object()?;
    let is_it = |key: &str| key.rsplit_once('/').is_some_and(|(prefix, own)| own == name && prefix.contains("nginx"));
    annotations.iter().find(|(key, _)| is_it(key))?.1.as_str()
}
