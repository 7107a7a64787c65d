//! What the roles of a project may do within it.

use crate::line::{BadLine, Line, Membership, Origin, Place, read};
use crate::pattern::MatchMode;
use crate::policy::Policy;
use crate::vocabulary::{Resource, actions, role_subject};
use api::{AppProject, ProjectRole};
use std::sync::Arc;

/// A project's roles, compiled. Made once for each version of the project and match mode.
#[derive(Debug, Clone)]
pub struct ProjectRoles {
    name: Arc<str>,
    pub(crate) policy: Policy,
}

impl ProjectRoles {
    /// Reads the roles of a project. A line may only speak of its own role: what names another subject, or makes
    /// members, takes no effect and is told beside it.
    #[must_use]
    pub fn read(project: &AppProject, mode: MatchMode) -> (Self, Vec<BadLine>) {
        let name: Arc<str> = project.metadata.name.as_str().into();
        let mut roles = ProjectRoles { name, policy: Policy::default() };
        let mut bad = Vec::new();
        for role in &project.spec.roles {
            roles.add(role, mode, &mut bad);
        }
        (roles, bad)
    }

    /// The project's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn add(&mut self, role: &ProjectRole, mode: MatchMode, bad: &mut Vec<BadLine>) {
        let subject = role_subject(&self.name, &role.name);
        let origin = Origin::Role { project: Arc::clone(&self.name), role: role.name.as_str().into() };
        let place = |number: usize, text: &str| Place { origin: origin.clone(), number, text: text.trim().into() };
        // Every role may see its own project.
        let (resource, get) = (Resource::Projects, actions::GET);
        let own = format!("p, {}, {resource}, {get}, {}, allow", quoted(&subject), quoted(&self.name));
        self.policy.add_line(place(0, &own), MatchMode::Glob, bad);
        for (index, line) in role.policies.iter().enumerate() {
            self.add_line(place(index + 1, line), &subject, mode, bad);
        }
        for group in role.groups.iter().filter(|group| !group.is_empty()) {
            let membership = Membership { member: group.as_str().into(), role: subject.as_str().into() };
            self.policy.add_membership(membership);
        }
    }

    fn add_line(&mut self, place: Place, subject: &str, mode: MatchMode, bad: &mut Vec<BadLine>) {
        if place.text.contains('\n') {
            self.policy.refuse(BadLine { place, problem: "a policy is one line".to_owned() }, bad);
            return;
        }
        match read(place.clone(), mode) {
            None => {}
            Some(Ok((Line::Rule(rule), problem))) if &*rule.subject == subject => {
                bad.extend(problem);
                self.policy.rules.entry(Arc::clone(&rule.subject)).or_default().push(rule);
            }
            Some(Ok(_)) => {
                let problem = format!("expected `p, {subject}, …`: a role speaks of itself only");
                self.policy.refuse(BadLine { place, problem }, bad);
            }
            Some(Err(line)) => self.policy.refuse(line, bad),
        }
    }
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}
