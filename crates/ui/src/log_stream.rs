//! A log that is followed: its lines as server-sent events, as fast as somebody can read and no faster.
//!
//! Whatever a container writes, one who follows costs little: lines come in batches a few times a second, a batch has a
//! most, what is more waits in the container's machine, and a stream ends when it has carried its most. A stream that
//! breaks begins where it ended: the stamp of the last line is the id of its event.

use crate::logs::{Container, Line, LogQuery};
use bytes::Bytes;
use clock::Clock;
use cluster::{ClusterClient, Lines};
use jiff::Timestamp;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};

/// How long lines are gathered.
const TOGETHER: Duration = Duration::from_millis(250);
/// So many lines make a batch.
const LINES_MAX: usize = 500;
/// So many bytes make a batch.
const BATCH_MAX: usize = 128 << 10;
/// So many bytes one stream carries: nobody has read so much.
const STREAM_MAX: usize = 32 << 20;
/// When nothing was written for so long, that is told, so that both sides notice when the other is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long one stream lasts: then whoever follows comes back, and who they are is looked at anew.
const LASTS: Duration = Duration::from_secs(60);
/// When a log has ended for now, it is looked at again: machines end streams when they turn files over.
const AGAIN: Duration = Duration::from_secs(2);

/// One who follows a log.
pub struct Following {
    client: ClusterClient,
    container: Container,
    words: String,
    lines: Option<Lines>,
    /// The stamp of the last line that was read.
    last: Option<Timestamp>,
    /// Whether lines up to that one may come again.
    is_again: bool,
    carried: usize,
    is_over: bool,
    clock: Clock,
    ends: Instant,
    // Held: only so many follow at once.
    _place: OwnedSemaphorePermit,
}

impl Following {
    /// Begins behind the line with the stamp `after`.
    pub fn new(
        client: ClusterClient,
        container: Container,
        query: &LogQuery,
        after: Option<Timestamp>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let clock = client.clock().clone();
        let ends = clock.monotonic() + LASTS;
        let words = query.words.to_lowercase();
        Following {
            client,
            container,
            words,
            lines: None,
            last: after,
            is_again: true,
            carried: 0,
            is_over: false,
            clock,
            ends,
            _place: place,
        }
    }

    /// The next events; `None` when the stream is over.
    pub async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let left = self.ends.saturating_duration_since(self.clock.monotonic());
        if self.is_over || left.is_zero() {
            return None;
        }
        // A log that is silent ends with its stream all the same.
        let text = match timeout(left.min(HEARTBEAT), self.first()).await {
            Err(_) => ": \n\n".to_owned(),
            Ok(Err(message)) => {
                self.is_over = true;
                event("problem", None, [message.as_str()])
            }
            Ok(Ok(first)) => self.batch(first).await,
        };
        if self.carried > STREAM_MAX {
            self.is_over = true;
            let told = "It writes more than can be followed here: following has ended. `kubectl logs -f` goes on.";
            return Some((Ok((text + &event("full", None, [told])).into()), self));
        }
        Some((Ok(text.into()), self))
    }

    /// Waits for a line.
    async fn first(&mut self) -> Result<Line, String> {
        loop {
            if self.lines.is_none() {
                let request = self.container.followed(self.last);
                self.lines = Some(self.client.lines(&request).await.map_err(|error| error.to_string())?);
                self.is_again = true;
            }
            match self.read().await {
                Some(line) => return line,
                None => {
                    self.lines = None;
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// The next line that has not been read before; `None` when the log has ended for now.
    async fn read(&mut self) -> Option<Result<Line, String>> {
        loop {
            let bytes = match self.lines.as_mut()?.next().await? {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(error.to_string())),
            };
            let line = Line::read(&bytes);
            let is_known = self.is_again && line.stamp.is_some() && line.stamp <= self.last;
            if !is_known {
                self.is_again = false;
                self.last = line.stamp.or(self.last);
                return Some(Ok(line));
            }
        }
    }

    /// The line with those that come soon after it.
    async fn batch(&mut self, first: Line) -> String {
        let (mut lines, mut bytes, mut read) = (Vec::new(), 0, 0);
        let until = self.clock.monotonic() + TOGETHER;
        let mut next = Some(first);
        while let Some(line) = next {
            read += 1;
            if line.has(&self.words) {
                bytes += line.text.len();
                lines.push(line.text);
            }
            let left = until.saturating_duration_since(self.clock.monotonic());
            next = match timeout(left, self.read()).await {
                _ if read >= LINES_MAX || bytes >= BATCH_MAX => None,
                Ok(Some(Ok(line))) => Some(line),
                Ok(Some(Err(_)) | None) => {
                    self.lines = None;
                    None
                }
                Err(_) => None,
            };
        }
        // What is fast waits: people see no more than a few changes a second.
        tokio::time::sleep(until.saturating_duration_since(self.clock.monotonic())).await;
        self.carried += bytes;
        if lines.is_empty() { ": \n\n".to_owned() } else { event("lines", self.last, lines.iter().map(String::as_str)) }
    }
}

/// One event. Lines have no ends of lines in them.
fn event<'l>(name: &str, id: Option<Timestamp>, lines: impl IntoIterator<Item = &'l str>) -> String {
    let mut text = format!("event: {name}\n");
    if let Some(id) = id {
        text.push_str(&format!("id: {id}\n"));
    }
    for line in lines {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text
}
