//! The `tower` face: takes a request, reads its body, asks the fault plan, dispatches, answers.

use super::answer;
use super::body::{self, AnswerBody, BoxError, ReadError};
use super::dispatch;
use super::incoming::{Incoming, Target};
use super::negotiate::Accepted;
use crate::error::ApiError;
use crate::faults::{AnswerFault, RequestFault};
use crate::server::ApiServer;
use crate::shared::Shared;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use std::sync::Arc;
use std::task::{Context, Poll};

impl<B> tower::Service<Request<B>> for ApiServer
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<AnswerBody>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<AnswerBody>, BoxError>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(serve(shared, request))
    }
}

async fn serve<B>(shared: Arc<Shared>, request: Request<B>) -> Result<Response<AnswerBody>, BoxError>
where
    B: http_body::Body<Data = Bytes>,
{
    let (parts, body) = request.into_parts();
    let incoming = match Incoming::read(&shared, &parts) {
        Ok(incoming) => incoming,
        Err(refused) => return Ok(*refused),
    };
    let faults = shared.faults();
    let summary = faults.is_some().then(|| incoming.summary()).flatten();
    if let Some((faults, summary)) = faults.as_ref().zip(summary.as_ref()) {
        match faults.before(summary) {
            RequestFault::Serve => {}
            RequestFault::Delay(duration) => tokio::time::sleep(duration).await,
            RequestFault::Refuse(error) => return Ok(answer::refusal(&error, Accepted::JSON)),
            RequestFault::Overloaded { retry_after_seconds } => return Ok(answer::overloaded(retry_after_seconds)),
            RequestFault::Restart => {
                shared.interrupt();
                return Err("the server was restarted by a fault plan".into());
            }
            RequestFault::Disconnect => return Err("the connection was broken by a fault plan".into()),
        }
    }
    let bytes = match body::read(body).await {
        Ok(bytes) => bytes,
        Err(ReadError::TooLarge) => return Ok(answer::refusal(&too_large(), Accepted::JSON)),
        Err(ReadError::Broken) => return Err("the client went away".into()),
    };
    let response = match &incoming.target {
        Target::Resource(_) => dispatch::resource(&shared, &incoming, bytes, faults.clone().zip(summary.clone())).await,
        Target::Document(_) => dispatch::document(&shared, &incoming),
    };
    match faults.zip(summary).map(|(faults, summary)| faults.after(&summary)) {
        None | Some(AnswerFault::Deliver) => Ok(response),
        Some(AnswerFault::Lose) => Err("the answer was lost by a fault plan".into()),
        Some(AnswerFault::Restart) => {
            shared.interrupt();
            Err("the server was restarted by a fault plan".into())
        }
    }
}

fn too_large() -> ApiError {
    let limit = body::BODY_BYTES_MAX;
    ApiError::new(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {limit}"))
}
