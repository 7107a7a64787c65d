//! What holds for every sync, whatever the objects.

use crate::world::{World, annotations, key, object};
use api::{OperationPhase, ResultCode};
use object::Key;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use sync::{Action, LiveHooks, Phase, Task, kind_rank, plan_tasks};

const KINDS: [(&str, &str); 5] =
    [("", "ConfigMap"), ("", "Service"), ("apps", "Deployment"), ("batch", "Job"), ("example.org", "Widget")];

#[derive(Debug, Clone)]
struct Thing {
    key: Key,
    wave: i64,
    desired: bool,
    live: bool,
    readable: bool,
}

fn things() -> impl Strategy<Value = Vec<Thing>> {
    let thing = (0..KINDS.len(), 0..3u8, -2..3i64, any::<bool>(), any::<bool>(), prop::bool::weighted(0.9));
    prop::collection::vec(thing, 0..12).prop_map(|drawn| {
        let named: BTreeMap<Key, Thing> = drawn
            .into_iter()
            .map(|(kind, name, wave, desired, live, readable)| {
                let (group, kind) = KINDS[kind];
                let key = Key::new(group, kind, Some("shop"), &format!("n{name}"));
                (key.clone(), Thing { key, wave, desired, live, readable })
            })
            .collect();
        named.into_values().collect()
    })
}

fn world(things: &[Thing]) -> World {
    let mut world = World::new();
    world.request.prune = true;
    for thing in things {
        let own = annotations(&[("argocd.argoproj.io/sync-wave", &thing.wave.to_string())]);
        if thing.desired {
            world.desired.push(object(&thing.key, &own, "new"));
        }
        if thing.live {
            world.live.insert(thing.key.clone(), object(&thing.key, &own, "old"));
        }
        if !thing.readable {
            world.unreadable.insert(thing.key.clone());
        }
    }
    world
}

fn run(world: &mut World) -> OperationPhase {
    for _ in 0..40 {
        let phase = world.pass(usize::MAX);
        world.advance(3);
        if phase.is_completed() {
            return phase;
        }
    }
    OperationPhase::Running
}

fn tasks(world: &World) -> Vec<Task> {
    plan_tasks(&world.resources(), &LiveHooks::new(), &world.request)
}

proptest! {
    #[test]
    fn tasks_run_by_phase_wave_and_kind(things in things()) {
        let tasks = tasks(&world(&things));
        let place = |task: &Task| (task.phase, task.wave, kind_rank(&task.key.kind));
        prop_assert!(tasks.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])));
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(things in things(), seed in any::<u64>()) {
        let mut world = world(&things);
        let before: Vec<_> = tasks(&world).iter().map(Task::id).collect();
        let length = world.desired.len().max(1);
        world.desired.rotate_left((seed as usize) % length);
        prop_assert_eq!(before, tasks(&world).iter().map(Task::id).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_pruned_that_is_desired_or_cannot_be_read(things in things()) {
        let mut world = world(&things);
        let before = world.live.clone();
        run(&mut world);
        for thing in things.iter().filter(|thing| before.contains_key(&thing.key)) {
            if thing.desired || !thing.readable {
                prop_assert!(world.live.contains_key(&thing.key), "{} is gone", thing.key);
            }
        }
    }

    #[test]
    fn a_sync_of_readable_objects_reaches_what_is_desired(mut things in things()) {
        things.iter_mut().for_each(|thing| thing.readable = true);
        let mut world = world(&things);
        prop_assert_eq!(run(&mut world), OperationPhase::Succeeded);
        let desired: BTreeSet<Key> = world.desired.iter().map(object::Object::key).collect();
        prop_assert_eq!(desired, world.live.keys().cloned().collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_sync_that_was_cut_off_anywhere_heals(mut things in things(), cut in 0usize..12) {
        things.iter_mut().for_each(|thing| thing.readable = true);
        let mut world = world(&things);
        world.pass(cut);
        world.results.clear();
        prop_assert_eq!(run(&mut world), OperationPhase::Succeeded);
        prop_assert!(world.resources().iter().all(|resource| !resource.differs));
    }

    #[test]
    fn an_object_that_fails_fails_the_sync_and_keeps_back_later_waves_only(mut things in things(), pick in any::<usize>()) {
        things.iter_mut().for_each(|thing| (thing.readable, thing.desired, thing.live) = (true, true, false));
        prop_assume!(!things.is_empty());
        let refused = things[pick % things.len()].clone();
        let mut world = world(&things);
        world.refuses.insert(refused.key.clone(), "no".into());
        prop_assert_eq!(run(&mut world), OperationPhase::Failed);
        for thing in &things {
            let expected = thing.key != refused.key && thing.wave <= refused.wave;
            prop_assert_eq!(world.live.contains_key(&thing.key), expected, "{}", thing.key);
        }
        let failed = world.results.iter().filter(|result| result.progress.code == Some(ResultCode::SyncFailed)).count();
        prop_assert_eq!(failed, 1);
    }
}

const HOOKS: [&str; 4] = ["PreSync", "Sync", "PostSync", "PreSync,PostSync"];
const POLICIES: [&str; 3] = ["BeforeHookCreation", "HookSucceeded", "HookFailed"];

/// Hooks among ordinary objects: each with its phases, policy and wave.
fn hooks() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    prop::collection::vec((0..HOOKS.len(), 0..POLICIES.len(), -1..2i64), 0..4)
}

fn world_with_hooks(things: &[Thing], hooks: &[(usize, usize, i64)]) -> World {
    let mut things = things.to_vec();
    things.iter_mut().for_each(|thing| thing.readable = true);
    let mut world = world(&things);
    for (number, (phase, policy, wave)) in hooks.iter().enumerate() {
        let own = annotations(&[
            ("argocd.argoproj.io/hook", HOOKS[*phase]),
            ("argocd.argoproj.io/hook-delete-policy", POLICIES[*policy]),
            ("argocd.argoproj.io/sync-wave", &wave.to_string()),
        ]);
        world.desired.push(object(&key(&format!("batch/Job/shop/hook{number}")), &own, "new"));
    }
    world
}

/// How often each hook was made in each phase.
fn hook_runs(log: &str) -> BTreeMap<String, usize> {
    let mut runs = BTreeMap::new();
    for line in log.lines().filter(|line| line.starts_with("  apply ") && line.contains("/hook")) {
        *runs.entry(line.to_owned()).or_default() += 1;
    }
    runs
}

proptest! {
    #[test]
    fn no_hook_runs_twice_and_all_run(things in things(), hooks in hooks()) {
        let mut world = world_with_hooks(&things, &hooks);
        prop_assert_eq!(run(&mut world), OperationPhase::Succeeded, "{}", world.log);
        let runs = hook_runs(&world.log);
        prop_assert!(runs.values().all(|count| *count == 1), "{}", world.log);
        let expected: usize = hooks.iter().map(|(phase, ..)| HOOKS[*phase].split(',').count()).sum();
        prop_assert_eq!(runs.len(), expected, "{}", world.log);
    }

    #[test]
    fn no_hook_runs_twice_however_often_its_controller_stops(things in things(), hooks in hooks(), stops in prop::collection::vec(0usize..4, 0..20)) {
        let mut world = world_with_hooks(&things, &hooks);
        for writes in stops {
            if world.pass(writes).is_completed() {
                break;
            }
            world.advance(3);
        }
        run(&mut world);
        let runs = hook_runs(&world.log);
        prop_assert!(runs.values().all(|count| *count == 1), "{}", world.log);
    }

    #[test]
    fn no_hook_runs_twice_though_what_was_done_was_not_recorded(things in things(), hooks in hooks(), stops in prop::collection::vec((0usize..4, any::<bool>()), 0..20)) {
        // One phase each, and none that goes when it is done: of those nothing is left to tell that they ran.
        let hooks: Vec<_> = hooks.into_iter().map(|(phase, policy, wave)| (phase % 3, if policy == 1 { 0 } else { policy }, wave)).collect();
        let mut world = world_with_hooks(&things, &hooks);
        world.advance(1);
        for (writes, is_recorded) in stops {
            let before = world.results.clone();
            if world.pass(writes).is_completed() {
                break;
            }
            if !is_recorded {
                world.results = before;
            }
            world.advance(3);
        }
        let runs = hook_runs(&world.log);
        prop_assert!(runs.values().all(|count| *count == 1), "{}", world.log);
    }

    #[test]
    fn hooks_that_ended_are_let_go(things in things(), hooks in hooks()) {
        let mut world = world_with_hooks(&things, &hooks);
        prop_assert_eq!(run(&mut world), OperationPhase::Succeeded);
        let held = world.live.values().filter(|object| !object.meta().finalizers.is_empty()).count();
        prop_assert_eq!(held, 0, "{}", world.log);
    }
}

#[test]
fn actions_print_what_they_do() {
    let live = object(&key("apps/Deployment/shop/web"), &annotations(&[]), "");
    let task = sync::TaskId { phase: Phase::Sync, key: live.key() };
    let prune = Action::Prune { task, live, propagation: sync::Propagation::Foreground };
    assert_eq!(prune.to_string(), "prune Sync apps/Deployment/shop/web (Foreground)");
}
