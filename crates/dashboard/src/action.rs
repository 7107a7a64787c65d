//! What somebody does to a Rollout, carried out in the cluster.

use crate::board::Board;
use crate::problem::{Code, Problem};
use api::names::API_VERSION;
use api::rollouts::{ROLLOUT, Rollout};
use cluster::{Change, ClusterClient, ClusterError, ErrorClass, ListQuery, Part, PatchKind, Target, Write};
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::Value;
use std::time::Duration;
use steering::{ImageFor, Promotion, Undone, Workload};

/// How long a cluster may take to carry one out.
const AT_MOST: Duration = Duration::from_secs(30);
/// How often a change is tried that somebody else's came before.
const TRIES: u32 = 5;
/// The longest name that Kubernetes gives.
const NAME_MAX: usize = 253;

/// What somebody does to a Rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// On to the next step, or to the end.
    Promote(Promotion),
    /// Stand still.
    Pause,
    /// Go on after that.
    Resume,
    /// Go back to what was found good.
    Abort,
    /// Try again what was aborted.
    Retry,
    /// Replace all pods.
    Restart,
    /// Put the template of a revision back; 0 is the one before the newest.
    Undo(i64),
    /// Another image for a container.
    SetImage(ImageFor),
}

/// Which Rollout, and where it is.
pub struct Steered<'a> {
    /// The cluster it is in.
    pub client: &'a ClusterClient,
    /// Where what is written will be seen.
    pub board: &'a Board,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// Whether something may be the name of an object, or of a namespace.
pub fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let ends = is_outer(text.bytes().next()) && is_outer(text.bytes().last());
    ends && text.len() <= NAME_MAX && text.bytes().all(is_inner)
}

impl Action {
    /// What was done, in a word or two.
    pub fn done(&self) -> String {
        match self {
            Action::Promote(Promotion::Full) => "fully promoted".to_owned(),
            Action::Promote(_) => "promoted".to_owned(),
            Action::Pause => "paused".to_owned(),
            Action::Resume => "resumed".to_owned(),
            Action::Abort => "aborted".to_owned(),
            Action::Retry => "retried".to_owned(),
            Action::Restart => "restarting".to_owned(),
            Action::Undo(0) => "going back one revision".to_owned(),
            Action::Undo(revision) => format!("going back to revision {revision}"),
            Action::SetImage(image) => format!("image of {} updated", image.container),
        }
    }
}

impl Steered<'_> {
    /// Carries an action out; gives the Rollout as it is then, seen by everybody who looks.
    pub async fn carry_out(&self, action: &Action) -> Result<Object, Problem> {
        let work = async {
            match action {
                Action::Promote(promotion) => self.promote(*promotion).await,
                Action::Pause => self.merge(steering::pause(), Part::Whole).await,
                Action::Resume => self.merge(steering::resume(), Part::Whole).await,
                Action::Abort => self.merge(steering::abort(), Part::Status).await,
                Action::Retry => self.merge(steering::retry(), Part::Status).await,
                Action::Restart => self.merge(steering::restart(api::Time::new(self.now)), Part::Whole).await,
                Action::Undo(revision) => self.undo(*revision).await,
                Action::SetImage(image) => self.set_image(image).await,
            }
        };
        let done = tokio::time::timeout(AT_MOST, work).await;
        let late = || Problem::new(Code::DeadlineExceeded, "the cluster did not answer; look whether it happened");
        let rollout = done.map_err(|_| late())??;
        self.board.seen(&rollout).await;
        Ok(rollout)
    }

    fn gvk() -> Gvk {
        Gvk::from_api_version(API_VERSION, ROLLOUT)
    }

    async fn rollout(&self) -> Result<Object, Problem> {
        let found = self.client.get(&Self::gvk(), Some(self.namespace), self.name).await?;
        found.ok_or_else(|| not_found(self.name))
    }

    async fn promote(&self, promotion: Promotion) -> Result<Object, Problem> {
        let mut rollout = self.rollout().await?;
        let read = Rollout::read(&rollout);
        let read = read.map_err(|error| Problem::new(Code::FailedPrecondition, error.to_string()))?;
        let patches = steering::promote(&read, promotion)?;
        for (body, part) in [(patches.status, Part::Status), (patches.spec, Part::Whole)] {
            if let Some(body) = body {
                rollout = self.merge(body, part).await?;
            }
        }
        Ok(rollout)
    }

    // Compat: definitions from before 0.10 have no status subresource; there the object itself is patched.
    async fn merge(&self, body: Value, part: Part) -> Result<Object, Problem> {
        let target = Target::new(Self::gvk(), Some(self.namespace), self.name);
        let patch =
            |part| Write::new(target.clone(), Change::Patch { kind: PatchKind::Merge, body: body.clone(), part });
        let (first, whole) = (patch(part), patch(Part::Whole));
        let written = match self.client.write(&first).await {
            Err(error) if error.class == ErrorClass::NotFound && part == Part::Status => {
                self.client.write(&whole).await
            }
            done => done,
        };
        let written = written.map_err(|error| match error.class {
            ErrorClass::NotFound => not_found(self.name),
            _ => error.into(),
        })?;
        written.object.ok_or_else(|| Problem::new(Code::Internal, "the cluster did not say what became of it"))
    }

    async fn undo(&self, to_revision: i64) -> Result<Object, Problem> {
        let rollout = self.rollout().await?;
        let query = ListQuery::in_namespace(self.namespace);
        let query = match steering::selector_of(&rollout) {
            Some(selector) => query.labels(&selector),
            None => query,
        };
        let sets = self.client.list(&Gvk::new("apps", "v1", "ReplicaSet"), &query).await?;
        let sets = steering::controlled_by(&rollout, sets);
        let Undone::Patch { workload: Workload { gvk, name }, body } = steering::undo(&rollout, &sets, to_revision)?
        else {
            return Ok(rollout);
        };
        let change = Change::Patch { kind: PatchKind::Json, body, part: Part::Whole };
        self.client.write(&Write::new(Target::new(gvk, Some(self.namespace), &name), change)).await?;
        self.rollout().await
    }

    async fn set_image(&self, image: &ImageFor) -> Result<Object, Problem> {
        let mut tries = 1;
        loop {
            match self.try_image(image).await? {
                Ok(()) => return self.rollout().await,
                Err(error) if error.class == ErrorClass::Conflict && tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn try_image(&self, image: &ImageFor) -> Result<Result<(), ClusterError>, Problem> {
        let rollout = self.rollout().await?.value();
        let mut value = match rollout.pointer("/spec/workloadRef").filter(|workload| workload.is_object()) {
            None => rollout,
            Some(workload) => {
                let name = workload["name"].as_str().unwrap_or_default();
                let found = self.client.get(&Gvk::new("apps", "v1", "Deployment"), Some(self.namespace), name).await?;
                let missing = || Problem::new(Code::NotFound, format!("deployments.apps {name:?} not found"));
                found.ok_or_else(missing)?.value()
            }
        };
        steering::set_images(&mut value, std::slice::from_ref(image))?;
        let object = Object::from_value(&value);
        let object = object.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        Ok(self.client.write(&Write::new(Target::of(&object), Change::Update(object))).await.map(drop))
    }
}

/// There is no such Rollout.
pub fn not_found(name: &str) -> Problem {
    Problem::new(Code::NotFound, format!("rollouts.argoproj.io {name:?} not found"))
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn only_names_of_kubernetes_are_asked_for() {
        assert!(is_name("web-2.example"));
        for text in ["", "-web", "web-", "Web", "we/b", "..", "we%62", "web\u{0}", &"a".repeat(254)] {
            assert!(!is_name(text), "{text:?}");
        }
    }
}
