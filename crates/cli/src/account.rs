//! `account …`, as `argocd account …`: accounts of a server.

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::session::{Api, ServerFlags, part};
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

/// Manage account settings.
#[derive(Debug, Args)]
pub(crate) struct Account {
    #[command(flatten)]
    flags: ServerFlags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Get user info
    GetUserInfo(Shown),
    /// List accounts
    List(Shown),
    /// Get account details
    Get(Get),
    /// Can I
    CanI(CanI),
    /// Update an account's password
    UpdatePassword(UpdatePassword),
    /// Generate account token
    GenerateToken(GenerateToken),
    /// Deletes account token
    DeleteToken(DeleteToken),
}

#[derive(Debug, Args)]
struct Shown {
    /// Output format. One of: json|yaml|wide|name
    #[arg(short, long, default_value = "wide")]
    output: Format,
}

#[derive(Debug, Args)]
struct Get {
    /// Account name; the current one when omitted
    #[arg(short, long)]
    account: Option<String>,
    /// Output format. One of: json|yaml|wide
    #[arg(short, long, default_value = "wide")]
    output: Format,
}

#[derive(Debug, Args)]
struct CanI {
    /// What is done
    action: String,
    /// With what kind of thing
    resource: String,
    /// With which one
    object: String,
}

#[derive(Debug, Args)]
struct UpdatePassword {
    /// Account whose password is updated; the current one when omitted
    #[arg(long)]
    account: Option<String>,
    /// Password of the currently logged on user
    #[arg(long)]
    current_password: String,
    /// New password you want to update to
    #[arg(long)]
    new_password: String,
}

#[derive(Debug, Args)]
struct GenerateToken {
    /// Account name; the current one when omitted
    #[arg(short, long)]
    account: Option<String>,
    /// Duration before the token will expire, e.g. 12h; 0s for never
    #[arg(short, long, default_value = "0s")]
    expires_in: String,
    /// Token id; one is made up when omitted
    #[arg(long, default_value = "")]
    id: String,
}

#[derive(Debug, Args)]
struct DeleteToken {
    /// Token id
    id: String,
    /// Account name; the current one when omitted
    #[arg(short, long)]
    account: Option<String>,
}

impl Account {
    pub(crate) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let api = self.flags.needed(connection)?;
        match &self.command {
            Command::GetUserInfo(shown) => user_info(&api, shown.output).await,
            Command::List(shown) => list(&api, shown.output).await,
            Command::Get(get) => get.run(&api).await,
            Command::CanI(can_i) => can_i.run(&api).await,
            Command::UpdatePassword(update) => update.run(&api).await,
            Command::GenerateToken(generate) => generate.run(&api).await,
            Command::DeleteToken(delete) => delete.run(&api).await,
        }
    }
}

async fn user_info(api: &Api, output: Format) -> Result<(), Failure> {
    let told = api.get("/api/v1/session/userinfo", &[]).await?;
    if output != Format::Wide {
        return terminal::print(&text(&told, output));
    }
    let groups: Vec<&str> = told["groups"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let field = |name: &str| told[name].as_str().unwrap_or_default();
    terminal::print(&format!(
        "Logged In: {}\nUsername: {}\nIssuer: {}\nGroups: {}\n",
        told["loggedIn"] == true,
        field("username"),
        field("iss"),
        groups.join(",")
    ))
}

async fn list(api: &Api, output: Format) -> Result<(), Failure> {
    let told = api.get("/api/v1/account", &[]).await?;
    let items = told["items"].as_array().cloned().unwrap_or_default();
    let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
    let words = |item: &Value| {
        let words: Vec<&str> =
            item["capabilities"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        words.join(", ")
    };
    terminal::print(&match output {
        Format::Name => items.iter().map(|item| name(item) + "\n").collect(),
        Format::Wide => {
            let mut rows = "NAME\tENABLED\tCAPABILITIES\n".to_owned();
            for item in &items {
                rows.push_str(&format!("{}\t{}\t{}\n", name(item), item["enabled"] == true, words(item)));
            }
            align(&rows, Layout::TABLE)
        }
        _ => text(&Value::Array(items), output),
    })
}

/// The account that is named, or one's own.
async fn named(api: &Api, name: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = name {
        return Ok(name.to_owned());
    }
    let told = api.get("/api/v1/session/userinfo", &[]).await?;
    let own = told["username"].as_str().filter(|name| !name.is_empty());
    own.map(str::to_owned).ok_or_else(|| Failure::new("nobody is signed in: `capstan login` does"))
}

impl Get {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let name = named(api, self.account.as_deref()).await?;
        let told = api.get(&format!("/api/v1/account/{}", part(&name)), &[]).await?;
        if self.output != Format::Wide {
            return terminal::print(&text(&told, self.output));
        }
        let words: Vec<&str> =
            told["capabilities"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut out = format!(
            "{:<20}{name}\n{:<20}{}\n{:<20}{}\n\nTokens:\n",
            "Name:",
            "Enabled:",
            told["enabled"] == true,
            "Capabilities:",
            words.join(", ")
        );
        let tokens = told["tokens"].as_array().cloned().unwrap_or_default();
        if tokens.is_empty() {
            out.push_str("NONE\n");
        } else {
            let mut rows = "ID\tISSUED AT\tEXPIRING AT\n".to_owned();
            for token in &tokens {
                let field = |name: &str| token[name].as_str().unwrap_or_default();
                let ends = if field("expiresAt") == "0" { "never" } else { field("expiresAt") };
                rows.push_str(&format!("{}\t{}\t{ends}\n", field("id"), field("issuedAt")));
            }
            out.push_str(&align(&rows, Layout::TABLE));
        }
        terminal::print(&out)
    }
}

impl CanI {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let path =
            format!("/api/v1/account/can-i/{}/{}/{}", part(&self.resource), part(&self.action), part(&self.object));
        let told = api.get(&path, &[]).await?;
        terminal::print(&format!("{}\n", told["value"].as_str().unwrap_or("no")))
    }
}

impl UpdatePassword {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let name = named(api, self.account.as_deref()).await?;
        let body = json!({"name": name, "currentPassword": self.current_password, "newPassword": self.new_password});
        api.send(Method::PUT, "/api/v1/account/password", &[], Some(&body)).await?;
        terminal::print("Password updated\n")
    }
}

impl GenerateToken {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let name = named(api, self.account.as_deref()).await?;
        let wrong = |error| Failure::new(format!("--expires-in {:?}: {error}", self.expires_in));
        let seconds = api::GoDuration::parse_go(&self.expires_in).map_err(wrong)?.nanoseconds() / 1_000_000_000;
        let body = json!({"name": name, "id": self.id, "expiresIn": seconds});
        let told = api.send(Method::POST, &format!("/api/v1/account/{}/token", part(&name)), &[], Some(&body)).await?;
        terminal::print(&format!("{}\n", told["token"].as_str().unwrap_or_default()))
    }
}

impl DeleteToken {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let name = named(api, self.account.as_deref()).await?;
        let path = format!("/api/v1/account/{}/token/{}", part(&name), part(&self.id));
        api.send(Method::DELETE, &path, &[], None).await.map(drop)
    }
}
