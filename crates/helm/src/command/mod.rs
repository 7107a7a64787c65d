//! What the commands print: everything but the reading of files and flags. A command is values in, an [`Output`] out.

mod dependency;
mod explain;
mod lint;
mod name;
mod show;
mod template;

pub use dependency::{COLUMN_WIDTH, Listed, list_dependencies};
pub use explain::template_line;
pub use lint::{LintPath, LintShown, lint};
pub use name::templated_name;
pub use show::{Shown, chart_yaml, show, show_chart, show_values};
pub use template::{Documents, Template, documents, template, template_with};

use crate::load::LoadError;
use crate::profile::Profile;
use crate::warning::Warning;

/// What a command leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub code: u8,
}

impl Output {
    fn of(stdout: String) -> Self {
        Output { stdout, ..Output::default() }
    }

    /// The end of a command that fails.
    #[must_use]
    pub fn failed(error: &impl std::fmt::Display) -> Self {
        Output { stderr: format!("Error: {error}\n"), code: 1, ..Output::default() }
    }

    /// With lines that were told before.
    fn after(mut self, warnings: &[Warning], profile: Profile) -> Self {
        let told: String = warnings.iter().map(|warning| warning.line(profile) + "\n").collect();
        self.stderr.insert_str(0, &told);
        self
    }
}

/// A chart that could not be loaded, as the commands say it.
fn unloadable(error: &LoadError) -> Output {
    Output::failed(error)
}
