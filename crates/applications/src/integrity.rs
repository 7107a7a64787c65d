//! What a project demands of the signatures of its sources. Pure; who looks at signatures is `sources`.

use api::{AppProjectSpec, Glob, SourceIntegrityGitPolicy};

/// What a project demands of its Git sources.
#[derive(Debug, Clone, Default)]
pub struct Integrity(Vec<Policy>);

#[derive(Debug, Clone)]
struct Policy {
    allowed: Vec<Glob>,
    denied: Vec<Glob>,
    mode: String,
    keys: Vec<String>,
}

/// How far back signatures are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The annotated tag that is deployed, else the commit.
    Head,
    /// The same, and everything that led to the commit, down to commits that seal what was before them.
    Strict,
}

/// What is demanded of one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// How far back.
    pub depth: Depth,
    /// The keys that may sign: identities or fingerprints of OpenPGP keys, `SHA256:…` for SSH keys.
    pub keys: Vec<String>,
}

impl Integrity {
    /// What the project says; `signatureKeys` hold for all repositories where `sourceIntegrity` says nothing of Git.
    #[must_use]
    pub fn new(project: &AppProjectSpec) -> Self {
        let own = project.source_integrity.as_ref().and_then(|own| own.git.as_ref());
        let policies = match own {
            Some(git) => git.policies.iter().map(Policy::new).collect(),
            None if project.signature_keys.is_empty() => Vec::new(),
            None => vec![Policy {
                allowed: vec![Glob::new("*", &[])],
                denied: Vec::new(),
                mode: "head".to_owned(),
                keys: project.signature_keys.iter().map(|key| key.key_id.clone()).collect(),
            }],
        };
        Integrity(policies)
    }

    /// What is demanded of sources from the repository at `url`; nothing where no policy names it.
    ///
    /// # Errors
    /// The policies contradict each other or cannot be understood: then nothing of the repository is trusted.
    pub fn demand(&self, url: &str) -> Result<Option<Demand>, String> {
        let mut of = self.0.iter().filter(|policy| policy.is_for(url));
        let Some(policy) = of.next() else { return Ok(None) };
        let more = of.count();
        if more > 0 {
            let count = more + 1;
            return Err(format!("multiple ({count}) git source integrity policies found for repo URL: {url}"));
        }
        let depth = match policy.mode.as_str() {
            "none" => return Ok(None),
            "head" => Depth::Head,
            "strict" => Depth::Strict,
            other => return Err(format!("unknown GPG mode {other:?} configured for GIT source integrity")),
        };
        Ok(Some(Demand { depth, keys: policy.keys.clone() }))
    }
}

impl Policy {
    fn new(declared: &SourceIntegrityGitPolicy) -> Self {
        let (mut allowed, mut denied) = (Vec::new(), Vec::new());
        for repository in &declared.repos {
            match repository.url.strip_prefix('!') {
                Some(pattern) => denied.push(Glob::new(pattern, &[])),
                None => allowed.push(Glob::new(&repository.url, &[])),
            }
        }
        // Compat: a policy that does not say how is none.
        let gpg = declared.gpg.as_ref();
        let mode = gpg.map_or_else(|| "none".to_owned(), |gpg| gpg.mode.clone());
        Policy { allowed, denied, mode, keys: gpg.map(|gpg| gpg.keys.clone()).unwrap_or_default() }
    }

    fn is_for(&self, url: &str) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(url));
        any(&self.allowed) && !any(&self.denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::AppProject;
    use object::Object;
    use serde_json::{Value, json};

    fn demand(spec: Value, url: &str) -> Result<Option<Demand>, String> {
        let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "p"}, "spec": spec});
        let object = Object::from_value(&value).expect("an object");
        Integrity::new(&AppProject::read(&object).expect("a project").spec).demand(url)
    }

    fn policy(repos: Value, mode: &str) -> Value {
        let repos: Vec<Value> = repos.as_array().expect("a list").iter().map(|url| json!({"url": url})).collect();
        json!({"repos": repos, "gpg": {"mode": mode, "keys": ["A"]}})
    }

    #[test]
    fn the_one_policy_that_names_a_repository_holds() {
        let of = |policies: Value| json!({"sourceIntegrity": {"git": {"policies": policies}}});
        let all_but_one = policy(json!(["https://g/team/*", "!https://g/team/free*"]), "strict");
        let found = |url: &str| demand(of(json!([all_but_one.clone()])), url);
        let strict = Demand { depth: Depth::Strict, keys: vec!["A".to_owned()] };
        assert_eq!(found("https://g/team/a/b"), Ok(Some(strict)), "a star spans slashes");
        assert_eq!(found("https://g/team/free.git"), Ok(None));
        assert_eq!(found("https://g/other"), Ok(None));
        let twice = of(json!([policy(json!(["*"]), "none"), policy(json!(["https://g/*"]), "head")]));
        assert!(demand(twice.clone(), "https://g/a").is_err_and(|why| why.starts_with("multiple (2) git source")));
        assert_eq!(demand(twice, "https://h/a"), Ok(None), "the mode none demands nothing");
        let odd = of(json!([policy(json!(["*"]), "loose")]));
        assert!(demand(odd, "x").is_err_and(|why| why.contains("unknown GPG mode \"loose\"")));
    }

    #[test]
    fn signature_keys_hold_for_everything_where_nothing_newer_is_said() {
        let keys = json!([{"keyID": "B"}]);
        let head = Demand { depth: Depth::Head, keys: vec!["B".to_owned()] };
        assert_eq!(demand(json!({"signatureKeys": keys}), "https://any"), Ok(Some(head)));
        let both = json!({"signatureKeys": keys, "sourceIntegrity": {"git": {"policies": []}}});
        assert_eq!(demand(both, "https://any"), Ok(None));
        assert_eq!(demand(json!({}), "https://any"), Ok(None));
    }
}
