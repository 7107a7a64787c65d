//! A cluster that the program keeps up while commands are run against it, and a repository to deploy from.

use crate::transcript::{Ended, capstan};
use clock::Clock;
use cluster::{Change, ClusterClient, Part, PatchKind, Target, Write};
use git::{Layout, NewCommit, Signature, commit_files};
use object::Object;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use tempfile::TempDir;

/// A process of the program that stays.
pub struct Process {
    child: Child,
    lines: BufReader<ChildStdout>,
    seen: String,
}

impl Process {
    /// Starts one and reads its output as far as the line `until`.
    pub fn start(folder: &Path, arguments: &str, until: &str) -> Self {
        let mut command = capstan(folder);
        // Many of these run at once: the port that people know can be had by one of them only.
        let is = |command: &str, flag: &str| arguments.starts_with(command) && !arguments.contains(flag);
        let mut off: Vec<&str> = Vec::new();
        if is("up ", "--dashboard") {
            off.extend(["--dashboard", "off"]);
        }
        if is("up ", "--ui") || is("run", "--ui") {
            off.extend(["--ui", "off"]);
        }
        command.args(arguments.split_whitespace()).args(off).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut process = Process { child, lines, seen: String::new() };
        process.read_until(until);
        process
    }

    /// Reads its output as far as the line `until`.
    pub fn read_until(&mut self, until: &str) {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("readable");
            self.seen.push_str(&line);
            if line.trim_end() == until {
                return;
            }
            if read == 0 {
                let mut stderr = String::new();
                let _ = self.child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut stderr));
                panic!("it ended before it printed {until:?}: {}{stderr}", self.seen);
            }
        }
    }

    /// What it notes on its other output: the text behind `marker` as far as `end`.
    pub fn noted(&mut self, marker: &str, end: char) -> String {
        let stderr = self.child.stderr.as_mut().expect("its errors");
        let mut line = Vec::new();
        // Byte by byte: what comes later is for whoever reads it all.
        let mut byte = [0];
        while stderr.read(&mut byte).expect("readable") == 1 {
            if byte[0] != b'\n' {
                line.push(byte[0]);
                continue;
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if let Some((_, behind)) = text.split_once(marker) {
                return behind.split(end).next().unwrap_or_default().to_owned();
            }
        }
        panic!("it ended before it noted {marker:?}");
    }

    /// Asks it to end, as a service manager does, and gives what it printed.
    pub fn terminate(mut self) -> Ended {
        signal("-TERM", self.child.id());
        let mut stdout = std::mem::take(&mut self.seen);
        self.lines.read_to_string(&mut stdout).expect("readable");
        let mut stderr = String::new();
        self.child.stderr.take().expect("its errors").read_to_string(&mut stderr).expect("readable");
        let code = self.child.wait().expect("it ends").code().expect("an exit code");
        Ended { code, stdout, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a process a signal.
pub fn signal(signal: &str, process: u32) {
    let sent = std::process::Command::new("kill").args([signal, &process.to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

/// A folder with a cluster in `.capstan` and a repository in `repository`.
pub struct Stage {
    pub folder: TempDir,
    pub client: ClusterClient,
    // Ends with the stage.
    process: Process,
}

impl Stage {
    /// Starts `arguments`, which must be a command that serves a cluster.
    pub async fn start(arguments: &str) -> Self {
        embedded::install_crypto_provider();
        let folder = tempfile::tempdir().expect("a folder");
        let process = Process::start(folder.path(), arguments, "capstan is ready");
        let kubeconfig = folder.path().join(".capstan/kubeconfig");
        let client = ClusterClient::from_kubeconfig(Some(&kubeconfig), None, &Clock::system()).await;
        Stage { client: client.expect("a client"), folder, process }
    }

    /// What the process notes; see [`Process::noted`].
    pub fn noted(&mut self, marker: &str, end: char) -> String {
        self.process.noted(marker, end)
    }

    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Commits files; equal histories have equal names.
    pub fn commit(&self, day: &str, message: &str, files: &[(&str, &str)]) {
        self.commit_to("main", day, message, files);
    }

    /// Commits files to a branch; the commit.
    pub fn commit_to(&self, branch: &str, day: &str, message: &str, files: &[(&str, &str)]) -> String {
        let changes = files.iter().map(|(path, text)| ((*path).to_owned(), git::Change::File((*text).into())));
        let author = Signature {
            name: "Tester".to_owned(),
            email: "tester@example.com".to_owned(),
            time: format!("{day}T00:00:00Z").parse().expect("a time"),
        };
        let commit =
            NewCommit { branch: branch.to_owned(), message: message.to_owned(), author, changes: changes.collect() };
        commit_files(&self.repository(), Layout::Bare, &commit).expect("committed").to_string()
    }

    /// Makes an object.
    pub async fn create(&self, value: &Value) {
        let object = Object::from_value(value).expect("an object");
        self.client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("created");
    }

    /// Changes an object by a merge patch.
    pub async fn patch(&self, value: &Value, body: Value) {
        let object = Object::from_value(value).expect("an object");
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.client.write(&Write::new(Target::of(&object), change)).await.expect("patched");
    }

    /// An application of the repository's directory `dev`, synced by hand.
    pub fn application(&self, name: &str) -> Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "labels": {"team": "shop"}},
            "spec": {
                "project": "default",
                "source": {"repoURL": format!("file://{}", self.repository().display()), "path": "dev", "targetRevision": "main"},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
                "syncPolicy": {"syncOptions": ["CreateNamespace=true"]},
            },
        })
    }
}
