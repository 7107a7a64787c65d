//! Every rule of the policy language, as tables: who asks for what, and the verdict.

mod bad_lines;
mod builtin;
mod matching;
mod projects;
mod roles;
mod words;

use rbac::{Authority, Builtin, Configured, Request, Resource, Subject, Verdict};
use std::collections::BTreeMap;

/// The data of `argocd-rbac-cm` with this `policy.csv`, and these other keys.
fn data(policy: &str, other: &[(&str, &str)]) -> BTreeMap<String, String> {
    let other = other.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
    std::iter::once(("policy.csv".to_owned(), policy.to_owned())).chain(other).collect()
}

fn authority(policy: &str, other: &[(&str, &str)]) -> Authority {
    let (configured, bad) = Configured::read(&data(policy, other), Builtin::Included);
    assert_eq!(bad, [], "a policy that was meant to be good");
    Authority::new(configured)
}

/// `name` or `name+group+group`; `-` is nobody.
fn subject(text: &str) -> Subject {
    let mut parts = text.split('+');
    let name = parts.next().filter(|name| *name != "-").unwrap_or_default().to_owned();
    Subject { name, groups: parts.map(str::to_owned).collect() }
}

/// `subject resource action object`.
fn ask(authority: &Authority, question: &str) -> Verdict {
    let words: Vec<&str> = question.split_whitespace().collect();
    let [who, resource, action, object] = <[&str; 4]>::try_from(words).expect("four words");
    let resource = Resource::parse(resource).expect("a resource");
    authority.decide(&subject(who), Request { resource, action, object })
}

/// A table: `yes` or `no`, then the question.
fn check(authority: &Authority, table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expected, question) = line.split_once(' ').expect("an answer and a question");
        let verdict = ask(authority, question);
        assert_eq!(verdict.is_allowed(), expected == "yes", "{question}: {verdict}");
    }
}
