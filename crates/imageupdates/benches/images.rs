//! What image updates cost: 1,000 images of 100 repositories asked for, cold and unchanged, and 90 applications of one
//! repository updated by one commit. A registry and a repository on this machine, an embedded cluster in this process.

#![allow(clippy::panic, dead_code, reason = "a measurement that cannot go on says why; the stage is that of the tests")]

#[path = "../tests/it/stage.rs"]
mod stage;

use stage::Stage;
use std::io::Write as _;
use tokio::time::Instant;

const REPOSITORIES: usize = 100;
const APPLICATIONS: usize = 1000;
const TAGS: usize = 50;
const ONE_COMMIT: usize = 90;

fn figure(name: &str, value: f64, unit: &str) {
    // Nothing can be told to somebody who has closed standard output.
    let _ = writeln!(std::io::stdout(), "figure: {name} = {value:.3} {unit}");
}

fn requests(name: &str, stage: &Stage) {
    let requests = u32::try_from(stage.registry.take_requests().len()).expect("few");
    figure(name, f64::from(requests), "requests");
}

fn tell(what: &str, since: Instant) {
    figure(what, since.elapsed().as_secs_f64(), "s");
}

/// 1,000 applications, each of which follows one image of 100 repositories: half by version, half by digest.
async fn asked() {
    let stage = Stage::start().await;
    for repository in 0..REPOSITORIES {
        for tag in 0..TAGS {
            stage.push(&format!("app-{repository}"), &format!("1.0.{tag}"), "content");
        }
    }
    for application in 0..APPLICATIONS {
        let image = stage.image(&format!("app-{}", application % REPOSITORIES));
        let (strategy, list) = match application % 2 {
            0 => ("semver", format!("app={image}:1.x")),
            _ => ("digest", format!("app={image}:1.0.0")),
        };
        let followed = [("image-list", &*list), ("app.update-strategy", strategy)];
        let live = format!("{image}:1.0.{}", TAGS - 1);
        stage.application(&format!("app-{application}"), "Helm", "chart", &[&live], &followed).await;
    }
    let started = Instant::now();
    assert_eq!(stage.dry().await.applications.len(), APPLICATIONS);
    tell("images_cold", started);
    requests("images_cold_requests", &stage);
    let started = Instant::now();
    stage.dry().await;
    tell("images_unchanged", started);
    requests("images_unchanged_requests", &stage);
}

/// 90 applications of one repository.
async fn committed() {
    let stage = Stage::start().await;
    let shop = stage.image("shop");
    let values = format!("image:\n  name: {shop}\n  tag: 1.0.0\n");
    let paths: Vec<String> = (0..ONE_COMMIT).map(|number| format!("apps/{number}/values.yaml")).collect();
    stage.commit(&paths.iter().map(|path| (path.as_str(), values.as_str())).collect::<Vec<_>>());
    let followed = [("image-list", &*shop), ("write-back-method", "git"), ("write-back-target", "helmvalues")];
    for number in 0..ONE_COMMIT {
        let (name, path) = (format!("app-{number}"), format!("apps/{number}"));
        stage.application(&name, "Helm", &path, &[&format!("{shop}:1.0.0")], &followed).await;
    }
    stage.push("shop", "1.1.0", "new");
    let started = Instant::now();
    assert_eq!(stage.cycle().await.commits[0].applications.len(), ONE_COMMIT);
    tell("applications_updated_by_one_commit", started);
}

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let _ = writeln!(
        std::io::stdout(),
        "{cores} cores; {APPLICATIONS} images of {REPOSITORIES} repositories, then {ONE_COMMIT} applications of one \
         repository; registry, repository and cluster in this process"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        asked().await;
        committed().await;
    });
}
