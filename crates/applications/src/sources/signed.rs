//! Looks at the signatures of what applications follow, once for each commit, demand and keyring. Nothing waits for a
//! network: a tag or a history that is not here is fetched by a task of its own, and who asked is told when it is here.

use super::answers::{ANSWERS_MAX, Answer, Answers, Signatures, Subject};
use super::seen::SourceFailure;
use super::service::Sources;
use super::state::Shared;
use crate::AppKey;
use crate::integrity::{Demand, Depth};
use futures::FutureExt;
use futures::future::BoxFuture;
use git::{GitError, Oid, Onward, Problem, Remote, Retry, Signed};
use jiff::SignedDuration;
use signatures::{Checked, Keyring, Verdict, key_id, verify};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;

/// How many problems are told, as upstream.
const PROBLEMS_MAX: usize = 10;

/// The pause after one that failed.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// What stands in a commit that vouches for all that came before it, in any case.
const SEAL: &str = "argocd-gpg-seal:";

/// What was found.
#[derive(Debug, Default)]
struct Found {
    problems: Vec<String>,
    until: Option<i64>,
    told: BTreeSet<String>,
}

impl Sources {
    /// The keys that are trusted, from now on.
    pub fn learn_keyring(&self, keyring: Keyring) -> bool {
        let answers = &mut self.shared().lock().answers;
        let is_new = *answers.keyring != keyring;
        if is_new {
            // Whoever waits is told by the change of the ConfigMap.
            *answers = Answers { keyring: Arc::new(keyring), known: BTreeMap::new(), turn: answers.turn + 1 };
        }
        is_new
    }

    /// What the signatures of a commit are worth, or of the annotated tag it was asked for by: `names` are the revisions
    /// that were asked for.
    pub async fn examine(
        &self,
        app: &AppKey,
        (remote, commit): (&Remote, Oid),
        names: &[String],
        demand: &Demand,
    ) -> Signatures {
        let shared = self.shared();
        let (subject, keyring, turn) = {
            let mut state = shared.lock();
            let tag = state.tag(remote, commit, names);
            let subject = Subject { remote: remote.clone(), commit, tag, demand: demand.clone() };
            let now = shared.clock.now();
            if let Some(answer) = state.answers.standing(&subject, app, now) {
                return answer;
            }
            (subject, Arc::clone(&state.answers.keyring), state.answers.turn)
        };
        let mut job = job(shared, subject.clone(), keyring);
        let ended = match futures::poll!(&mut job) {
            Poll::Ready(ended) => ended,
            Poll::Pending if remote.is_local() => job.await,
            Poll::Pending => {
                shared.lock().answers.known.insert(subject.clone(), Answer::UnderWay(BTreeSet::from([app.clone()])));
                tokio::spawn(finish(Arc::downgrade(shared), subject, turn, job));
                return Signatures::Pending;
            }
        };
        settle(shared, subject, turn, ended)
    }
}

impl super::state::State {
    /// The annotated tag among `names` that leads to the commit.
    fn tag(&self, remote: &Remote, commit: Oid, names: &[String]) -> Option<(String, Oid)> {
        let refs = self.repositories.get(remote)?.subscription.state().refs?;
        names.iter().find_map(|name| {
            let Ok(git::Wanted::Tip { name, commit: tip }) = git::resolve(&refs, name) else { return None };
            let entry = refs.get(&name).filter(|entry| tip == commit && entry.peeled.is_some())?;
            Some((name.strip_prefix("refs/tags/")?.to_owned(), entry.target))
        })
    }
}

fn job(shared: &Shared, subject: Subject, keyring: Arc<Keyring>) -> BoxFuture<'static, Result<Found, GitError>> {
    let (git, now) = (Arc::clone(&shared.git), shared.clock.now().as_second());
    async move {
        let url = subject.remote.url.to_string();
        let look = look(git, subject, keyring, now);
        let panicked = || Problem::Store { detail: "looking at signatures panicked; please report this".into() };
        AssertUnwindSafe(look).catch_unwind().await.unwrap_or_else(|_| Err(panicked().of(url)))
    }
    .boxed()
}

async fn finish(shared: Weak<Shared>, subject: Subject, turn: u64, job: BoxFuture<'static, Result<Found, GitError>>) {
    let ended = job.await;
    let Some(shared) = shared.upgrade() else { return };
    let waiting = match shared.lock().answers.known.remove(&subject) {
        Some(Answer::UnderWay(waiting)) => waiting,
        _ => BTreeSet::new(),
    };
    settle(&shared, subject, turn, ended);
    waiting.iter().for_each(|app| shared.wake.content_changed(app));
}

/// Notes what was found, unless other keys are trusted by now.
fn settle(shared: &Shared, subject: Subject, turn: u64, ended: Result<Found, GitError>) -> Signatures {
    let now = shared.clock.now();
    let (answer, seen) = match ended {
        Ok(found) => {
            let problems = Arc::new(found.problems);
            (Answer::Known { problems: Arc::clone(&problems), until: found.until }, Signatures::Known(problems))
        }
        Err(error) => {
            let retry = now.checked_add(PAUSE).ok();
            let since = (error.retry() != Retry::WhenChanged).then_some(now);
            let failure = SourceFailure { message: error.to_string(), since, next: retry, retry };
            (Answer::Failed(failure.clone()), Signatures::Failed(failure))
        }
    };
    let answers = &mut shared.lock().answers;
    if answers.turn == turn {
        if answers.known.len() >= ANSWERS_MAX {
            answers.known.retain(|_, answer| matches!(answer, Answer::UnderWay(_)));
        }
        answers.known.insert(subject, answer);
    }
    seen
}

async fn look(
    git: Arc<dyn git::GitSource>,
    subject: Subject,
    keyring: Arc<Keyring>,
    now: i64,
) -> Result<Found, GitError> {
    let mut found = Found::default();
    let Subject { remote, commit, tag, demand } = subject;
    if let Some((name, id)) = tag {
        let signed = git.signed(&remote, id).await?;
        found.note(&name, &signed, &check(&signed, &keyring, now), &demand);
        if demand.depth == Depth::Head {
            return Ok(found);
        }
    }
    if demand.depth == Depth::Head {
        let signed = git.signed(&remote, commit).await?;
        found.note(&commit.to_string(), &signed, &check(&signed, &keyring, now), &demand);
        return Ok(found);
    }
    let all = Arc::new(Mutex::new((BTreeSet::new(), found)));
    let noted = Arc::clone(&all);
    let visit = Box::new(move |signed: &Signed| {
        let checked = check(signed, &keyring, now);
        let (seen, found) = &mut *noted.lock().unwrap_or_else(PoisonError::into_inner);
        // What is here may be visited before the rest is fetched, and then all is visited anew.
        if seen.insert(signed.id) {
            found.note(&signed.id.to_string(), signed, &checked, &demand);
        }
        let is_sealed = checked.verdict == Verdict::Good && signed.message.to_lowercase().contains(SEAL);
        if is_sealed || found.problems.len() >= PROBLEMS_MAX { Onward::Stop } else { Onward::Parents }
    });
    git.walk(&remote, commit, visit).await?;
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut all.1))
}

fn check(signed: &Signed, keyring: &Keyring, now: i64) -> Checked {
    match &signed.signature {
        Some(signature) => verify(&signed.text, signature, keyring, now),
        None => Checked::unsigned(),
    }
}

impl Found {
    /// Notes what a signature is worth. A key whose commits are in the way is told once; upstream's words.
    fn note(&mut self, revision: &str, signed: &Signed, checked: &Checked, demand: &Demand) {
        self.until = self.until.into_iter().chain(checked.until).min();
        if self.problems.len() >= PROBLEMS_MAX {
            return;
        }
        let why = match &checked.verdict {
            Verdict::Good if demand.allows(checked) => return,
            Verdict::Good => "signed with unallowed key".to_owned(),
            other => other.to_string(),
        };
        let key = &checked.key_id;
        let is_commit = Oid::parse(revision).is_some();
        if is_commit && !key.is_empty() && !self.told.insert(key.clone()) {
            return;
        }
        let who = &signed.who;
        self.problems.push(format!("GIT/GPG: Failed verifying revision {revision} by '{who}': {why} (key_id={key})"));
    }
}

impl Demand {
    /// Whether a good signature was made by one of the keys. A key's subkeys sign for it.
    fn allows(&self, checked: &Checked) -> bool {
        let is_it = |name: &str, own: &str| name == own || key_id(name).is_some_and(|name| name == own);
        let own = || std::iter::once(&checked.key_id).chain(&checked.primary_id);
        self.keys.iter().any(|name| own().any(|own| is_it(name, own)))
    }
}
