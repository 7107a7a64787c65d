//! Columns against words: globs and expressions.

use crate::{authority, check};

#[test]
fn globs_cross_slashes_and_match_whole_words() {
    let policy = "
        p, dev, applications, *, team-*/*, allow
        p, ops, applications, \"{get,sync}\", prod/web-[0-9], allow
        p, any, app*, g?t, *, allow
        p, acts, applications, action/apps/*/restart, default/*, allow
        p, acts, applications, action//Pod/*, default/*, allow
        p, one, applications, update/*/Deployment/*/web, default/shop, allow
        p, ns, applications, get, default/team-a/*, allow
        p, ext, extensions, invoke, httpbin, allow
        p, log, logs, get, default/*, allow
        p, sh, exec, create, default/web, allow
        p, scoped, repositories, *, shop/*, allow
        p, scoped, clusters, get, shop/*, allow
    ";
    check(
        &authority(policy, &[]),
        "
        yes dev applications get team-a/web
        yes dev applications delete team-a/ns/web
        no  dev applications get team/web
        no  dev logs get team-a/web
        yes ops applications get prod/web-1
        yes ops applications sync prod/web-1
        no  ops applications delete prod/web-1
        no  ops applications get prod/web-x
        no  ops applications get prod/web-11
        yes any applicationsets get a/b/c
        yes any applications got a
        no  any clusters get a
        yes acts applications action/apps/Deployment/restart default/web
        no  acts applications action/apps/Deployment/scale default/web
        no  acts applications action default/web
        yes acts applications action//Pod/delete default/web
        no  acts applications action/batch/Job/x default/web
        yes one applications update/apps/Deployment/prod/web default/shop
        no  one applications update default/shop
        no  one applications update/apps/Deployment/prod/web default/other
        yes ns applications get default/team-a/web
        no  ns applications get default/web
        no  ns applications get default/team-b/web
        yes ext extensions invoke httpbin
        no  ext extensions invoke other
        yes log logs get default/web
        no  log logs get other/web
        no  log exec create default/web
        yes sh exec create default/web
        no  sh exec create default/web2
        yes scoped repositories delete shop/https://git.example.com/a.git
        no  scoped repositories get https://git.example.com/a.git
        yes scoped clusters get shop/https://10.0.0.1
        ",
    );
}

#[test]
fn plain_update_does_not_reach_resources_and_a_path_does_not_reach_the_application() {
    let policy = "p, a, applications, update, default/*, allow\np, b, applications, update/*, default/*, allow";
    check(
        &authority(policy, &[]),
        "
        yes a applications update default/web
        no  a applications update/apps/Deployment/ns/web default/web
        no  b applications update default/web
        yes b applications update/apps/Deployment/ns/web default/web
        ",
    );
}

#[test]
fn expressions_are_found_anywhere_unless_anchored() {
    let policy = "
        p, dev, applications, ^(get|sync)$, ^team-[ab]/.+$, allow
        p, loose, app, get, web, allow
    ";
    check(
        &authority(policy, &[("policy.matchMode", "regex")]),
        "
        yes dev applications get team-a/web
        no  dev applications gets team-a/web
        no  dev applications get team-c/web
        yes loose applications get a/web/b
        yes loose applicationsets target web
        yes admin certificates get x
        ",
    );
    // Any other word is the glob mode.
    check(&authority("p, a, *, get, *, allow", &[("policy.matchMode", "Regex")]), "yes a clusters get x");
}

#[test]
fn quoted_fields_hold_commas_and_spaces_after_fields_count() {
    let policy = "
        p, \"CN=dev,OU=x\", applications, get, default/*, allow
        g, \"a, b\", role:admin
        p, trailing , applications, get, default/*, allow
        # p, nobody, *, *, *, allow
    ";
    let authority = authority(policy, &[]);
    let asked = |name: &str| {
        let request = rbac::Request { resource: rbac::Resource::Applications, action: "get", object: "default/web" };
        authority.decide(&rbac::Subject::named(name), request).is_allowed()
    };
    assert!(asked("CN=dev,OU=x") && asked("a, b") && asked("trailing "));
    assert!(!asked("trailing") && !asked("nobody") && !asked("CN=dev"));
}

#[test]
fn patterns_that_would_explode_do_not() {
    let stars = "*a".repeat(200);
    let policy = format!("p, x, applications, get, {stars}, allow");
    let object = format!("{}b", "a".repeat(10_000));
    check(&authority(&policy, &[]), &format!("no x applications get {object}"));
}
