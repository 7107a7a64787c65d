//! Roles of projects.

use crate::{ask, check, data};
use api::{AppProject, ProjectRole};
use rbac::{Authority, Builtin, Configured, MatchMode, ProjectRoles};

fn project(name: &str, roles: &[(&str, &[&str], &[&str])]) -> AppProject {
    let mut project = AppProject::default();
    name.clone_into(&mut project.metadata.name);
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    project.spec.roles = roles
        .iter()
        .map(|(role, policies, groups)| ProjectRole {
            name: (*role).to_owned(),
            policies: own(policies),
            groups: own(groups),
            ..ProjectRole::default()
        })
        .collect();
    project
}

fn authority(policy: &str, other: &[(&str, &str)], projects: &[AppProject]) -> Authority {
    let (configured, bad) = Configured::read(&data(policy, other), Builtin::Included);
    assert_eq!(bad, []);
    let mode = configured.match_mode();
    Authority::new(configured).with_projects(projects.iter().map(|project| {
        let (roles, bad) = ProjectRoles::read(project, mode);
        assert_eq!(bad, []);
        roles
    }))
}

fn shop() -> AppProject {
    let policies =
        ["p, proj:shop:ci, applications, sync, shop/*, allow", "p, proj:shop:ci, applications, get, shop/*, allow"];
    project(
        "shop",
        &[
            ("ci", &policies, &["my-org:shop"]),
            ("reader", &["p, proj:shop:reader, applications, get, shop/web, allow"], &[]),
        ],
    )
}

#[test]
fn a_token_may_what_its_role_says_in_its_project_and_nothing_else() {
    let other = project("bank", &[("ci", &["p, proj:bank:ci, applications, *, bank/*, allow"], &[])]);
    check(
        &authority("", &[], &[shop(), other]),
        "
        yes proj:shop:ci applications sync shop/web
        yes proj:shop:ci applications sync shop/elsewhere/web
        yes proj:shop:ci applications get shop/web
        no  proj:shop:ci applications delete shop/web
        no  proj:shop:ci applications sync bank/web
        no  proj:shop:ci applications get bank/web
        no  proj:bank:ci applications get shop/web
        no  proj:shop:ci applications get missing/web
        yes proj:shop:ci projects get shop
        no  proj:shop:ci projects get bank
        no  proj:shop:ci projects update shop
        no  proj:shop:ci clusters get in-cluster
        no  proj:shop:ci logs get shop/web
        no  proj:shop:ci accounts get admin
        yes proj:shop:reader applications get shop/web
        no  proj:shop:reader applications get shop/db
        no  proj:shop:gone applications get shop/web
        ",
    );
}

#[test]
fn groups_of_a_role_have_it_within_the_project() {
    check(
        &authority("", &[], &[shop()]),
        "
        yes alice+my-org:shop applications sync shop/web
        yes alice+my-org:shop projects get shop
        no  alice+my-org:shop applications sync default/web
        no  alice+my-org:shop clusters get in-cluster
        no  alice applications sync shop/web
        no  - applications get shop/web
        ",
    );
}

/// A token's subject has no groups within a project, whatever somebody put into its claims.
#[test]
fn a_project_token_has_no_groups_in_its_project() {
    check(&authority("", &[], &[shop()]), "no proj:shop:reader+my-org:shop applications sync shop/web");
}

#[test]
fn the_default_role_holds_for_tokens_of_other_projects_too() {
    check(
        &authority("", &[("policy.default", "role:readonly")], &[shop(), project("bank", &[])]),
        "
        yes proj:shop:ci applications get bank/web
        no  proj:shop:ci applications sync bank/web
        ",
    );
}

#[test]
fn a_project_denies_its_own_and_a_global_denial_binds_the_project() {
    let policies =
        ["p, proj:shop:ci, applications, *, shop/*, allow", "p, proj:shop:ci, applications, delete, shop/*, deny"];
    let own = project("shop", &[("ci", &policies, &["team"])]);
    check(
        &authority("p, proj:shop:ci, applications, sync, shop/frozen, deny", &[], &[own]),
        "
        yes proj:shop:ci applications sync shop/web
        no  proj:shop:ci applications delete shop/web
        no  proj:shop:ci applications sync shop/frozen
        no  x+team applications delete shop/web
        ",
    );
}

#[test]
fn roles_of_a_project_may_have_rules_in_the_configuration() {
    check(
        &authority("p, proj:shop:ci, clusters, get, *, allow", &[], &[shop()]),
        "yes proj:shop:ci clusters get in-cluster\nno proj:shop:reader clusters get in-cluster",
    );
}

#[test]
fn lines_that_speak_of_others_take_no_effect() {
    let policies = [
        "p, role:readonly, applications, delete, shop/*, allow",
        "p, proj:shop:reader, applications, delete, shop/*, allow",
        "g, alice, role:admin",
        "g, proj:shop:ci, role:admin",
        "p, proj:shop:ci, applications, get, shop/*, allow\np, bob, *, *, *, allow",
        "p, proj:shop:ci, applications, get, shop/*",
        "p, proj:shop:ci, applications, sync, shop/*, allow",
    ];
    let own = project("shop", &[("ci", &policies, &[]), ("reader", &[], &[])]);
    let (roles, bad) = ProjectRoles::read(&own, MatchMode::Glob);
    assert_eq!(bad.len(), 6, "{bad:?}");
    assert_eq!(
        bad[0].to_string(),
        "role ci of project shop, line 1: p, role:readonly, applications, delete, shop/*, allow: expected `p, proj:shop:ci, …`: a role speaks of itself only"
    );
    let authority = Authority::new(Configured::default()).with_projects([roles]);
    check(
        &authority,
        "
        yes proj:shop:ci applications sync shop/web
        no  proj:shop:ci applications get shop/web
        no  proj:shop:ci applications delete shop/web
        no  proj:shop:reader applications delete shop/web
        no  alice applications get shop/web
        no  bob applications get shop/web
        no  role:readonly applications delete shop/web
        ",
    );
}

#[test]
fn names_cannot_break_out_of_their_line() {
    let own =
        project("shop", &[("ci\np, evil, *, *, *, allow", &[], &["g\ng, evil, role:admin"]), ("a, b", &[], &["x"])]);
    let (roles, _) = ProjectRoles::read(&own, MatchMode::Glob);
    let authority = Authority::new(Configured::default()).with_projects([roles]);
    check(&authority, "no evil applications get shop/web\nyes y+x projects get shop");
}

#[test]
fn a_project_that_goes_takes_its_roles_with_it() {
    let mut authority = authority("", &[], &[shop()]);
    assert!(ask(&authority, "proj:shop:ci applications sync shop/web").is_allowed());
    authority.set_project("shop", None);
    assert!(!ask(&authority, "proj:shop:ci applications sync shop/web").is_allowed());
}

/// One answer for a list of ten thousand is made of the same parts as ten thousand answers.
#[test]
fn prepared_powers_answer_like_single_questions() {
    let authority = authority("g, team, role:readonly", &[], &[shop(), project("bank", &[])]);
    let subject = crate::subject("alice+team+my-org:shop");
    let powers = authority.powers(&subject);
    for object in ["shop/web", "bank/web", "none/web", "shop", "x"] {
        for action in rbac::actions::ALL {
            for resource in rbac::Resource::ALL {
                let request = rbac::Request { resource, action, object };
                assert_eq!(powers.decide(request), authority.decide(&subject, request));
            }
        }
    }
}
