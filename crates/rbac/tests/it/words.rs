//! The words of the command line.

use rbac::{
    Resource, actions, application_object, check_action, project_role, resource_of_word, role_subject, scoped_object,
};

#[test]
fn short_forms_and_names() {
    for (word, resource) in [
        ("app", Resource::Applications),
        ("apps", Resource::Applications),
        ("application", Resource::Applications),
        ("applications", Resource::Applications),
        ("applicationsets", Resource::ApplicationSets),
        ("account", Resource::Accounts),
        ("cert", Resource::Certificates),
        ("certs", Resource::Certificates),
        ("certificate", Resource::Certificates),
        ("cluster", Resource::Clusters),
        ("extension", Resource::Extensions),
        ("gpgkey", Resource::GpgKeys),
        ("key", Resource::GpgKeys),
        ("log", Resource::Logs),
        ("logs", Resource::Logs),
        ("exec", Resource::Exec),
        ("proj", Resource::Projects),
        ("projs", Resource::Projects),
        ("project", Resource::Projects),
        ("repo", Resource::Repositories),
        ("repos", Resource::Repositories),
        ("repository", Resource::Repositories),
        ("write-repositories", Resource::WriteRepositories),
    ] {
        assert_eq!(resource_of_word(word), Ok(resource), "{word}");
    }
    let error = resource_of_word("pods").expect_err("no resource");
    assert_eq!(error.to_string(), "'pods' is not a valid resource name");
}

#[test]
fn actions_of_resources() {
    for (resource, action, is_valid) in [
        (Resource::Applications, "sync", true),
        (Resource::Applications, "action/apps/Deployment/restart", true),
        (Resource::Applications, "update/apps/Deployment/a/b", true),
        (Resource::Applications, "delete/*", true),
        (Resource::Applications, "sync/x", false),
        (Resource::Applications, "invoke", false),
        (Resource::Clusters, "sync", false),
        (Resource::Clusters, "update/x", false),
        (Resource::Logs, "get", true),
        (Resource::Logs, "create", false),
        (Resource::Exec, "create", true),
        (Resource::Exec, "get", false),
        (Resource::Extensions, "invoke", true),
        (Resource::GpgKeys, "update", false),
    ] {
        assert_eq!(check_action(resource, action).is_ok(), is_valid, "{resource} {action}");
    }
    let error = check_action(Resource::Logs, "create").expect_err("no action");
    assert_eq!(error.to_string(), "'create' is not a valid action for logs");
}

#[test]
fn names_in_policies() {
    assert_eq!(application_object("p", "argocd", "a", "argocd"), "p/a");
    assert_eq!(application_object("p", "", "a", "argocd"), "p/a");
    assert_eq!(application_object("p", "team", "a", "argocd"), "p/team/a");
    assert_eq!(scoped_object("", "https://a"), "https://a");
    assert_eq!(scoped_object("p", "https://a"), "p/https://a");
    assert_eq!(role_subject("p", "r"), "proj:p:r");
    assert_eq!(project_role("proj:p:r"), Some(("p", "r")));
    for none in ["proj:p", "proj:p:r:x", "p:r", "admin", ""] {
        assert_eq!(project_role(none), None, "{none}");
    }
    assert_eq!(actions::on_action("apps", "Deployment", "restart"), "action/apps/Deployment/restart");
    assert_eq!(actions::on_update("", "Pod", "ns", "a"), "update//Pod/ns/a");
    assert_eq!(actions::on_delete("", "Pod", "ns", "a"), "delete//Pod/ns/a");
}
