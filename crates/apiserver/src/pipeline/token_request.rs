//! The `token` subresource of service accounts: a token of the account for whoever may have one.

use super::outcome::Outcome;
use super::request::Writing;
use crate::error::{ApiError, Cause};
use crate::group_resource::{GroupResource, resources};
use crate::store::{Encoded, object_key};
use crate::tokens::{self, Bound, BoundKind, ISSUER, Wanted};
use serde_json::{Value, json};

/// How long a token holds when nothing is asked for.
const SECONDS_DEFAULT: i64 = 3600;
/// The shortest that may be asked for.
const SECONDS_MIN: i64 = 600;
/// The longest.
const SECONDS_MAX: i64 = 1 << 32;

/// Answers a `TokenRequest`.
pub fn answer(writing: &Writing<'_>, request: &Value) -> Result<Outcome, ApiError> {
    let shared = writing.shared;
    let key = object_key(writing.namespace, writing.name);
    let account = shared.store.get(&resources::SERVICE_ACCOUNTS, &key).ok_or_else(|| writing.not_found())?.object;
    let spec = &request["spec"];
    let seconds = spec["expirationSeconds"].as_i64().unwrap_or(SECONDS_DEFAULT);
    check_duration(seconds)?;
    let asked = spec["audiences"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut audiences: Vec<String> = asked.map(str::to_owned).collect();
    if audiences.is_empty() {
        audiences.push(ISSUER.to_owned());
    }
    let bound = bound(writing, &spec["boundObjectRef"])?;
    let (expires, expires_text) = tokens::expiry(shared, seconds);
    let token = tokens::issue(shared, &Wanted { account: &account, audiences: &audiences, expires, bound });
    let answer = json!({
        "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": writing.name, "namespace": writing.namespace, "creationTimestamp": shared.now_text()},
        "spec": {"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": spec["boundObjectRef"]},
        "status": {"token": token, "expirationTimestamp": expires_text},
    });
    Ok(Outcome { raw: Encoded::plain(&answer), is_created: true, revision: None, warnings: Vec::new() })
}

fn check_duration(seconds: i64) -> Result<(), ApiError> {
    let why = match seconds {
        ..SECONDS_MIN => "may not specify a duration less than 10 minutes",
        SECONDS_MIN..=SECONDS_MAX => return Ok(()),
        _ => "may not specify a duration larger than 2^32 seconds",
    };
    let cause = Cause {
        reason: "FieldValueInvalid".to_owned(),
        message: format!("Invalid value: {seconds}: {why}"),
        field: "spec.expirationSeconds".to_owned(),
    };
    Err(ApiError::invalid("authentication.k8s.io", "TokenRequest", "", vec![cause]))
}

/// The object the token is to hold as long as.
fn bound(writing: &Writing<'_>, reference: &Value) -> Result<Option<Bound>, ApiError> {
    if reference.is_null() {
        return Ok(None);
    }
    let text = |field: &str| reference[field].as_str().unwrap_or_default();
    let (api_version, kind, name) = (text("apiVersion"), text("kind"), text("name"));
    let Some(bound) = BoundKind::of(api_version, kind) else {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let message = format!("cannot bind token to object of type {group}/{version}, Kind={kind}");
        return Err(ApiError::bad_request(message));
    };
    let found = bound.find(writing.shared, writing.namespace, name);
    let found = found.ok_or_else(|| ApiError::not_found(&bound.resource(), name))?;
    let uid = text("uid");
    if !uid.is_empty() && *found.meta().uid != *uid {
        let cause = format!(
            "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"
        );
        return Err(ApiError::conflict(&GroupResource::owned("", kind), name, &cause));
    }
    let own = found.get("/spec/serviceAccountName").unwrap_or_default();
    if bound == BoundKind::Pod && own != *writing.name {
        let message = format!(
            "cannot bind token for serviceaccount {:?} to pod running with different serviceaccount name.",
            writing.name
        );
        return Err(ApiError::bad_request(message));
    }
    Ok(Some(Bound { kind: bound, name: name.to_owned(), uid: found.meta().uid.to_string() }))
}
