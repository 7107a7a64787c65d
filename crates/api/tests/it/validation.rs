//! What is wrong with specs, in the words clients match on.

use api::{AppProject, ApplicationSpec, ClusterIdentity, ProjectRules, check_destination, validate_spec};
use serde_json::{Value, json};

fn messages(spec: Value, project: Value) -> Vec<String> {
    let spec: ApplicationSpec = serde_json::from_value(spec).expect("a spec");
    let project: AppProject =
        serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": project})).expect("a project");
    let cluster = ClusterIdentity { server: "https://k", name: "prod", ownership: Default::default() };
    let conditions = validate_spec(&spec, &ProjectRules::new(&project), Ok(cluster));
    assert!(conditions.iter().all(|condition| condition.condition_type == "InvalidSpecError"));
    conditions.into_iter().map(|condition| condition.message).collect()
}

fn open() -> Value {
    json!({"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]})
}

#[test]
fn a_source_needs_a_repository_and_a_place_in_it() {
    let required = "spec.source.repoURL and either spec.source.path or spec.source.chart are required";
    for source in [json!({}), json!({"repoURL": "r"}), json!({"path": "p"}), json!({"repoURL": "r", "ref": "x"})] {
        assert_eq!(messages(json!({"source": source}), open()), [required], "{source}");
    }
    assert_eq!(messages(json!({}), open()), [required]);
    let chart = messages(json!({"source": {"repoURL": "r", "chart": "c"}}), open());
    assert_eq!(chart, ["spec.source.targetRevision is required if the manifest source is a helm chart"]);
    assert!(messages(json!({"source": {"repoURL": "r", "path": "p"}}), open()).is_empty());
}

#[test]
fn one_of_several_sources_may_be_a_reference_only() {
    assert!(messages(json!({"sources": [{"repoURL": "r", "ref": "x"}]}), open()).is_empty());
    assert_eq!(
        messages(json!({"sources": [{"repoURL": "r"}]}), open()),
        [
            r#"spec.source.repoURL and either source.path, source.chart, or source.ref are required for source {"repoURL":"r"}"#
        ]
    );
}

#[test]
fn the_project_must_permit_source_and_destination() {
    let spec = json!({"source": {"repoURL": "https://a/x", "path": "p"}, "destination": {"server": "https://k", "namespace": "web"}});
    assert_eq!(
        messages(spec.clone(), json!({})),
        [
            "application repo https://a/x is not permitted in project 'p'",
            "application destination server 'https://k' and namespace 'web' do not match any of the allowed destinations in project 'p'",
        ]
    );
    let named =
        json!({"source": {"repoURL": "https://a/x", "path": "p"}, "destination": {"name": "prod", "namespace": "web"}});
    assert_eq!(
        messages(named, json!({"sourceRepos": ["*"]})),
        [
            "application destination server 'prod' and namespace 'web' do not match any of the allowed destinations in project 'p'"
        ]
    );
    assert!(messages(spec, open()).is_empty());
}

#[test]
fn a_hydrator_needs_its_branches() {
    let hydrator = |value: Value| json!({"sourceHydrator": value});
    assert_eq!(
        messages(hydrator(json!({"hydrateTo": {}})), open()),
        [
            "spec.sourceHydrator.drySource.repoURL is required",
            "spec.sourceHydrator.syncSource.targetBranch is required",
            "when spec.sourceHydrator.hydrateTo is set, spec.sourceHydrator.hydrateTo.targetBranch is required",
        ]
    );
    let other =
        json!({"drySource": {"repoURL": "https://a"}, "syncSource": {"targetBranch": "b", "repoURL": "https://c"}});
    let project = json!({"sourceRepos": ["https://a"], "destinations": [{"server": "*", "namespace": "*"}]});
    assert_eq!(messages(hydrator(other), project), ["sync source repo https://c is not permitted in project 'p'"]);
}

#[test]
fn a_cluster_that_is_not_there_is_said_so() {
    let spec: ApplicationSpec =
        serde_json::from_value(json!({"source": {"repoURL": "r", "path": "p"}})).expect("a spec");
    let project = AppProject::default_project("argocd");
    let conditions = validate_spec(&spec, &ProjectRules::new(&project), Err("there are no clusters with this name: x"));
    assert_eq!(conditions[0].message, "there are no clusters with this name: x");
}

#[test]
fn a_destination_has_either_a_server_or_a_name() {
    let check = |text: Value| check_destination(&serde_json::from_value(text).expect("a destination"));
    assert_eq!(check(json!({"server": "s"})), Ok(()));
    assert_eq!(check(json!({"name": "n"})), Ok(()));
    assert_eq!(
        check(json!({"server": "s", "name": "n"})),
        Err("application destination can't have both name and server defined: n s".to_owned())
    );
    assert_eq!(check(json!({})), Err("Destination server missing from app spec".to_owned()));
}
