//! What the server tells of itself: version, settings, notifications' names, badges, counters, its own description.

use crate::call::Call;
use crate::index::Entry;
use crate::problem::Problem;
use crate::reply::Reply;
use http::{HeaderValue, header};
use serde_json::{Value, json};

/// The version.
pub async fn version(call: Call) -> Result<Reply, Problem> {
    let mut told = json!({"Version": call.site.options.version});
    // Compat: strangers learn nothing but the version.
    if call.who.is_signed_in() {
        told["Platform"] = json!(format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH));
    }
    Ok(Reply::Json(told))
}

/// The settings that clients need before somebody signs in.
pub async fn settings(call: Call) -> Result<Reply, Problem> {
    let said = call.site.plane.now();
    let config = |key: &str| said.config.get(key).map(|text| text.trim()).unwrap_or_default();
    let mut told = json!({
        "url": config("url"),
        "appLabelKey": if config("application.instanceLabelKey").is_empty() { "app.kubernetes.io/instance" } else { config("application.instanceLabelKey") },
        "trackingMethod": if config("application.resourceTrackingMethod").is_empty() { "annotation" } else { config("application.resourceTrackingMethod") },
        "controllerNamespace": call.site.plane.namespace(),
        "statusBadgeEnabled": said.is_on("statusbadge.enabled"),
        "execEnabled": false,
        "kustomizeOptions": {}, "googleAnalytics": {}, "help": {}, "plugins": [],
        "uiBannerContent": config("ui.bannercontent"),
    });
    let own = call.site.options.door.fresh(&call.site.plane).settings();
    told["passwordPattern"] = json!(own.password_pattern);
    let is_disabled = own.accounts.values().all(|account| !account.enabled);
    told["userLoginsDisabled"] = json!(is_disabled);
    if let Some(provider) = &own.single_sign_on {
        told["oidcConfig"] = json!({
            "name": provider.name, "issuer": provider.issuer, "clientID": provider.client_id,
            "cliClientID": provider.cli_client_id, "scopes": provider.scopes, "enablePKCEAuthentication": provider.pkce,
        });
    }
    Ok(Reply::Json(told))
}

/// Plugins: there are none.
pub async fn plugins(_call: Call) -> Result<Reply, Problem> {
    Ok(Reply::Json(json!({"plugins": []})))
}

/// The names of notification services.
pub async fn services(call: Call) -> Result<Reply, Problem> {
    Ok(named(&call, "service."))
}

/// The names of notification templates.
pub async fn templates(call: Call) -> Result<Reply, Problem> {
    Ok(named(&call, "template."))
}

/// The names of notification triggers.
pub async fn triggers(call: Call) -> Result<Reply, Problem> {
    Ok(named(&call, "trigger."))
}

fn named(call: &Call, prefix: &str) -> Reply {
    let data = call.site.plane.config_map("argocd-notifications-cm");
    let names = data.keys().filter_map(|key| key.strip_prefix(prefix));
    let items: Vec<Value> = names.map(|name| json!({"name": name})).collect();
    Reply::Json(json!({"items": items}))
}

/// Whether the server lives.
pub async fn healthz(_call: Call) -> Result<Reply, Problem> {
    Ok(Reply::typed("text/plain; charset=utf-8", "ok\n"))
}

/// What is counted, in Prometheus' text form.
pub async fn metrics(call: Call) -> Result<Reply, Problem> {
    let mut text = call.site.counts.exposition();
    let refreshes = call.site.webhooks.refreshes();
    text.push_str(&format!(
        "# TYPE capstan_webhook_refreshes_total counter\ncapstan_webhook_refreshes_total {refreshes}\n"
    ));
    if let Some(more) = &call.site.options.exposition {
        text.push_str(&more());
    }
    Ok(Reply::typed("text/plain; version=0.0.4; charset=utf-8", text))
}

/// A picture of how an application is.
pub async fn badge(call: Call) -> Result<Reply, Problem> {
    let said = call.site.plane.now();
    let query = |name: &str| call.asked.query(name);
    // Compat: off unless it is asked for, and then without telling whether the application exists.
    let is_on = said.is_on("statusbadge.enabled");
    let namespace = if query("namespace").is_empty() { call.site.plane.namespace() } else { query("namespace") };
    let entry = if is_on { call.site.index.get(namespace, query("name")) } else { None };
    let projects = call.asked.all("project");
    let entry = entry.filter(|entry| projects.is_empty() || projects.contains(&entry.project.as_str()));
    let (left, right) = match &entry {
        Some(entry) => (entry.health.as_str(), entry.sync.as_str()),
        None => ("Unknown", "Unknown"),
    };
    let mut response = axum::response::IntoResponse::into_response(picture(left, right, entry.as_deref()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(Reply::whole(response))
}

fn picture(left: &str, right: &str, _entry: Option<&Entry>) -> String {
    let colour = |word: &str| match word {
        "Healthy" | "Synced" => "#18be52",
        "Progressing" => "#0dadea",
        "Degraded" | "Missing" => "#e96d76",
        "OutOfSync" => "#f4c030",
        _ => "#a5a5a5",
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"180\" height=\"20\" role=\"img\" aria-label=\"{left} {right}\">\
         <rect width=\"90\" height=\"20\" fill=\"{}\"/><rect x=\"90\" width=\"90\" height=\"20\" fill=\"{}\"/>\
         <g fill=\"#fff\" font-family=\"Verdana,sans-serif\" font-size=\"11\" text-anchor=\"middle\">\
         <text x=\"45\" y=\"14\">{left}</text><text x=\"135\" y=\"14\">{right}</text></g></svg>",
        colour(left),
        colour(right)
    )
}

/// The description of all routes.
pub async fn description(call: Call) -> Result<Reply, Problem> {
    let described = call.site.description.get();
    Ok(Reply::Json(described.cloned().unwrap_or_default()))
}
