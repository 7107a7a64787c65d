//! Several clusters: found by name and by address, dead and slow ones, destroyed and registered anew.

use crate::stage::{
    Peer, REPOSITORY, Stage, another_cluster, automated, conditions, config_map, health, phase, sync, text,
};
use cluster::ClusterClient;
use object::Gvk;
use serde_json::{Value, json};
use std::time::Duration;

const FAR: &str = "https://far.example.org:6443";

fn cluster_secret(name: &str, server: &str, more: Value) -> Value {
    let mut data = json!({"name": name, "server": server, "config": "{\"bearerToken\": \"t0ken\"}"});
    for (key, own) in more.as_object().into_iter().flatten() {
        data[key] = own.clone();
    }
    json!({
        "apiVersion": "v1", "kind": "Secret", "stringData": data,
        "metadata": {
            "name": format!("cluster-{name}"), "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
    })
}

fn going_to(name: &str, destination: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "finalizers": ["resources-finalizer.argocd.argoproj.io"]},
        "spec": {
            "project": "default", "destination": destination, "syncPolicy": automated(),
            "source": {"repoURL": REPOSITORY, "targetRevision": "HEAD", "path": "dev"},
        },
    })
}

async fn value_in(client: &ClusterClient, namespace: &str, name: &str) -> Option<String> {
    let found = client.get(&Gvk::new("", "v1", "ConfigMap"), Some(namespace), name).await.expect("readable");
    found.map(|object| text(&object.value(), "/data/value").to_owned())
}

/// A stage with a second cluster that is registered as `far`.
async fn with_far(more: Value) -> (Stage, ClusterClient) {
    let stage = Stage::start().await;
    let (cluster, far) = another_cluster(&stage.clock).await;
    stage.network.put(FAR, Peer::Cluster(cluster));
    stage.create(cluster_secret("far", FAR, more)).await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    (stage, far)
}

#[tokio::test(start_paused = true)]
async fn applications_go_to_clusters_by_name_and_by_address() {
    let (stage, far) = with_far(json!({})).await;
    stage.create(going_to("named", json!({"name": "far", "namespace": "by-name"}))).await;
    stage.create(going_to("addressed", json!({"server": FAR, "namespace": "by-address"}))).await;
    stage.create(going_to("home", json!({"name": "in-cluster", "namespace": "shop"}))).await;
    for name in ["named", "addressed", "home"] {
        stage.until_well(name).await;
    }
    assert_eq!(value_in(&far, "by-name", "a").await.as_deref(), Some("1"));
    assert_eq!(value_in(&far, "by-address", "a").await.as_deref(), Some("1"));
    assert_eq!(value_in(&far, "shop", "a").await, None);
    assert_eq!(value_in(&stage.client, "by-name", "a").await, None);
    assert_eq!(value_in(&stage.client, "shop", "a").await.as_deref(), Some("1"));
    // A commit, drift, a prune and a deletion all arrive there.
    stage.commit("second", [("dev/a.yaml", &*config_map("a", "2")), ("dev/b.yaml", &*config_map("b", "1"))]);
    stage.refresh("named", "normal").await;
    stage.eventually("the commit", async || value_in(&far, "by-name", "b").await.is_some()).await;
    stage.remove("dev/b.yaml");
    stage.refresh("named", "normal").await;
    stage.eventually("the prune", async || value_in(&far, "by-name", "b").await.is_none()).await;
    stage.delete("argoproj.io/v1alpha1", "Application", "argocd", "named").await;
    stage.eventually("the deletion", async || stage.app("named").await.is_null()).await;
    assert_eq!(value_in(&far, "by-name", "a").await, None);
    assert_eq!(value_in(&far, "by-address", "a").await.as_deref(), Some("2"));
}

#[tokio::test(start_paused = true)]
async fn changes_by_hand_are_undone_in_every_cluster() {
    let (stage, far) = with_far(json!({})).await;
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    stage.until_well("shop").await;
    let gvk = Gvk::new("", "v1", "ConfigMap");
    let target = cluster::Target::new(gvk, Some("shop"), "a");
    let body = json!({"data": {"value": "by hand"}});
    let change = cluster::Change::Patch { kind: cluster::PatchKind::Merge, body, part: cluster::Part::Whole };
    far.write(&cluster::Write::new(target, change)).await.expect("a patch");
    stage.eventually("the repair", async || value_in(&far, "shop", "a").await.as_deref() == Some("1")).await;
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_nobody_declared_is_named() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.create(going_to("shop", json!({"name": "nowhere", "namespace": "shop"}))).await;
    stage.until("shop", "told", |app| !conditions(app).is_empty()).await;
    assert_eq!(
        conditions(&stage.app("shop").await),
        ["InvalidSpecError: there are no clusters with this name: nowhere; register it with `capstan cluster add`"]
    );
    // As soon as somebody declares it, it is used.
    let (cluster, far) = another_cluster(&stage.clock).await;
    stage.network.put(FAR, Peer::Cluster(cluster));
    stage.create(cluster_secret("nowhere", FAR, json!({}))).await;
    stage.until_well("shop").await;
    assert_eq!(value_in(&far, "shop", "a").await.as_deref(), Some("1"));
    assert_eq!(conditions(&stage.app("shop").await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_never_answers_holds_up_no_other() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.network.put(FAR, Peer::Silence);
    stage.create(cluster_secret("far", FAR, json!({}))).await;
    for number in 0..30 {
        let name = format!("dead-{number}");
        stage.create(going_to(&name, json!({"name": "far", "namespace": name}))).await;
    }
    stage.create(going_to("home", json!({"name": "in-cluster", "namespace": "shop"}))).await;
    let took = stage.until_well("home").await;
    assert!(took < Duration::from_secs(9), "it took {took:?}");
    let told = |app: &Value| conditions(app).iter().any(|condition| condition.contains("did not answer within 10 s"));
    stage.until("dead-0", "told", told).await;
    let app = stage.app("dead-0").await;
    assert_eq!(sync(&app), "Unknown");
    assert_eq!(
        conditions(&app),
        [format!(
            "ComparisonError: Failed to load live state: failed to get cluster info for \"{FAR}\": it did not answer within 10 s"
        )]
    );
    // It comes back, and everything goes on by itself.
    let (cluster, far) = another_cluster(&stage.clock).await;
    stage.network.put(FAR, Peer::Cluster(cluster));
    stage.until_well("dead-0").await;
    assert_eq!(value_in(&far, "dead-0", "a").await.as_deref(), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn writes_to_a_cluster_that_has_just_died_hold_up_no_other() {
    let (stage, _far) = with_far(json!({})).await;
    for number in 0..60 {
        let name = format!("far-{number}");
        stage.create(going_to(&name, json!({"name": "far", "namespace": name}))).await;
    }
    stage.create(going_to("home", json!({"name": "in-cluster", "namespace": "shop"}))).await;
    for number in 0..60 {
        stage.until_well(&format!("far-{number}")).await;
    }
    stage.until_well("home").await;
    // Nobody knows yet that it is dead: sixty syncs begin, and every write hangs.
    stage.network.take(FAR);
    let second = stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    let is_there = |app: &Value| sync(app) == "Synced" && text(app, "/status/sync/revision") == second;
    let took = stage.until("home", "synced again", is_there).await;
    assert!(took < Duration::from_secs(5), "it took {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_falls_silent_is_told_and_what_was_there_is_kept() {
    let (stage, far) = with_far(json!({})).await;
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    stage.until_well("shop").await;
    let Some(Peer::Cluster(cluster)) = stage.network.take(FAR) else { panic!("it was there") };
    stage.until("shop", "told", |app| sync(app) == "Unknown" && health(app) == "Unknown").await;
    // What is asked meanwhile waits.
    stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    stage.network.put(FAR, Peer::Cluster(cluster));
    stage.until_well("shop").await;
    stage.eventually("the commit", async || value_in(&far, "shop", "a").await.as_deref() == Some("2")).await;
}

#[tokio::test(start_paused = true)]
async fn a_fresh_cluster_under_the_old_name_gets_everything_from_git() {
    let (stage, _) = with_far(json!({})).await;
    stage.commit("more", [("dev/b.yaml", &*config_map("b", "1")), ("stage/c.yaml", &*config_map("c", "1"))]);
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    let mut other = going_to("cart", json!({"name": "far", "namespace": "cart"}));
    other["spec"]["source"]["path"] = json!("stage");
    stage.create(other).await;
    stage.until_well("shop").await;
    stage.until_well("cart").await;
    // The cluster is destroyed, and another one stands elsewhere under its name.
    drop(stage.network.take(FAR));
    let fresh = "https://fresh.example.org:6443";
    let (cluster, client) = another_cluster(&stage.clock).await;
    stage.network.put(fresh, Peer::Cluster(cluster));
    stage.delete("v1", "Secret", "argocd", "cluster-far").await;
    stage.create(cluster_secret("far", fresh, json!({}))).await;
    for (namespace, name) in [("shop", "a"), ("shop", "b"), ("cart", "c")] {
        stage.eventually(name, async || value_in(&client, namespace, name).await.as_deref() == Some("1")).await;
    }
    stage.until_well("shop").await;
    stage.until_well("cart").await;
}

#[tokio::test(start_paused = true)]
async fn a_cluster_may_be_looked_at_in_some_namespaces_only() {
    let (stage, far) = with_far(json!({"namespaces": "shop, cart"})).await;
    for namespace in ["shop", "cart"] {
        let value = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        crate::stage::create(&far, value).await;
    }
    let mut app = going_to("shop", json!({"name": "far", "namespace": "shop"}));
    app["spec"]["syncPolicy"] = json!({"automated": {"prune": true, "selfHeal": true}});
    stage.create(app).await;
    stage.until_well("shop").await;
    stage.commit("second", [("dev/a.yaml", &*config_map("a", "2"))]);
    stage.refresh("shop", "normal").await;
    stage.eventually("the commit", async || value_in(&far, "shop", "a").await.as_deref() == Some("2")).await;
}

#[tokio::test(start_paused = true)]
async fn a_project_may_permit_only_clusters_of_its_own() {
    let (stage, far) = with_far(json!({"project": "team"})).await;
    let project = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "team", "namespace": "argocd"},
        "spec": {
            "sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}], "permitOnlyProjectScopedClusters": true,
        },
    });
    stage.create(project).await;
    let of_team = |name: &str, cluster: &str| {
        let mut app = going_to(name, json!({"name": cluster, "namespace": name}));
        app["spec"]["project"] = json!("team");
        app
    };
    stage.create(of_team("own", "far")).await;
    stage.create(of_team("other", "in-cluster")).await;
    stage.until_well("own").await;
    assert_eq!(value_in(&far, "own", "a").await.as_deref(), Some("1"));
    stage.until("other", "refused", |app| !conditions(app).is_empty()).await;
    let said = conditions(&stage.app("other").await).join("; ");
    assert!(said.contains("do not match any of the allowed destinations in project 'team'"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_a_cluster_that_is_out_of_reach_and_gives_up_one_that_is_declared_no_more() {
    let (stage, _) = with_far(json!({})).await;
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    stage.until_well("shop").await;
    drop(stage.network.take(FAR));
    stage.until("shop", "told", |app| sync(app) == "Unknown").await;
    stage.delete("argoproj.io/v1alpha1", "Application", "argocd", "shop").await;
    let told = |app: &Value| conditions(app).iter().any(|own| own.starts_with("DeletionError: the cluster"));
    stage.until("shop", "told", told).await;
    let said = conditions(&stage.app("shop").await).join("; ");
    assert!(said.contains("delete the Secret that declares the cluster"), "{said}");
    stage.delete("v1", "Secret", "argocd", "cluster-far").await;
    stage.eventually("the end", async || stage.app("shop").await.is_null()).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_declared_wrongly_is_told_without_its_content() {
    let stage = Stage::start().await;
    stage.commit("first", [("dev/a.yaml", &*config_map("a", "1"))]);
    stage.create(cluster_secret("far", FAR, json!({"config": "{\"bearerToken\": t0ken"}))).await;
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    stage.until("shop", "told", |app| !conditions(app).is_empty()).await;
    let said = conditions(&stage.app("shop").await).join("; ");
    assert!(said.contains("the Secret cluster-far: the key config is no JSON"), "{said}");
    assert!(!said.contains("t0ken"), "{said}");
    assert_eq!(phase(&stage.app("shop").await), "");
}

#[tokio::test(start_paused = true)]
async fn dashboards_find_what_upstream_measures() {
    let (stage, _) = with_far(json!({})).await;
    stage.create(going_to("shop", json!({"name": "far", "namespace": "shop"}))).await;
    stage.until_well("shop").await;
    stage.until("shop", "done", |app| phase(app) == "Succeeded").await;
    stage.network.put("https://dead.example.org", Peer::Silence);
    stage.create(cluster_secret("dead", "https://dead.example.org", json!({}))).await;
    stage.create(going_to("cart", json!({"name": "dead", "namespace": "cart"}))).await;
    stage.until("cart", "told", |app| !conditions(app).is_empty()).await;
    let has = async |line: String| {
        stage
            .eventually(&line, async || stage.measured.exposition(&stage.metrics).lines().any(|own| own == line))
            .await;
    };
    let labels = "namespace=\"argocd\",name=\"shop\",project=\"default\"";
    has(format!(
        "argocd_app_info{{{labels},autosync_enabled=\"true\",repo=\"{REPOSITORY}\",dest_server=\"{FAR}\",dest_namespace=\"shop\",sync_status=\"Synced\",health_status=\"Healthy\",operation=\"\"}} 1"
    ))
    .await;
    has(format!("argocd_app_sync_total{{{labels},dest_server=\"{FAR}\",phase=\"Succeeded\",dry_run=\"false\"}} 1"))
        .await;
    let cart = "namespace=\"argocd\",name=\"cart\",project=\"default\"";
    has(format!("argocd_app_condition{{{cart},condition=\"ComparisonError\"}} 1")).await;
    has("argocd_cluster_connection_status{server=\"https://dead.example.org\",k8s_version=\"\"} 0".to_owned()).await;
    let text = stage.measured.exposition(&stage.metrics);
    let up = format!("argocd_cluster_connection_status{{server=\"{FAR}\",k8s_version=\"1.");
    assert!(text.lines().any(|line| line.starts_with(&up) && line.ends_with(" 1")), "{text}");
    let counted = format!("argocd_app_reconcile_count{{namespace=\"argocd\",dest_server=\"{FAR}\"}} ");
    assert!(text.lines().any(|line| line.starts_with(&counted) && !line.ends_with(" 0")), "{text}");
}
