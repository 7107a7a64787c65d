//! Reviews: questions put as objects that are answered and not kept.

use super::outcome::Outcome;
use super::ownership;
use super::request::Writing;
use crate::access::{self, Deed};
use crate::store::Encoded;
use crate::tokens;
use crate::user::User;
use serde_json::{Value, json};

/// Answers a review; `None` when the resource is none.
pub fn answer(writing: &Writing<'_>, review: &Value) -> Option<Outcome> {
    let mut review = review.clone();
    let user = &writing.options.user;
    match writing.served.resource.kind() {
        "SelfSubjectReview" => {
            review["metadata"] = json!({"creationTimestamp": writing.shared.now_text()});
            review["status"] = json!({"userInfo": user.info()});
        }
        "SelfSubjectAccessReview" => {
            let allowed = allows(writing, user, &review["spec"]);
            review = with_answer(writing, review, allowed);
        }
        "SubjectAccessReview" | "LocalSubjectAccessReview" => {
            let spec = &review["spec"];
            let groups = spec["groups"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let groups: Vec<&str> = groups.collect();
            let user = User::new(spec["user"].as_str().unwrap_or_default(), &groups);
            let allowed = allows(writing, &user, spec);
            review = with_answer(writing, review, allowed);
        }
        "SelfSubjectRulesReview" => {
            let namespace = review["spec"]["namespace"].as_str().unwrap_or_default().to_owned();
            review["metadata"] = json!({});
            review["spec"] = json!({});
            review["status"] = rules(writing, user, &namespace);
        }
        "TokenReview" => review["status"] = token_status(writing, &review["spec"]),
        _ => return None,
    }
    let raw = Encoded::plain(&review);
    Some(Outcome { raw, is_created: true, revision: None, warnings: Vec::new() })
}

/// What the roles give the user, told apart by what it is about.
fn rules(writing: &Writing<'_>, user: &User, namespace: &str) -> Value {
    let (mut resources, mut paths) = (Vec::new(), Vec::new());
    for rule in access::rules(writing.shared, user, namespace) {
        let kept = |fields: &[&str]| -> Value {
            let given = fields.iter().filter(|field| !rule[**field].is_null());
            given.map(|field| ((*field).to_owned(), rule[*field].clone())).collect()
        };
        if rule["resources"].is_array() {
            resources.push(kept(&["verbs", "apiGroups", "resources", "resourceNames"]));
        }
        if rule["nonResourceURLs"].is_array() {
            paths.push(kept(&["verbs", "nonResourceURLs"]));
        }
    }
    json!({"resourceRules": resources, "nonResourceRules": paths, "incomplete": false})
}

/// Whom a token proves, and for which of the audiences asked for.
fn token_status(writing: &Writing<'_>, spec: &Value) -> Value {
    let asked = spec["audiences"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let audiences: Vec<String> = asked.map(str::to_owned).collect();
    match tokens::authenticate(writing.shared, spec["token"].as_str().unwrap_or_default(), &audiences) {
        Ok(shown) => json!({"authenticated": true, "user": shown.user.info(), "audiences": shown.audiences}),
        Err(why) => json!({"user": {}, "error": why}),
    }
}

fn with_answer(writing: &Writing<'_>, mut review: Value, allowed: bool) -> Value {
    ownership::note_update(writing, None, &mut review);
    review["status"] = json!({"allowed": allowed});
    review
}

fn allows(writing: &Writing<'_>, user: &User, spec: &Value) -> bool {
    let text = |field: &str| spec["resourceAttributes"][field].as_str().unwrap_or_default();
    if let Some(path) = spec.pointer("/nonResourceAttributes/path").and_then(Value::as_str) {
        return access::allows_path(writing.shared, user, path);
    }
    let deed = Deed {
        verb: text("verb"),
        group: text("group"),
        resource: text("resource"),
        subresource: text("subresource"),
        namespace: text("namespace"),
        name: text("name"),
    };
    access::allows(writing.shared, user, &deed)
}
