//! What stands around every page.

use crate::assets;
use crate::site::Site;
use look::marks::{SPRITE, sign};
use maud::{DOCTYPE, Markup, html};

/// A page that is kept up to date.
pub struct Page<'p> {
    /// Its title.
    pub title: &'p str,
    /// What stands above and stays.
    pub fixed: Markup,
    /// What is kept up to date.
    pub content: String,
    /// Where what changed is told.
    pub live: String,
}

/// A page.
pub fn page(site: &Site, page: &Page<'_>) -> String {
    let main = html! {
        (page.fixed)
        main id="live" data-live=(page.live) { (maud::PreEscaped(&page.content)) }
    };
    whole(site, page.title, &main)
}

/// A page that stays as it is.
pub fn bare(site: &Site, title: &str, content: &Markup) -> String {
    whole(site, title, &html! { main id="live" { (content) } })
}

fn whole(site: &Site, title: &str, main: &Markup) -> String {
    let asset = |file: &str| format!("{}/assets/{file}?v={}", site.base, assets::version());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Rollouts" }
                link rel="icon" href=(asset("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(asset("app.css"));
                script src=(asset("app.js")) {}
            }
            body {
                (SPRITE)
                a.skip href="#live" { "To the content" }
                header.top {
                    a.home href=(format!("{}/", site.base)) { (sign("logo")) span { "Capstan" } span.quiet { "Rollouts" } }
                    span.fill {}
                    span id="connection" role="status" hidden {}
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

fn help() -> Markup {
    let keys = [
        ("/", "search"),
        ("j k", "next, previous"),
        ("enter", "open"),
        ("p", "promote"),
        ("esc", "back to the list, close"),
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
