//! Where the token is asked for, when the dashboard can be reached by others.

use super::layout;
use crate::guard::remembered;
use crate::respond;
use crate::site::Site;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::html;
use std::sync::Arc;
use std::time::Duration;

/// Who tries tokens waits between tries.
const AFTER_A_WRONG_ONE: Duration = Duration::from_millis(500);

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    asked(&site, StatusCode::OK, None)
}

/// Takes the token.
pub async fn enter(State(site): State<Arc<Site>>, headers: HeaderMap, body: Body) -> Response {
    let start = format!("{}/", site.base);
    let Some(token) = &site.options.token else { return respond::see_other(&start) };
    let bytes = match respond::body(&headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let told = url::form_urlencoded::parse(&bytes).find(|(key, _)| key == "token").map(|(_, told)| told);
    if told.is_some_and(|told| token.is(told.trim())) {
        return remembered(&site, token, &start);
    }
    tokio::time::sleep(AFTER_A_WRONG_ONE).await;
    asked(&site, StatusCode::FORBIDDEN, Some("That is not the token."))
}

fn asked(site: &Site, status: StatusCode, why: Option<&str>) -> Response {
    let content = html! {
        section.empty {
            h1 { "Who are you?" }
            p { "The token was printed when the dashboard was started." }
            @if let Some(why) = why { p.wrong role="alert" { (why) } }
            form.image method="post" action=(format!("{}/login", site.base)) data-plain {
                label for="token" { "Token" }
                input type="password" name="token" id="token" required autocomplete="current-password";
                button.first type="submit" { "Enter" }
            }
        }
    };
    respond::html(status, layout::bare(site, "Who are you?", &content))
}
