//! `oracle`: builds a crate's comparison with the original it stands in for, and runs it. The comparisons are examples
//! of their crates, since they need what the crates themselves must not: processes, the network, somebody else's binary.

use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use std::process::Command;

/// What can be compared with its original.
#[derive(Clone, Copy, ValueEnum)]
pub enum Oracle {
    /// Charts, with helm: `corpus` compares public charts, `record` writes expected files anew
    Helm,
    /// Kustomizations, with kustomize: `cases`, `random` ones, the public `corpus`
    Kustomize,
    /// Templates, with Go's text/template: compares the recorded and many generated ones; `record` writes them anew
    Templates,
    /// Sprig's functions, with Sprig: likewise
    Sprig,
    /// Expressions, with expr-lang/expr: compares the recorded and many generated ones; `record` writes them anew
    Expr,
}

impl Oracle {
    fn package(self) -> &'static str {
        match self {
            Oracle::Helm => "helm",
            Oracle::Kustomize => "kustomize",
            Oracle::Templates => "gotemplate",
            Oracle::Sprig => "sprig",
            Oracle::Expr => "expr",
        }
    }

    /// The example that compares.
    fn example(self) -> &'static str {
        match self {
            Oracle::Helm => "helm_oracle",
            Oracle::Kustomize => "kustomize_oracle",
            Oracle::Templates => "template_oracle",
            Oracle::Sprig => "sprig_oracle",
            Oracle::Expr => "expr_oracle",
        }
    }

    /// Runs the comparison with `arguments`.
    pub fn run(self, arguments: &[String]) -> Result<()> {
        let mut oracle = Command::new("cargo");
        oracle.current_dir(workspace::root());
        oracle.args(["run", "--quiet", "--package", self.package(), "--example", self.example(), "--"]).args(arguments);
        let status = oracle.status().context("cannot run cargo")?;
        if !status.success() {
            bail!("the comparison ended with {status}");
        }
        Ok(())
    }
}
