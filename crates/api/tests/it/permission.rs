//! What projects permit, case by case.

use api::{AppProject, ClusterIdentity, ClusterOwnership, ProjectRules};
use object::Key;
use serde_json::{Value, json};

fn rules(spec: Value) -> ProjectRules {
    let project: AppProject =
        serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": spec})).expect("a project");
    ProjectRules::new(&project)
}

fn cluster<'a>(server: &'a str, name: &'a str) -> ClusterIdentity<'a> {
    ClusterIdentity { server, name, ownership: ClusterOwnership::Shared }
}

#[test]
fn a_source_needs_an_allowing_pattern_and_no_denying_one() {
    let cases = [
        (json!(["*"]), "https://a.example/x/y", true),
        (json!([]), "https://a.example/x", false),
        (json!(["https://a.example/*"]), "https://a.example/x.git", true),
        (json!(["https://a.example/*"]), "https://a.example/x/y", false),
        (json!(["https://a.example/**"]), "https://a.example/x/y", true),
        (json!(["https://A.example/X"]), "https://a.example/x.git", true),
        (json!(["git@a.example:x/y.git"]), "ssh://git@a.example/x/y", true),
        (json!(["*", "!https://a.example/secret"]), "https://a.example/secret", false),
        (json!(["!https://a.example/secret", "*"]), "https://a.example/secret.git", false),
        (json!(["*", "!https://a.example/secret"]), "https://a.example/open", true),
        // A denying pattern that does not hit counts as an allowing one.
        (json!(["!https://a.example/secret"]), "https://a.example/open", true),
    ];
    for (repos, url, expected) in cases {
        assert_eq!(rules(json!({"sourceRepos": repos})).permits_source(url), expected, "{repos} {url}");
    }
}

#[test]
fn a_destination_matches_by_server_or_name_and_namespace() {
    let cases = [
        (json!([{"server": "*", "namespace": "*"}]), "any", true),
        (json!([]), "any", false),
        (json!([{"server": "https://k", "namespace": "team-*"}]), "team-a", true),
        (json!([{"server": "https://k", "namespace": "team-*"}]), "other", false),
        (json!([{"server": "https://k"}]), "any", false),
        (json!([{"server": "https://k"}]), "", true),
        (json!([{"name": "prod", "namespace": "*"}]), "any", true),
        (json!([{"name": "stage", "namespace": "*"}]), "any", false),
        (
            json!([{"server": "*", "namespace": "*"}, {"server": "https://k", "namespace": "!kube-system"}]),
            "kube-system",
            false,
        ),
        (json!([{"server": "*", "namespace": "*"}, {"server": "https://k", "namespace": "!kube-system"}]), "web", true),
        (json!([{"server": "*", "namespace": "*"}, {"server": "!https://k", "namespace": "*"}]), "web", false),
        (json!([{"server": "*", "namespace": "*"}, {"server": "!https://k", "namespace": "other"}]), "web", true),
        (json!([{"server": "*", "namespace": "*"}, {"name": "!prod", "namespace": "other"}]), "web", false),
    ];
    for (destinations, namespace, expected) in cases {
        let rules = rules(json!({"destinations": destinations}));
        assert_eq!(
            rules.permits_destination(cluster("https://k", "prod"), namespace),
            expected,
            "{destinations} {namespace}"
        );
    }
}

#[test]
fn a_project_may_insist_on_clusters_of_its_own() {
    let rules =
        rules(json!({"destinations": [{"server": "*", "namespace": "*"}], "permitOnlyProjectScopedClusters": true}));
    let shared = cluster("https://k", "k");
    assert!(!rules.permits_destination(shared, "web"));
    assert!(rules.permits_destination(ClusterIdentity { ownership: ClusterOwnership::OfProject, ..shared }, "web"));
}

#[test]
fn namespaced_kinds_are_allowed_without_a_list_and_cluster_kinds_are_not() {
    let open = rules(json!({}));
    assert!(open.permits_namespaced_kind("apps", "Deployment"));
    assert!(!open.permits_cluster_kind("", "Namespace", "web"));
    let none = rules(json!({"namespaceResourceWhitelist": []}));
    assert!(!none.permits_namespaced_kind("apps", "Deployment"));
    let some = rules(json!({"namespaceResourceWhitelist": [{"group": "*", "kind": "*"}],
        "namespaceResourceBlacklist": [{"group": "", "kind": "Secret"}, {"group": "*.example.com", "kind": "A*"}]}));
    assert!(some.permits_namespaced_kind("", "ConfigMap") && !some.permits_namespaced_kind("", "Secret"));
    assert!(
        !some.permits_namespaced_kind("x.example.com", "App") && some.permits_namespaced_kind("x.example.com", "Bpp")
    );
}

#[test]
fn cluster_kinds_may_be_limited_by_name() {
    let rules = rules(
        json!({"clusterResourceWhitelist": [{"group": "", "kind": "Namespace", "name": "team-*"}, {"group": "rbac.authorization.k8s.io", "kind": "*"}],
        "clusterResourceBlacklist": [{"group": "*", "kind": "ClusterRole", "name": "admin"}]}),
    );
    assert!(
        rules.permits_cluster_kind("", "Namespace", "team-a") && !rules.permits_cluster_kind("", "Namespace", "web")
    );
    assert!(rules.permits_cluster_kind("rbac.authorization.k8s.io", "ClusterRole", "view"));
    assert!(!rules.permits_cluster_kind("rbac.authorization.k8s.io", "ClusterRole", "admin"));
}

#[test]
fn live_objects_outside_of_permitted_namespaces_are_invisible() {
    let rules = rules(json!({"destinations": [{"server": "*", "namespace": "web"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}));
    let here = cluster("https://k", "");
    assert!(rules.permits_live(&Key::new("", "ConfigMap", Some("web"), "a"), here));
    assert!(!rules.permits_live(&Key::new("", "ConfigMap", Some("other"), "a"), here));
    assert!(rules.permits_live(&Key::new("", "Namespace", None, "other"), here));
}

#[test]
fn applications_outside_of_the_control_plane_need_a_source_namespace() {
    let rules = rules(json!({"sourceNamespaces": ["team-*", "/^dev[0-9]+$/"]}));
    for (namespace, expected) in
        [("", true), ("argocd", true), ("team-a", true), ("dev12", true), ("dev", false), ("other", false)]
    {
        assert_eq!(rules.permits_application_namespace(namespace, "argocd"), expected, "{namespace}");
    }
}

#[test]
fn the_default_project_permits_everything() {
    let rules = ProjectRules::new(&AppProject::default_project("argocd"));
    assert!(rules.permits_source("https://a.example/x"));
    assert!(rules.permits_destination(cluster("https://k", ""), ""));
    assert!(rules.permits_cluster_kind("", "Namespace", "web") && rules.permits_namespaced_kind("", "Pod"));
}
