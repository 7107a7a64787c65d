//! Local accounts: passwords and tokens. A token is shown once, when it is made.

use super::desk::{Desk, asked, hidden_text, line, text};
use crate::pages::forms::Done;
use crate::problem::Problem;
use crate::respond::Fields;
use http::Method;
use jiff::Timestamp;
use look::{inert, segment};
use maud::{Markup, html};
use rbac::{Resource, actions};
use serde_json::{Value, json};

const PAGE: &str = "/settings/accounts";
/// How long a token may hold, in seconds, and in words.
const LASTING: [(&str, &str); 4] =
    [("2592000", "30 days"), ("86400", "one day"), ("31536000", "one year"), ("0", "for ever")];

/// Those that who looks may see.
pub async fn known(desk: &Desk<'_>) -> Result<Vec<Markup>, Problem> {
    let answer = desk.ask("see accounts", Method::GET, "/api/v1/account".to_owned(), Value::Null).await?;
    Ok(answer["items"].as_array().into_iter().flatten().map(|own| one(desk, own)).collect())
}

fn one(desk: &Desk<'_>, own: &Value) -> Markup {
    let name = own["name"].as_str().unwrap_or_default();
    let can: Vec<&str> = own["capabilities"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let tokens: Vec<&Value> = own["tokens"].as_array().into_iter().flatten().collect();
    let facts = [("May", can.join(", ")), ("Tokens", tokens.len().to_string())];
    let may = desk.may(Resource::Accounts, actions::UPDATE, name);
    let is_own = desk.user.name == name && desk.user.issuer == "argocd";
    let doing = html! {
        ul.tokens { @for token in &tokens { (token_line(name, token, may)) } }
        div.doing {
            @if can.contains(&"login") { (password(name, may || is_own)) }
            @if can.contains(&"apiKey") { (new_token(name, may)) }
        }
    };
    line(name, if own["enabled"] == true { "on" } else { "off" }, &facts, &doing)
}

fn token_line(account: &str, token: &Value, may: bool) -> Markup {
    let id = token["id"].as_str().unwrap_or_default();
    let moment = |field: &str| {
        let text = token[field].as_str().unwrap_or_default();
        let seconds = text.parse().ok().filter(|own: &i64| *own != 0);
        seconds.and_then(|own| Timestamp::from_second(own).ok()).map(|own| own.to_string())
    };
    let ends = moment("expiresAt").map_or("holds for ever".to_owned(), |own| format!("until {own}"));
    html! {
        li { code { (inert(id)) } span.quiet { " " @if let Some(made) = moment("issuedAt") { "made " (made) ", " } (ends) }
            (asked("Revoke", "Whoever uses this token can no longer sign in with it. Revoke it?", "/settings/accounts/revoke", &[("name", account), ("id", id)], may)) }
    }
}

fn password(name: &str, may: bool) -> Markup {
    html! {
        details.edits { summary.button.small { "Change password" }
            form.panel method="post" action="/settings/accounts/password" data-reset {
                input type="hidden" name="name" value=(name);
                // Managers of passwords want to know whose they are.
                input type="text" name="username" value=(name) autocomplete="username" readonly hidden;
                label { span { "Your own password" } input type="password" name="current" required autocomplete="current-password" maxlength="2000"; }
                (hidden_text(&format!("New password of {}", inert(name)), "new"))
                (hidden_text("The same again", "again"))
                div.buttons { button.first type="submit" disabled[!may] { "Change" } }
            }
        }
    }
}

fn new_token(name: &str, may: bool) -> Markup {
    html! {
        details.edits { summary.button.small { "New token" }
            form.panel method="post" action="/settings/accounts/token" data-plain {
                input type="hidden" name="name" value=(name);
                (text("Its name", "id", "", "made up"))
                label { span { "Holds" } select name="seconds" { @for (seconds, word) in LASTING { option value=(seconds) { (word) } } } }
                div.buttons { button.first type="submit" disabled[!may] { "Make" } }
            }
        }
    }
}

/// Gives an account another password.
pub async fn change_password(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let (name, new) = (fields.get("name"), fields.get("new"));
    if new != fields.get("again") {
        return Err(Problem::wrong("The new password was typed in two different ways; nothing was changed."));
    }
    let body = json!({"name": name, "currentPassword": fields.get("current"), "newPassword": new});
    let path = "/api/v1/account/password".to_owned();
    desk.ask("change this password", Method::PUT, path, body).await?;
    Ok(Done { message: format!("{name} has another password"), location: Some(PAGE.to_owned()) })
}

/// Makes a token: what it is.
pub async fn make_token(desk: &Desk<'_>, fields: &Fields) -> Result<Markup, Problem> {
    let name = fields.get("name");
    let seconds: i64 = fields.get("seconds").parse().map_err(|_| Problem::wrong("Choose how long it holds."))?;
    let path = format!("/api/v1/account/{}/token", segment(name));
    let body = json!({"id": fields.get("id"), "expiresIn": seconds});
    let made = desk.ask("make tokens of this account", Method::POST, path, body).await?;
    let token = made["token"].as_str().unwrap_or_default();
    Ok(html! {
        section id="settings" {
            h1.verdict { "A token of " (inert(name)) }
            p { "Keep it now: it is not shown again." }
            pre.yaml id="token" tabindex="0" { code { (token) } }
            p { a.button href=(PAGE) { "Accounts" } }
        }
    })
}

/// A token is void.
pub async fn revoke(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let (name, id) = (fields.get("name"), fields.get("id"));
    let path = format!("/api/v1/account/{}/token/{}", segment(name), segment(id));
    desk.ask("revoke tokens of this account", Method::DELETE, path, Value::Null).await?;
    Ok(Done { message: format!("{id} is revoked"), location: Some(PAGE.to_owned()) })
}
