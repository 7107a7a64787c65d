//! Actions of users: which there are, beside the built-in ones, and what they write.

use crate::world::{now, read, thing};
use health::actions::Effect;
use lua::Customizations;
use object::Object;
use serde_json::{Value, json};

const ACTIONS: &str = r#"
discovery.lua: |
  actions = {}
  actions["stop"] = {["disabled"] = obj.spec.stopped == true, ["displayName"] = "Stop it"}
  actions["size"] = {["params"] = {{["name"] = "count"}}, ["iconClass"] = "fa fa-plus"}
  return actions
definitions:
- name: stop
  action.lua: |
    obj.spec.stopped = true
    obj.status.phase = "Stopping"
    return obj
- name: size
  action.lua: |
    obj.spec.count = tonumber(actionParams["count"])
    return obj
- name: copy
  action.lua: |
    local made = {apiVersion = "v1", kind = "ConfigMap", metadata = {name = obj.metadata.name .. "-copy"}}
    obj.metadata.labels = {copied = "yes"}
    return {{operation = "create", resource = made}, {operation = "patch", resource = obj}}
- name: rename
  action.lua: |
    obj.metadata.name = "b"
    return obj
- name: nothing
  action.lua: return {}
- name: same
  action.lua: return obj
"#;

fn rules() -> Customizations {
    read(&[("resource.customizations.actions.example.org_Thing", ACTIONS)])
}

fn object() -> Object {
    thing(json!({"spec": {"empty": {}, "list": [], "gone": null, "ratio": 0.25}, "status": {"phase": "Running"}}))
}

fn written(action: &str, parameters: &[(&str, &str)]) -> String {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match rules().act(&object(), action, &parameters, now()) {
        Err(error) => error.to_string(),
        Ok(effects) => {
            let text = |effect: &Effect| match effect {
                Effect::Create(value) => format!("create {value}"),
                Effect::Patch(value) => format!("patch {value}"),
                Effect::PatchStatus(value) => format!("patch status {value}"),
            };
            effects.iter().map(text).collect::<Vec<_>>().join("; ")
        }
    }
}

#[test]
fn discovery_tells_names_parameters_and_what_is_disabled() {
    let told = |spec: Value| -> Vec<String> {
        let found = rules().discover(&thing(json!({"spec": spec})), now()).expect("actions");
        found
            .iter()
            .map(|it| {
                format!("{} {} {:?} {:?} {:?}", it.name, it.is_disabled, it.parameters, it.display_name, it.icon_class)
            })
            .collect()
    };
    assert_eq!(told(json!({})), [r#"size false ["count"] "" "fa fa-plus""#, r#"stop false [] "Stop it" """#]);
    assert_eq!(told(json!({"stopped": true}))[1], r#"stop true [] "Stop it" """#);
}

#[test]
fn an_action_writes_what_it_changed_and_the_status_apart() {
    assert_eq!(
        written("stop", &[]),
        r#"patch {"spec":{"stopped":true}}; patch status {"status":{"phase":"Stopping"}}"#
    );
    assert_eq!(written("size", &[("count", "4")]), r#"patch {"spec":{"count":4}}"#);
    assert_eq!(
        written("copy", &[]),
        r#"create {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a-copy"}}; patch {"metadata":{"labels":{"copied":"yes"}}}"#
    );
    // Empty maps stay maps, empty lists lists, and what was null is no change.
    assert_eq!(written("same", &[]), "");
}

#[test]
fn what_an_action_may_not_return_is_refused() {
    assert_eq!(written("rename", &[]), "action.lua: a patch must return the object it was given, changed");
    assert_eq!(written("nothing", &[]), "action.lua: between 1 and 100 objects were expected");
    assert_eq!(written("fly", &[]), r#"action "fly" is not known for Thing; it has: none"#);
}

#[test]
fn built_in_actions_go_unless_they_are_merged_and_can_be_run_all_the_same() {
    let value = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {}});
    let deployment = Object::from_value(&value).expect("an object");
    let own = "discovery.lua: return {own = {}}\ndefinitions: []\n";
    let names = |text: &str| -> Vec<String> {
        let rules = read(&[("resource.customizations.actions.apps_Deployment", text)]);
        rules.discover(&deployment, now()).expect("actions").into_iter().map(|action| action.name).collect()
    };
    assert_eq!(names(own), ["own"]);
    let merged = names(&format!("mergeBuiltinActions: true\n{own}"));
    assert_eq!(merged, ["own", "pause", "restart", "resume", "scale"]);
    let rules = read(&[("resource.customizations.actions.apps_Deployment", own)]);
    assert_eq!(rules.act(&deployment, "pause", &std::collections::BTreeMap::new(), now()).expect("an effect").len(), 1);
}
