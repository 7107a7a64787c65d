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

fn tell(what: &str, since: Instant) {
    let _ = writeln!(std::io::stdout(), "{what}: {:.2} s", since.elapsed().as_secs_f64());
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
    tell("1,000 images of 100 repositories, cold", started);
    let requests = stage.registry.take_requests().len();
    let started = Instant::now();
    stage.dry().await;
    tell("the same, unchanged", started);
    let again = stage.registry.take_requests().len();
    let _ = writeln!(std::io::stdout(), "requests: {requests}, then {again}");
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
    tell("90 applications of one repository updated by one commit, noted on each", started);
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        asked().await;
        committed().await;
    });
}
