//! Signing with OpenPGP, as Git itself does it: by the program `gpg`.

use super::sign_error::SignError;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use web::Secret;

/// How long the program may take: it asks nobody anything.
const PROGRAM_MAX: Duration = Duration::from_secs(30);

/// How much of what the program says is told.
const WORDS_MAX: usize = 300;

/// OpenPGP by the program `gpg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPgp {
    /// The program, by path or by its name.
    pub program: PathBuf,
    /// Which key signs.
    pub key: OpenPgpKey,
}

/// A key of OpenPGP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenPgpKey {
    /// One in the keyring of whoever runs this process, by id, fingerprint or mail address.
    Kept(String),
    /// A private key, armoured, without a passphrase.
    Armoured(Secret),
}

impl OpenPgp {
    /// The signature of `text`, armoured.
    pub(super) async fn sign(&self, text: &str) -> Result<String, SignError> {
        match &self.key {
            OpenPgpKey::Kept(user) => self.detached(&["--local-user", user], None, text).await,
            OpenPgpKey::Armoured(key) => {
                let keyring = tempfile::Builder::new().prefix("signing").tempdir();
                let keyring = keyring.map_err(|error| SignError(format!("no folder for a keyring: {error}")))?;
                let signed = async {
                    self.run(&["--import"], Some(keyring.path()), key.reveal()).await?;
                    self.detached(&[], Some(keyring.path()), text).await
                };
                let signed = signed.await;
                self.forget(keyring).await;
                signed
            }
        }
    }

    async fn detached(&self, more: &[&str], keyring: Option<&Path>, text: &str) -> Result<String, SignError> {
        let arguments = [&["--detach-sign", "--armor"], more].concat();
        let said = self.run(&arguments, keyring, text).await?;
        let signature = String::from_utf8_lossy(&said.stdout).into_owned();
        if signature.starts_with("-----BEGIN PGP SIGNATURE-----") {
            return Ok(signature);
        }
        Err(self.failed("what it gave is no signature"))
    }

    /// Runs the program with `input`; it must end well.
    async fn run(&self, arguments: &[&str], keyring: Option<&Path>, input: &str) -> Result<Output, SignError> {
        let mut command = Command::new(&self.program);
        command.args(["--batch", "--no-tty", "--quiet", "--pinentry-mode", "error"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if let Some(keyring) = keyring {
            command.env("GNUPGHOME", keyring);
        }
        let ran = async {
            let mut child = command.spawn()?;
            let stdin = child.stdin.take();
            let write = async {
                if let Some(mut stdin) = stdin {
                    // What does not read to the end says itself why.
                    let _ = stdin.write_all(input.as_bytes()).await;
                }
            };
            let ((), output) = tokio::join!(write, child.wait_with_output());
            output
        };
        let output = tokio::time::timeout(PROGRAM_MAX, ran).await;
        let output = output.map_err(|_| self.failed(&format!("it took longer than {} s", PROGRAM_MAX.as_secs())))?;
        let output = output.map_err(|error| self.failed(&error.to_string()))?;
        if output.status.success() {
            return Ok(output);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let words: String =
            words.trim().replace('\n', "; ").chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect();
        Err(self.failed(&words))
    }

    fn failed(&self, why: &str) -> SignError {
        SignError(format!("{}: {why}", self.program.display()))
    }

    /// Ends the agent that keeps a keyring open, and removes that.
    async fn forget(&self, keyring: TempDir) {
        let mut command = Command::new("gpgconf");
        command.arg("--homedir").arg(keyring.path()).args(["--kill", "all"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        // Where it cannot be told, the agent ends by itself once its folder is gone.
        if let Ok(mut child) = command.spawn() {
            let _ = tokio::time::timeout(PROGRAM_MAX, child.wait()).await;
        }
    }
}
