//! `capstan render …` of an example: a directory, an Application, where objects come from, what is wrong.

use crate::transcript::{Transcript, capstan, copy};
use std::path::Path;

#[test]
fn an_application_and_a_directory_are_rendered_without_a_cluster() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kustomize-environments");
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().canonicalize().expect("a folder");
    copy(&example, &folder);
    let mut transcript = Transcript::new("render", &folder);
    transcript.run("render environments/dev");
    transcript.run("render -f applications/production.yaml --local . --explain");
    transcript.run("render -f applications/staging.yaml --local . -o json --explain");
    transcript.run("render cache/charts/cache --app-name sessions -n shop --set memory=1Gi");
    transcript.run("render cache/charts/cache --values ../../../../x.yaml");
    transcript.run("render base --set memory=1Gi");
    transcript.run("render nowhere");
    transcript.run("render -f base/service.yaml");
    transcript.run("render -f applications/dev.yaml --local . --revision main");
    transcript.finish();
    assert!(capstan(&folder).args(["render", "--help"]).output().expect("it runs").status.success());
}
