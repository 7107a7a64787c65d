//! Local accounts: who there is, what one may do, passwords and tokens.

use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use accounts::Account;
use rbac::{Resource, actions};
use serde_json::{Value, json};

/// The accounts that whoever calls may see.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let settings = call.site.options.door.fresh(&call.site.plane).settings();
    let may = |name: &str| name == call.who.username || call.may(Resource::Accounts, actions::GET, name);
    let own = settings.accounts.iter().filter(|(name, _)| may(name));
    let items: Vec<Value> = own.map(|(name, account)| told(name, account)).collect();
    Ok(Reply::Json(json!({"items": items})))
}

/// One account.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    let name = call.asked.part("name");
    let settings = call.site.options.door.fresh(&call.site.plane).settings();
    let none = || Problem::new(Code::NotFound, format!("account '{name}' does not exist"));
    let account = settings.accounts.get(name).ok_or_else(none)?;
    Ok(Reply::Json(told(name, account)))
}

fn told(name: &str, account: &Account) -> Value {
    let token = |token: &accounts::Token| json!({"id": token.id, "issuedAt": token.issued_at.to_string(), "expiresAt": token.expires_at.to_string()});
    let tokens: Vec<Value> = account.tokens.iter().map(token).collect();
    let capabilities: Vec<&str> = account.capabilities.iter().map(|one| one.as_str()).collect();
    json!({"name": name, "enabled": account.enabled, "capabilities": capabilities, "tokens": tokens})
}

/// Whether one may: `yes` or `no`.
pub async fn can_i(call: Call) -> Result<Reply, Problem> {
    let part = |name: &str| call.asked.part(name);
    let resource = Resource::parse(part("resource"))
        .ok_or_else(|| Problem::invalid(format!("{} is not a resource that policies know", part("resource"))))?;
    let may = call.may(resource, part("action"), part("object"));
    Ok(Reply::Json(json!({"value": if may { "yes" } else { "no" }})))
}

/// Gives an account another password.
pub async fn update_password(call: Call) -> Result<Reply, Problem> {
    let field = |name: &str| call.asked.field(name);
    let name = match field("name") {
        "" => &call.who.username,
        name => name,
    };
    let (door, passwords) = (&call.site.options.door, (field("currentPassword"), field("newPassword")));
    door.set_password(&call.site.plane, &call.who, name, passwords).await?;
    call.site.audit(&call.who, name, "updated password");
    Ok(Reply::done())
}

/// A new token for an account.
pub async fn create_token(call: Call) -> Result<Reply, Problem> {
    let name = call.asked.part("name");
    let seconds = call.asked.body["expiresIn"].as_i64();
    let seconds = seconds.or_else(|| call.asked.field("expiresIn").parse().ok()).unwrap_or(0);
    let token = call.site.options.door.make_token(&call.site.plane, name, call.asked.field("id"), seconds).await?;
    call.site.audit(&call.who, name, "created token");
    Ok(Reply::Json(json!({"token": token})))
}

/// A token of an account is void.
pub async fn delete_token(call: Call) -> Result<Reply, Problem> {
    let name = call.asked.part("name");
    call.site.options.door.drop_token(&call.site.plane, name, call.asked.part("id")).await?;
    call.site.audit(&call.who, name, "deleted token");
    Ok(Reply::done())
}
