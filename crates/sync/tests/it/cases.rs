//! Whole syncs as timelines: `tests/cases/<name>.case` holds prose, the world and its events, a line `---`, and what
//! happened. `UPDATE_CASES=1 cargo test -p sync` writes the second part anew.

use crate::world::{World, annotations, health, key, object};
use std::collections::BTreeMap;
use std::path::Path;
use sync::{Hooks, Options, Resource, Selector};

#[test]
fn every_case_plays_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are no cases");
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a case");
        let (script, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        let played = play(script);
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&path, format!("{script}---\n{played}")).expect("the case is writable");
        } else {
            assert_eq!(played, expected, "{}", path.display());
        }
    }
}

fn play(script: &str) -> String {
    let mut world = World::new();
    let mut options: Vec<String> = Vec::new();
    for line in script.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "option" => options.push(rest.to_owned()),
            "pass" => {
                world.request.options = Options::parse(options.iter().map(String::as_str)).0;
                world.pass(usize::MAX);
            }
            "wait" => world.advance(rest.parse().expect("seconds")),
            _ => event(&mut world, verb, rest),
        }
    }
    format!("{}{}", world.log, world.result_lines())
}

fn event(world: &mut World, verb: &str, rest: &str) {
    let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    match verb {
        "desired" => world.desired.push(described(first, tail, "new")),
        "live" => drop(world.live.insert(key(first), described(first, tail, "old"))),
        "same" => {
            world.desired.push(described(first, tail, "new"));
            world.live.insert(key(first), described(first, tail, "new"));
        }
        "dying" => {
            let mut value = world.live[&key(first)].value();
            value["metadata"]["deletionTimestamp"] = serde_json::json!("1970-01-01T00:00:00Z");
            world.live.insert(key(first), object::Object::from_value(&value).expect("an object"));
        }
        "force" => world.request.force = true,
        "gone" => drop(world.live.remove(&key(first))),
        "unreadable" => drop(world.unreadable.insert(key(first))),
        "health" => {
            let (word, message) = tail.split_once(' ').unwrap_or((tail, ""));
            world.health.insert(key(first), (health(word), message.to_owned()));
        }
        "refuse" => drop(world.refuses.insert(key(first), tail.to_owned())),
        "prune" => world.request.prune = true,
        "dry-run" => world.request.dry_run = true,
        "apply-strategy" => world.request.hooks = Hooks::Skip,
        "approve" => world.request.approved_at = Some(world.now),
        "only" => {
            let picked = key(first);
            let namespace = picked.namespace.map(|namespace| namespace.to_string());
            let (group, kind, name) = (picked.group.to_string(), picked.kind.to_string(), picked.name.to_string());
            world.request.selection.push(Selector { group, kind, name, namespace });
        }
        "namespace" => {
            let key = key(&format!("-/Namespace/-/{first}"));
            let target = Some(object(&key, &BTreeMap::new(), "new"));
            let live = object::Fetched::Absent;
            world.request.namespace = Some(Resource { key, target, live, differs: true, check: sync::Check::Valid });
        }
        _ => panic!("unknown event {verb}"),
    }
}

/// An object with annotations from words such as `wave=1`, `hook=PreSync`, `options=Prune=false`.
fn described(name: &str, words: &str, content: &str) -> object::Object {
    let mut own = annotations(&[]);
    for (word, value) in words.split_whitespace().map(|word| word.split_once('=').expect("word=value")) {
        let annotation = match word {
            "wave" => "argocd.argoproj.io/sync-wave",
            "hook" => "argocd.argoproj.io/hook",
            "policy" => "argocd.argoproj.io/hook-delete-policy",
            "options" => "argocd.argoproj.io/sync-options",
            _ => panic!("unknown word {word}"),
        };
        own.insert(annotation.to_owned(), value.to_owned());
    }
    object(&key(name), &own, content)
}
