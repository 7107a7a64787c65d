//! `helm lint`.

use super::Output;
use crate::lint::{Lint, Message, Severity, lint_chart};
use crate::values::UserValues;
use budget::Budget;
use tree::{Tree, TreePath};

/// The flags of `helm lint` that say what is shown and what fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LintShown {
    /// `--strict`: warnings fail too.
    pub strict: bool,
    /// `--quiet`: only warnings and errors are shown.
    pub quiet: bool,
}

/// A chart to lint: where it lies, and its path in messages.
pub struct LintPath<'t> {
    /// The files it lies in.
    pub tree: &'t dyn Tree,
    /// Its folder in them.
    pub path: TreePath,
    /// As the user named it.
    pub named: String,
    /// As an absolute path, which the rules about dependencies show.
    pub absolute: String,
}

/// Lints `charts`, one after the other.
#[must_use]
pub fn lint(charts: &[LintPath<'_>], values: &UserValues, how: &Lint, shown: LintShown, budget: &mut Budget) -> Output {
    let mut command = Command { how, shown, stdout: String::new(), stderr: String::new(), failed: 0, noticed: 0 };
    for chart in charts {
        command.chart(chart, values, budget);
    }
    command.end(charts.len())
}

struct Command<'h> {
    how: &'h Lint,
    shown: LintShown,
    stdout: String,
    stderr: String,
    failed: usize,
    noticed: usize,
}

impl Command<'_> {
    fn chart(&mut self, chart: &LintPath<'_>, values: &UserValues, budget: &mut Budget) {
        let LintPath { tree, path, named, absolute } = chart;
        let Some(linted) = lint_chart(*tree, (path, absolute), values, self.how, budget) else {
            let missing = format!("{}/Chart.yaml", named.trim_end_matches('/'));
            self.heading(named);
            self.stdout.push_str(&format!(
                "Error unable to check Chart.yaml file in chart: stat {missing}: no such file or directory\n\n"
            ));
            self.failed += 1;
            self.noticed += 1;
            return;
        };
        for warning in &linted.warnings {
            self.stderr.push_str(&(warning.line(self.how.profile) + "\n"));
        }
        let least = if self.shown.strict { Severity::Warning } else { Severity::Error };
        let is_noticed = linted.messages.iter().any(|message| message.severity > Severity::Info);
        self.noticed += usize::from(is_noticed);
        if self.shown.quiet && !is_noticed {
            return;
        }
        self.heading(named);
        let is_shown = |message: &&Message| !self.shown.quiet || message.severity > Severity::Info;
        let lines: String = linted.messages.iter().filter(is_shown).map(|message| format!("{message}\n")).collect();
        self.stdout.push_str(&(lines + "\n"));
        self.failed += usize::from(linted.messages.iter().any(|message| message.severity >= least));
    }

    fn heading(&mut self, named: &str) {
        self.stdout.push_str(&format!("==> Linting {named}\n"));
    }

    fn end(self, charts: usize) -> Output {
        let Command { shown, mut stdout, mut stderr, failed, noticed, .. } = self;
        let summary = format!("{charts} chart(s) linted, {failed} chart(s) failed\n");
        if failed > 0 {
            stderr.push_str(&format!("Error: {summary}"));
        } else if !shown.quiet || noticed > 0 {
            stdout.push_str(&summary);
        }
        Output { stdout, stderr, code: u8::from(failed > 0) }
    }
}
