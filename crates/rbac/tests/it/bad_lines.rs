//! Lines that cannot be read: told, and never more permission.

use crate::{check, data};
use rbac::{Authority, Builtin, Configured};

fn read(policy: &str, other: &[(&str, &str)]) -> (Authority, Vec<String>) {
    let (configured, bad) = Configured::read(&data(policy, other), Builtin::Included);
    (Authority::new(configured), bad.iter().map(ToString::to_string).collect())
}

#[test]
fn each_is_told_with_its_place_and_the_rest_holds() {
    let shape = "expected `p, subject, resource, action, object, allow|deny` or `g, member, role`";
    for (line, problem) in [
        ("p, a, b, c", shape),
        ("p, a, b, c, d, allow, e", shape),
        ("g, a", shape),
        ("g, a, b, c", shape),
        ("x, a, b", shape),
        (",", shape),
        ("p2, a, b, c, d, allow", shape),
        ("p, a, b, c, d, Allow", "its last field is neither allow nor deny"),
        ("p, a, b, c, d, allow # note", "its last field is neither allow nor deny"),
        ("p, , clusters, get, *, allow", "it names no subject"),
        ("p, a\"b, clusters, get, *, allow", "a quote stands inside a field that does not begin with one"),
        ("p, \"a, clusters, get, *, allow", "a quoted field goes on after its closing quote or is not closed"),
        ("p, a, {clusters, get, *, allow", "its resource cannot be read as a pattern"),
        ("p, a, [, {, ], allow", "its resource and action and object cannot be read as a pattern"),
    ] {
        let (authority, bad) = read(&format!("g, bob, role:admin\n{line}\n"), &[]);
        assert_eq!(bad, [format!("argocd-rbac-cm, policy.csv, line 2: {line}: {problem}")]);
        check(&authority, "yes bob applications get default/web\nno a clusters get x\nno - clusters get x");
    }
}

#[test]
fn one_that_seems_to_deny_closes_the_door_until_it_is_mended() {
    for line in ["p, bob, applications, delete, prod/*, deny, x", "p, bob, clusters, *, deny", "p, bob, *, *, *, DENY"]
    {
        let (authority, bad) = read(&format!("g, bob, role:admin\n{line}"), &[("policy.default", "role:readonly")]);
        assert_eq!(bad.len(), 1, "{line}");
        check(
            &authority,
            "
            no  bob applications get default/web
            no  - applications get default/web
            yes admin applications get default/web
            ",
        );
        let verdict = crate::ask(&authority, "bob applications get default/web");
        assert_eq!(
            verdict.to_string(),
            format!("denied: a line cannot be read: argocd-rbac-cm, policy.csv, line 2: {line}")
        );
    }
}

/// Compat: in glob mode a pattern that cannot be read matches nothing.
#[test]
fn a_broken_glob_matches_nothing() {
    let (authority, bad) = read("p, a, clusters, get, [, allow\np, a, projects, get, *, allow", &[]);
    assert_eq!(bad.len(), 1);
    check(&authority, "no a clusters get [\nyes a projects get x");
}

/// Compat: in regular expressions one that cannot be read ends the request, once it is asked.
#[test]
fn a_broken_expression_denies_what_reaches_it() {
    let policy = "p, a, clusters, get, (, allow\np, a, clusters, .*, .*, allow\np, a, projects, .*, .*, allow";
    let (authority, bad) = read(policy, &[("policy.matchMode", "regex")]);
    assert_eq!(bad.len(), 1);
    check(&authority, "no a clusters get x\nyes a projects get x\nyes a clusters delete x");
}

#[test]
fn an_expression_that_would_be_huge_is_refused() {
    let (authority, bad) = read("p, a, clusters, get, (a{1000}){1000}, allow", &[("policy.matchMode", "regex")]);
    assert_eq!(bad.len(), 1);
    check(&authority, "no a clusters get a");
}

#[test]
fn a_missing_config_map_leaves_the_built_in_roles() {
    let (configured, bad) = Configured::read(&std::collections::BTreeMap::new(), Builtin::Included);
    assert_eq!(bad, []);
    check(&Authority::new(configured), "yes admin clusters get x\nno bob clusters get x\nno - clusters get x");
}

#[test]
fn more_lines_than_a_policy_may_have() {
    let policy = "g, a, b\n".repeat(50_001);
    let (authority, bad) = read(&policy, &[]);
    assert_eq!(bad.len(), 1);
    assert!(bad[0].ends_with("a policy may have 50000 lines"), "{}", bad[0]);
    check(&authority, "no bob clusters get x\nyes admin clusters get x");
}
