//! Dependencies and their features are named once, in the workspace; a crate has one integration-test binary.

use crate::workspace::Crate;

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub fn check(one: &Crate) -> Vec<String> {
    let mut findings = Vec::new();
    for section in SECTIONS {
        for line in one.section(section).filter(|line| !line.trim_end().ends_with(".workspace = true")) {
            let name = &one.name;
            findings.push(format!(
                "{name}/Cargo.toml: `{line}` should read `….workspace = true`; features go into the workspace"
            ));
        }
    }
    let tests = one.folder.join("tests");
    for entry in std::fs::read_dir(&tests).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            findings.push(format!("{}: belongs into tests/it, the one test binary", entry.path().display()));
        }
    }
    findings
}
