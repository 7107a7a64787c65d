//! The provider: asked about itself and its keys when that is needed, and not more often.

use crate::identity::{Identity, TokenError};
use crate::sso::discovery::{Described, discover};
use crate::sso::fetch::Way;
use crate::sso::id_token;
use crate::sso::keys::{Keys, fetch};
use crate::sso::user_info::{Ask, GROUPS, Groups};
use accounts::{Claims, Settings, SingleSignOn};
use clock::Clock;
use std::sync::{Arc, PoisonError, RwLock};
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
    known: RwLock<Option<Known>>,
    /// Held by the one who asks, with when somebody last began to.
    asking: Mutex<Option<Instant>>,
    groups: Groups,
}

/// What the provider said, and when.
#[derive(Debug, Clone)]
struct Known {
    described: Arc<Described>,
    keys: Arc<Keys>,
    at: Instant,
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
        Provider {
            config,
            trusts_any_certificate,
            way,
            known: RwLock::default(),
            asking: Mutex::default(),
            groups: Groups::default(),
        }
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
        let mut claims = self.verify(clients, text).await?;
        let expires = id_token::check(&claims, &self.config, clock.now())?;
        if let Some(config) = &self.config.user_info {
            let ask = Ask { clients, way: &self.way, issuer: &self.config.issuer, config };
            let groups = self.groups.of(claims.text("sub"), &ask).await.map_err(TokenError::Provider)?;
            if let Some(groups) = groups {
                claims.set(GROUPS, groups);
            }
        }
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

    /// The claims of a token that holds: what it says itself, without groups that are asked for elsewhere.
    pub(crate) async fn claims(&self, clients: &Clients, text: &str, clock: &Clock) -> Result<Claims, TokenError> {
        let claims = self.verify(clients, text).await?;
        id_token::check(&claims, &self.config, clock.now())?;
        Ok(claims)
    }

    /// Somebody signed in at the provider and came back with this.
    pub(crate) fn signed_in(&self, user: &str, access_token: &str) {
        if self.config.user_info.is_some() && !access_token.is_empty() {
            self.groups.signed_in(user, access_token);
        }
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
        let kept = self.kept();
        if let Some((known, age)) = &kept
            && *age < KEPT
            && fresh == Fresh::Kept
        {
            return Ok((Arc::clone(&known.described), Arc::clone(&known.keys)));
        }
        let mut asked = match (&kept, fresh) {
            // While somebody else asks, what is known still does.
            (Some((known, age)), Fresh::Kept) if *age < KEPT_UNREACHABLE => match self.asking.try_lock() {
                Ok(asked) => asked,
                Err(_) => return Ok((Arc::clone(&known.described), Arc::clone(&known.keys))),
            },
            _ => self.asking.lock().await,
        };
        let kept = self.kept().filter(|(_, age)| *age < KEPT_UNREACHABLE).map(|(known, _)| known);
        let just_asked = asked.is_some_and(|at| Instant::now().saturating_duration_since(at) < ASKED_AGAIN);
        if let Some(known) = kept.as_ref().filter(|_| just_asked) {
            return Ok((Arc::clone(&known.described), Arc::clone(&known.keys)));
        }
        *asked = Some(Instant::now());
        let known = self.ask(clients).await.or_else(|problem| kept.ok_or(problem))?;
        Ok((known.described, known.keys))
    }

    /// What is known, and how old it is.
    fn kept(&self) -> Option<(Known, Duration)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let age = Instant::now().saturating_duration_since(known.at);
        Some((known, age))
    }

    async fn ask(&self, clients: &Clients) -> Result<Known, String> {
        let described = discover(clients, &self.way, &self.config.issuer).await?;
        let keys = fetch(clients, &self.way, &described.keys).await?;
        let known = Known { described: Arc::new(described), keys: Arc::new(keys), at: Instant::now() };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}
