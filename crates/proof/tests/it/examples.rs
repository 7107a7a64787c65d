//! What lies under `examples/` works as it stands: each directory with an `application.yaml` and the `repository` it
//! speaks of comes up. What the Applications of the other examples give is held by the tests of `render`.

use crate::stage::Stage;
use git::MemoryGit;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// The files below a directory, by their path in it.
fn files(root: &Path, directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(root, &path, found);
        } else {
            let below = path.strip_prefix(root).expect("it lies there").display().to_string();
            found.push((below, std::fs::read_to_string(&path).expect("text")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_example_becomes_synced_and_healthy() {
    let mut found = Vec::new();
    files(&examples(), &examples(), &mut found);
    let applications = found.iter().filter_map(|(path, text)| Some((path.strip_suffix("/application.yaml")?, text)));
    let applications: Vec<(&str, &String)> = applications.collect();
    let mut came_up = 0;
    for (example, text) in applications {
        let url = format!("file:///srv/git/{example}.git");
        let repository = format!("{example}/repository/");
        let own: Vec<_> =
            found.iter().filter_map(|(path, text)| Some((path.strip_prefix(&*repository)?, &**text))).collect();
        if own.is_empty() {
            continue;
        }
        came_up += 1;
        let git = MemoryGit::new();
        git.commit(&url, "main", "the example", own);
        let text = text.replace("REPOSITORY", &url);
        let app: Value = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default())
            .unwrap_or_else(|error| panic!("{example}/application.yaml: {error}"));
        let stage = Stage::start(git).await;
        let name = app["metadata"]["name"].as_str().expect("a name").to_owned();
        stage.create(app).await;
        stage.until_well(&name).await;
    }
    assert!(came_up > 0, "no examples");
}
