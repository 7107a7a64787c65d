//! A Go program of the repository, built in a scratch folder and asked line by line.

use anyhow::{Context, Result, bail};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A built program.
pub struct GoProgram(PathBuf);

impl GoProgram {
    /// Builds what `files` (name, content) are, in `folder`. Modules come from Go's ordinary proxy.
    pub fn build(folder: &Path, files: &[(&str, &str)]) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        for (name, content) in files {
            std::fs::write(folder.join(name), content)?;
        }
        let go = std::env::var_os("GO").unwrap_or_else(|| "go".into());
        let program = folder.join("oracle");
        let mut build = Command::new(&go);
        build.current_dir(folder).args(["build", "-o"]).arg(&program).arg(".");
        let status = build.status().with_context(|| format!("cannot run {}; name it with GO=…", go.display()))?;
        if !status.success() {
            bail!("go build in {} ended with {status}", folder.display());
        }
        Ok(GoProgram(program))
    }

    /// What it answers to `questions` on its standard input.
    pub fn ask(&self, argument: &Path, questions: String) -> Result<String> {
        let mut child = Command::new(&self.0)
            .arg(argument)
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.0.display()))?;
        let mut stdin = child.stdin.take().context("the program has no standard input")?;
        let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
        let output = child.wait_with_output()?;
        // A program that ended early has said why.
        let _ = writer.join();
        if !output.status.success() {
            bail!("the program ended with {}", output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Where such programs are built and questions are kept.
pub fn scratch(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/oracle")).join(name)
}
