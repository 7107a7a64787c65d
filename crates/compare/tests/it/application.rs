//! Whole applications: targets, pairs, statuses. Each test is one rule.

use api::{AppProject, Application, ClusterIdentity, ProjectRules};
use compare::*;
use object::{Fetched, Gvk, Key, Object};
use schema::Schema;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An application with everything around it, as the tests vary it.
struct World {
    application: Value,
    project: Value,
    settings: RuleSettings,
    memo: Memo,
}

fn world() -> World {
    World {
        application: json!({"metadata": {"name": "app", "namespace": "argocd"},
            "spec": {"destination": {"server": "https://k", "namespace": "ns"}}}),
        project: serde_json::to_value(AppProject::default_project("argocd")).expect("JSON"),
        settings: RuleSettings::default(),
        memo: Memo::default(),
    }
}

/// What the cluster of the tests serves.
fn scope(gvk: &Gvk) -> Fetched<Scope> {
    match &*gvk.kind {
        "Namespace" | "ClusterRole" => Fetched::Known(Scope::Cluster),
        "Mystery" => Fetched::Absent,
        _ => Fetched::Known(Scope::Namespaced),
    }
}

struct Outcome {
    lines: Vec<String>,
    conditions: Vec<String>,
    sync: String,
    compared: ApplicationComparison,
}

impl World {
    fn run(&mut self, manifests: &[Value], live: &[Value]) -> Outcome {
        self.run_with(manifests, live, |_| {})
    }

    /// Compares; `change` may tamper with what is known of the cluster.
    fn run_with(&mut self, manifests: &[Value], live: &[Value], change: impl Fn(&mut LiveObjects)) -> Outcome {
        let application: Application = serde_json::from_value(self.application.clone()).expect("an application");
        let project: AppProject = serde_json::from_value(self.project.clone()).expect("a project");
        let (rules, project) = (Rules::new(self.settings.clone()), ProjectRules::new(&project));
        let context = Context {
            application: &application,
            control_plane_namespace: "argocd",
            project: &project,
            cluster: ClusterIdentity { server: "https://k", name: "", ownership: Default::default() },
            rules: &rules,
            scope: &scope,
            is_excluded: &|gvk| &*gvk.kind == "Event",
            predicted: &BTreeMap::new(),
        };
        let manifests = manifests.iter().map(|manifest| Object::from_value(manifest).expect("a manifest")).collect();
        let targets = prepare_targets(&context, manifests);
        let mut objects: LiveObjects = targets.lookup_keys().into_iter().map(|key| (key, Fetched::Absent)).collect();
        for object in live {
            let object = Object::from_value(object).expect("a live object");
            objects.insert(object.key(), Fetched::Known(object));
        }
        change(&mut objects);
        let pairs = pair(&context, &targets, objects);
        let compared = compare_application(&context, &pairs.pairs, &mut self.memo, Schema::builtin());
        let conditions = [&targets.conditions, &pairs.conditions, &compared.conditions].into_iter().flatten();
        Outcome {
            lines: compared.resources.iter().map(|resource| line(&resource.status)).collect(),
            conditions: conditions.map(|it| format!("{}: {}", it.condition_type, it.message)).collect(),
            sync: compared.sync.to_string(),
            compared,
        }
    }
}

fn line(status: &api::ResourceStatus) -> String {
    let code = status.status.map_or("-", |code| code.as_str());
    let mut line = format!("{}/{}/{} {code}", status.kind, status.namespace, status.name);
    for (is, word) in [
        (status.hook, " hook"),
        (status.requires_pruning, " prune"),
        (status.requires_deletion_confirmation, " confirm"),
    ] {
        line.push_str(if is { word } else { "" });
    }
    line
}

/// A ConfigMap of the application, as the cluster has it after a sync.
fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "ns", "uid": name, "resourceVersion": "1",
        "annotations": {"argocd.argoproj.io/tracking-id": format!("app:/ConfigMap:ns/{name}")}}, "data": {"k": "v"}})
}

/// The manifest of that ConfigMap.
fn manifest(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": "v"}})
}

fn annotated(mut value: Value, annotation: &str, text: &str) -> Value {
    value["metadata"]["annotations"][annotation] = json!(text);
    value
}

#[test]
fn what_is_as_desired_is_synced() {
    let outcome = world().run(&[manifest("a"), manifest("b")], &[map("a"), map("b")]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a Synced", "ConfigMap/ns/b Synced"]);
    assert_eq!((&*outcome.sync, outcome.conditions), ("Synced", vec![]));
}

#[test]
fn modified_missing_and_extra_are_out_of_sync() {
    let mut changed = map("a");
    changed["data"]["k"] = json!("w");
    let outcome = world().run(&[manifest("a"), manifest("b")], &[changed, map("c")]);
    assert_eq!(
        outcome.lines,
        ["ConfigMap/ns/a OutOfSync", "ConfigMap/ns/b OutOfSync", "ConfigMap/ns/c OutOfSync prune"]
    );
    assert_eq!(outcome.sync, "OutOfSync");
}

#[test]
fn an_ignored_extraneous_resource_is_out_of_sync_alone() {
    let extra = annotated(map("b"), "argocd.argoproj.io/compare-options", "IgnoreExtraneous");
    let outcome = world().run(&[manifest("a")], &[map("a"), extra]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a Synced", "ConfigMap/ns/b OutOfSync prune"]);
    assert_eq!(outcome.sync, "Synced");
}

#[test]
fn an_extra_resource_that_is_never_pruned_is_out_of_sync_all_the_same() {
    let extra = annotated(map("b"), "argocd.argoproj.io/sync-options", "Prune=false");
    assert_eq!(world().run(&[], &[extra]).sync, "OutOfSync");
}

#[test]
fn of_duplicates_the_last_counts() {
    let mut second = manifest("a");
    second["data"]["k"] = json!("w");
    let outcome = world().run(&[manifest("a"), second.clone(), manifest("a"), second], &[map("a")]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a OutOfSync"]);
    assert_eq!(
        outcome.conditions,
        ["RepeatedResourceWarning: Resource /ConfigMap/ns/a appeared 4 times among application resources."]
    );
}

#[test]
fn a_copied_annotation_claims_nothing() {
    let copy = annotated(map("copy"), "argocd.argoproj.io/tracking-id", "app:/ConfigMap:ns/original");
    let outcome = world().run(&[manifest("a")], &[map("a"), copy]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a Synced", "ConfigMap/ns/copy -"]);
    assert_eq!(outcome.sync, "Synced");
}

#[test]
fn a_resource_of_two_applications_is_warned_of() {
    let shared = annotated(map("a"), "argocd.argoproj.io/tracking-id", "team_other:/ConfigMap:ns/a");
    let outcome = world().run(&[manifest("a")], &[shared]);
    assert_eq!(
        outcome.conditions,
        ["SharedResourceWarning: ConfigMap/a is part of applications argocd/app and team/other"]
    );
    assert_eq!(outcome.sync, "OutOfSync");
}

#[test]
fn what_could_not_be_read_is_neither_missing_nor_extra() {
    let unknown = |objects: &mut LiveObjects| {
        objects.insert(Key::new("", "ConfigMap", Some("ns"), "a"), Fetched::Unknown("list configmaps: timeout".into()));
        objects.insert(
            Key::new("", "ConfigMap", Some("ns"), "extra"),
            Fetched::Unknown("list configmaps: timeout".into()),
        );
    };
    let outcome = world().run_with(&[manifest("a"), manifest("b")], &[map("b")], unknown);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a Unknown", "ConfigMap/ns/b Synced"]);
    assert_eq!(outcome.sync, "Unknown");
    assert_eq!(outcome.conditions, ["ComparisonError: Failed to load live state: list configmaps: timeout"]);
    let forgotten = world().run_with(&[manifest("a")], &[], LiveObjects::clear);
    assert_eq!(forgotten.lines, ["ConfigMap/ns/a Unknown"]);
}

#[test]
fn live_objects_the_project_does_not_permit_are_invisible() {
    let mut world = world();
    world.project["spec"]["namespaceResourceBlacklist"] = json!([{"group": "", "kind": "Secret"}]);
    world.project["spec"]["destinations"] = json!([{"server": "*", "namespace": "ns"}]);
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "ns",
        "annotations": {"argocd.argoproj.io/tracking-id": "app:/Secret:ns/s"}}});
    let mut elsewhere = map("b");
    elsewhere["metadata"]["namespace"] = json!("other");
    let elsewhere = annotated(elsewhere, "argocd.argoproj.io/tracking-id", "app:/ConfigMap:other/b");
    let outcome = world.run(&[manifest("a")], &[map("a"), secret, elsewhere]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a Synced"]);
}

#[test]
fn a_desired_kind_the_project_does_not_permit_is_unknown() {
    let mut world = world();
    world.project["spec"]["namespaceResourceBlacklist"] = json!([{"group": "", "kind": "Secret"}]);
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
    let outcome = world.run(&[secret], &[]);
    assert_eq!((outcome.lines, &*outcome.sync), (vec!["Secret/ns/s Unknown".to_owned()], "OutOfSync"));
}

#[test]
fn namespaces_follow_the_scope_of_the_kind() {
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r", "namespace": "wrong"}, "rules": []});
    let mut live = role.clone();
    live["metadata"] = json!({"name": "r", "annotations": {"argocd.argoproj.io/tracking-id": "app:rbac.authorization.k8s.io/ClusterRole:ns/r"}});
    let outcome = world().run(&[role], &[live]);
    assert_eq!(outcome.lines, ["ClusterRole//r Synced"]);
}

#[test]
fn an_object_of_unknown_scope_is_looked_for_with_and_without_namespace() {
    let mystery = json!({"apiVersion": "example.com/v1", "kind": "Mystery", "metadata": {"name": "m"}});
    let mut cluster_scoped = mystery.clone();
    cluster_scoped["metadata"]["annotations"] =
        json!({"argocd.argoproj.io/tracking-id": "app:example.com/Mystery:ns/m"});
    let outcome = world().run(std::slice::from_ref(&mystery), &[cluster_scoped]);
    assert_eq!(outcome.lines, ["Mystery//m Synced"]);
    let missing = world().run(&[mystery], &[]);
    assert_eq!(missing.lines, ["Mystery/ns/m OutOfSync"]);
}

#[test]
fn generated_names_are_always_to_be_made_and_never_collide() {
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "job-"}});
    let outcome = world().run(&[job.clone(), job], &[]);
    assert_eq!((outcome.lines.len(), outcome.conditions.len()), (2, 0));
}

#[test]
fn hooks_have_no_status_and_tests_of_helm_no_part() {
    let hook = annotated(manifest("hook"), "argocd.argoproj.io/hook", "PreSync");
    let test = annotated(manifest("test"), "helm.sh/hook", "test");
    let delete = annotated(manifest("delete"), "argocd.argoproj.io/hook", "PreDelete");
    let skipped = annotated(manifest("skipped"), "argocd.argoproj.io/hook", "Skip");
    let live_hook = annotated(map("hook"), "argocd.argoproj.io/hook", "PreSync");
    let outcome = world().run(&[hook, test, delete, skipped], &[live_hook]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/hook - hook prune", "ConfigMap/ns/skipped -"]);
    assert_eq!(outcome.sync, "Synced");
}

#[test]
fn excluded_kinds_are_dropped_with_a_warning() {
    let event = json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}});
    let outcome = world().run(&[event], &[]);
    assert_eq!(outcome.lines, Vec::<String>::new());
    assert_eq!(outcome.conditions, ["ExcludedResourceWarning: Resource /Event e is excluded in the settings"]);
}

#[test]
fn a_namespaced_object_without_any_namespace_is_an_error() {
    let mut world = world();
    world.application["spec"]["destination"] = json!({"server": "https://k"});
    let outcome = world.run(&[manifest("a")], &[]);
    assert_eq!(outcome.conditions, ["InvalidSpecError: Namespace for a v1, Kind=ConfigMap is missing."]);
}

#[test]
fn one_object_under_two_groups_is_one() {
    let ingress = |group: &str| {
        json!({"apiVersion": format!("{group}/v1"), "kind": "Ingress", "metadata": {"name": "i", "namespace": "ns", "uid": "u",
            "annotations": {"argocd.argoproj.io/tracking-id": "app:extensions/Ingress:ns/i"}}})
    };
    let desired = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"}});
    let outcome = world().run(&[desired], &[ingress("extensions"), ingress("networking.k8s.io")]);
    assert_eq!(outcome.lines, ["Ingress/ns/i OutOfSync"], "only its mark differs, for its group moved");
    assert_eq!(world().run(&[], &[ingress("extensions"), ingress("apps")]).lines.len(), 1);
}

#[test]
fn confirmations_come_from_either_side_or_the_application() {
    let desired = annotated(manifest("a"), "argocd.argoproj.io/sync-options", "Delete=confirm");
    let outcome = world().run(&[desired, manifest("b")], &[map("b")]);
    assert_eq!(outcome.lines, ["ConfigMap/ns/a OutOfSync confirm", "ConfigMap/ns/b Synced"]);
    let mut strict = world();
    strict.application["spec"]["syncPolicy"] = json!({"syncOptions": ["Prune=confirm"]});
    let exempt = annotated(map("b"), "argocd.argoproj.io/sync-options", "Prune=true");
    assert_eq!(
        strict.run(&[], &[map("a"), exempt]).lines,
        ["ConfigMap/ns/a OutOfSync prune confirm", "ConfigMap/ns/b OutOfSync prune"]
    );
}

#[test]
fn a_managed_namespace_is_not_pruned_and_its_changed_labels_show() {
    let mut world = world();
    world.application["spec"]["syncPolicy"] =
        json!({"syncOptions": ["CreateNamespace=true"], "managedNamespaceMetadata": {"labels": {"a": "b"}}});
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": {"a": "b", "theirs": "x"},
        "annotations": {"argocd.argoproj.io/sync-options": "ServerSideApply=true", "argocd.argoproj.io/tracking-id": "app:/Namespace:ns/ns"}}});
    let outcome = world.run(&[], std::slice::from_ref(&namespace));
    assert_eq!(outcome.lines, ["Namespace//ns Synced"]);
    world.application["status"] =
        json!({"operationState": {"syncResult": {"managedNamespaceMetadata": {"labels": {"a": "old"}}}}});
    assert_eq!(world.run(&[], std::slice::from_ref(&namespace)).sync, "OutOfSync");
    let unmanaged = &mut self::world();
    assert_eq!(unmanaged.run(&[], &[namespace]).lines, ["Namespace//ns OutOfSync prune"]);
}

#[test]
fn an_unchanged_pair_is_recalled_and_a_change_of_anything_forgets_it() {
    let mut world = world();
    let verdict = |outcome: &Outcome| outcome.compared.resources[0].verdict.clone().expect("compared");
    assert_eq!(verdict(&world.run(&[manifest("a")], &[map("a")])), Verdict::Same);
    // The cluster never changes an object without its resource version: that the old verdict comes back shows the recall.
    let mut changed = map("a");
    changed["data"]["k"] = json!("w");
    assert_eq!(verdict(&world.run(&[manifest("a")], std::slice::from_ref(&changed))), Verdict::Same);
    changed["metadata"]["resourceVersion"] = json!("2");
    assert_eq!(verdict(&world.run(&[manifest("a")], std::slice::from_ref(&changed))), Verdict::Different);
    world.settings.application =
        serde_json::from_value(json!([{"kind": "ConfigMap", "jsonPointers": ["/data/k"]}])).expect("rules");
    assert_eq!(verdict(&world.run(&[manifest("a")], &[changed])), Verdict::Same);
}

#[test]
fn the_order_of_manifests_and_objects_changes_nothing() {
    let (manifests, live): (Vec<_>, Vec<_>) =
        ["a", "b", "c", "d"].iter().map(|name| (manifest(name), map(name))).unzip();
    let forward = world().run(&manifests, &live);
    let backward = world()
        .run(&manifests.iter().rev().cloned().collect::<Vec<_>>(), &live.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(forward.lines, backward.lines);
}
