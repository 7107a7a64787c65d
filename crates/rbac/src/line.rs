//! Lines of policies: rules and memberships, each knowing where it stands.

use crate::csv;
use crate::pattern::{Answer, MatchMode, Pattern};
use std::fmt;
use std::sync::Arc;

/// Where a line stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In the policy every control plane has.
    Builtin,
    /// Under that key of `argocd-rbac-cm`.
    Config(Arc<str>),
    /// In a role of a project.
    Role {
        /// The project.
        project: Arc<str>,
        /// Its role.
        role: Arc<str>,
    },
}

/// A line and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What holds the line.
    pub origin: Origin,
    /// Its number there, from 1.
    pub number: usize,
    /// The line itself.
    pub text: Arc<str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, number) = (&self.text, self.number);
        match &self.origin {
            Origin::Builtin => write!(f, "built-in policy, line {number}: {text}"),
            Origin::Config(key) => write!(f, "argocd-rbac-cm, {key}, line {number}: {text}"),
            Origin::Role { project, role } => write!(f, "role {role} of project {project}, line {number}: {text}"),
        }
    }
}

/// A line that could not be read, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line.
    pub place: Place,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// What a rule says about what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// `p, subject, resource, action, object, effect`.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) subject: Arc<str>,
    pub(crate) effect: Effect,
    pub(crate) place: Arc<Place>,
    resource: Pattern,
    action: Pattern,
    object: Pattern,
}

impl Rule {
    /// Resource, action and object in turn; later ones are not asked once one says no.
    pub(crate) fn matches(&self, resource: &str, action: &str, object: &str) -> Answer {
        for (pattern, word) in [(&self.resource, resource), (&self.action, action), (&self.object, object)] {
            match pattern.matches(word) {
                Answer::Yes => {}
                other => return other,
            }
        }
        Answer::Yes
    }

    fn broken_columns(&self) -> Vec<&'static str> {
        let columns = [("resource", &self.resource), ("action", &self.action), ("object", &self.object)];
        columns.into_iter().filter(|(_, pattern)| pattern.is_broken()).map(|(name, _)| name).collect()
    }
}

/// `g, member, role`.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) member: Arc<str>,
    pub(crate) role: Arc<str>,
}

/// What a line says.
#[derive(Debug, Clone)]
pub(crate) enum Line {
    Rule(Rule),
    Membership(Membership),
}

/// Reads one line; `None` for an empty one and a comment.
pub(crate) fn read(place: Place, mode: MatchMode) -> Option<Result<(Line, Option<BadLine>), BadLine>> {
    let text = Arc::clone(&place.text);
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let fields = match csv::fields(&text) {
        Ok(fields) => fields,
        Err(error) => return Some(Err(BadLine { place, problem: error.to_string() })),
    };
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    Some(match fields.as_slice() {
        ["g", member, role] => {
            Ok((Line::Membership(Membership { member: (*member).into(), role: (*role).into() }), None))
        }
        ["p", subject, resource, action, object, effect] => {
            rule(place, mode, subject, [resource, action, object], effect)
        }
        _ => Err(BadLine {
            place,
            problem: "expected `p, subject, resource, action, object, allow|deny` or `g, member, role`".to_owned(),
        }),
    })
}

fn rule(
    place: Place,
    mode: MatchMode,
    subject: &str,
    columns: [&str; 3],
    effect: &str,
) -> Result<(Line, Option<BadLine>), BadLine> {
    let effect = match effect {
        "allow" => Effect::Allow,
        "deny" => Effect::Deny,
        // Compat: casbin takes any other word and makes nothing of it.
        _ => return Err(BadLine { place, problem: "its last field is neither allow nor deny".to_owned() }),
    };
    if subject.is_empty() {
        return Err(BadLine { place, problem: "it names no subject".to_owned() });
    }
    let [resource, action, object] = columns.map(|column| Pattern::new(column, mode));
    let rule = Rule { subject: subject.into(), effect, place: Arc::new(place), resource, action, object };
    let broken = rule.broken_columns();
    let problem = (!broken.is_empty()).then(|| BadLine {
        place: (*rule.place).clone(),
        problem: format!("its {} cannot be read as a pattern", broken.join(" and ")),
    });
    Ok((Line::Rule(rule), problem))
}
