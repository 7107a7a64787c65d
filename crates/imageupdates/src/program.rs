//! Credentials from a program, as registries.conf may name one: `ext:/programs/login.sh` prints `user:password`. For
//! registries whose passwords live for hours, as Amazon's.
//!
//! Only programs of one folder are run, which whoever starts the process names; without it, none.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// How long a program may take; upstream's limit.
const PROGRAM_MAX: Duration = Duration::from_secs(10);

/// The most that it may print.
const OUTPUT_BYTES_MAX: u64 = 64 << 10;

/// What the program prints. An error never quotes it.
pub(crate) async fn output(program: &str, folder: Option<&Path>) -> Result<String, String> {
    let path = allowed(program, folder)?;
    let mut command = tokio::process::Command::new(&path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let run = async {
        let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
        let mut text = String::new();
        if let Some(output) = child.stdout.take() {
            let read = output.take(OUTPUT_BYTES_MAX).read_to_string(&mut text).await;
            read.map_err(|_| format!("{program}: what it prints is no text"))?;
        }
        let status = child.wait().await.map_err(|error| format!("{program}: {error}"))?;
        if status.success() { Ok(text) } else { Err(format!("{program}: it ended with {status}")) }
    };
    let ran = tokio::time::timeout(PROGRAM_MAX, run).await;
    ran.unwrap_or_else(|_| Err(format!("{program}: it took longer than {} s", PROGRAM_MAX.as_secs())))
}

fn allowed(program: &str, folder: Option<&Path>) -> Result<PathBuf, String> {
    let folder = folder.ok_or_else(|| {
        format!("{program}: no program is run for credentials, unless --credential-programs names the folder it is in")
    })?;
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{}: {error}", path.display()));
    let (path, folder) = (real(Path::new(program))?, real(folder)?);
    if path.starts_with(&folder) {
        return Ok(path);
    }
    Err(format!("{program} is not in {}, whose programs alone are run for credentials", folder.display()))
}
