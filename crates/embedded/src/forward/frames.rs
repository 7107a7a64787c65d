//! Frames of SPDY/3.1: what comes and goes on one connection. Lengths are checked before anything is kept.

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest data that is taken at once; clients send pieces of 32 KiB.
const DATA_BYTES_MAX: usize = 1 << 20;
/// The longest control frame; the headers of a port have some hundred bytes.
const CONTROL_BYTES_MAX: usize = 64 << 10;
/// The version in control frames.
const VERSION: u16 = 3;

const SYN_STREAM: u16 = 1;
const SYN_REPLY: u16 = 2;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GO_AWAY: u16 = 7;
const HEADERS: u16 = 8;

/// The last frame of its sender on a stream.
const FIN: u8 = 1;

/// Why a stream is broken off: it may be tried elsewhere.
pub(super) const REFUSED_STREAM: u32 = 3;
/// Why a stream is broken off: it makes no sense.
pub(super) const PROTOCOL_ERROR: u32 = 1;

/// A frame that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A stream begins; with its headers, compressed, and whether that is all there is.
    Begin { stream: u32, headers: Bytes, is_last: bool },
    /// Headers that follow, compressed: what comes after them cannot be read without them.
    Headers { headers: Bytes },
    /// Data.
    Data { stream: u32, data: Bytes, is_last: bool },
    /// The stream is broken off.
    Reset { stream: u32 },
    /// To be answered alike.
    Ping { id: u32 },
    /// No more streams will begin.
    GoAway,
    /// What needs no answer.
    Other,
}

/// What is no frame of this protocol, or too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// Reads the next frame; `None` at the end.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<Frame>, Broken> {
    let mut head = [0; 8];
    match stream.read_exact(&mut head).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(_) => return Err(Broken),
    }
    let is_control = head[0] & 0x80 != 0;
    let length = u32::from_be_bytes([0, head[5], head[6], head[7]]) as usize;
    if length > if is_control { CONTROL_BYTES_MAX } else { DATA_BYTES_MAX } {
        return Err(Broken);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.map_err(|_| Broken)?;
    let (body, is_last) = (Bytes::from(body), head[4] & FIN != 0);
    if !is_control {
        return Ok(Some(Frame::Data { stream: number([head[0], head[1], head[2], head[3]]), data: body, is_last }));
    }
    if u16::from_be_bytes([head[0] & 0x7f, head[1]]) != VERSION {
        return Err(Broken);
    }
    control(u16::from_be_bytes([head[2], head[3]]), body, is_last).map(Some).ok_or(Broken)
}

fn control(kind: u16, body: Bytes, is_last: bool) -> Option<Frame> {
    let at = |start: usize| -> Option<u32> { Some(number(body.get(start..start + 4)?.try_into().ok()?)) };
    Some(match kind {
        SYN_STREAM => Frame::Begin { stream: at(0)?, headers: (body.len() >= 10).then(|| body.slice(10..))?, is_last },
        SYN_REPLY | HEADERS => Frame::Headers { headers: (body.len() >= 4).then(|| body.slice(4..))? },
        RST_STREAM => Frame::Reset { stream: at(0)? },
        PING => Frame::Ping { id: u32::from_be_bytes(body.get(..4)?.try_into().ok()?) },
        GO_AWAY => Frame::GoAway,
        _ => Frame::Other,
    })
}

/// Streams have 31 bits.
fn number(bytes: [u8; 4]) -> u32 {
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

/// Agrees to a stream.
pub(super) fn reply(stream: u32, headers: &[u8]) -> Bytes {
    control_frame(SYN_REPLY, &[&stream.to_be_bytes(), headers])
}

/// Breaks a stream off.
pub(super) fn reset(stream: u32, why: u32) -> Bytes {
    control_frame(RST_STREAM, &[&stream.to_be_bytes(), &why.to_be_bytes()])
}

/// Answers a ping.
pub(super) fn pong(id: u32) -> Bytes {
    control_frame(PING, &[&id.to_be_bytes()])
}

/// Data; what is longer than a frame may be is an error of the caller.
pub(super) fn data(stream: u32, data: &[u8]) -> Bytes {
    data_frame(stream, 0, data)
}

/// The last of a stream.
pub(super) fn end(stream: u32) -> Bytes {
    data_frame(stream, FIN, &[])
}

fn data_frame(stream: u32, flags: u8, data: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(8 + data.len());
    frame.put_u32(stream);
    frame.put_u8(flags);
    put_length(&mut frame, data.len());
    frame.extend_from_slice(data);
    frame.freeze()
}

fn control_frame(kind: u16, parts: &[&[u8]]) -> Bytes {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut frame = BytesMut::with_capacity(8 + length);
    frame.put_u16(0x8000 | VERSION);
    frame.put_u16(kind);
    frame.put_u8(0);
    put_length(&mut frame, length);
    parts.iter().for_each(|part| frame.extend_from_slice(part));
    frame.freeze()
}

/// Lengths have 24 bits.
fn put_length(frame: &mut BytesMut, length: usize) {
    let bytes = (length as u32).to_be_bytes();
    frame.extend_from_slice(&bytes[1..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn only(bytes: &[u8]) -> Result<Option<Frame>, Broken> {
        read(&mut std::io::Cursor::new(bytes.to_vec())).await
    }

    #[tokio::test]
    async fn frames_are_read_as_they_were_written() {
        let wanted = Frame::Data { stream: 5, data: Bytes::from_static(b"abc"), is_last: false };
        assert_eq!(only(&data(5, b"abc")).await, Ok(Some(wanted)));
        assert_eq!(only(&end(5)).await, Ok(Some(Frame::Data { stream: 5, data: Bytes::new(), is_last: true })));
        assert_eq!(only(&reset(7, REFUSED_STREAM)).await, Ok(Some(Frame::Reset { stream: 7 })));
        assert_eq!(only(&pong(9)).await, Ok(Some(Frame::Ping { id: 9 })));
        assert_eq!(only(&reply(3, b"x")).await, Ok(Some(Frame::Headers { headers: Bytes::from_static(b"x") })));
        assert_eq!(only(&[]).await, Ok(None));
    }

    #[tokio::test]
    async fn what_is_too_long_or_cut_off_or_of_another_version_is_refused() {
        assert_eq!(only(&[0, 0, 0, 1, 0, 0xff, 0xff, 0xff]).await, Err(Broken), "data of 16 MiB");
        assert_eq!(only(&[0x80, 3, 0, 1, 0, 2, 0, 0]).await, Err(Broken), "a control frame of 128 KiB");
        assert_eq!(only(&[0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1]).await, Err(Broken), "version 2");
        assert_eq!(only(&[0x80, 3, 0, 1, 0, 0, 0, 2, 0, 1]).await, Err(Broken), "a stream without a number");
        assert_eq!(only(&data(1, b"abc")[..9]).await, Err(Broken), "cut off");
    }
}
