//! CronJobs as <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/> describes them.

use crate::world::World;
use apiserver::{Object, resources};
use serde_json::{Value, json};
use std::time::Duration;

fn every_minute(edit: impl FnOnce(&mut Value)) -> Value {
    let mut cron_job = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "tick"},
        "spec": {
            "schedule": "* * * * *",
            "jobTemplate": {"spec": {"template": {"spec": {
                "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}],
            }}}},
        },
    });
    edit(&mut cron_job);
    cron_job
}

fn jobs(world: &World) -> Vec<Object> {
    world.api.list(&resources::JOBS, "default").items
}

async fn minutes(minutes: u64) {
    tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_is_made_when_due_and_only_some_are_kept() {
    let world = World::begin();
    world.create(every_minute(|_| ())).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(jobs(&world).len(), 0);
    minutes(1).await;
    // 2026-01-01T00:01:00Z in minutes.
    assert_eq!(jobs(&world)[0].name(), "tick-29453761");
    minutes(9).await;
    assert_eq!(jobs(&world).len(), 3, "successfulJobsHistoryLimit is 3 unless given");
    world.workloads.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_policy_says_what_a_running_job_means() {
    for (policy, expected) in [("Allow", 3), ("Forbid", 1), ("Replace", 1)] {
        let world = World::begin();
        let cron_job = every_minute(|cron_job| {
            cron_job["spec"]["concurrencyPolicy"] = policy.into();
            cron_job["spec"]["jobTemplate"]["spec"]["template"]["metadata"] =
                json!({"annotations": {"sim.capstan.dev/run": "1h"}});
        });
        world.create(cron_job).await;
        tokio::time::sleep(Duration::from_secs(200)).await;
        assert_eq!(jobs(&world).len(), expected, "{policy}");
        world.workloads.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_suspended_one_makes_nothing() {
    let world = World::begin();
    world.create(every_minute(|cron_job| cron_job["spec"]["suspend"] = true.into())).await;
    minutes(5).await;
    assert_eq!(jobs(&world).len(), 0);
    world.workloads.stop().await;
}
