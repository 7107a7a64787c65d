//! Bodies: reading what clients send, up to a limit, and the answers, whole or streamed.

use bytes::{Bytes, BytesMut};
use futures::Stream;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Largest body that is read, as upstream: 3 MiB.
pub const BODY_BYTES_MAX: usize = 3 << 20;

/// How much more of a body that is too large is read and dropped before the answer. A client that sends everything
/// before it listens would lose the answer with the connection otherwise; one that sends more than this does.
const DROPPED_BYTES_MAX: usize = 16 << 20;

/// An error of the transport.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is larger than the limit; the rest was dropped, or not read at all.
    TooLarge,
    /// The client went away.
    Broken,
}

/// Reads a body, and keeps no more of it than the limit.
pub async fn read<B>(body: B) -> Result<Bytes, ReadError>
where
    B: Body<Data = Bytes>,
{
    let mut body = std::pin::pin!(body);
    let whole = read_to_limit(body.as_mut()).await;
    if matches!(whole, Err(ReadError::TooLarge)) {
        drop_rest(body).await;
    }
    whole
}

async fn read_to_limit<B: Body<Data = Bytes>>(mut body: Pin<&mut B>) -> Result<Bytes, ReadError> {
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(ReadError::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > BODY_BYTES_MAX {
            return Err(ReadError::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Reads on without keeping anything, as far as is decent.
async fn drop_rest<B: Body<Data = Bytes>>(mut body: Pin<&mut B>) {
    let mut dropped = 0;
    while dropped < DROPPED_BYTES_MAX
        && let Some(Ok(frame)) = body.frame().await
    {
        dropped += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// The body of an answer.
pub struct AnswerBody(Kind);

enum Kind {
    Whole(Option<Bytes>),
    Streamed(Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>),
}

impl AnswerBody {
    /// An answer that is there already.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        AnswerBody(Kind::Whole(Some(bytes.into())))
    }

    /// An answer that arrives piece by piece.
    pub fn streamed(stream: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static) -> Self {
        AnswerBody(Kind::Streamed(Box::pin(stream)))
    }
}

impl std::fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Kind::Whole(_) => "AnswerBody(whole)",
            Kind::Streamed(_) => "AnswerBody(streamed)",
        })
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Whole(bytes) => {
                Poll::Ready(bytes.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
            }
            Kind::Streamed(stream) => stream.as_mut().poll_next(context).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Kind::Whole(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Kind::Streamed(_) => SizeHint::default(),
        }
    }
}
