//! Mattermost: posts.
//!
//! <https://developers.mattermost.com/api-documentation/#/operations/CreatePost>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use serde_json::json;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let attachments = sending.fields().json("attachments")?.unwrap_or_else(|| json!([]));
    let body = json!({
        "channel_id": sending.recipient(), "message": sending.message, "props": {"attachments": attachments},
    });
    let request =
        Request::post(format!("{}/api/v4/posts", options.text("apiURL").trim_end_matches('/')), Body::Json(body))
            .header("authorization", format!("Bearer {}", options.text("token")))
            .trusting(options);
    sending.context.post(request).await.map(drop)
}
