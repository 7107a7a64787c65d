//! Signing in: passwords for sessions, tokens for identities.

use crate::entropy::Entropy;
use crate::identity::{Identity, LoginError, TokenError};
use crate::own_tokens::{self, Issue, State};
use crate::passwords;
use crate::sso::Provider;
use crate::token::{self, ISSUER, TOKEN_BYTES_MAX};
use accounts::{ADMIN, AttemptLimits, Attempts, Capability, Known, NAME_BYTES_MAX, ProjectTokens, Revoked, Settings};
use clock::{Clock, Offload};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// What signing in is made of.
#[derive(Debug)]
pub struct Parts {
    /// Time and chance.
    pub clock: Clock,
    /// Where passwords are hashed.
    pub offload: Offload,
    /// How often may be guessed.
    pub limits: AttemptLimits,
    /// How providers of single sign-on are reached.
    pub clients: Arc<web::Clients>,
}

/// Signing in. Cheap to clone; all clones share sessions, failures and revocations.
#[derive(Debug, Clone)]
pub struct SignIn(pub(crate) Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) clients: Arc<web::Clients>,
    offload: Offload,
    concurrent: Semaphore,
    attempts: Mutex<Attempts>,
    revoked: Mutex<Revoked>,
    /// States of sign-ins that came back. Each was sealed by us and ends within minutes.
    used_states: Mutex<Revoked>,
    settings: RwLock<Arc<Settings>>,
    projects: RwLock<BTreeMap<String, ProjectTokens>>,
    provider: RwLock<Option<Arc<Provider>>>,
}

impl SignIn {
    /// Nobody can sign in before [`SignIn::configure`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let empty = Settings::read(&BTreeMap::new(), &BTreeMap::new(), |_| None).0;
        SignIn(Arc::new(Shared {
            entropy: Entropy::of(&parts.clock),
            clock: parts.clock,
            clients: parts.clients,
            offload: parts.offload,
            concurrent: Semaphore::new(parts.limits.concurrent_max),
            attempts: Mutex::new(Attempts::new(parts.limits)),
            revoked: Mutex::default(),
            used_states: Mutex::default(),
            settings: RwLock::new(Arc::new(empty)),
            projects: RwLock::default(),
            provider: RwLock::default(),
        }))
    }

    /// The settings changed; they hold at once, for tokens that are out as well.
    pub fn configure(&self, settings: Settings) {
        let provider = settings.single_sign_on.clone().map(|config| Provider::new(config, &settings));
        let mut known = self.0.provider.write().unwrap_or_else(PoisonError::into_inner);
        // Keys that were fetched stay as long as nothing about the provider changed.
        if known.as_ref().map(|known| known.settings()) != provider.as_ref().map(Provider::settings) {
            *known = provider.map(Arc::new);
        }
        *self.0.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// A project came, changed or went (`None`).
    pub fn set_project(&self, name: &str, tokens: Option<ProjectTokens>) {
        let mut projects = self.0.projects.write().unwrap_or_else(PoisonError::into_inner);
        match tokens {
            Some(tokens) => projects.insert(name.to_owned(), tokens),
            None => projects.remove(name),
        };
    }

    /// The settings that hold now.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.0.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The provider of single sign-on, if one is configured.
    #[must_use]
    pub fn provider(&self) -> Option<Arc<Provider>> {
        self.0.provider.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A session's token for a name and its password.
    ///
    /// Guarantees: whether the name has an account, is locked, is disabled or may not sign in shows neither in the answer
    /// nor in the work done for it.
    ///
    /// # Errors
    /// When they are not enough.
    pub async fn login(&self, name: &str, password: &str) -> Result<String, LoginError> {
        if name.is_empty() || password.is_empty() {
            return Err(LoginError::Blank);
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(LoginError::LongName);
        }
        self.check_password(name, password).await?;
        let settings = self.settings();
        let seconds = i64::try_from(settings.session.as_secs()).unwrap_or(i64::MAX);
        self.issue(&format!("{name}:{}", Capability::Login), seconds, &self.0.entropy.uuid())
            .ok_or(LoginError::NotReady)
    }

    /// Whether the password is that of an account that may sign in: also for changing one's own.
    ///
    /// # Errors
    /// When it is not, see [`SignIn::login`].
    pub async fn check_password(&self, name: &str, password: &str) -> Result<(), LoginError> {
        let _permit = self.0.concurrent.try_acquire().map_err(|_| LoginError::Invalid)?;
        let settings = self.settings();
        let account = settings.accounts.get(name);
        let is_locked = self.attempts().is_locked(name, self.0.clock.now());
        let hash = account.and_then(|account| account.password_hash.as_ref()).map(|hash| hash.reveal().clone());
        // A locked name costs as much as any other, so that being locked cannot be timed; its password is not looked at.
        let hash = hash.filter(|_| !is_locked);
        let hashes = settings.accounts.values().filter_map(|account| account.password_hash.as_ref());
        let nobody = passwords::of_nobody(hashes.map(|hash| hash.reveal().as_str()));
        let is_right = passwords::is_right(&self.0.offload, password.to_owned(), hash, nobody).await;
        let may = account.is_some_and(|account| account.enabled && account.can(Capability::Login));
        if is_locked {
            return Err(LoginError::Invalid);
        }
        if is_right && may {
            self.attempts().succeeded(name);
            return Ok(());
        }
        let known = if account.is_some() || name == ADMIN { Known::Account } else { Known::Nobody };
        self.attempts().failed(name, known, self.0.clock.now());
        Err(LoginError::Invalid)
    }

    /// The bcrypt hash of a new password, for [`accounts::set_password`]; `None` when it cannot be hashed.
    pub async fn hash_password(&self, password: &str) -> Option<String> {
        passwords::hash(&self.0.offload, &self.0.entropy, password.to_owned()).await
    }

    /// A token for a subject, `seconds` valid or for ever (0 and less); `None` while the server has no key.
    ///
    /// The subject is `<account>:apiKey` for an account's token, `proj:<project>:<role>` for a role's. The caller lists
    /// the token where [`SignIn::identify`] looks for it, with [`SignIn::token_record`].
    #[must_use]
    pub fn issue(&self, subject: &str, seconds: i64, id: &str) -> Option<String> {
        let settings = self.settings();
        let key = settings.signing_key.as_ref()?;
        let issue = Issue { subject, id, seconds, now: self.0.clock.now() };
        token::sign(&own_tokens::claims(&issue), key.reveal())
    }

    /// An account's new token and what is to be listed of it.
    #[must_use]
    pub fn issue_account_token(&self, account: &str, seconds: i64, id: &str) -> Option<(String, accounts::Token)> {
        let id = self.id_or_new(id);
        let record = self.token_record(seconds, &id);
        let token = self.issue(&format!("{account}:{}", Capability::ApiKey), seconds, &id)?;
        Some((token, record))
    }

    /// What is to be listed of a token that is issued now.
    #[must_use]
    pub fn token_record(&self, seconds: i64, id: &str) -> accounts::Token {
        let issued_at = self.0.clock.now().as_second();
        let expires_at = if seconds > 0 { issued_at.saturating_add(seconds) } else { 0 };
        accounts::Token { id: id.to_owned(), issued_at, expires_at }
    }

    /// The identity given, or a new one that nobody can guess.
    #[must_use]
    pub fn id_or_new(&self, id: &str) -> String {
        if id.is_empty() { self.0.entropy.uuid() } else { id.to_owned() }
    }

    /// Who shows this token.
    ///
    /// To be asked again while a stream is open: at least every minute, so that what was revoked ends.
    ///
    /// # Errors
    /// When it does not hold, or no longer.
    pub async fn identify(&self, text: &str) -> Result<Identity, TokenError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Unreadable);
        }
        let issuer = token::issuer_named(text).ok_or(TokenError::Unreadable)?;
        if issuer == ISSUER {
            return self.identify_own(text);
        }
        let provider = self.provider().filter(|provider| provider.issuer() == issuer).ok_or(TokenError::Issuer)?;
        let identity = provider.identify(&self.0.clients, text, &self.0.clock).await?;
        if self.revoked().contains(&revocation_id(text, &identity)) {
            return Err(TokenError::Revoked);
        }
        Ok(identity)
    }

    fn identify_own(&self, text: &str) -> Result<Identity, TokenError> {
        let settings = self.settings();
        let key = settings.signing_key.as_ref().ok_or(TokenError::Unreadable)?;
        let projects = self.0.projects.read().unwrap_or_else(PoisonError::into_inner);
        let state =
            State { settings: &settings, projects: &projects, revoked: &self.revoked(), now: self.0.clock.now() };
        let (mut identity, renewal) = own_tokens::identify(text, key.reveal(), &state)?;
        identity.renewed = renewal.and_then(|seconds| {
            let subject = format!("{}:{}", identity.subject, Capability::Login);
            self.issue(&subject, seconds, &self.0.entropy.uuid())
        });
        Ok(identity)
    }

    /// Signs out: the token is void from now on. Gives all that is void, to be kept by
    /// [`crate::store::keep_revoked`]; `None` when the token did not hold anyway.
    pub async fn logout(&self, text: &str) -> Option<Revoked> {
        let identity = self.identify(text).await.ok()?;
        let now = self.0.clock.now();
        // A token without an end is void for ten years, as nothing is kept for ever.
        let ever = now.checked_add(SignedDuration::from_hours(24 * 3_650)).unwrap_or(Timestamp::MAX);
        let mut revoked = self.revoked();
        revoked.forget(now);
        revoked.revoke(&revocation_id(text, &identity), identity.expires.unwrap_or(ever));
        Some(revoked.clone())
    }

    /// Takes what other replicas, or this one before it was started again, voided.
    pub fn merge_revoked(&self, other: Revoked) {
        let mut revoked = self.revoked();
        revoked.merge(other);
        revoked.forget(self.0.clock.now());
    }

    /// Marks the state of a sign-in as used; `false` when it was used before.
    pub(crate) fn use_once(&self, state: &str, until: i64) -> bool {
        let mut used = self.0.used_states.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget(self.0.clock.now());
        let is_new = !used.contains(state);
        used.revoke(state, Timestamp::from_second(until).unwrap_or(Timestamp::MAX));
        is_new
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn revoked(&self) -> MutexGuard<'_, Revoked> {
        self.0.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a token is voided by: its identity, or a digest of it where its issuer gives none.
fn revocation_id(text: &str, identity: &Identity) -> String {
    let own = ["jti", "uti"].into_iter().map(|claim| identity.claims.text(claim)).find(|id| !id.is_empty());
    own.map_or_else(|| hex::encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes())), str::to_owned)
}
