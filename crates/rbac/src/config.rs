//! The ConfigMap `argocd-rbac-cm`: its policies, the role of everyone, the claims that name groups.

use crate::line::{BadLine, Origin};
use crate::pattern::MatchMode;
use crate::policy::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;

const BUILTIN: &str = include_str!("builtin.csv");
const MAIN: &str = "policy.csv";
const DEFAULT_SCOPE: &str = "groups";

/// Whether the built-in roles hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Builtin {
    /// `role:readonly`, `role:admin`, and `admin` in the latter.
    #[default]
    Included,
    /// Only what the ConfigMap says.
    Without,
}

/// What `argocd-rbac-cm` says, compiled.
#[derive(Debug, Clone)]
pub struct Configured {
    pub(crate) policy: Policy,
    pub(crate) mode: MatchMode,
    default_role: String,
    scopes: Vec<String>,
}

impl Configured {
    /// Reads the data of the ConfigMap, none if it is missing: then only the built-in roles hold. What cannot be read is
    /// told beside it and takes no effect, except that a line which seems to deny closes the door to everyone but the
    /// local admin until it can be read.
    ///
    /// `policy.csv` comes first, then every other `policy.*.csv` by name.
    #[must_use]
    pub fn read(data: &BTreeMap<String, String>, builtin: Builtin) -> (Self, Vec<BadLine>) {
        let get = |key: &str| data.get(key).map_or("", String::as_str);
        let mode = MatchMode::parse(get("policy.matchMode"));
        let mut bad = Vec::new();
        let mut policy = Policy::default();
        if builtin == Builtin::Included {
            // Its columns are globs in every mode. Upstream reads them as expressions in the other mode, which they are
            // not, so that nobody has the built-in roles there, not even the admin.
            policy.add(&Origin::Builtin, BUILTIN, MatchMode::Glob, &mut bad);
        }
        let further = data.keys().filter(|key| key.starts_with("policy.") && key.ends_with(".csv") && *key != MAIN);
        for key in std::iter::once(MAIN).chain(further.map(String::as_str)) {
            policy.add(&Origin::Config(key.into()), get(key), mode, &mut bad);
        }
        let (scopes, problem) = scopes(get("scopes"));
        bad.extend(problem);
        (Configured { policy, mode, default_role: get("policy.default").to_owned(), scopes }, bad)
    }

    /// The role that everyone has, signed in or not; empty if none.
    #[must_use]
    pub fn default_role(&self) -> &str {
        &self.default_role
    }

    /// The same, with another role for everyone.
    #[must_use]
    pub fn with_default_role(mut self, role: &str) -> Self {
        role.clone_into(&mut self.default_role);
        self
    }

    /// The claims of a token whose values are groups.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// How columns are read.
    #[must_use]
    pub fn match_mode(&self) -> MatchMode {
        self.mode
    }

    /// Whether some line makes this name a member of a role. Groups for which this is false are never asked for.
    #[must_use]
    pub fn has_memberships(&self, member: &str) -> bool {
        self.policy.memberships.contains_key(member)
    }

    /// Roles that are given or held but have no rules, not even through others: most likely misspelt.
    #[must_use]
    pub fn roles_without_rules(&self) -> Vec<String> {
        let roles = self.policy.memberships.values().flatten();
        let mut empty: Vec<String> = roles
            .filter(|role| {
                let reached = crate::roles::reached(role, &[&self.policy]);
                !reached.iter().any(|role| self.policy.rules.contains_key(&role.name))
            })
            .map(|role| role.to_string())
            .collect();
        empty.sort();
        empty.dedup();
        empty
    }
}

impl Default for Configured {
    /// The built-in roles alone.
    fn default() -> Self {
        Configured::read(&BTreeMap::new(), Builtin::Included).0
    }
}

/// `[groups, email]`, a list of YAML in its short form.
fn scopes(text: &str) -> (Vec<String>, Option<BadLine>) {
    let default = || vec![DEFAULT_SCOPE.to_owned()];
    let text = text.trim();
    if text.is_empty() {
        return (default(), None);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let words: Option<Vec<&str>> = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => Some(inner.split(',').collect()),
        None => lines.map(|line| line.strip_prefix("- ")).collect(),
    };
    match words {
        Some(words) => {
            let words = words.into_iter().map(|word| word.trim().trim_matches(['"', '\'']));
            (words.filter(|word| !word.is_empty()).map(str::to_owned).collect(), None)
        }
        None => {
            let place =
                crate::line::Place { origin: Origin::Config("scopes".into()), number: 1, text: Arc::from(text) };
            (default(), Some(BadLine { place, problem: "expected a list, as `[groups, email]`".to_owned() }))
        }
    }
}
