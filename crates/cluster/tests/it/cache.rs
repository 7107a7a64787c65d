//! What the cache knows, and what it knows that it does not know.

use crate::client::widgets;
use crate::setting::{Setting, config_map, eventually, to_config_map};
use cluster::{
    Cache, Change, Excluded, GroupKind, Instance, Keep, Mark, Notice, Ownership, Part, PatchKind, Place, Presence,
    Propagation, Selection, Target, Write,
};
use embedded::RequestFault;
use object::{Fetched, Gvk, Key, Meta};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

/// Tracks by the label `app`.
struct ByLabel;

impl Ownership for ByLabel {
    fn instance_of(&self, meta: &Meta) -> Option<Instance> {
        meta.labels.get("app").map(|name| Instance::named(name))
    }
}

fn start(setting: &Setting) -> Cache {
    let selection = Selection { excluded: Excluded::usual(), ..Selection::default() };
    Cache::start(setting.client.clone(), selection, Arc::new(ByLabel))
}

fn key(name: &str) -> Key {
    Key::new("", "ConfigMap", Some("shop"), name)
}

fn tracked(name: &str, app: &str, data: Value) -> Value {
    let mut value = config_map(name, data);
    value["metadata"]["labels"] = json!({"app": app});
    value
}

fn merge(body: Value) -> Change {
    Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole }
}

/// Names, what became of them, where they stand and whom they concern.
type Heard = Arc<Mutex<Vec<(String, Presence, Place, Vec<String>)>>>;

/// What listeners were told of ConfigMaps and the kinds they own.
fn notices(cache: &Cache) -> Heard {
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    cache.listen(Arc::new(move |notice: &Notice| {
        if let Notice::Object { key, presence, place, instances } = notice
            && !instances.is_empty()
        {
            let instances = instances.iter().map(ToString::to_string).collect();
            hears.lock().expect("no panic").push((key.name.to_string(), *presence, *place, instances));
        }
    }));
    heard
}

#[tokio::test(start_paused = true)]
async fn tracked_objects_are_found_by_instance_and_kept_whole_without_managed_fields() {
    let setting = Setting::start().await;
    setting.create(tracked("ours", "web", json!({"a": "1"}))).await;
    setting.create(config_map("theirs", json!({"a": "1"}))).await;
    let cache = start(&setting);
    cache.ready().await;
    let roots = cache.roots(&Instance::named("web"));
    assert_eq!(roots.iter().map(|root| root.object.name()).collect::<Vec<_>>(), ["ours"]);
    assert_eq!(roots[0].object.get("/data/a"), Some(json!("1")));
    assert_eq!(roots[0].object.get("/metadata/managedFields"), None);
    let theirs = cache.get(&key("theirs"));
    let theirs = theirs.known().expect("known");
    assert_eq!((theirs.keep, theirs.object.get("/data")), (Keep::Metadata, None));
    assert!(matches!(cache.get(&key("none")), Fetched::Absent));
    assert!(matches!(cache.get(&Key::new("no.such", "Thing", None, "x")), Fetched::Absent), "no such kind");
    assert!(matches!(cache.get(&Key::new("coordination.k8s.io", "Lease", None, "x")), Fetched::Unknown(_)), "excluded");
}

#[tokio::test(start_paused = true)]
async fn changes_say_whom_they_concern() {
    let setting = Setting::start().await;
    let cache = start(&setting);
    cache.ready().await;
    let heard = notices(&cache);
    let root = setting.create(tracked("root", "web", json!({}))).await;
    let mut child = config_map("child", json!({}));
    child["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "root", "uid": &*root.meta().uid}]);
    setting.create(child).await;
    eventually("the child is seen", || cache.children(&root.meta().uid).len() == 1).await;
    let rename = to_config_map("root", merge(json!({"metadata": {"labels": {"app": "new"}}})));
    setting.client.write(&rename).await.expect("patched");
    setting.client.write(&to_config_map("root", Change::Delete(Propagation::Background))).await.expect("deleted");
    eventually("both are gone", || matches!(cache.get(&key("child")), Fetched::Absent)).await;
    let of = |instances: &[&str]| instances.iter().map(ToString::to_string).collect::<Vec<_>>();
    let heard = heard.lock().expect("no panic").clone();
    assert_eq!(
        heard[..4],
        [
            ("root".to_owned(), Presence::Present, Place::Root, of(&["web"])),
            ("child".to_owned(), Presence::Present, Place::Below, of(&["web"])),
            ("root".to_owned(), Presence::Present, Place::Root, of(&["new", "web"])),
            ("root".to_owned(), Presence::Gone, Place::Root, of(&["new"])),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_cannot_be_listed_is_unknown_and_holds_up_no_other() {
    let setting = Setting::start().await;
    setting.trouble.refuse("list", "secrets", 1000, 403, "Forbidden");
    setting.trouble.add("list", "services", 1, RequestFault::Delay(Duration::from_secs(3600)));
    let cache = start(&setting);
    eventually("config maps are listed", || cache.kind(&GroupKind::new("", "ConfigMap")) == Fetched::Known(())).await;
    let secret = Key::new("", "Secret", Some("shop"), "x");
    eventually("secrets are tried", || cache.unknown_kinds().iter().any(|(_, cause)| cause.contains("refused"))).await;
    let cause = "Secret cannot be listed: refused by the test".to_owned();
    assert_eq!(cache.get(&secret).map(drop), Fetched::Unknown(cause));
    setting.trouble.end();
    eventually("secrets are listed", || matches!(cache.get(&secret), Fetched::Absent)).await;
    assert_eq!(cache.kind(&GroupKind::new("", "Secret")), Fetched::Known(()));
}

#[tokio::test(start_paused = true)]
async fn what_happens_while_a_watch_is_broken_is_seen_afterwards() {
    let setting = Setting::start().await;
    setting.create(tracked("kept", "web", json!({}))).await;
    setting.create(tracked("lost", "web", json!({}))).await;
    let cache = start(&setting);
    cache.ready().await;
    setting.trouble.add("watch", "configmaps", 1, RequestFault::Disconnect);
    // The first watch may be open already: forgetting the past ends it where it resumes.
    setting.client.write(&to_config_map("lost", Change::Delete(Propagation::Background))).await.expect("deleted");
    setting.create(tracked("made", "web", json!({}))).await;
    setting.cluster.compact();
    eventually("the new state is seen", || {
        let names: Vec<String> =
            cache.roots(&Instance::named("web")).iter().map(|root| root.object.name().to_owned()).collect();
        names == ["kept", "made"]
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_kind_whose_watch_stays_broken_becomes_unknown_and_known_again() {
    let setting = Setting::start().await;
    setting.trouble.refuse("watch", "configmaps", 1000, 500, "InternalError");
    let cache = start(&setting);
    cache.ready().await;
    assert!(matches!(cache.get(&key("x")), Fetched::Absent), "just listed");
    eventually("it is broken for long", || matches!(cache.get(&key("x")), Fetched::Unknown(_))).await;
    setting.trouble.end();
    eventually("it is watched again", || matches!(cache.get(&key("x")), Fetched::Absent)).await;
}

#[tokio::test(start_paused = true)]
async fn kinds_come_and_go_with_their_definitions() {
    let setting = Setting::start().await;
    let cache = start(&setting);
    cache.ready().await;
    setting.create(widgets()).await;
    let widget = GroupKind::new("example.com", "Widget");
    eventually("widgets are followed", || cache.kind(&widget) == Fetched::Known(())).await;
    let object = json!({"apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop", "labels": {"app": "web"}}});
    setting.create(object).await;
    eventually("the widget is seen", || cache.roots(&Instance::named("web")).len() == 1).await;
    let gvk = Gvk::new("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
    let definition = Target::new(gvk, None, "widgets.example.com");
    let delete = Write::new(definition, Change::Delete(Propagation::Background));
    setting.client.write(&delete).await.expect("deleted");
    eventually("the widget is gone", || cache.roots(&Instance::named("web")).is_empty()).await;
    eventually("its kind is absent", || cache.kind(&widget) == Fetched::Absent).await;
}

#[tokio::test(start_paused = true)]
async fn our_own_writes_count_as_seen_when_they_are() {
    let setting = Setting::start().await;
    let cache = start(&setting);
    cache.ready().await;
    let created = setting.create(tracked("c", "web", json!({}))).await;
    let mark = Mark::Version { key: key("c"), resource_version: created.meta().resource_version.clone() };
    assert!(!cache.has_seen(&mark), "no event can have arrived yet");
    sleep(Duration::from_secs(1)).await;
    assert!(cache.has_seen(&mark));
    setting.client.write(&to_config_map("c", Change::Delete(Propagation::Background))).await.expect("deleted");
    let gone = Mark::Gone { key: key("c"), uid: created.meta().uid.clone() };
    assert!(!cache.has_seen(&gone));
    sleep(Duration::from_secs(1)).await;
    assert!(cache.has_seen(&gone));
}

#[tokio::test(start_paused = true)]
async fn only_the_namespaces_asked_for_are_followed() {
    let setting = Setting::start().await;
    setting.create(config_map("here", json!({}))).await;
    let selection = Selection { namespaces: vec!["shop".into()], excluded: Excluded::usual(), ..Selection::default() };
    let cache = Cache::start(setting.client.clone(), selection, Arc::new(ByLabel));
    cache.ready().await;
    assert!(cache.get(&key("here")).known().is_some());
    let elsewhere = Key::new("", "ConfigMap", Some("kube-system"), "x");
    assert!(matches!(cache.get(&elsewhere), Fetched::Unknown(_)));
    assert!(cache.get(&Key::new("", "Namespace", None, "shop")).known().is_some());
}
