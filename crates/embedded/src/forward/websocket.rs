//! A byte stream carried in the binary messages of a WebSocket (RFC 6455), as a server sees it.

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

/// The longest frame that is taken; clients send pieces of 32 KiB.
const FRAME_BYTES_MAX: u64 = 1 << 20;
/// How much waits on either side, in bytes.
const PIECE_BYTES: usize = 32 << 10;
/// How many frames wait for the client.
const FRAMES_MAX: usize = 16;

const CONTINUATION: u8 = 0;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Runs what speaks inside the messages, until either side ends.
pub(super) async fn carried<Run>(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    inside: impl FnOnce(DuplexStream) -> Run,
) where
    Run: Future<Output = ()> + Send,
{
    let (from, to) = tokio::io::split(stream);
    let (outer, inner) = tokio::io::duplex(PIECE_BYTES);
    let (said, saying) = tokio::io::split(outer);
    let (sender, frames) = mpsc::channel(FRAMES_MAX);
    tokio::select! {
        () = inside(inner) => {}
        () = unwrap(from, saying, sender.clone()) => {}
        () = wrap(said, sender) => {}
        () = write_all(to, frames) => {}
    }
}

/// From messages to bytes, until the client closes or breaks the rules.
async fn unwrap(mut from: impl AsyncRead + Unpin, mut saying: impl AsyncWrite + Unpin, sender: mpsc::Sender<Bytes>) {
    while let Some((kind, payload)) = read(&mut from).await {
        let goes_on = match kind {
            CONTINUATION | BINARY => saying.write_all(&payload).await.is_ok(),
            PING => sender.send(frame(PONG, &payload)).await.is_ok(),
            PONG => true,
            _ => false,
        };
        if !goes_on {
            return;
        }
    }
}

/// From bytes to messages.
async fn wrap(mut said: impl AsyncRead + Unpin, sender: mpsc::Sender<Bytes>) {
    let mut piece = vec![0; PIECE_BYTES];
    while let Ok(read) = said.read(&mut piece).await {
        let last = read == 0;
        let frame = if last { frame(CLOSE, &1000_u16.to_be_bytes()) } else { frame(BINARY, &piece[..read]) };
        if sender.send(frame).await.is_err() || last {
            return;
        }
    }
}

async fn write_all(mut to: impl AsyncWrite + Unpin, mut frames: mpsc::Receiver<Bytes>) {
    while let Some(frame) = frames.recv().await {
        if to.write_all(&frame).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}

/// One frame of a client: its kind and what it carries. `None` at the end, and where it is not what a client may send.
async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    from.read_exact(&mut head).await.ok()?;
    let is_masked = head[1] & 0x80 != 0;
    let length = match head[1] & 0x7f {
        126 => u64::from(from.read_u16().await.ok()?),
        127 => from.read_u64().await.ok()?,
        length => u64::from(length),
    };
    // Whatever a client sends is masked; extensions were not agreed upon.
    if !is_masked || head[0] & 0x70 != 0 || length > FRAME_BYTES_MAX {
        return None;
    }
    let mut mask = [0; 4];
    from.read_exact(&mut mask).await.ok()?;
    let mut payload = vec![0; length as usize];
    from.read_exact(&mut payload).await.ok()?;
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Some((head[0] & 0x0f, payload))
}

/// A whole message in one frame.
fn frame(kind: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(4 + payload.len());
    frame.put_u8(0x80 | kind);
    match u16::try_from(payload.len()) {
        Ok(length @ 0..=125) => frame.put_u8(length as u8),
        Ok(length) => {
            frame.put_u8(126);
            frame.put_u16(length);
        }
        Err(_) => {
            frame.put_u8(127);
            frame.put_u64(payload.len() as u64);
        }
    }
    frame.extend_from_slice(payload);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let body = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        [&[0x80 | kind, 0x80 | payload.len() as u8][..], &mask, &body.collect::<Vec<_>>()].concat()
    }

    /// What is said inside comes back.
    async fn echo(mut stream: DuplexStream) {
        let mut piece = [0; 64];
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            stream.write_all(&piece[..read]).await.expect("somebody reads");
        }
    }

    #[tokio::test]
    async fn bytes_go_in_and_out_in_messages_and_pings_are_answered() {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let carried = tokio::spawn(carried(server, echo));
        client.write_all(&masked(BINARY, b"hello")).await.expect("sent");
        let mut answer = [0; 7];
        client.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"\x82\x05hello");
        client.write_all(&masked(PING, b"p")).await.expect("sent");
        let mut answer = [0; 3];
        client.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"\x8a\x01p");
        client.write_all(&masked(CLOSE, &[])).await.expect("sent");
        carried.await.expect("it ended");
    }

    #[tokio::test]
    async fn what_no_client_may_send_ends_it() {
        for wrong in [
            &b"\x82\x05hello"[..],
            &[0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &masked(0x42, b"x")[..],
            &masked(1, b"text")[..],
        ] {
            let (mut client, server) = tokio::io::duplex(1 << 16);
            let carried = tokio::spawn(carried(server, echo));
            client.write_all(wrong).await.expect("sent");
            carried.await.expect("it ended");
        }
    }
}
