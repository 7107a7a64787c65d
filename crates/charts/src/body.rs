//! Answers read within bounds: bytes are counted as they come, silence and slowness have an end.

use crate::failure::of_error;
use crate::options::Timeouts;
use crate::patience::within;
use crate::problem::Problem;
use bytes::{Bytes, BytesMut};
use reqwest::Response;

/// What an answer may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    /// What is counted, for the message.
    pub(crate) what: &'static str,
    /// How many bytes.
    pub(crate) bytes_max: u64,
}

/// The parts of an answer.
pub(crate) struct Parts {
    response: Response,
    bound: Bound,
    seen: u64,
    timeouts: Timeouts,
}

impl Parts {
    pub(crate) fn new(response: Response, bound: Bound, timeouts: Timeouts) -> Result<Self, Problem> {
        match response.content_length() {
            Some(length) if length > bound.bytes_max => Err(bound.exceeded()),
            _ => Ok(Parts { response, bound, seen: 0, timeouts }),
        }
    }

    /// The next part; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let part = within(self.timeouts.idle, "waiting for the rest of an answer", self.response.chunk()).await?;
        let part = part.map_err(|error| of_error(&error, &self.timeouts))?;
        self.seen += part.as_ref().map_or(0, |part| part.len() as u64);
        if self.seen > self.bound.bytes_max { Err(self.bound.exceeded()) } else { Ok(part) }
    }
}

impl Bound {
    /// That there is more.
    pub(crate) fn exceeded(self) -> Problem {
        Problem::TooLarge { what: self.what, max: self.bytes_max }
    }
}

/// The whole of an answer.
pub(crate) async fn read(response: Response, bound: Bound, timeouts: Timeouts) -> Result<Bytes, Problem> {
    let mut parts = Parts::new(response, bound, timeouts)?;
    let mut whole = BytesMut::new();
    while let Some(part) = parts.next().await? {
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}
