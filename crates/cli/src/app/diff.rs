//! `app diff`.

use super::managed::{Managed, veil};
use super::refresh::{self, Refresh};
use super::server;
use super::store::{AppName, Found, Store};
use super::text_diff;
use crate::failure::Failure;
use crate::session::Api;
use crate::terminal;
use api::hook::{is_hook, is_ignored};
use clap::{ArgAction, Args};
use compare::{Pair, Verdict};
use object::{Key, Object};
use serde_json::Value;

/// The exit code when the difference cannot be told.
const CANNOT_TELL: u8 = 2;

/// Names a program, with its arguments, that shows two files' differences in place of the built-in text.
const EXTERNAL_DIFF: &str = "KUBECTL_EXTERNAL_DIFF";

/// The flags of `app diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 no difference, 1 a difference (see --diff-exit-code), 2 an error.\n\
    KUBECTL_EXTERNAL_DIFF names a program that shows the difference instead, such as 'diff -u'; \
    its arguments are separated by spaces.\nThe values of Secrets are never shown.")]
pub(crate) struct Diff {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Compare live app to a particular revision
    #[arg(long)]
    revision: Option<String>,
    /// Return non-zero exit code when there is a diff
    #[arg(long, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    exit_code: bool,
    /// Return specified exit code when there is a diff
    #[arg(long, value_name = "CODE", default_value_t = 1)]
    diff_exit_code: u8,
    /// Refresh application data when retrieving
    #[arg(long)]
    refresh: bool,
    /// Refresh application data as well as target manifests cache
    #[arg(long)]
    hard_refresh: bool,
    /// Only render the difference in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl Diff {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        match self.show(store).await {
            Ok(true) if self.exit_code => Err(Failure::with_code(self.diff_exit_code, "")),
            Ok(_) => Ok(()),
            // An end without words has its own meaning, such as a reader that went away.
            Err(failure) if failure.message.is_empty() => Err(failure),
            Err(failure) => Err(Failure::with_code(CANNOT_TELL, failure.message)),
        }
    }

    /// Prints every difference; whether there was one.
    async fn show(&self, store: &Store) -> Result<bool, Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let mut found = store.get(&name).await?;
        if self.refresh || self.hard_refresh {
            let kind = if self.hard_refresh { Refresh::Hard } else { Refresh::Normal };
            found = refresh::refresh(store, &name, found, kind, None).await?;
        }
        if let Some(api) = &store.server {
            return self.show_of_server(api, &found).await;
        }
        let mut managed = Managed::read(store, found).await?;
        let targets = managed.targets(self.revision.as_deref()).await?;
        let assessment = managed.assess(&targets).await;
        let mut differs = false;
        let mut rows: Vec<_> = assessment.pairs.pairs.iter().zip(&assessment.comparison.resources).collect();
        rows.sort_by_cached_key(|(pair, _)| place(&pair.key));
        for (pair, compared) in rows {
            match &compared.verdict {
                None | Some(Verdict::Same) => {}
                Some(Verdict::Unknown(cause)) => return Err(Failure::new(format!("{}: {cause}", pair.key))),
                Some(_) if is_apart(pair) => {}
                Some(Verdict::Different | Verdict::Missing | Verdict::Extra) => {
                    differs = true;
                    print(&managed, pair).await?;
                }
            }
        }
        Ok(differs)
    }

    /// The same, judged and masked by a server.
    async fn show_of_server(&self, api: &Api, found: &Found) -> Result<bool, Failure> {
        let items = server::managed(api, found, self.revision.as_deref()).await?;
        let mut rows: Vec<(Key, &Value)> = items.iter().map(|item| (key_of(item), item)).collect();
        rows.retain(|(_, item)| item["modified"] == true && item["hook"] != true);
        rows.sort_by_cached_key(|(key, _)| place(key));
        for (key, item) in &rows {
            let (live, target) = ("normalizedLiveState", "predictedLiveState");
            shown(key, &server::state(item, live), &server::state(item, target)).await?;
        }
        Ok(!rows.is_empty())
    }
}

fn key_of(item: &Value) -> Key {
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    Key::new(text("group"), text("kind"), Some(text("namespace")).filter(|own| !own.is_empty()), text("name"))
}

/// Compat: argocd orders by this text.
fn place(key: &Key) -> String {
    format!("{}/{}/{}/{}", key.group, key.kind, key.namespace.as_deref().unwrap_or_default(), key.name)
}

/// Compat: hooks and what is to be ignored have no differences to show.
fn is_apart(pair: &Pair) -> bool {
    let apart = |object: &Object| is_hook(object.meta()) || is_ignored(object.meta());
    pair.desired.as_ref().is_some_and(apart) || pair.live.known().is_some_and(apart)
}

async fn print(managed: &Managed<'_>, pair: &Pair) -> Result<(), Failure> {
    let mut comparison = managed.compare(pair).map_err(|error| Failure::new(error.to_string()))?;
    let key = &pair.key;
    veil(&key.group, &key.kind, comparison.predicted.as_mut(), comparison.live.as_mut());
    shown(key, &comparison.live, &comparison.predicted).await
}

/// One difference, by this program or the one that the environment names.
async fn shown(key: &Key, live: &Option<Value>, predicted: &Option<Value>) -> Result<(), Failure> {
    let namespace = key.namespace.as_deref().unwrap_or_default();
    terminal::print(&format!("\n===== {}/{} {namespace}/{} ======\n", key.group, key.kind, key.name))?;
    let text = |side: &Option<Value>| side.as_ref().map(yaml::emit).unwrap_or_default();
    let (live, predicted) = (text(live), text(predicted));
    match std::env::var(EXTERNAL_DIFF).ok().filter(|command| !command.trim().is_empty()) {
        None => terminal::print(&text_diff::normal(&live, &predicted)),
        Some(command) => external(&command, &key.name, &live, &predicted).await,
    }
}

/// Lets another program show the difference of two files. Its own exit code says nothing about this command's.
async fn external(command: &str, name: &str, live: &str, predicted: &str) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (live_path, predicted_path) = (folder.path().join(format!("{name}-live.yaml")), folder.path().join(name));
    std::fs::write(&live_path, live)?;
    std::fs::write(&predicted_path, predicted)?;
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut command = tokio::process::Command::new(program);
    let run = command.args(words).arg(&live_path).arg(&predicted_path).kill_on_drop(true).status();
    run.await
        .map_err(|error| Failure::new(format!("{EXTERNAL_DIFF} names {program:?}, which cannot be run: {error}")))?;
    Ok(())
}
