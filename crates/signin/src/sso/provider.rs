//! The provider: asked about itself and its keys when that is needed, and not more often.

use crate::identity::{Identity, TokenError};
use crate::sso::discovery::{Described, discover};
use crate::sso::fetch::Way;
use crate::sso::id_token;
use crate::sso::keys::{Keys, fetch};
use accounts::{Claims, Settings, SingleSignOn};
use clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use web::Clients;

/// Keys are asked for again after so long, so that one that was withdrawn ends.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// How long they hold while the provider cannot be asked.
const KEPT_UNREACHABLE: Duration = Duration::from_secs(60 * 60);
/// Tokens that no key verifies make us ask again, but not more often than this: anybody can send such tokens.
const ASKED_AGAIN: Duration = Duration::from_secs(10);

/// A provider of single sign-on.
#[derive(Debug)]
pub struct Provider {
    config: SingleSignOn,
    trusts_any_certificate: bool,
    pub(crate) way: Way,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    state: Option<(Arc<Described>, Arc<Keys>, Instant)>,
    asked: Option<Instant>,
}

/// How new the keys must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    Kept,
    Again,
}

impl Provider {
    /// Nothing is asked yet.
    pub(crate) fn new(config: SingleSignOn, settings: &Settings) -> Self {
        let trusts_any_certificate = settings.trusts_any_certificate;
        let way = Way::new(&config.root_ca, trusts_any_certificate);
        Provider { config, trusts_any_certificate, way, known: Mutex::default() }
    }

    pub(crate) fn settings(&self) -> (&SingleSignOn, bool) {
        (&self.config, self.trusts_any_certificate)
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// How it is configured.
    #[must_use]
    pub fn config(&self) -> &SingleSignOn {
        &self.config
    }

    /// Where to go to sign out there: what `logoutURL` says, filled in. `None` when it says nothing.
    #[must_use]
    pub fn logout_url(&self, token: &str, return_url: &str) -> Option<String> {
        let template = Some(self.config.logout_url.as_str()).filter(|url| !url.is_empty())?;
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let filled =
            template.replace("{{token}}", &encoded(token)).replace("{{logoutRedirectURL}}", &encoded(return_url));
        Some(filled)
    }

    /// Who shows this token of the provider's.
    pub(crate) async fn identify(&self, clients: &Clients, text: &str, clock: &Clock) -> Result<Identity, TokenError> {
        let claims = self.verify(clients, text).await?;
        let expires = id_token::check(&claims, &self.config, clock.now())?;
        let username = Some(claims.text("email")).filter(|mail| !mail.is_empty()).unwrap_or(claims.user()).to_owned();
        Ok(Identity {
            subject: claims.user().to_owned(),
            username,
            issuer: self.config.issuer.clone(),
            expires: Some(expires),
            renewed: None,
            claims,
        })
    }

    /// The claims, if one of the provider's keys signed them; new keys are asked for when none of the known did.
    async fn verify(&self, clients: &Clients, text: &str) -> Result<Claims, TokenError> {
        for fresh in [Fresh::Kept, Fresh::Again] {
            let (described, keys) = self.known(clients, fresh).await.map_err(TokenError::Provider)?;
            if let Some(claims) = keys.verify(text, &described.algorithms) {
                return Ok(claims);
            }
        }
        Err(TokenError::Unreadable)
    }

    pub(crate) async fn described(&self, clients: &Clients) -> Result<Arc<Described>, String> {
        self.known(clients, Fresh::Kept).await.map(|(described, _)| described)
    }

    async fn known(&self, clients: &Clients, fresh: Fresh) -> Result<(Arc<Described>, Arc<Keys>), String> {
        let mut known = self.known.lock().await;
        let now = Instant::now();
        let age = |since: Instant| now.saturating_duration_since(since);
        let kept =
            known.state.as_ref().map(|(described, keys, at)| (Arc::clone(described), Arc::clone(keys), age(*at)));
        let just_asked = known.asked.is_some_and(|at| age(at) < ASKED_AGAIN);
        if let Some((described, keys, age)) = &kept
            && (*age < KEPT && fresh == Fresh::Kept || just_asked && *age < KEPT_UNREACHABLE)
        {
            return Ok((Arc::clone(described), Arc::clone(keys)));
        }
        known.asked = Some(now);
        match self.ask(clients).await {
            Ok((described, keys)) => {
                known.state = Some((Arc::clone(&described), Arc::clone(&keys), now));
                Ok((described, keys))
            }
            Err(problem) => match kept {
                Some((described, keys, age)) if age < KEPT_UNREACHABLE => Ok((described, keys)),
                _ => Err(problem),
            },
        }
    }

    async fn ask(&self, clients: &Clients) -> Result<(Arc<Described>, Arc<Keys>), String> {
        let described = discover(clients, &self.way, &self.config.issuer).await?;
        let keys = fetch(clients, &self.way, &described.keys).await?;
        Ok((Arc::new(described), Arc::new(keys)))
    }
}
