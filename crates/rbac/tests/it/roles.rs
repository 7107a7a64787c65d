//! Memberships, the default role, groups, and what denies.

use crate::{authority, check};
use rbac::{Builtin, Configured};

#[test]
fn roles_are_inherited_through_ten_links_and_no_further() {
    let chain: String = (0..12).map(|n| format!("g, r{n}, r{}\n", n + 1)).collect();
    let policy = format!("{chain}p, r10, clusters, get, ten, allow\np, r11, clusters, get, eleven, allow");
    check(&authority(&policy, &[]), "yes r0 clusters get ten\nno r0 clusters get eleven\nyes r1 clusters get eleven");
}

#[test]
fn circles_end() {
    let policy = "g, a, b\ng, b, c\ng, c, a\np, c, clusters, get, *, allow";
    check(&authority(policy, &[]), "yes a clusters get x\nyes b clusters get x\nno d clusters get x");
}

#[test]
fn a_denial_overrides_what_is_reached_the_same_way() {
    let policy = "
        p, role:dev, applications, *, default/*, allow
        p, role:dev, applications, delete, default/prod, deny
        g, alice, role:dev
        g, alice, role:admin
        g, bob, role:dev
        p, carol, applications, *, *, deny
        g, carol, role:admin
    ";
    check(
        &authority(policy, &[]),
        "
        yes alice applications delete default/web
        no  alice applications delete default/prod
        no  bob applications delete default/prod
        yes bob applications get default/prod
        no  carol applications get default/web
        yes carol clusters get x
        ",
    );
}

/// Compat: each way is asked by itself; a denial on one does not bind another.
#[test]
fn a_denial_does_not_bind_another_group_nor_the_default_role() {
    let policy = "
        g, blocked, role:none
        p, role:none, applications, *, *, deny
        g, team, role:team
        p, role:team, applications, get, default/*, allow
        p, dave, applications, get, *, deny
    ";
    let plain = authority(policy, &[]);
    check(
        &plain,
        "
        yes eve+blocked+team applications get default/web
        no  eve+blocked applications get default/web
        yes dave+team applications get default/web
        no  dave applications get default/web
        ",
    );
    let with_default = authority(policy, &[("policy.default", "role:readonly")]);
    check(
        &with_default,
        "
        yes dave applications get default/web
        yes - applications get default/web
        no  - applications sync default/web
        no  dave applications sync default/web
        ",
    );
}

/// Compat: a group with rules of its own but no membership is never asked.
#[test]
fn groups_count_only_as_members() {
    let policy = "p, direct, clusters, get, *, allow\ng, member, role:readonly";
    check(
        &authority(policy, &[]),
        "
        no  x+direct clusters get a
        yes x+member clusters get a
        yes direct clusters get a
        ",
    );
}

#[test]
fn further_policies_are_read_in_order_after_the_main_one() {
    let other = [
        ("policy.b.csv", "p, b, clusters, get, *, allow"),
        ("policy.a.csv", "p, a, clusters, get, *, allow"),
        ("policy.txt", "p, c, clusters, get, *, allow"),
        ("other.csv", "p, d, clusters, get, *, allow"),
    ];
    let authority = authority("p, main, clusters, get, *, allow", &other);
    check(
        &authority,
        "
        yes main clusters get x
        yes a clusters get x
        yes b clusters get x
        no  c clusters get x
        no  d clusters get x
        ",
    );
    let verdict = crate::ask(&authority, "b clusters get x");
    assert_eq!(verdict.to_string(), "allowed by argocd-rbac-cm, policy.b.csv, line 1: p, b, clusters, get, *, allow");
}

#[test]
fn scopes_in_both_forms() {
    for (text, expected) in [
        ("", vec!["groups"]),
        ("[groups, email]", vec!["groups", "email"]),
        ("'[groups]'", vec!["groups"]),
        ("- groups\n- cognito:groups", vec!["groups", "cognito:groups"]),
        ("['a', \"b\"]", vec!["a", "b"]),
    ] {
        let text = text.trim_matches('\'');
        let (configured, bad) = Configured::read(&crate::data("", &[("scopes", text)]), Builtin::Included);
        assert_eq!(configured.scopes(), expected, "{text}");
        assert_eq!(bad, [], "{text}");
    }
    let (configured, bad) = Configured::read(&crate::data("", &[("scopes", "groups")]), Builtin::Included);
    assert_eq!(configured.scopes(), ["groups"]);
    assert_eq!(bad.len(), 1);
}

#[test]
fn roles_without_rules_are_named() {
    let policy = "g, alice, role:admim\ng, bob, role:admin\ng, carol, role:b\ng, role:b, role:c";
    let (configured, _) = Configured::read(&crate::data(policy, &[]), Builtin::Included);
    assert_eq!(configured.roles_without_rules(), ["role:admim", "role:b", "role:c"]);
}

#[test]
fn without_the_built_in_policy_nobody_is_admin() {
    let (configured, _) = Configured::read(&crate::data("", &[]), Builtin::Without);
    check(&rbac::Authority::new(configured), "no admin applications get default/web");
}
