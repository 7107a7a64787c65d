//! `capstan helm …` against what Helm's own releases print for the same commands. `RECORD_HELM=<folder>`, with the
//! binaries helm-3.17, helm-3.21 and helm-4.2 in it, writes down anew what they print.

use crate::transcript::capstan;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RELEASES: [&str; 3] = ["3.17", "3.21", "4.2"];

#[derive(Deserialize)]
struct Group {
    folder: String,
    commands: Vec<String>,
    #[serde(default)]
    then: Vec<String>,
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helm")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).expect("copied")
        }
    }
}

/// What a group of commands prints, one after the other in one folder.
fn transcript(group: &Group, program: impl Fn(&Path) -> Command) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().canonicalize().expect("a folder").join("charts");
    copy(&root.join(&group.folder), &folder);
    let mut text = String::new();
    for command in &group.commands {
        let output = program(&folder).args(command.split_whitespace()).output().expect("the program runs");
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder.display().to_string(), "<folder>");
        let code = output.status.code().expect("an exit code");
        let _ = writeln!(
            text,
            "$ helm {command}\n{}stderr:\n{}exit code {code}\n",
            shown(&output.stdout),
            plain(&shown(&output.stderr))
        );
    }
    for path in &group.then {
        let content = std::fs::read_to_string(folder.join(path)).unwrap_or_else(|error| format!("{error}\n"));
        let _ = writeln!(text, "# {path}\n{content}");
    }
    text
}

/// Standard error without the time that Go's log puts in front of its lines.
fn plain(text: &str) -> String {
    let time = Regex::new(r"(?m)^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d |time=\S+ )").expect("a pattern");
    time.replace_all(text, "").into_owned()
}

fn groups() -> BTreeMap<String, Group> {
    toml::from_str(&std::fs::read_to_string(here().join("commands.toml")).expect("readable")).expect("reads")
}

fn own(folder: &Path, release: &str) -> Command {
    let mut command = capstan(folder);
    command.arg("helm").env("CAPSTAN_HELM_VERSION", release);
    command
}

fn helm(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder).env_clear().env("HOME", folder.parent().expect("a folder")).stdin(Stdio::null());
    command
}

fn check(name: &str) {
    let group = &groups()[name];
    for release in RELEASES {
        let path = here().join(format!("recorded/{name}-{release}.txt"));
        if let Some(binaries) = std::env::var_os("RECORD_HELM") {
            let binary = Path::new(&binaries).join(format!("helm-{release}"));
            std::fs::write(&path, transcript(group, |folder| helm(&binary, folder))).expect("written");
        }
        let recorded = std::fs::read_to_string(&path).expect("recorded");
        let got = transcript(group, |folder| own(folder, release));
        let line = recorded.lines().zip(got.lines()).position(|(recorded, got)| recorded != got);
        let line = line.unwrap_or_else(|| recorded.lines().count().min(got.lines().count()));
        assert!(
            recorded == got,
            "{} differs from line {}: Helm prints\n{}\nand this program\n{}",
            path.display(),
            line + 1,
            recorded.lines().skip(line).take(8).collect::<Vec<_>>().join("\n"),
            got.lines().skip(line).take(8).collect::<Vec<_>>().join("\n"),
        );
    }
}

#[test]
fn one_chart_per_application_renders_as_helm_renders_it() {
    check("monorepo");
}

#[test]
fn a_chart_with_a_rollout_renders_as_helm_renders_it() {
    check("rollout");
}

#[test]
fn charts_in_charts_are_told_of_as_helm_tells() {
    check("parent");
}

#[test]
fn dependencies_are_built_as_helm_builds_them() {
    check("build");
}

#[test]
fn objects_are_explained_by_file_and_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("a folder");
    let arguments = [
        "helm",
        "template",
        "web",
        "examples/helm-monorepo/web",
        "-f",
        "examples/helm-monorepo/web/prod.values.yaml",
        "--explain",
    ];
    let output = capstan(&root).args(arguments).output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let expected = "web/templates/service-standby.yaml:3  Service/web-standby\n\
                    web/templates/service.yaml:2          Service/web\n\
                    web/templates/deployment.yaml:2       Deployment/web\n\
                    web/templates/hpa.yaml:4              HorizontalPodAutoscaler/web\n\
                    web/templates/ingress.yaml:3          Ingress/web\n";
    assert_eq!(text, expected);
}

#[test]
fn what_is_random_repeats_unless_asked_otherwise() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(place.path().join("chart/templates")).expect("a folder");
    let write = |path: &str, text: &str| std::fs::write(place.path().join(path), text).expect("written");
    write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    write("chart/templates/a.yaml", "password: {{ randAlphaNum 40 }}\nid: {{ uuidv4 }}\n");
    let render = |arguments: &[&str]| {
        let mut command = capstan(place.path());
        let output = command.args(["helm", "template"]).args(arguments).output().expect("the program runs");
        assert!(output.status.success());
        output.stdout
    };
    assert_eq!(render(&["a", "chart"]), render(&["a", "chart"]));
    assert_ne!(render(&["a", "chart"]), render(&["b", "chart"]), "another release has other passwords");
    assert_ne!(render(&["a", "chart", "--random"]), render(&["a", "chart", "--random"]));
}
