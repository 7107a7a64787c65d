//! Groups that no token holds: asked for at the provider's user information, kept for a while.
//! <https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>

use crate::sso::fetch::{Way, answer};
use accounts::{Hidden, UserInfo};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;
use url::Url;
use web::Clients;

/// Users whose groups are kept.
const USERS_MAX: usize = 10_000;
/// The claim that groups are put under.
pub(crate) const GROUPS: &str = "groups";

/// Groups by user, and what they can be asked for again with.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<BTreeMap<String, Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    access_token: Hidden<String>,
    groups: Option<Value>,
    asked: Option<Instant>,
}

/// Where and how to ask.
pub(crate) struct Ask<'a> {
    pub(crate) clients: &'a Clients,
    pub(crate) way: &'a Way,
    pub(crate) issuer: &'a str,
    pub(crate) config: &'a UserInfo,
}

impl Groups {
    /// Somebody signed in: their groups are asked for anew with this token.
    pub(crate) fn signed_in(&self, user: &str, access_token: &str) {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if users.len() >= USERS_MAX && !users.contains_key(user) {
            users.pop_first();
        }
        let access_token = Hidden::new(access_token.to_owned());
        users.insert(user.to_owned(), Kept { access_token, groups: None, asked: None });
    }

    /// The groups of a user; none when they did not sign in here, so that nobody can be asked in their name.
    pub(crate) async fn of(&self, user: &str, ask: &Ask<'_>) -> Result<Option<Value>, String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(user).cloned();
        let Some(kept) = kept else { return Ok(None) };
        let now = Instant::now();
        if kept.asked.is_some_and(|asked| now.saturating_duration_since(asked) < ask.config.keep) {
            return Ok(kept.groups);
        }
        let groups = asked(user, &kept.access_token, ask).await?;
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = users.get_mut(user) {
            known.groups.clone_from(&groups);
            known.asked = Some(now);
        }
        Ok(groups)
    }
}

async fn asked(user: &str, token: &Hidden<String>, ask: &Ask<'_>) -> Result<Option<Value>, String> {
    let address = format!("{}/{}", ask.issuer.trim_end_matches('/'), ask.config.path.trim_start_matches('/'));
    let url = Url::parse(&address).map_err(|_| "userInfoPath in oidc.config makes no address".to_owned())?;
    let request = ask.way.client(ask.clients, &url)?.get(url.clone()).bearer_auth(token.reveal());
    let mut told: Map<String, Value> = answer(request, &url).await?;
    // The specification's own rule: what is told of somebody else must not be used.
    if told.get("sub").and_then(Value::as_str) != Some(user) {
        return Err("the provider's user information is of somebody else".to_owned());
    }
    Ok(told.remove(GROUPS))
}
