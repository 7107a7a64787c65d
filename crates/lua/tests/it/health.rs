//! Health scripts: which one concerns an object, and what it may say.

use crate::world::{now, read, thing, try_read};
use health::assess;
use lua::Customizations;
use object::Object;
use serde_json::json;

const FROM_PHASE: &str = r#"
hs = {}
if obj.status ~= nil and obj.status.phase == "Ready" then
  hs.status = "Healthy"
  hs.message = "all " .. obj.status.count .. " are ready"
  return hs
end
hs.status = "Progressing"
hs.message = "waiting"
return hs
"#;

fn judged(customizations: &Customizations, object: &Object) -> String {
    match assess(object, &customizations.at(now())) {
        Ok(Some(health)) => format!("{}: {}", health.status, health.message),
        Ok(None) => "nothing".to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

fn says(script: &str, more: serde_json::Value) -> String {
    judged(&read(&[("resource.customizations.health.example.org_Thing", script)]), &thing(more))
}

#[test]
fn a_script_judges_its_kind_and_no_other() {
    let rules = read(&[("resource.customizations.health.example.org_Thing", FROM_PHASE)]);
    assert_eq!(judged(&rules, &thing(json!({}))), "Progressing: waiting");
    let ready = thing(json!({"status": {"phase": "Ready", "count": 3}}));
    assert_eq!(judged(&rules, &ready), "Healthy: all 3 are ready");
    let other = json!({"apiVersion": "example.org/v1", "kind": "Other", "metadata": {"name": "a"}});
    assert_eq!(judged(&rules, &Object::from_value(&other).expect("an object")), "nothing");
}

#[test]
fn kinds_of_the_core_group_have_no_group_in_the_key() {
    let rules = read(&[("resource.customizations.health.ConfigMap", "return {status = 'Degraded'}")]);
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    assert_eq!(judged(&rules, &Object::from_value(&map).expect("an object")), "Degraded: ");
}

#[test]
fn the_old_form_holds_patterns_and_the_exact_kind_goes_before_them() {
    let old = "'*.example.org/*':\n  health.lua: return {status = 'Suspended', message = 'wildcard'}\n\
               sub.example.org/Thing:\n  health.lua: return {status = 'Healthy', message = 'exact'}\n";
    let rules = read(&[("resource.customizations", old)]);
    let of = |kind: &str| {
        let value = json!({"apiVersion": "sub.example.org/v1", "kind": kind, "metadata": {"name": "a"}});
        judged(&rules, &Object::from_value(&value).expect("an object"))
    };
    assert_eq!((of("Thing"), of("Other")), ("Healthy: exact".to_owned(), "Suspended: wildcard".to_owned()));
}

#[test]
fn a_script_goes_before_the_built_in_rule_even_when_it_says_nothing() {
    let value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "status": {"phase": "Failed"}});
    let pod = Object::from_value(&value).expect("an object");
    let under = |script: &str| judged(&read(&[("resource.customizations.health.Pod", script)]), &pod);
    assert_eq!(under("return {status = 'Healthy'}"), "Healthy: ");
    // Compat: nil and the empty table are an empty health, and the built-in rule is not asked.
    assert_eq!(under("return nil"), "nothing");
    assert_eq!(under("return {}"), "nothing");
    assert!(judged(&Customizations::default(), &pod).starts_with("Degraded"));
    // An entry without a script is none.
    assert!(under("  ").starts_with("Degraded"));
}

#[test]
fn what_is_no_health_is_said_to_be_none() {
    assert_eq!(says("return {status = 'Splendid'}", json!({})), "Unknown: Lua returned an invalid health status");
    assert_eq!(says("return 5", json!({})), "error: health.lua: a table was expected, not a integer");
    assert_eq!(says("return {status = 5}", json!({})), "error: health.lua: status must be a text");
    assert_eq!(
        says("local a = 1\nreturn obj.spec.replicas", json!({})),
        "error: health.lua: line 2: attempt to index field 'spec' (a nil value)"
    );
    let unread = says("return {", json!({}));
    assert!(unread.starts_with("error: health.lua: line 1: unexpected symbol near <eof>"), "{unread}");
}

#[test]
fn lists_numbers_and_missing_fields_read_as_in_upstream() {
    let script = r##"
local names = {}
for i, condition in ipairs(obj.status.conditions) do
  table.insert(names, i .. condition.type)
end
local missing = obj.status.nothing == nil and "nil" or "there"
return {status = "Healthy", message = table.concat(names, ",") .. " " .. missing .. " " .. #obj.status.conditions
  .. " " .. obj.status.ratio .. " " .. tostring(obj.status.whole) .. " " .. table.getn(obj.status.conditions)
  .. " " .. select("#", unpack(obj.status.conditions))}
"##;
    let status = json!({"conditions": [{"type": "A"}, {"type": "B"}], "nothing": null, "ratio": 0.5, "whole": 7.0});
    assert_eq!(says(script, json!({"status": status})), "Healthy: 1A,2B nil 2 0.5 7 2 2");
}

#[test]
fn goto_is_known() {
    let script = "local n = 0\nfor i = 1, 3 do\n  if i == 2 then goto continue end\n  n = n + i\n  ::continue::\nend\n\
                  return {status = 'Healthy', message = tostring(n)}";
    assert_eq!(says(script, json!({})), "Healthy: 4");
}

#[test]
fn the_time_is_that_of_the_run() {
    let script =
        "local os = require('os')\nreturn {status = 'Healthy', message = os.date('!%Y-%m-%dT%XZ') .. ' ' .. os.time()}";
    assert_eq!(says(script, json!({})), "Healthy: 2026-01-02T03:04:05Z 1767323045");
}

#[test]
fn texts_are_there_where_the_kind_wants_open_libraries() {
    let script = r#"
local major, minor = string.match(obj.spec.version, "^v(%d+)%.(%d+)")
local swapped, count = string.gsub("a=1, b=2", "(%w)=(%w)", "%2=%1")
local words = {}
for word in ("one two"):gmatch("%a+") do words[#words + 1] = word:upper() end
local from, to = ("a.b"):find(".", 1, true)
local mapped = ("$x-$y"):gsub("%$(%w)", {x = "1"})
return {status = "Healthy", message = major .. "/" .. minor .. " " .. swapped .. " " .. count .. " "
  .. table.concat(words, "+") .. " " .. from .. to .. " " .. mapped .. " " .. ("abc"):gsub("", "-")}
"#;
    let kind = "example.org_Thing";
    let object = thing(json!({"spec": {"version": "v1.24.3"}}));
    let (health, open) =
        (format!("resource.customizations.health.{kind}"), format!("resource.customizations.useOpenLibs.{kind}"));
    let rules = read(&[(&*health, script), (&*open, "true")]);
    assert_eq!(judged(&rules, &object), "Healthy: 1/24 1=a, 2=b 2 ONE+TWO 22 1-$y -a-b-c-");
    let closed = judged(&read(&[(&*health, script)]), &object);
    assert!(closed.contains("attempt to index global 'string' (a nil value)"), "{closed}");
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_holds() {
    let (rules, problems) = try_read(&[
        ("resource.customizations", "{"),
        ("resource.customizations.actions.example.org_Thing", "definitions:\n- action.lua: return obj\n"),
        ("resource.customizations.health.example.org_Thing", "return {status = 'Healthy'}"),
    ]);
    assert_eq!(problems.len(), 2);
    assert!(problems[0].starts_with("argocd-cm: resource.customizations: "), "{problems:?}");
    assert_eq!(
        problems[1],
        "argocd-cm: resource.customizations.actions.example.org_Thing: definitions: each needs a name"
    );
    assert_eq!(judged(&rules, &thing(json!({}))), "Healthy: ");
}
