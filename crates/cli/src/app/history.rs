//! `app history`.

use super::output::{self, Format};
use super::store::{AppName, Store};
use super::time::go_time;
use crate::failure::Failure;
use crate::terminal;
use api::RevisionHistory;
use clap::Args;
use std::fmt::Write as _;

/// The flags of `app history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Output format. One of: wide|id|json|yaml
    #[arg(short, long, default_value = "wide")]
    output: Format,
    /// Only show application deployment history in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl History {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let found = store.get(&AppName::parse(&self.name, self.app_namespace.as_deref())).await?;
        let history = &found.app.status.history;
        let text = match self.output {
            Format::Id => history.iter().map(|entry| format!("{}\n", entry.id)).collect(),
            Format::Wide => table(history),
            Format::Json | Format::Yaml => {
                let entries = found.object.get("/status/history").unwrap_or_else(|| serde_json::json!([]));
                output::text(&entries, self.output)
            }
            Format::Name | Format::Tree => return Err(output::unknown(self.output)),
        };
        terminal::print(&text)
    }
}

/// How much of a commit id is shown.
const SHORT: usize = 7;

/// One block a repository, in the order of first appearance.
pub(crate) fn table(history: &[RevisionHistory]) -> String {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    for entry in history {
        let sources: Vec<(&api::ApplicationSource, &str)> = if entry.sources.is_empty() {
            entry.source.iter().map(|source| (source, entry.revision.as_str())).collect()
        } else {
            let revision = |index: usize| entry.revisions.get(index).map(String::as_str).unwrap_or_default();
            entry.sources.iter().enumerate().map(|(index, source)| (source, revision(index))).collect()
        };
        for (source, revision) in sources {
            let at = blocks.iter().position(|(url, _)| *url == source.repo_url).unwrap_or_else(|| {
                blocks.push((&source.repo_url, String::new()));
                blocks.len() - 1
            });
            let shown = match revision.get(..SHORT) {
                Some(short) => format!("{} ({short})", source.target_revision),
                None => source.target_revision.clone(),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(blocks[at].1, "{}\t{}\t{shown}", entry.id, go_time(entry.deployed_at));
        }
    }
    let texts: Vec<String> =
        blocks.into_iter().map(|(url, lines)| format!("SOURCE\t{url}\nID\tDATE\tREVISION\n{lines}")).collect();
    crate::tabs::align(&texts.join("\n"), crate::tabs::Layout::TABLE)
}
