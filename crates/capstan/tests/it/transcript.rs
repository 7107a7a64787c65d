//! Commands, what they printed and how they ended, compared with a file.

use regex::Regex;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program under test, in a surrounding that is the same everywhere.
pub fn capstan(folder: &Path) -> Command {
    linked(Path::new(env!("CARGO_BIN_EXE_capstan")), folder)
}

/// The program by the name it is linked under.
pub fn linked(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder).env("TMPDIR", folder).env("USER", "tester").env("TZ", "UTC").env("COLUMNS", "100");
    command
}

/// Copies a folder and all below it.
pub fn copy(from: &Path, to: &Path) {
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

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Commands and what became of them.
pub struct Transcript {
    name: &'static str,
    folder: PathBuf,
    text: String,
}

impl Transcript {
    /// A transcript that is kept under `name`; commands run in `folder`.
    pub fn new(name: &'static str, folder: &Path) -> Self {
        Transcript { name, folder: folder.to_owned(), text: String::new() }
    }

    /// Runs a command, its arguments separated by spaces.
    pub fn run(&mut self, arguments: &str) -> Ended {
        self.run_with(arguments, &[])
    }

    /// Runs a command with variables in its environment.
    pub fn run_with(&mut self, arguments: &str, variables: &[(&str, &str)]) -> Ended {
        let mut command = capstan(&self.folder);
        command.args(arguments.split_whitespace()).envs(variables.iter().copied());
        let output = command.output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let ended = Ended {
            code: output.status.code().expect("an exit code"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        let shown: String = variables.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
        self.note(&format!("{shown}capstan {arguments}"), &ended);
        ended
    }

    /// Notes a command that ran elsewhere.
    pub fn note(&mut self, command: &str, ended: &Ended) {
        let folder = self.folder.display().to_string();
        let Ended { code, stdout, stderr } = ended;
        let (stdout, stderr) = (neutral(stdout, &folder), neutral(stderr, &folder));
        let _ = writeln!(self.text, "$ {}\n{stdout}", neutral(command, &folder));
        if !stderr.is_empty() {
            let _ = writeln!(self.text, "stderr:\n{stderr}");
        }
        let _ = writeln!(self.text, "exit code {code}\n{}", "=".repeat(80));
    }

    /// All that was printed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Compares with the file of that name.
    pub fn finish(self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{}.txt", self.name));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, &self.text).expect("written");
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        let first = wanted.lines().zip(self.text.lines()).position(|(wanted, got)| wanted != got);
        let line = first.unwrap_or_else(|| wanted.lines().count().min(self.text.lines().count()));
        assert!(
            wanted == self.text,
            "{} differs from line {}; UPDATE_SNAPSHOTS=1 writes it anew. Got:\n{}",
            path.display(),
            line + 1,
            self.text.lines().skip(line).take(40).collect::<Vec<_>>().join("\n")
        );
    }
}

/// What is other on every run, by what it looks like.
const PASSING: [(&str, &str); 15] = [
    // Rows of progress come as the cluster has them.
    (r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 .*\n", ""),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<time>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    (r"\b[0-9a-f]{40}\b", "<commit>"),
    (r"\(([0-9a-f]{7})\)", "(<commit>)"),
    (r#"(resourceVersion"?): "\d+""#, "$1: <number>"),
    (r#"(generation"?|observedGeneration"?): \d+"#, "$1: <number>"),
    (r#"(clusterIPs?"?): "?10\.[0-9.]+"?"#, "$1: <address>"),
    (r"(?m)^([<>\s]*)- 10\.[0-9.]+$", "$1- <address>"),
    (r"(Duration:\s+)\S+", "$1<duration>"),
    (r"(127\.0\.0\.1|localhost):\d+", "127.0.0.1:<port>"),
    (r"(?m)^ *\d+\.\d s  ", "<seconds>  "),
    (r"trying port \d+", "trying port <port>"),
    (r"\.tmp\w{6}", "<tmp>"),
];

fn neutral(text: &str, folder: &str) -> String {
    let mut text = text.to_owned();
    // A path in a table makes its column as wide as the path happens to be.
    if text.contains(folder) && text.starts_with("NAME ") {
        text = replace(&text, r"(\S) {3,}", "$1   ");
    }
    text = text.replace(folder, "<folder>");
    for (pattern, with) in PASSING {
        text = replace(&text, pattern, with);
    }
    replace(&text, r"(?m) +$", "")
}

fn replace(text: &str, pattern: &str, with: &str) -> String {
    Regex::new(pattern).expect("a pattern").replace_all(text, with).into_owned()
}
