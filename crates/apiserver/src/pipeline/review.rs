//! Reviews: questions put as objects that are answered and not kept.

use super::outcome::Outcome;
use super::ownership;
use super::request::Writing;
use crate::access::{self, Deed};
use crate::store::Encoded;
use crate::user::User;
use serde_json::{Value, json};

/// Answers a review; `None` when the resource is none.
pub fn answer(writing: &Writing<'_>, review: &Value) -> Option<Outcome> {
    let mut review = review.clone();
    let user = &writing.options.user;
    match writing.served.resource.kind() {
        "SelfSubjectReview" => {
            review["metadata"] = json!({"creationTimestamp": writing.shared.now_text()});
            let groups = groups_of(user);
            review["status"] = json!({"userInfo": {"username": user.name, "groups": groups}});
        }
        "SelfSubjectAccessReview" => {
            let allowed = allows(writing, user, &review["spec"]);
            review = with_answer(writing, review, allowed);
        }
        "SubjectAccessReview" | "LocalSubjectAccessReview" => {
            let spec = &review["spec"];
            let groups = spec["groups"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let user = User {
                name: spec["user"].as_str().unwrap_or_default().to_owned(),
                groups: groups.map(str::to_owned).collect(),
            };
            let allowed = allows(writing, &user, spec);
            review = with_answer(writing, review, allowed);
        }
        "SelfSubjectRulesReview" => {
            let rule = |star: &str| json!([star]);
            review["metadata"] = json!({});
            review["spec"] = json!({});
            let everything = user.is_master();
            let rules = if everything {
                json!([{"verbs": rule("*"), "apiGroups": rule("*"), "resources": rule("*")}])
            } else {
                json!([])
            };
            let paths =
                if everything { json!([{"verbs": rule("*"), "nonResourceURLs": rule("*")}]) } else { json!([]) };
            review["status"] = json!({"resourceRules": rules, "nonResourceRules": paths, "incomplete": !everything});
        }
        "TokenReview" => review["status"] = json!({"authenticated": false, "user": {}}),
        _ => return None,
    }
    let raw = Encoded::plain(&review);
    Some(Outcome { raw, is_created: true, revision: None, warnings: Vec::new() })
}

fn groups_of(user: &User) -> Vec<String> {
    let mut groups = user.groups.clone();
    if !groups.iter().any(|group| group == "system:authenticated") {
        groups.push("system:authenticated".to_owned());
    }
    groups
}

fn with_answer(writing: &Writing<'_>, mut review: Value, allowed: bool) -> Value {
    ownership::note_update(writing, None, &mut review);
    review["status"] = json!({"allowed": allowed});
    review
}

fn allows(writing: &Writing<'_>, user: &User, spec: &Value) -> bool {
    let text = |field: &str| spec["resourceAttributes"][field].as_str().unwrap_or_default();
    if let Some(path) = spec.pointer("/nonResourceAttributes/path").and_then(Value::as_str) {
        return access::allows_path(user, path);
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
