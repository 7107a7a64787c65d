//! Scripts that would never end, take all memory or reach outside.

use crate::world::{now, read, thing};
use health::assess;
use serde_json::json;

fn said(script: &str) -> String {
    let rules = read(&[
        ("resource.customizations.health.example.org_Thing", script),
        ("resource.customizations.useOpenLibs.example.org_Thing", "true"),
    ]);
    match assess(&thing(json!({})), &rules.at(now())) {
        Ok(Some(health)) => format!("{} {}", health.status, health.message),
        Ok(None) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_script_that_never_ends_is_ended() {
    let stopped = "health.lua: stopped: it takes more than 5000000 instructions (limit: instructions 5000000)";
    for script in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() end) end",
        "local function again() return again() end again()",
        "string.find(string.rep('a', 5000), string.rep('a*', 50) .. 'b')",
        "string.gsub(string.rep('a', 5000), string.rep('a*', 50) .. 'b', '')",
        "table.sort({3, 2, 1}, function() while true do end end)",
        "table.sort(setmetatable({}, {__len = function() return 2147483647 end}), rawequal)",
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) pcall(function() return t[1] end)
         while true do end",
        "local a, b = string.rep('x', 2000000) .. 'a', string.rep('x', 2000000) .. 'b' while a < b do end",
    ] {
        assert_eq!(said(script), stopped, "{script}");
    }
}

#[test]
fn lengths_that_are_made_up_are_not_believed() {
    let long = "setmetatable({}, {__len = function() return 2147483647 end})";
    assert_eq!(said(&format!("table.insert({long}, 1, 'x') return {{status = 'Healthy'}}")), "Healthy ");
    assert_eq!(said(&format!("table.remove({long}, 1) return {{status = 'Healthy'}}")), "Healthy ");
    assert_eq!(said("return {status = 'Healthy', message = string.rep('', 2147483647)}"), "Healthy ");
}

#[test]
fn memory_is_limited() {
    for script in [
        "local t = {} while true do t[#t + 1] = {} end",
        "local s = 'x' while true do s = s .. s end",
        "return {status = 'Healthy', message = string.rep('x', 100000000)}",
    ] {
        let said = said(script);
        assert!(said.contains("not enough memory") || said.contains("limit: instructions"), "{script}: {said}");
    }
}

#[test]
fn what_is_returned_is_limited() {
    let doubled = "local t = {} for i = 1, 40 do t = {t, t} end return t";
    assert_eq!(said(doubled), "health.lua: the script returns too many values");
    let deep = "local t = {} for i = 1, 100 do t = {t} end return t";
    assert_eq!(said(deep), "health.lua: the script returns a table nested too deeply");
    let cyclic = "local t = {} t.t = t return t";
    assert_eq!(said(cyclic), "health.lua: the script returns a table nested too deeply");
    assert!(said("return {status = print}").contains("returns a function, which JSON cannot hold"));
    assert!(said("return {1, x = 2}").contains("neither a list without gaps nor a map"));
}

#[test]
fn nothing_outside_can_be_reached() {
    for name in ["io", "debug", "package", "load", "loadstring", "dofile", "loadfile", "collectgarbage", "coroutine"] {
        assert_eq!(said(&format!("return {{status = 'Healthy', message = type({name})}}")), "Healthy nil", "{name}");
    }
    assert_eq!(said("return {status = 'Healthy', message = type(os.execute) .. type(os.getenv)}"), "Healthy nilnil");
    assert_eq!(said("local io = require('io')"), "health.lua: line 1: module 'io' is not there: scripts see os only");
    assert_eq!(
        said("local t = setmetatable({}, {__gc = function() end})"),
        "health.lua: line 1: __gc is not supported"
    );
    assert_eq!(said("return {status = 'Healthy', message = type(string.dump)}"), "Healthy nil");
    // Compiled code could break the interpreter.
    assert!(said("\u{1b}Lua").contains("attempt to load a binary chunk"), "{}", said("\u{1b}Lua"));
}

#[test]
fn errors_can_be_caught_and_runs_share_nothing() {
    let caught = "local ok, why = pcall(error, 'no') return {status = 'Healthy', message = tostring(ok) .. ' ' .. why}";
    assert_eq!(said(caught), "Healthy false no");
    let handled = "local ok, why = xpcall(function() error('no', 0) end, function(e) return e .. '!' end)
                   return {status = 'Healthy', message = why}";
    assert_eq!(said(handled), "Healthy no!");
    let counting = "count = (count or 0) + 1 return {status = 'Healthy', message = tostring(count)}";
    assert_eq!((said(counting), said(counting)), ("Healthy 1".to_owned(), "Healthy 1".to_owned()));
    let passed = "return {status = 'Healthy', message = table.concat({pcall(function(...) return ... end, 'a', 'b')}
                  == nil and {} or {select(2, pcall(function(...) return ... end, 'a', 'b'))}, ' ')}";
    assert_eq!(said(passed), "Healthy a b");
}
