//! Whom the control plane trusts: keys of SSH hosts and certificates of TLS servers. All of it is public.

use super::desk::{Desk, asked, config, line, lines, text};
use crate::pages::forms::Done;
use crate::problem::Problem;
use crate::respond::Fields;
use applications::sources::{KNOWN_HOSTS, TLS_CERTS};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use look::segment;
use maud::{Markup, html};
use rbac::{Resource, actions};
use serde_json::{Value, json};

const PAGE: &str = "/settings/certificates";
/// So many keys of hosts are taken of a form.
const HOSTS_MAX: usize = 200;

/// Those that are trusted.
pub fn trusted(desk: &Desk<'_>) -> Vec<Markup> {
    if !desk.may(Resource::Certificates, actions::GET, "*") {
        return Vec::new();
    }
    let may = desk.may(Resource::Certificates, actions::DELETE, "*");
    let remove = |host: &str, kind: &str, sub: &str| {
        let fields = [("host", host), ("kind", kind), ("sub", sub)];
        asked("Remove", "It is no longer trusted then. Remove it?", "/settings/certificates/remove", &fields, may)
    };
    let hosts = desk.config(KNOWN_HOSTS);
    let known =
        hosts.values().flat_map(|own| own.lines()).filter_map(key_of_host).map(|(host, kind, _)| {
            line(host, "SSH host key", &[("Type", kind.to_owned())], &remove(host, "ssh", kind))
        });
    let certificates = desk.config(TLS_CERTS);
    let tls = certificates.iter().map(|(host, text)| {
        let count = text.matches("BEGIN CERTIFICATE").count().to_string();
        line(host, "TLS", &[("Certificates", count)], &remove(host, "https", ""))
    });
    known.chain(tls).collect()
}

/// Host, kind and key of a line.
fn key_of_host(line: &str) -> Option<(&str, &str, &str)> {
    let mut words = line.split_whitespace();
    let host = words.next().filter(|own| !own.starts_with('#'))?;
    Some((host, words.next()?, words.next()?))
}

/// The forms to add some.
pub fn form() -> Markup {
    html! {
        details.makes id="make" {
            summary.button.first { "Trust a host" }
            form.panel method="post" action="/settings/certificates/hosts" data-reset {
                (lines("Keys of SSH hosts, as in known_hosts", "keys", "", 4))
                div.buttons { button.first type="submit" { "Add keys" } }
            }
            form.panel method="post" action="/settings/certificates/tls" data-reset {
                (text("Server", "host", "", "git.example.org"))
                (lines("Certificates in PEM", "pem", "", 6))
                div.buttons { button.first type="submit" { "Add certificates" } }
            }
        }
    }
}

/// Adds keys of hosts.
pub async fn add_hosts(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let keys: Vec<_> = fields.get("keys").lines().filter_map(key_of_host).take(HOSTS_MAX).collect();
    if keys.is_empty() {
        return Err(Problem::wrong("A line has a host, a type and a key, as in known_hosts."));
    }
    let item = |(host, kind, key): &(&str, &str, &str)| json!({"serverName": host, "certType": "ssh", "certSubType": kind, "certData": STANDARD.encode(key)});
    add(desk, keys.iter().map(item).collect()).await?;
    let is_there = |key: &(&str, &str, &str)| {
        let key = format!("{} {} {}", key.0, key.1, key.2);
        move |world: &crate::world::World| config(world, KNOWN_HOSTS).values().any(|own| own.contains(&key))
    };
    desk.world.until(is_there(&keys[0])).await;
    done(format!("{} keys are trusted", keys.len()))
}

/// Adds certificates of a server.
pub async fn add_tls(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let (host, pem) = (fields.get("host"), fields.get("pem").replace("\r\n", "\n"));
    if host.is_empty() || !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Problem::wrong("A server needs a name, and certificates that begin with BEGIN CERTIFICATE."));
    }
    let item = json!({"serverName": host, "certType": "https", "certData": STANDARD.encode(format!("{pem}\n"))});
    add(desk, vec![item]).await?;
    desk.world.until(|world| config(world, TLS_CERTS).contains_key(host)).await;
    done(format!("{host} is trusted"))
}

async fn add(desk: &Desk<'_>, items: Vec<Value>) -> Result<(), Problem> {
    let path = "/api/v1/certificates?upsert=true".to_owned();
    desk.ask("add certificates", Method::POST, path, json!({"items": items})).await.map(drop)
}

/// One is no longer trusted.
pub async fn remove(desk: &Desk<'_>, fields: &Fields) -> Result<Done, Problem> {
    let (host, kind, sub) = (fields.get("host"), fields.get("kind"), fields.get("sub"));
    let query = [("hostNamePattern", host), ("certType", kind), ("certSubType", sub)];
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
    let path = format!("/api/v1/certificates?{}", query.join("&"));
    desk.ask("remove certificates", Method::DELETE, path, Value::Null).await?;
    let start = format!("{host} {sub} ");
    let is_gone = |world: &crate::world::World| match kind {
        "https" => !config(world, TLS_CERTS).contains_key(host),
        _ => !config(world, KNOWN_HOSTS).values().flat_map(|own| own.lines()).any(|own| own.starts_with(&start)),
    };
    desk.world.until(is_gone).await;
    done(format!("{host} is no longer trusted"))
}

fn done(message: String) -> Result<Done, Problem> {
    Ok(Done { message, location: Some(PAGE.to_owned()) })
}
