//! `app get`.

use super::output::{self, Format};
use super::refresh::{self, Refresh};
use super::resource_filter::ResourceFilter;
use super::resource_states::{resource_states, table};
use super::show;
use super::store::{AppName, Found, Store};
use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use std::time::Duration;

/// The flags of `app get`.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Output format. One of: json|yaml|wide
    #[arg(short, long, default_value = "wide")]
    output: Format,
    /// Show application operation
    #[arg(long)]
    show_operation: bool,
    /// Refresh application data when retrieving
    #[arg(long)]
    refresh: bool,
    /// Refresh application data as well as target manifests cache
    #[arg(long)]
    hard_refresh: bool,
    /// Time out after this many seconds; 0 waits as long as it takes
    #[arg(long, default_value_t = 0)]
    timeout: u64,
    /// Only get application from namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl Get {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let mut found = store.get(&name).await?;
        if self.refresh || self.hard_refresh {
            let kind = if self.hard_refresh { Refresh::Hard } else { Refresh::Normal };
            let timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout));
            found = refresh::refresh(store, &name, found, kind, timeout).await?;
        }
        let text = match self.output {
            Format::Json | Format::Yaml => output::object(&found.object, self.output),
            Format::Wide => self.wide(store, &found),
            Format::Name | Format::Id | Format::Tree => return Err(output::unknown(self.output)),
        };
        terminal::print(&text)
    }

    fn wide(&self, store: &Store, found: &Found) -> String {
        let mut out = show::summary(&found.app);
        let conditions = show::conditions(&found.app);
        if !conditions.is_empty() {
            out.push_str(&format!("\n{conditions}\n"));
        }
        if let (true, Some(state)) = (self.show_operation, &found.app.status.operation_state) {
            out.push('\n');
            out.push_str(&show::operation(state, api::Time::new(store.client.clock().now())));
        }
        let states = resource_states(&found.app, &ResourceFilter::default());
        if !states.is_empty() {
            out.push('\n');
            out.push_str(&table(&states));
        }
        out
    }
}
