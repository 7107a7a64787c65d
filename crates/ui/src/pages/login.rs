//! Signing in and out, and who one is.

use super::layout::{self, Page, Section};
use crate::door::User;
use crate::respond;
use crate::site::Site;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use look::inert;
use maud::html;
use rbac::{Resource, actions};
use std::sync::Arc;

/// The page.
pub async fn page(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let back = query.into_owned().find(|(key, _)| key == "return").map(|own| own.1).unwrap_or_default();
    asked(&site, StatusCode::OK, None, &own_path(&back))
}

/// Takes name and password.
pub async fn enter(State(site): State<Arc<Site>>, headers: HeaderMap, body: Body) -> Response {
    let fields = match respond::form(body).await {
        Ok(fields) => fields,
        Err(problem) => return asked(&site, problem.status, Some(&problem.message), "/applications"),
    };
    let back = own_path(fields.get("return"));
    match site.door.sign_in(&headers, fields.get("username"), fields.get("password")).await {
        Ok(signed) => with_cookies(respond::see_other(&back), &signed.cookies),
        Err(problem) => asked(&site, problem.status, Some(&problem.message), &back),
    }
}

/// Ends the session.
pub async fn leave(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let cookies = site.door.sign_out(&headers).await;
    with_cookies(respond::see_other("/login"), &cookies)
}

fn with_cookies(mut response: Response, cookies: &[String]) -> Response {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// Only a path of our own is gone back to.
fn own_path(back: &str) -> String {
    let is_own = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\n', '\r']);
    if is_own && back != "/" { back.to_owned() } else { "/applications".to_owned() }
}

fn asked(site: &Site, status: StatusCode, why: Option<&str>, back: &str) -> Response {
    let content = html! {
        section.sign-in {
            h1 { "Sign in" }
            @if let Some(why) = why { p.wrong role="alert" { (inert(why)) } }
            form.panel method="post" action="/login" data-plain {
                input type="hidden" name="return" value=(back);
                label { span { "Name" } input type="text" name="username" id="username" required autofocus autocomplete="username" autocapitalize="off" spellcheck="false"; }
                label { span { "Password" } input type="password" name="password" id="password" required autocomplete="current-password"; }
                div.buttons { button.first type="submit" { "Sign in" } @if let Some(elsewhere) = site.door.elsewhere() { a.button href=(elsewhere) { "Sign in with your organisation" } } }
            }
            p.quiet { "The first password of " code { "admin" } " is in the Secret " code { "argocd-initial-admin-secret" } ":" }
            pre { code { "capstan admin initial-password" } }
        }
    };
    layout::bare(status, "Sign in", &content)
}

/// Who one is, and what one may.
pub async fn user_info(State(site): State<Arc<Site>>, Extension(user): Extension<User>) -> Response {
    let asked = [
        (Resource::Applications, actions::GET, "See applications"),
        (Resource::Applications, actions::SYNC, "Sync applications"),
        (Resource::Applications, actions::CREATE, "Make applications"),
        (Resource::Applications, actions::DELETE, "Delete applications"),
        (Resource::Logs, actions::GET, "Read logs"),
        (Resource::Repositories, actions::GET, "See repositories"),
        (Resource::Clusters, actions::GET, "See clusters"),
        (Resource::Projects, actions::GET, "See projects"),
        (Resource::Accounts, actions::GET, "See accounts"),
    ];
    let content = html! {
        section id="user-info" {
            h1.verdict { (inert(&user.name)) }
            dl.facts.column {
                div { dt { "Vouched for by" } dd { (inert(if user.issuer.is_empty() { "this server" } else { &user.issuer })) } }
                div { dt { "Groups" } dd { @if user.subject.groups.is_empty() { span.quiet { "none" } } @for group in &user.subject.groups { code { (inert(group)) } " " } } }
            }
            h2 { "What you may do everywhere" }
            ul.list { @for (resource, action, what) in asked {
                @let may = site.may(&user, resource, action, if resource.is_project_scoped() { "*/*" } else { "*" });
                li { (look::marks::mark(if may { look::marks::OK } else { look::marks::IDLE }, if may { "yes" } else { "not everywhere" })) " " (what) }
            } }
        }
    };
    layout::page(&user, Section::Other, &Page { title: "User info", content: content.into_string(), ..Page::default() })
}
