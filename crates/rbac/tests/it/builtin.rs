//! The built-in roles: upstream's, one for one.

use crate::{authority, check};
use rbac::{Authority, Configured, Request, Resource, Subject, actions};

/// What each built-in role may do, for every resource and every action.
const MAY: [(&str, Resource, &[&str]); 24] = {
    use actions::*;
    [
        ("role:readonly", Resource::Clusters, &[GET]),
        ("role:readonly", Resource::Projects, &[GET]),
        ("role:readonly", Resource::Applications, &[GET]),
        ("role:readonly", Resource::ApplicationSets, &[GET]),
        ("role:readonly", Resource::Repositories, &[GET]),
        ("role:readonly", Resource::WriteRepositories, &[GET]),
        ("role:readonly", Resource::Certificates, &[GET]),
        ("role:readonly", Resource::Accounts, &[GET]),
        ("role:readonly", Resource::GpgKeys, &[GET]),
        ("role:readonly", Resource::Logs, &[GET]),
        ("role:readonly", Resource::Exec, &[]),
        ("role:readonly", Resource::Extensions, &[]),
        ("role:admin", Resource::Clusters, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::Projects, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::Applications, &[GET, CREATE, UPDATE, DELETE, SYNC, ROLLBACK, OVERRIDE]),
        ("role:admin", Resource::ApplicationSets, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::Repositories, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::WriteRepositories, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::Certificates, &[GET, CREATE, UPDATE, DELETE]),
        ("role:admin", Resource::Accounts, &[GET, UPDATE]),
        ("role:admin", Resource::GpgKeys, &[GET, CREATE, DELETE]),
        ("role:admin", Resource::Logs, &[GET]),
        ("role:admin", Resource::Exec, &[CREATE]),
        ("role:admin", Resource::Extensions, &[]),
    ]
};

#[test]
fn every_resource_and_action_of_the_built_in_roles() {
    let authority = Authority::new(Configured::default());
    for (role, resource, may) in MAY {
        let object = if resource.is_project_scoped() { "default/guestbook" } else { "some" };
        for action in actions::ALL {
            let verdict = authority.decide(&Subject::named(role), Request { resource, action, object });
            assert_eq!(verdict.is_allowed(), may.contains(&action), "{role} {resource} {action}: {verdict}");
        }
    }
}

#[test]
fn admin_has_the_admin_role_and_nobody_else_has_anything() {
    let authority = authority("", &[]);
    check(
        &authority,
        "
        yes admin applications sync default/guestbook
        yes admin applications get default/elsewhere/guestbook
        yes admin applications action/apps/Deployment/restart default/guestbook
        yes admin applications update/apps/Deployment/ns/web default/guestbook
        yes admin applications delete/apps/Deployment/ns/web default/guestbook
        yes admin exec create default/guestbook
        no  admin extensions invoke httpbin
        no  alice applications get default/guestbook
        no  - applications get default/guestbook
        no  role:readonly applications action/apps/Deployment/restart default/guestbook
        ",
    );
}

#[test]
fn a_verdict_names_the_line_and_the_way_to_it() {
    let authority = authority("g, my-org:team, role:readonly", &[]);
    let verdict = crate::ask(&authority, "bob+my-org:team clusters get in-cluster");
    assert_eq!(
        verdict.to_string(),
        "allowed by built-in policy, line 6: p, role:readonly, clusters, get, *, allow (through my-org:team -> role:readonly)"
    );
    let verdict = crate::ask(&authority, "bob clusters get in-cluster");
    assert_eq!(verdict.to_string(), "denied: no line allows it");
}
