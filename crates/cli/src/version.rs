//! `version`, as `argocd version`: what this program is, and what the server is.

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::session::ServerFlags;
use crate::{program, terminal};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Print version information.
#[derive(Debug, Args)]
pub(crate) struct Version {
    /// Client version only (no server required)
    #[arg(long)]
    client: bool,
    /// Print just the version number
    #[arg(long)]
    short: bool,
    /// Output format
    #[arg(short, long, default_value = "wide")]
    output: Output,
    #[command(flatten)]
    flags: ServerFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Wide,
    Json,
    Yaml,
    Short,
}

impl Version {
    pub(crate) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let detail = if self.short || self.output == Output::Short { Detail::Number } else { Detail::All };
        let is_text = matches!(self.output, Output::Wide | Output::Short);
        let mut told = json!({"client": own()});
        if is_text {
            // What this program is can be told even where the server cannot be reached.
            terminal::print(&lines(&told, detail))?;
        }
        if !self.client {
            let server = self.flags.needed(connection)?.get("/api/version", &[]).await?;
            if is_text {
                return terminal::print(&lines(&json!({"server": server}), detail));
            }
            told["server"] = server;
        }
        match self.output {
            Output::Json => terminal::print(&text(&told, Format::Json)),
            Output::Yaml => terminal::print(&text(&told, Format::Yaml)),
            Output::Wide | Output::Short => Ok(()),
        }
    }
}

/// What this program is, by upstream's names.
fn own() -> Value {
    json!({
        "Version": concat!("v", env!("CARGO_PKG_VERSION")),
        "Compiler": "rustc",
        "Platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Number,
    All,
}

fn lines(told: &Value, detail: Detail) -> String {
    let mut out = String::new();
    for (key, name) in [("client", program::name()), ("server", "argocd-server")] {
        let Some(side) = told.get(key).and_then(Value::as_object) else { continue };
        out.push_str(&format!("{name}: {}\n", side.get("Version").and_then(Value::as_str).unwrap_or_default()));
        let more = side.iter().filter(|(field, _)| detail == Detail::All && *field != "Version");
        for (field, value) in more {
            if let Some(value) = value.as_str().filter(|value| !value.is_empty()) {
                out.push_str(&format!("  {field}: {value}\n"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_beside_the_program() {
        let told = json!({"client": {"Version": "v1", "Platform": "x"}, "server": {"Version": "v2", "GoVersion": ""}});
        assert_eq!(lines(&told, Detail::Number), "capstan: v1\nargocd-server: v2\n");
        assert_eq!(lines(&told, Detail::All), "capstan: v1\n  Platform: x\nargocd-server: v2\n");
    }
}
