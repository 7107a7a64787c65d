//! Who somebody is: the sign-in, kept up to date with what the control plane's objects say.

use crate::plane::Plane;
use crate::problem::{Code, Problem};
use crate::who::Who;
use accounts::{ProjectTokens, Settings};
use clock::Clock;
use jiff::Timestamp;
use signin::store::{CONFIG_MAP, REVOKED_SECRET, SECRET, revoked_of, secret_data};
use signin::{LoginError, SignIn, Store};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a writer waits until what was written holds here.
const HOLDS_WITHIN: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Signs people in and recognises them.
pub struct Door {
    signin: SignIn,
    store: Store,
    clock: Clock,
    /// The version of the control plane's objects that the sign-in was told of.
    told: AtomicU64,
    projects: Mutex<BTreeSet<String>>,
}

impl Door {
    /// A door over a sign-in.
    #[must_use]
    pub fn new(signin: SignIn, store: Store, clock: Clock) -> Self {
        Door { signin, store, clock, told: AtomicU64::new(0), projects: Mutex::default() }
    }

    /// The sign-in, as the control plane's objects say it now.
    pub fn fresh(&self, plane: &Plane) -> &SignIn {
        let version = plane.version();
        if self.told.load(Ordering::SeqCst) != version {
            // Two who do it at a time do the same.
            self.tell(plane);
            self.told.store(version, Ordering::SeqCst);
        }
        &self.signin
    }

    fn tell(&self, plane: &Plane) {
        let said = plane.now();
        let secret = plane.object("Secret", SECRET).map(|object| secret_data(&object)).unwrap_or_default();
        let lookup = |reference: accounts::Reference<'_>| plane.secret(reference.secret?).remove(reference.key);
        let (settings, problems) = Settings::read(&plane.config_map(CONFIG_MAP), &secret, lookup);
        for problem in problems {
            tracing::warn!("{problem}");
        }
        self.signin.configure(settings);
        if let Some(object) = plane.object("Secret", REVOKED_SECRET) {
            self.signin.merge_revoked(revoked_of(&object));
        }
        let mut known = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in known.iter().filter(|name| !said.projects.contains_key(*name)) {
            self.signin.set_project(gone, None);
        }
        for (name, project) in &said.projects {
            self.signin.set_project(name, Some(ProjectTokens::of(&project.read)));
        }
        *known = said.projects.keys().cloned().collect();
    }

    /// A token for whoever knows the password.
    ///
    /// # Errors
    /// They are not let in; the words are the same whatever is wrong.
    pub async fn enter(&self, plane: &Plane, username: &str, password: &str) -> Result<String, Problem> {
        self.fresh(plane).login(username, password).await.map_err(refused)
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// It does not hold.
    pub async fn recognise(&self, plane: &Plane, token: &str) -> Result<Who, Problem> {
        let identity = self.fresh(plane).identify(token).await;
        let identity = identity.map_err(|error| Problem::new(Code::Unauthenticated, error.to_string()))?;
        let scopes = plane.now().authority.configured().scopes().to_vec();
        let issued = identity.claims.seconds("iat").and_then(|seconds| Timestamp::from_second(seconds).ok());
        Ok(Who {
            subject: rbac::Subject { name: identity.subject.clone(), groups: identity.groups(&scopes) },
            username: identity.username,
            issuer: identity.issuer,
            expires: identity.expires,
            issued,
            renewed: identity.renewed,
            token: Some(token.into()),
        })
    }

    /// The token is void from now on.
    ///
    /// # Errors
    /// That could not be kept for other processes; in this one it is void all the same.
    pub async fn leave(&self, plane: &Plane, token: &str) -> Result<(), Problem> {
        match self.fresh(plane).logout(token).await {
            Some(revoked) => Ok(self.store.keep_revoked(&revoked, &self.clock).await?),
            None => Ok(()),
        }
    }

    /// Gives an account another password, if the current one of whoever asks is right.
    ///
    /// # Errors
    /// It is not, or the new one is too weak.
    pub async fn set_password(
        &self,
        plane: &Plane,
        who: &Who,
        name: &str,
        (current, new): (&str, &str),
    ) -> Result<(), Problem> {
        let signin = self.fresh(plane);
        if who.issuer != signin::ISSUER || rbac::project_role(&who.username).is_some() {
            return Err(Problem::invalid("password can only be changed for local users"));
        }
        signin.check_password(&who.username, current).await.map_err(|error| match error {
            LoginError::Invalid | LoginError::Blank => Problem::invalid("current password does not match"),
            other => refused(other),
        })?;
        let settings = signin.settings();
        accounts::check_new_password(&settings, new).map_err(|error| Problem::invalid(error.to_string()))?;
        if !settings.accounts.contains_key(name) {
            return Err(no_account(name));
        }
        let hash = signin.hash_password(new).await;
        let hash = hash.ok_or_else(|| Problem::new(Code::Internal, "the password cannot be hashed"))?;
        let edit = accounts::set_password(name, &hash, self.clock.now());
        self.store.edit::<Problem>(|_, _| Ok(edit.clone())).await?;
        self.until(plane, |settings| {
            settings
                .accounts
                .get(name)
                .and_then(|own| own.password_hash.as_ref())
                .is_some_and(|own| *own.reveal() == hash)
        })
        .await;
        Ok(())
    }

    /// A new token for an account.
    ///
    /// # Errors
    /// There is no such account, or it may have none.
    pub async fn make_token(&self, plane: &Plane, name: &str, id: &str, seconds: i64) -> Result<String, Problem> {
        let signin = self.fresh(plane);
        let account = signin.settings().accounts.get(name).cloned().ok_or_else(|| no_account(name))?;
        if !account.can(accounts::Capability::ApiKey) {
            return Err(Problem::invalid(format!("account '{name}' does not have apiKey capability")));
        }
        let made = signin.issue_account_token(name, seconds, id);
        let (token, record) = made.ok_or_else(not_ready)?;
        let now = self.clock.now();
        let edit = accounts::add_token(name, &account, record.clone(), now);
        let edit = edit.map_err(|error| Problem::invalid(error.to_string()))?;
        self.store.edit::<Problem>(|_, _| Ok(edit.clone())).await?;
        self.until(plane, |settings| {
            settings.accounts.get(name).is_some_and(|account| account.token(&record.id).is_some())
        })
        .await;
        Ok(token)
    }

    /// An account's token is void.
    ///
    /// # Errors
    /// There is none.
    pub async fn drop_token(&self, plane: &Plane, name: &str, id: &str) -> Result<(), Problem> {
        let settings = self.fresh(plane).settings();
        let account = settings.accounts.get(name).ok_or_else(|| no_account(name))?;
        let edit = accounts::remove_token(name, account, id);
        let edit = edit.map_err(|error| Problem::new(Code::NotFound, error.to_string()))?;
        self.store.edit::<Problem>(|_, _| Ok(edit.clone())).await?;
        self.until(plane, |settings| settings.accounts.get(name).is_none_or(|account| account.token(id).is_none()))
            .await;
        Ok(())
    }

    /// A token for a project's role, and what is to be listed of it.
    ///
    /// # Errors
    /// The server has no key yet.
    pub fn project_token(
        &self,
        plane: &Plane,
        subject: &str,
        id: &str,
        seconds: i64,
    ) -> Result<(String, accounts::Token), Problem> {
        let signin = self.fresh(plane);
        let id = signin.id_or_new(id);
        let record = signin.token_record(seconds, &id);
        let token = signin.issue(subject, seconds, &id).ok_or_else(not_ready)?;
        Ok((token, record))
    }

    /// Waits, for a short while, until settings hold.
    async fn until(&self, plane: &Plane, holds: impl Fn(&Settings) -> bool) {
        let holds = async {
            while !holds(&self.fresh(plane).settings()) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // It is written in any case; who looks a moment later sees it.
        let _ = tokio::time::timeout(HOLDS_WITHIN, holds).await;
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door(…)")
    }
}

fn refused(error: LoginError) -> Problem {
    let code = match error {
        LoginError::LongName => Code::InvalidArgument,
        LoginError::Blank | LoginError::Invalid => Code::Unauthenticated,
        LoginError::NotReady => Code::Unavailable,
    };
    Problem::new(code, error.to_string())
}

fn no_account(name: &str) -> Problem {
    Problem::new(Code::NotFound, format!("account '{name}' does not exist"))
}

fn not_ready() -> Problem {
    Problem::new(Code::Unavailable, "the server has no key to sign with yet")
}
