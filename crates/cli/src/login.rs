//! `login`, `relogin`, `logout` and `context`, as upstream has them.

mod sso;

use crate::connection::Connection;
use crate::failure::Failure;
use crate::session::{Api, Config, Context, Reached, ServerEntry, ServerFlags, UserEntry};
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::Args;
use clock::Clock;
use reqwest::Method;
use serde_json::json;
use sso::Browser;
use std::io::{BufRead, IsTerminal};

/// Log in to a server.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The server, as host:port
    #[arg(value_name = "SERVER")]
    address: Option<String>,
    /// The username of an account to authenticate
    #[arg(long)]
    username: Option<String>,
    /// The password of an account to authenticate
    #[arg(long)]
    password: Option<String>,
    /// Name to use for the context; the server's address when omitted
    #[arg(long)]
    name: Option<String>,
    /// Sign in with the provider of single sign-on, in a browser
    #[arg(long)]
    sso: bool,
    /// Skip testing whether the server is configured with TLS
    #[arg(long)]
    skip_test_tls: bool,
    #[command(flatten)]
    browser: Browser,
    #[command(flatten)]
    flags: ServerFlags,
}

impl Login {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        let flags = self.flags.with_options()?;
        let path = flags.config_path()?;
        let mut config = Config::load(&path)?;
        if flags.core {
            let context = context(
                self.name.as_deref().unwrap_or("kubernetes"),
                ServerEntry { server: "kubernetes".to_owned(), core: true, ..ServerEntry::default() },
                String::new(),
            );
            config.put(&context);
            config.store(&path)?;
            return terminal::print("Context 'kubernetes' updated\n");
        }
        let server = self.address.as_deref().or(flags.server.as_deref());
        let server = server.ok_or_else(|| Failure::with_code(1, "name the server: `capstan login HOST:PORT`"))?;
        let mut reached = Reached::named(server, (flags.plaintext, flags.insecure), None);
        let username = if self.sso {
            let (token, username) = self.browser.sign_in(&reached, clock).await?;
            reached.token = token;
            username
        } else {
            let (username, password) = asked(self.username.as_deref(), self.password.as_deref())?;
            reached.token = signed_in(&reached, &username, &password).await?;
            format!("{username}:login")
        };
        let name = self.name.clone().unwrap_or_else(|| reached.server.clone());
        let entry = ServerEntry {
            server: reached.server.clone(),
            plain_text: reached.plain_text,
            insecure: reached.insecure,
            core: false,
        };
        config.put(&context(&name, entry, reached.token));
        config.store(&path)?;
        terminal::print(&format!("'{username}' logged in successfully\nContext '{name}' updated\n"))
    }
}

fn context(name: &str, server: ServerEntry, token: String) -> Context {
    Context { name: name.to_owned(), user: UserEntry { name: name.to_owned(), token }, server }
}

async fn signed_in(reached: &Reached, username: &str, password: &str) -> Result<String, Failure> {
    let api = Api::new(Reached { token: String::new(), ..reached.clone() })?;
    let body = json!({"username": username, "password": password});
    let answer = api.send(Method::POST, "/api/v1/session", &[], Some(&body)).await.map_err(|failure| {
        // Who is signing in already need not be told to sign in.
        Failure::new(failure.message.trim_end_matches("; sign in with `capstan login`"))
    })?;
    match answer["token"].as_str() {
        Some(token) if !token.is_empty() => Ok(token.to_owned()),
        _ => Err(Failure::new("the server gave no token")),
    }
}

/// The name and password that were given, or are asked for.
fn asked(username: Option<&str>, password: Option<&str>) -> Result<(String, String), Failure> {
    let line = |question: &str| -> Result<String, Failure> {
        if std::io::stdin().is_terminal() {
            terminal::print(question)?;
        }
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let username = username.map_or_else(|| line("Username: "), |name| Ok(name.to_owned()))?;
    let password = password.map_or_else(|| line("Password: "), |word| Ok(word.to_owned()))?;
    Ok((username, password))
}

/// Refresh an expired login
#[derive(Debug, Args)]
pub(crate) struct Relogin {
    /// The password of an account to authenticate
    #[arg(long)]
    password: Option<String>,
    #[command(flatten)]
    flags: ServerFlags,
}

impl Relogin {
    pub(crate) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let path = self.flags.with_options()?.config_path()?;
        let mut config = Config::load(&path)?;
        let none = || Failure::new("No context found. Login using `capstan login`");
        let mut known = config.current(self.flags.argocd_context.as_deref())?.ok_or_else(none)?;
        let api = self.flags.needed(connection)?;
        let told = api.get("/api/v1/session/userinfo", &[]).await.unwrap_or_default();
        let username = told["username"].as_str().unwrap_or("admin").to_owned();
        let (_, password) = asked(Some(&username), self.password.as_deref())?;
        known.user.token = signed_in(api.reached(), &username, &password).await?;
        config.put(&known);
        config.store(&path)?;
        terminal::print(&format!("'{username}:login' logged in successfully\nContext '{}' updated\n", known.name))
    }
}

/// Log out of a server
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// The context
    #[arg(id = "login", value_name = "CONTEXT")]
    context: String,
    #[command(flatten)]
    flags: ServerFlags,
}

impl Logout {
    pub(crate) async fn run(&self) -> Result<(), Failure> {
        let path = self.flags.with_options()?.config_path()?;
        let mut config = Config::load(&path)?;
        let known = config.contexts().into_iter().find(|context| context.name == self.context);
        let known = known.ok_or_else(|| {
            Failure::new(format!("context '{}' does not exist; `capstan context` lists those there are", self.context))
        })?;
        let flags = (known.server.plain_text, known.server.insecure);
        let api = Api::new(Reached::named(&known.server.server, flags, Some(&known)))?;
        // A token that does not hold any more needs not be voided.
        if let Err(failure) = api.send(Method::DELETE, "/api/v1/session", &[], None).await {
            terminal::note(&format!("the server was not told: {failure}"));
        }
        config.forget_token(&known.user.name);
        config.store(&path)?;
        terminal::print(&format!("Logged out from '{}'\n", self.context))
    }
}

/// Switch between contexts
#[derive(Debug, Args)]
pub(crate) struct Contexts {
    /// The context to switch to
    #[arg(id = "login", value_name = "CONTEXT")]
    context: Option<String>,
    /// Delete the context instead of switching to it
    #[arg(long)]
    delete: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

impl Contexts {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let path = self.flags.with_options()?.config_path()?;
        let mut config = Config::load(&path)?;
        let Some(name) = &self.context else { return terminal::print(&table(&config)) };
        let missing = || Failure::new(format!("Context {name} does not exist"));
        let done = if self.delete { config.remove(name) } else { config.switch(name) };
        if !done {
            return Err(missing());
        }
        config.store(&path)?;
        terminal::print(&format!("{} '{name}'\n", if self.delete { "Deleted context" } else { "Switched to context" }))
    }
}

fn table(config: &Config) -> String {
    let mut text = "CURRENT\tNAME\tSERVER\n".to_owned();
    for context in config.contexts() {
        let mark = if context.name == config.current_name() { "*" } else { " " };
        text.push_str(&format!("{mark}\t{}\t{}\n", context.name, context.server.server));
    }
    align(&text, Layout::TABLE)
}
