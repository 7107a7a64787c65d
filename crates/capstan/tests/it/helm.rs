//! `capstan helm …` against what Helm's own releases print for the same commands. `RECORD_HELM=<folder>`, with the
//! binaries helm-3.17, helm-3.21 and helm-4.2 in it, writes down anew what they print.

use crate::transcript::{capstan, copy};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
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

/// Answers each connection with the file of that name, or with 404.
fn serve(files: BTreeMap<String, Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut lines = BufReader::new(&stream).lines();
            let first = lines.next().expect("a line").expect("UTF-8");
            // The whole request is read before the connection ends.
            lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
            let name = first.split(' ').nth(1).expect("a path");
            let (status, body) = files.get(name).map_or(("404 Not Found", &[][..]), |body| ("200 OK", body));
            let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body].concat()).expect("sent");
        }
    });
    port
}

#[test]
fn charts_come_from_repositories() {
    let place = tempfile::tempdir().expect("a folder");
    copy(&here().join("build"), place.path());
    let run = |arguments: &[&str]| {
        let output = capstan(place.path()).arg("helm").args(arguments).output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(run(&["dependency", "build", "app"]).0, Some(0));
    let archive = std::fs::read(place.path().join("app/charts/shared-1.4.2.tgz")).expect("packed");
    let index =
        "apiVersion: v1\nentries:\n  shared:\n  - name: shared\n    version: 1.4.2\n    urls: [shared-1.4.2.tgz]\n";
    let files = [("/charts/index.yaml", index.as_bytes().to_vec()), ("/charts/shared-1.4.2.tgz", archive)];
    let port = serve(files.map(|(name, body)| (name.to_owned(), body)).into());
    let url = format!("http://127.0.0.1:{port}/charts");

    let from_folder = run(&["template", "r", "shared"]);
    assert!(from_folder.1.contains("name: shared"), "{from_folder:?}");
    assert_eq!(run(&["template", "r", "shared", "--repo", &url, "--version", "^1.0"]), from_folder);
    assert_eq!(run(&["template", "r", &format!("{url}/shared-1.4.2.tgz")]), from_folder);
    let refused = |version: &str| run(&["template", "r", "shared", "--repo", &url, "--version", version]);
    let told = format!("Error: chart \"shared\" version \"2.x\" not found in {url} repository\n");
    assert_eq!(refused("2.x"), (Some(1), String::new(), told));

    let repositories = format!("apiVersion: \"\"\nrepositories:\n- name: shop\n  url: {url}\n");
    std::fs::write(place.path().join("repositories.yaml"), repositories).expect("written");
    let named = ["template", "r", "shop/shared", "--repository-config", "repositories.yaml"];
    assert_eq!(run(&named), from_folder);
    // A lock that is made from a repository is one that holds.
    let chart = std::fs::read_to_string(place.path().join("named/Chart.yaml")).expect("readable");
    assert!(chart.contains("\"@shop\""));
    for _ in 0..2 {
        let built = run(&["dependency", "build", "named", "--repository-config", "repositories.yaml"]);
        let expected = format!("Saving 1 charts\nDownloading shared from repo {url}\nDeleting outdated charts\n");
        assert_eq!(built, (Some(0), expected, String::new()));
    }
}

#[test]
fn missing_dependencies_are_brought_before_a_chart_is_rendered() {
    let place = tempfile::tempdir().expect("a folder");
    let files = [
        (
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: lib, version: ^1.0.0, repository: 'file://../lib'}\n",
        ),
        ("shop/values.yaml", "ports:\n- {name: web, port: 80}\n- {name: admin, port: 81}\n"),
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.2.0\n"),
        ("lib/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-lib}\n"),
    ];
    for (path, text) in files {
        let path = place.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let run = |arguments: &[&str]| {
        let output = capstan(place.path()).arg("helm").args(arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    assert!(!run(&["template", "shop"]).0, "nothing is brought without being asked");
    let (is_well, stdout, stderr) = run(&["template", "shop", "--dependency-update"]);
    assert!(is_well && stdout.contains("name: from-lib") && stderr.contains("Saving 1 charts"), "{stdout}{stderr}");
    assert!(place.path().join("shop/charts/lib-1.2.0.tgz").exists() && place.path().join("shop/Chart.lock").exists());
    assert!(run(&["dependency", "update", "shop"]).0);
    let (_, stdout, _) = run(&["show", "values", "shop", "--jsonpath", "{range .ports[*]}{.name}={.port};{end}"]);
    assert_eq!(stdout, "web=80;admin=81;");
    for (arguments, told) in [
        (["template", "shop", "--post-renderer", "cat"].as_slice(), "pipe the output into the program"),
        (["template", "shop", "--verify"].as_slice(), "gpg --verify CHART.tgz.prov"),
    ] {
        let (is_well, _, stderr) = run(arguments);
        assert!(!is_well && stderr.contains(told), "{stderr}");
    }
}
