//! Packet lines: four hex digits of length, then that much. All of Git's protocol is made of them.

use crate::error::Problem;
use std::io;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest packet line, header included, that the protocol allows.
const LINE_BYTES_MAX: usize = 65_520;

/// The longest piece of a server's own words that is shown.
const MESSAGE_CHARS_MAX: usize = 300;

/// The bytes of an answer, whatever carries them. Errors of the carrier hold a [`Problem`] where they can.
pub(crate) type Answer = Pin<Box<dyn AsyncRead + Send>>;

/// One packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pkt<'a> {
    /// A line or a piece of a stream.
    Data(&'a [u8]),
    /// The end of a message.
    Flush,
    /// The end of a section.
    Delimiter,
    /// The end of a whole answer (stateless connections).
    ResponseEnd,
}

/// How long an answer may take and how long it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// The longest silence of the server.
    pub idle: Duration,
    /// The most bytes of one answer.
    pub bytes_max: u64,
    /// What `bytes_max` bounds, for the message.
    pub what: &'static str,
}

/// Reads packets from a stream of bytes.
pub(crate) struct PktReader<R> {
    reader: R,
    line: Vec<u8>,
    pace: Pace,
    bytes_left: u64,
}

impl<R: AsyncRead + Unpin> PktReader<R> {
    pub(crate) fn new(reader: R, pace: Pace) -> Self {
        PktReader { reader, line: Vec::new(), pace, bytes_left: pace.bytes_max }
    }

    /// Sets new bounds for what follows: one connection may carry several answers.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.bytes_left = pace.bytes_max;
    }

    /// The next packet; `None` where the stream ends between packets.
    pub(crate) async fn next(&mut self) -> Result<Option<Pkt<'_>>, Problem> {
        let mut header = [0; 4];
        if !self.fill(&mut header).await? {
            return Ok(None);
        }
        let length = match parse_length(header)? {
            0 => return Ok(Some(Pkt::Flush)),
            1 => return Ok(Some(Pkt::Delimiter)),
            2 => return Ok(Some(Pkt::ResponseEnd)),
            length => length - 4,
        };
        self.bytes_left = self
            .bytes_left
            .checked_sub(length as u64 + 4)
            .ok_or(Problem::TooLarge { what: self.pace.what, limit: self.pace.bytes_max })?;
        let mut line = std::mem::take(&mut self.line);
        line.resize(length, 0);
        let filled = self.fill(&mut line).await;
        self.line = line;
        if length > 0 && !filled? {
            return Err(cut_short());
        }
        match self.line.strip_prefix(b"ERR ") {
            Some(message) => Err(refused(message)),
            None => Ok(Some(Pkt::Data(&self.line))),
        }
    }

    /// The next packet as a line of text without its line feed; `None` at a flush. A stream that ends before the flush is
    /// an error: half a listing must never pass for a whole one.
    pub(crate) async fn next_line(&mut self) -> Result<Option<&[u8]>, Problem> {
        match self.next().await? {
            Some(Pkt::Data(line)) => Ok(Some(line.strip_suffix(b"\n").unwrap_or(line))),
            Some(Pkt::Flush | Pkt::ResponseEnd) => Ok(None),
            None => Err(cut_short()),
            Some(Pkt::Delimiter) => Err(protocol("a delimiter where a line was expected")),
        }
    }

    /// Fills the buffer; `false` when the stream ended before its first byte.
    async fn fill(&mut self, buffer: &mut [u8]) -> Result<bool, Problem> {
        let mut filled = 0;
        while filled < buffer.len() {
            let read = tokio::time::timeout(self.pace.idle, self.reader.read(&mut buffer[filled..])).await;
            let read = read.map_err(|_| Problem::Timeout { doing: "waiting for the server", limit: self.pace.idle })?;
            match read.map_err(broken)? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(cut_short()),
                count => filled += count,
            }
        }
        Ok(true)
    }
}

fn parse_length(header: [u8; 4]) -> Result<usize, Problem> {
    let text = std::str::from_utf8(&header).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match text.and_then(|text| usize::from_str_radix(text, 16).ok()) {
        Some(length @ (0 | 1 | 2 | 4..=LINE_BYTES_MAX)) => Ok(length),
        _ => Err(protocol("a packet line with an impossible length")),
    }
}

/// What a server says in its own words, made safe to show.
pub(crate) fn refused(message: &[u8]) -> Problem {
    Problem::Refused { message: printable(message) }
}

/// A server's words: one line, no control characters, not too long.
pub(crate) fn printable(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let text = text.trim().replace(['\n', '\r', '\t'], " ");
    text.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

pub(crate) fn protocol(detail: impl Into<String>) -> Problem {
    Problem::Protocol { detail: detail.into() }
}

fn cut_short() -> Problem {
    Problem::Unreachable { detail: "the connection ended in the middle of an answer".into() }
}

/// Transports put their own [`Problem`] into the I/O errors they make.
fn broken(error: io::Error) -> Problem {
    let text = error.to_string();
    let problem = error.into_inner().and_then(|inner| inner.downcast::<Problem>().ok());
    problem.map_or(Problem::Unreachable { detail: text }, |problem| *problem)
}

/// Appends a line.
pub(crate) fn write_line(out: &mut Vec<u8>, line: &str) {
    out.extend(format!("{:04x}{line}\n", line.len() + 5).bytes());
}

/// Appends the end of a message.
pub(crate) fn write_flush(out: &mut Vec<u8>) {
    out.extend(b"0000");
}

/// Appends the end of a section.
pub(crate) fn write_delimiter(out: &mut Vec<u8>) {
    out.extend(b"0001");
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn reader(bytes: &[u8]) -> PktReader<&[u8]> {
        PktReader::new(bytes, Pace { idle: Duration::from_secs(1), bytes_max: 100_000, what: "the answer in bytes" })
    }

    #[tokio::test]
    async fn packets_are_read_as_written() {
        let mut bytes = Vec::new();
        write_line(&mut bytes, "hello");
        write_delimiter(&mut bytes);
        write_flush(&mut bytes);
        bytes.extend(b"0004");
        let mut reader = reader(&bytes);
        assert_eq!(reader.next().await, Ok(Some(Pkt::Data(b"hello\n"))));
        assert_eq!(reader.next().await, Ok(Some(Pkt::Delimiter)));
        assert_eq!(reader.next().await, Ok(Some(Pkt::Flush)));
        assert_eq!(reader.next().await, Ok(Some(Pkt::Data(b""))));
        assert_eq!(reader.next().await, Ok(None));
    }

    #[tokio::test]
    async fn garbage_is_refused() {
        for bytes in [&b"<html>"[..], b"0003", b"fff1", b"+005a", b"00", b"0010abc"] {
            assert!(reader(bytes).next().await.is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn an_endless_answer_ends() {
        let endless = tokio::io::AsyncReadExt::chain(&b""[..], Repeating);
        let mut reader = PktReader::new(
            Box::pin(endless),
            Pace { idle: Duration::from_secs(1), bytes_max: 1 << 20, what: "the answer in bytes" },
        );
        let error = loop {
            if let Err(error) = reader.next().await {
                break error;
            }
        };
        assert_eq!(error, Problem::TooLarge { what: "the answer in bytes", limit: 1 << 20 });
    }

    /// Says `0032` and 46 digits for ever.
    struct Repeating;

    impl AsyncRead for Repeating {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            buf: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            let line = b"003200000000000000000000000000000000000000000000000";
            let length = line.len().min(buf.remaining());
            buf.put_slice(&line[..length]);
            std::task::Poll::Ready(Ok(()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_left() {
        let (_server, client) = tokio::io::duplex(64);
        let pace = Pace { idle: Duration::from_secs(30), bytes_max: 100, what: "the answer in bytes" };
        let error = PktReader::new(client, pace).next().await.expect_err("nothing comes");
        assert_eq!(error, Problem::Timeout { doing: "waiting for the server", limit: Duration::from_secs(30) });
    }

    #[tokio::test]
    async fn the_servers_own_words_are_made_safe() {
        let error = reader(b"001aERR no\x1b[31m such repo\n").next().await.expect_err("an error");
        assert_eq!(error, Problem::Refused { message: "no[31m such repo".into() });
    }
}
