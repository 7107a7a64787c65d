//! Service accounts' tokens: JSON web tokens, signed (ES256) with the cluster's key, for an audience, up to a time, and
//! if asked for as long as an object lives. Start reading at [`issue`] and [`authenticate`].

use crate::group_resource::{GroupResource, resources};
use crate::shared::{Shared, time_text};
use crate::store::object_key;
use crate::user::User;
use jiff::{SignedDuration, Timestamp};
use object::Object;
use serde_json::{Value, json};

/// Who issues tokens, and for whom they are when nobody else is named.
pub const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
/// Under this key requests keep the token's own identity.
const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

/// What a token is to say.
pub struct Wanted<'a> {
    pub account: &'a Object,
    pub audiences: &'a [String],
    pub expires: Timestamp,
    /// The object it holds as long as: its kind, name and identity.
    pub bound: Option<Bound>,
}

/// An object that a token is bound to.
pub struct Bound {
    pub kind: BoundKind,
    pub name: String,
    pub uid: String,
}

/// What tokens may be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundKind {
    Pod,
    Secret,
    Node,
}

impl BoundKind {
    const ALL: [BoundKind; 3] = [BoundKind::Pod, BoundKind::Secret, BoundKind::Node];

    /// That of a reference; `None` when tokens cannot be bound to it.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        let word = kind.to_lowercase();
        BoundKind::ALL.into_iter().find(|one| api_version == "v1" && one.claim() == word)
    }

    fn claim(self) -> &'static str {
        match self {
            BoundKind::Pod => "pod",
            BoundKind::Secret => "secret",
            BoundKind::Node => "node",
        }
    }

    /// Where such objects are.
    pub fn resource(self) -> GroupResource {
        match self {
            BoundKind::Pod => resources::PODS,
            BoundKind::Secret => resources::SECRETS,
            BoundKind::Node => resources::NODES,
        }
    }

    /// The object of that name, in the account's namespace unless it is of none.
    pub fn find(self, shared: &Shared, namespace: &str, name: &str) -> Option<Object> {
        let namespace = if self == BoundKind::Node { "" } else { namespace };
        Some(shared.store.get(&self.resource(), &object_key(namespace, name))?.object)
    }
}

/// Makes a token.
pub fn issue(shared: &Shared, wanted: &Wanted<'_>) -> String {
    let now = shared.clock.now().as_second();
    let account = wanted.account;
    let namespace = account.namespace().unwrap_or_default();
    let mut private = json!({
        "namespace": namespace, "serviceaccount": {"name": account.name(), "uid": &*account.meta().uid},
    });
    if let Some(bound) = &wanted.bound {
        private[bound.kind.claim()] = json!({"name": bound.name, "uid": bound.uid});
    }
    shared.token_key().sign(&json!({
        "aud": wanted.audiences, "exp": wanted.expires.as_second(), "iat": now, "nbf": now, "iss": ISSUER,
        "jti": shared.draw("token-id", clock::Random::uuid), "kubernetes.io": private,
        "sub": format!("system:serviceaccount:{namespace}:{}", account.name()),
    }))
}

/// Who shows a token, and for which of the audiences asked for it is.
#[derive(Debug)]
pub struct Shown {
    pub user: User,
    pub audiences: Vec<String>,
}

/// Checks a token for any of these audiences, or for the API server when none is named.
///
/// # Errors
/// The text says why it is not accepted.
pub fn authenticate(shared: &Shared, token: &str, audiences: &[String]) -> Result<Shown, String> {
    let claims = shared.token_key().open(token).ok_or("invalid bearer token")?;
    let own = [ISSUER.to_owned()];
    let asked = if audiences.is_empty() { &own[..] } else { audiences };
    let is_for = |wanted: &&String| claims["aud"].as_array().is_some_and(|all| all.iter().any(|one| one == *wanted));
    let found: Vec<String> = asked.iter().filter(is_for).cloned().collect();
    if found.is_empty() || claims["iss"] != ISSUER {
        return Err(format!(
            "[invalid bearer token, token audiences {} is invalid for the target audiences {asked:?}]",
            claims["aud"]
        ));
    }
    let second = |claim: &str| claims[claim].as_i64().unwrap_or_default();
    let now = shared.clock.now().as_second();
    if now >= second("exp") {
        return Err("[invalid bearer token, service account token has expired]".to_owned());
    }
    if now < second("nbf") {
        return Err("[invalid bearer token, service account token is not valid yet]".to_owned());
    }
    let user = user(shared, &claims)?;
    Ok(Shown { user, audiences: found })
}

/// The account of the claims, if it is the one they were made for and what they are bound to is still there.
fn user(shared: &Shared, claims: &Value) -> Result<User, String> {
    let private = &claims["kubernetes.io"];
    let text = |place: &Value, field: &str| place[field].as_str().unwrap_or_default().to_owned();
    let (namespace, account) = (text(private, "namespace"), &private["serviceaccount"]);
    let name = text(account, "name");
    let found = shared.store.get(&resources::SERVICE_ACCOUNTS, &object_key(&namespace, &name));
    let found = found.map(|entry| entry.object).filter(|object| *object.meta().uid == *text(account, "uid"));
    let Some(found) = found.filter(|object| !object.meta().is_terminating()) else {
        return Err(format!("[invalid bearer token, service account {namespace}/{name} has been deleted]"));
    };
    let all = format!("system:serviceaccounts:{namespace}");
    let mut user = User::new(
        &format!("system:serviceaccount:{namespace}:{name}"),
        &["system:serviceaccounts", &all, "system:authenticated"],
    );
    user.uid = found.meta().uid.to_string();
    user.extra.insert(CREDENTIAL_ID.to_owned(), vec![format!("JTI={}", text(claims, "jti"))]);
    for kind in BoundKind::ALL {
        let bound = &private[kind.claim()];
        if bound.is_null() {
            continue;
        }
        let (name, uid) = (text(bound, "name"), text(bound, "uid"));
        let is_there = kind.find(shared, &namespace, &name).is_some_and(|object| *object.meta().uid == *uid);
        if !is_there {
            return Err(format!("[invalid bearer token, {} {name} that the token is bound to is gone]", kind.claim()));
        }
        let word = kind.claim();
        user.extra.insert(format!("authentication.kubernetes.io/{word}-name"), vec![name]);
        user.extra.insert(format!("authentication.kubernetes.io/{word}-uid"), vec![uid]);
    }
    Ok(user)
}

/// When a token that is to hold so many seconds ends, and that as text.
pub fn expiry(shared: &Shared, seconds: i64) -> (Timestamp, String) {
    let end = shared.clock.now().checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    (end, time_text(end))
}
