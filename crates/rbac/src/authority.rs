//! Who may do what: one decision over the configured policies and the roles of the project that a request is about.
//!
//! Start reading at [`Authority::decide`].

use crate::config::Configured;
use crate::line::Effect;
use crate::pattern::{Answer, MatchMode};
use crate::policy::Policy;
use crate::project::ProjectRoles;
use crate::roles::{Reached, reached};
use crate::verdict::{Because, Decision, Verdict};
use crate::vocabulary::{Resource, project_role};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The local account that nothing can lock out of repairing a policy.
const ADMIN: &str = "admin";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// The account, user or project role; empty for somebody who is not signed in.
    pub name: String,
    /// The groups that the sign-in vouches for.
    pub groups: Vec<String>,
}

impl Subject {
    /// Somebody who is not signed in: has the default role alone.
    #[must_use]
    pub fn anonymous() -> Self {
        Subject::default()
    }

    /// A subject without groups.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Subject { name: name.to_owned(), groups: Vec::new() }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// What kind of thing.
    pub resource: Resource,
    /// What is done; see [`crate::actions`].
    pub action: &'a str,
    /// Which one; see [`crate::application_object`].
    pub object: &'a str,
}

/// Everything that decides: what is configured, and the roles of every project. Cheap to clone and to change.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    configured: Arc<Configured>,
    projects: Arc<BTreeMap<String, Arc<ProjectRoles>>>,
}

impl Authority {
    /// An authority without projects.
    #[must_use]
    pub fn new(configured: Configured) -> Self {
        Authority { configured: Arc::new(configured), projects: Arc::default() }
    }

    /// The same, with these projects.
    #[must_use]
    pub fn with_projects(mut self, projects: impl IntoIterator<Item = ProjectRoles>) -> Self {
        let projects = projects.into_iter().map(|roles| (roles.name().to_owned(), Arc::new(roles)));
        self.projects = Arc::new(projects.collect());
        self
    }

    /// A project came, changed or went (`None`).
    pub fn set_project(&mut self, name: &str, roles: Option<ProjectRoles>) {
        let projects = Arc::make_mut(&mut self.projects);
        match roles {
            Some(roles) => projects.insert(name.to_owned(), Arc::new(roles)),
            None => projects.remove(name),
        };
    }

    /// The configuration changed. Projects must be read again when the match mode did.
    pub fn set_configured(&mut self, configured: Configured) {
        self.configured = Arc::new(configured);
    }

    /// What is configured.
    #[must_use]
    pub fn configured(&self) -> &Configured {
        &self.configured
    }

    /// Whether it may be done.
    ///
    /// Guarantees: the default role is asked first, then the subject, then each group that a line makes a member of
    /// something; the first that may, may. A line that denies binds only those through whom it is reached (Compat: so a
    /// denied group does not bind another group of the same user). A project's roles count for requests about that
    /// project only, and a token of another project's role has nothing but the default role there.
    #[must_use]
    pub fn decide(&self, subject: &Subject, request: Request<'_>) -> Verdict {
        self.powers(subject).decide(request)
    }

    /// What a subject may do, prepared for many requests of one kind, such as every item of a list.
    #[must_use]
    pub fn powers<'a>(&'a self, subject: &'a Subject) -> Powers<'a> {
        Powers { authority: self, subject, everywhere: self.candidates(subject, None) }
    }

    fn candidates(&self, subject: &Subject, project: Option<&ProjectRoles>) -> Vec<Vec<Reached>> {
        let mut policies = vec![&self.configured.policy];
        policies.extend(project.map(|roles| &roles.policy));
        let default = Some(self.configured.default_role()).filter(|role| !role.is_empty());
        let own = Some(subject.name.as_str()).filter(|name| !name.is_empty());
        // Compat: a group counts only when some line makes it a member; one that has rules of its own but is no member
        // of anything is never asked.
        let is_member = |group: &&str| policies.iter().any(|policy| policy.memberships.contains_key(*group));
        let of_project = project.is_some() && project_role(&subject.name).is_some();
        let groups = subject.groups.iter().map(String::as_str).filter(is_member).filter(|_| !of_project);
        default.into_iter().chain(own).chain(groups).map(|name| reached(name, &policies)).collect()
    }
}

/// What one subject may do.
#[derive(Debug)]
pub struct Powers<'a> {
    authority: &'a Authority,
    subject: &'a Subject,
    /// Whom the subject is asked as, where no project takes part, with the roles of each.
    everywhere: Vec<Vec<Reached>>,
}

impl Powers<'_> {
    /// Whether it may be done; see [`Authority::decide`].
    #[must_use]
    pub fn decide(&self, request: Request<'_>) -> Verdict {
        let configured = &self.authority.configured;
        let base = [&configured.policy];
        // Compat: nobody is asked about by a project's lines who is not signed in.
        let project = self.project_of(request).filter(|_| *self.subject != Subject::anonymous());
        let Some(project) = project else {
            return self.sealed(&base).unwrap_or_else(|| first(&self.everywhere, &base, configured.mode, request));
        };
        if project_role(&self.subject.name).is_some_and(|(own, _)| own != project.name()) {
            let anonymous = Subject::anonymous();
            let default = self.authority.candidates(&anonymous, None);
            return self.sealed(&base).unwrap_or_else(|| first(&default, &base, configured.mode, request));
        }
        let both = [&configured.policy, &project.policy];
        self.sealed(&both).unwrap_or_else(|| {
            // The default role is asked without the project's lines too, which is what lets it stand above their denials.
            let default = self.everywhere.iter().take(usize::from(!configured.default_role().is_empty()));
            let default: Vec<_> = default.cloned().collect();
            let verdict = first(&default, &base, configured.mode, request);
            if verdict.is_allowed() {
                return verdict;
            }
            first(&self.authority.candidates(self.subject, Some(project)), &both, configured.mode, request)
        })
    }

    /// A policy with a line that cannot be read and may deny lets nobody in but who can mend it.
    fn sealed(&self, policies: &[&Policy]) -> Option<Verdict> {
        let place = policies.iter().find_map(|policy| policy.sealed_by.as_ref())?;
        (self.subject.name != ADMIN).then(|| Verdict::unreadable(place))
    }

    /// The project that a request is about, if it is known.
    fn project_of(&self, request: Request<'_>) -> Option<&ProjectRoles> {
        let name = match request.resource {
            Resource::Projects => request.object,
            resource if resource.is_project_scoped() => request.object.split_once('/')?.0,
            _ => return None,
        };
        self.authority.projects.get(name).map(Arc::as_ref)
    }
}

/// The verdict of the first candidate that may; otherwise the first one's that was denied by a line.
fn first(candidates: &[Vec<Reached>], policies: &[&Policy], mode: MatchMode, request: Request<'_>) -> Verdict {
    let mut denied = Verdict::nothing();
    for roles in candidates {
        let verdict = of_one(roles, policies, mode, request);
        if verdict.is_allowed() {
            return verdict;
        }
        if denied.because == Because::Nothing {
            denied = verdict;
        }
    }
    denied
}

/// Some line allows it and none denies it.
fn of_one(roles: &[Reached], policies: &[&Policy], mode: MatchMode, request: Request<'_>) -> Verdict {
    let resource = request.resource.as_str();
    let mut allowed = None;
    for role in roles {
        for rule in policies.iter().filter_map(|policy| policy.rules.get(&role.name)).flatten() {
            if rule.effect == Effect::Allow && allowed.is_some() {
                continue;
            }
            match rule.matches(resource, request.action, request.object) {
                Answer::Yes => {}
                // Compat: an expression that cannot be read ends the request, whatever other lines say.
                Answer::Broken if mode == MatchMode::Regex => return Verdict::unreadable(&rule.place),
                Answer::No | Answer::Broken => continue,
            }
            let because = Because::Line { place: Arc::clone(&rule.place), through: role.path.clone() };
            match rule.effect {
                Effect::Deny => return Verdict { decision: Decision::Denied, because },
                Effect::Allow => allowed = Some(Verdict { decision: Decision::Allowed, because }),
            }
        }
    }
    allowed.unwrap_or_else(Verdict::nothing)
}
