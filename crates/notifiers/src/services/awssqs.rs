//! Amazon SQS: messages to a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html> and `API_GetQueueUrl`.

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::options::{Fields, filled};
use crate::sigv4::Signer;
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
    let region = [options.text("region")].into_iter().find(|it| !it.is_empty());
    let region = region.or_else(|| context.variable("AWS_REGION")).or_else(|| context.variable("AWS_DEFAULT_REGION"));
    let region = region.ok_or("no AWS region: set region of the service, or AWS_REGION of the controller")?;
    let own = (options.text("key"), options.text("secret"));
    let of_process = context.variable("AWS_ACCESS_KEY_ID").zip(context.variable("AWS_SECRET_ACCESS_KEY"));
    let has_own = !own.0.is_empty() && !own.1.is_empty();
    let (id, secret) = if has_own { Some(own) } else { of_process }
        .ok_or("no AWS keys: set key and secret of the service, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")?;
    let session = context.variable("AWS_SESSION_TOKEN").filter(|_| !has_own);
    let usual = format!("https://sqs.{region}.amazonaws.com");
    let endpoint = options.text_or("endpointUrl", &usual).trim_end_matches('/').to_owned();
    let url = Url::parse(&endpoint).map_err(|_| "endpointUrl is no URL".to_owned())?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().unwrap_or_default());
    let text = body.to_string();
    let headers =
        [("content-type", "application/x-amz-json-1.0".to_owned()), ("x-amz-target", format!("AmazonSQS.{action}"))];
    let signer = Signer { id, secret, session, region, service: "sqs" };
    let signed = signer.headers(&host, &headers, &text, context.clock.now());
    let mut request = Request::post(format!("{}://{host}/", url.scheme()), Body::Text(text));
    request.headers = signed.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let reply = context.post(request).await?;
    serde_json::from_slice(&reply.body).map_err(|_| format!("SQS answered {action} with what is no JSON").into())
}
