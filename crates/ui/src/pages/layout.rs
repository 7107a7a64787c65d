//! What stands around every page.

use crate::assets;
use crate::door::User;
use crate::problem::Problem;
use crate::respond;
use axum::response::Response;
use http::StatusCode;
use look::inert;
use look::marks::{SPRITE, sign};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Where in the program a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Applications.
    Applications,
    /// What happened.
    Timeline,
    /// What is set up.
    Settings,
    /// Nowhere of these.
    Other,
}

/// A page.
#[derive(Default)]
pub struct Page<'p> {
    /// Its title.
    pub title: &'p str,
    /// What stands above and stays.
    pub fixed: Markup,
    /// What is kept up to date.
    pub content: String,
    /// Where what changed is told; empty when nothing is.
    pub live: String,
    /// What is open beside it.
    pub beside: Option<Markup>,
    /// Whether it takes the whole width.
    pub is_wide: bool,
}

const LINKS: [(Option<Section>, &str, &str); 4] = [
    (Some(Section::Applications), "/applications", "Applications"),
    (None, "/rollouts/", "Rollouts"),
    (Some(Section::Timeline), "/timeline", "Timeline"),
    (Some(Section::Settings), "/settings", "Settings"),
];

/// A page for who is signed in.
pub fn page(user: &User, section: Section, page: &Page<'_>) -> Response {
    let live = Some(&page.live).filter(|live| !live.is_empty());
    let main = html! {
        (page.fixed)
        div.split {
            main.wide[page.is_wide] id="live" data-live=[live] { (PreEscaped(&page.content)) }
            @match &page.beside {
                Some(beside) => { aside id="drawer" aria-label="Details" { (beside) } }
                None => { aside id="drawer" hidden aria-label="Details" {} }
            }
        }
    };
    respond::html(StatusCode::OK, whole(Some(user), section, page.title, &main))
}

/// A page that says what is wrong.
pub fn problem(user: &User, problem: &Problem, back: &str) -> Response {
    let content = html! { main id="live" { section.empty {
        h1 { @if problem.status == StatusCode::NOT_FOUND { "Nothing here" } @else { "That did not work" } }
        p { (inert(&problem.message)) }
        p { a href=(back) { "Back" } }
    } } };
    respond::html(problem.status, whole(Some(user), Section::Other, "That did not work", &content))
}

/// A page for everybody.
pub fn bare(status: StatusCode, title: &str, content: &Markup) -> Response {
    respond::html(status, whole(None, Section::Other, title, &html! { main id="live" { (content) } }))
}

fn whole(user: Option<&User>, section: Section, title: &str, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (inert(title)) " · Capstan" }
                link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::address("app.css"));
                script src=(assets::address("app.js")) {}
            }
            body {
                (SPRITE)
                a.skip href="#live" { "To the content" }
                header.top {
                    a.home href="/applications" { (sign("logo")) span { "Capstan" } }
                    @if user.is_some() { (links(section)) }
                    span.fill {}
                    span id="connection" role="status" hidden {}
                    @if let Some(user) = user { (account(user)) }
                    button.plain type="button" id="theme" aria-label="Switch between light and dark" title="Light or dark" hidden { (sign("theme")) }
                    button.plain type="button" id="help-button" aria-label="Keyboard" title="Keyboard (?)" hidden { (sign("unknown")) }
                }
                (main)
                div id="told" role="status" aria-live="polite" {}
                (help())
            }
        }
    };
    page.into_string()
}

fn links(section: Section) -> Markup {
    html! {
        nav.sections aria-label="Sections" {
            @for (own, href, label) in LINKS {
                a href=(href) aria-current=[(own == Some(section)).then_some("page")] { (label) }
            }
        }
    }
}

fn account(user: &User) -> Markup {
    html! {
        details.account id="account" {
            summary.button.plain aria-label="Account" { (sign("user")) span.wide-only { (inert(&user.name)) } }
            div.menu {
                p { "Signed in as " b { (inert(&user.name)) } }
                a.button href="/user-info" { "User info" }
                form method="post" action="/logout" data-plain { button type="submit" { "Sign out" } }
            }
        }
    }
}

fn help() -> Markup {
    let keys = [
        ("/", "search"),
        ("j k", "next, previous"),
        ("enter", "open"),
        ("s", "sync panel"),
        ("d", "diff"),
        ("r", "refresh"),
        ("← → ↑ ↓", "walk the tree"),
        ("esc", "close, back"),
        ("?", "this help"),
    ];
    html! {
        dialog id="help" aria-labelledby="help-title" {
            h2 id="help-title" { "Keyboard" }
            dl { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            form method="dialog" { button { "Close" } }
        }
    }
}
