//! Flags that Helm knows and that change nothing of what is printed here, and those that are refused by name because
//! they would have to run something or ask a cluster.

use clap::{Arg, ArgAction, Args, value_parser};

/// Flags that are taken and mean nothing without a cluster.
#[derive(Debug, Clone, Default, Args)]
#[allow(dead_code, reason = "they are only taken")]
pub(crate) struct Accepted {
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true, value_name = "TEXT")]
    description: Option<String>,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<String>,
    #[arg(long, hide = true)]
    force: bool,
    #[arg(long, hide = true)]
    force_conflicts: bool,
    #[arg(long, hide = true)]
    force_replace: bool,
    #[arg(long, hide = true)]
    server_side: bool,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, short, hide = true)]
    labels: Vec<String>,
    #[arg(long, hide = true, value_name = "DURATION")]
    timeout: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    wait: Option<String>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
    #[arg(long, hide = true)]
    atomic: bool,
    #[arg(long, hide = true)]
    rollback_on_failure: bool,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(long, hide = true)]
    render_subchart_notes: bool,
    #[arg(long, hide = true)]
    validate: bool,
    #[arg(long, hide = true)]
    enable_dns: bool,
    #[arg(long, hide = true, value_name = "PLUGIN")]
    post_renderer: Option<String>,
    #[arg(long, hide = true, value_name = "ARGUMENT", allow_hyphen_values = true)]
    post_renderer_args: Vec<String>,
}

impl Accepted {
    /// That a flag was given which cannot be obeyed.
    pub(super) fn refused(&self) -> Result<(), String> {
        let why = if self.validate || self.dry_run.as_deref() == Some("server") {
            "--dry-run=server and --validate need a cluster; rendering asks none"
        } else if self.enable_dns {
            "--enable-dns is not supported: rendering asks no network"
        } else if self.post_renderer.is_some() {
            "--post-renderer is not supported: nothing is executed to render; pipe the output into the program"
        } else {
            return Ok(());
        };
        Err(why.to_owned())
    }
}

/// Lets switches be given as Go's are, `--flag=false` included.
pub(crate) fn as_go_takes_it(argument: Arg) -> Arg {
    if !matches!(argument.get_action(), ArgAction::SetTrue) {
        return argument;
    }
    argument
        .action(ArgAction::Set)
        .value_parser(value_parser!(bool))
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .default_value("false")
        .hide_default_value(true)
        .hide_possible_values(true)
        .value_name("BOOL")
}
