//! Amazon SQS: messages to a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html> and `API_GetQueueUrl`.

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::{Fields, filled};
use aws::{Keys, Scope, Unsigned};
use serde_json::{Map, Value as Json, json};
use url::Url;

/// Compat: upstream lets a message wait for so long.
const DELAY_SECONDS: u8 = 10;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let (options, fields) = (sending.options, sending.fields());
    let queue = if sending.recipient().is_empty() { options.text("queue") } else { sending.recipient() };
    let asked = filled([("QueueName", queue.into()), ("QueueOwnerAWSAccountId", options.text("account").into())]);
    let answer = call(sending, "GetQueueUrl", asked).await?;
    let attributes: Map<String, Json> = fields
        .texts("messageAttributes")
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!({"DataType": "String", "StringValue": value})))
        .collect();
    let group = fields.text("messageGroupId");
    let is_fifo = queue.ends_with(".fifo");
    let message = filled([
        ("QueueUrl", Fields(&answer).text("QueueUrl").into()),
        ("MessageBody", sending.message.into()),
        // Queues in order of arrival refuse a delay of one message.
        ("DelaySeconds", if is_fifo { Json::Null } else { DELAY_SECONDS.into() }),
        ("MessageAttributes", Json::Object(attributes)),
        ("MessageGroupId", group.into()),
    ]);
    call(sending, "SendMessage", message).await.map(drop)
}

async fn call(sending: &Sending<'_>, action: &str, body: Json) -> Result<Json, SendError> {
    let (options, context) = (sending.options, sending.context);
    let of_process =
        |error: aws::Error| SendError::failed(format!("{error}; or set key, secret and region of the service"));
    let region = match options.text("region") {
        "" => context.aws.region().await.map_err(of_process)?,
        region => region.to_owned(),
    };
    let keys = match (options.text("key"), options.text("secret")) {
        ("", _) | (_, "") => context.aws.keys().await.map_err(of_process)?,
        (id, secret) => Keys::lasting(id, secret, None),
    };
    let usual = format!("https://sqs.{region}.amazonaws.com");
    let endpoint = options.text_or("endpointUrl", &usual).trim_end_matches('/').to_owned();
    let mut url = Url::parse(&endpoint).map_err(|_| "endpointUrl is no URL".to_owned())?;
    // Requests of this protocol go to the root.
    url.set_path("/");
    url.set_query(None);
    let text = body.to_string();
    let mut headers = vec![
        ("content-type".to_owned(), "application/x-amz-json-1.0".to_owned()),
        ("x-amz-target".to_owned(), format!("AmazonSQS.{action}")),
    ];
    let unsigned = Unsigned { method: "POST", url: &url, headers: &headers, body: text.as_bytes() };
    headers.extend(aws::sign(&unsigned, Scope { region: &region, service: "sqs" }, &keys, context.clock.now()));
    let mut request = Request::post(url.to_string(), Body::Text(text));
    request.headers = headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let reply = context.post(request).await?;
    serde_json::from_slice(&reply.body).map_err(|_| format!("SQS answered {action} with what is no JSON").into())
}
