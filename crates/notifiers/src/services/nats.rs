//! NATS: one message to a subject.
//!
//! <https://docs.nats.io/reference/reference-protocols/nats-protocol>

use super::Sending;
use crate::context::{TIMEOUT, trust};
use crate::error::SendError;
use crate::options::{Fields, filled};
use crate::tls;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use rustls_pki_types::ServerName;
use serde_json::Value as Json;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// The longest line that a server may send: `INFO` of a large cluster has a few kilobytes.
const LINE_BYTES_MAX: u64 = 64 << 10;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let told = |_| SendError::failed(format!("NATS did not take the message within {}s (limit)", TIMEOUT.as_secs()));
    timeout(TIMEOUT, publish(sending)).await.map_err(told)?
}

async fn publish(sending: &Sending<'_>) -> Result<(), SendError> {
    let url = Url::parse(sending.options.text("url")).map_err(|_| "url is no URL of NATS".to_owned())?;
    let host = url.host_str().ok_or("url names no server of NATS")?.to_owned();
    let is_subject = |it: &str| !it.is_empty() && !it.contains(char::is_whitespace);
    if !is_subject(sending.recipient()) {
        return Err(format!("recipient {:?} is no subject of NATS", sending.recipient()).into());
    }
    let as_http = Url::parse(&format!("http://{host}")).map_err(|_| "url names no server".to_owned())?;
    let reach = sending.context.reach(&as_http).await;
    let name = host.trim_matches(['[', ']']);
    let found =
        web::addresses(name, url.port().unwrap_or(4222), reach).await.map_err(|error| unreachable(&host, &error))?;
    let stream = TcpStream::connect(found.as_slice()).await.map_err(|error| unreachable(&host, &error))?;
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(stream));
    let info = info(&mut stream, &host).await?;
    if url.scheme() == "tls" || Fields(&info).is("tls_required") {
        stream = BufReader::new(Box::new(secured(stream.into_inner(), sending, &host).await?));
    }
    let message = message(sending)?;
    let text = format!("CONNECT {}\r\n", connect(sending, &url, &info)?);
    let bytes = [text.as_bytes(), &message, b"PING\r\n"].concat();
    stream.write_all(&bytes).await.map_err(|error| unreachable(&host, &error))?;
    stream.flush().await.map_err(|error| unreachable(&host, &error))?;
    loop {
        let line = line(&mut stream, &host).await?;
        match line.split_whitespace().next().unwrap_or_default() {
            "PONG" => return Ok(()),
            "-ERR" => return Err(format!("NATS refused: {}", line.trim_start_matches("-ERR").trim()).into()),
            "PING" => stream.write_all(b"PONG\r\n").await.map_err(|error| unreachable(&host, &error))?,
            _ => {}
        }
    }
}

fn unreachable(host: &str, error: &std::io::Error) -> SendError {
    SendError::failed(format!("{host} cannot be reached: {}", web::root_cause(error)))
}

async fn line(stream: &mut BufReader<Box<dyn Stream>>, host: &str) -> Result<String, SendError> {
    use tokio::io::AsyncReadExt as _;
    let mut line = String::new();
    let read = stream.take(LINE_BYTES_MAX).read_line(&mut line).await.map_err(|error| unreachable(host, &error))?;
    if read == 0 || !line.ends_with('\n') { Err(format!("{host} ended the connection").into()) } else { Ok(line) }
}

async fn info(stream: &mut BufReader<Box<dyn Stream>>, host: &str) -> Result<Json, SendError> {
    let line = line(stream, host).await?;
    let text = line.strip_prefix("INFO ").ok_or_else(|| format!("{host} does not speak NATS"))?;
    serde_json::from_str(text).map_err(|_| format!("{host} does not speak NATS").into())
}

async fn secured(stream: Box<dyn Stream>, sending: &Sending<'_>, host: &str) -> Result<impl Stream + use<>, SendError> {
    let wrong =
        |why: &dyn std::fmt::Display| SendError::failed(format!("the certificate of {host} cannot be trusted: {why}"));
    let connector = tls::connector(&sending.context.trusting(trust(sending.options), host))?;
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|error| wrong(&error))?;
    connector.connect(name, stream).await.map_err(|error| wrong(&error))
}

/// What we say of ourselves.
fn connect(sending: &Sending<'_>, url: &Url, info: &Json) -> Result<Json, SendError> {
    let options = sending.options;
    let (user, password) = match (options.text("username"), options.text("password")) {
        ("", _) | (_, "") => (url.username(), url.password().unwrap_or_default()),
        own => own,
    };
    let mut nkey = (Json::Null, Json::Null);
    if !options.text("nkey").is_empty() {
        let pair = key_pair(options.text("nkey")).ok_or("nkey is no seed of an NKey")?;
        let signature = pair.sign(Fields(info).text("nonce").as_bytes());
        let public = public_key(pair.public_key().as_ref());
        nkey = (public.into(), URL_SAFE_NO_PAD.encode(signature).into());
    }
    Ok(filled([
        ("verbose", false.into()),
        ("pedantic", false.into()),
        ("headers", true.into()),
        ("no_responders", false.into()),
        ("protocol", 1.into()),
        ("lang", "rust".into()),
        ("name", "capstan".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("user", user.into()),
        ("pass", password.into()),
        ("nkey", nkey.0),
        ("sig", nkey.1),
    ]))
}

/// The message, with headers where there are any.
fn message(sending: &Sending<'_>) -> Result<Vec<u8>, SendError> {
    let (subject, body) = (sending.recipient(), sending.message);
    let headers = sending.options.texts("headers");
    if headers.is_empty() {
        return Ok(format!("PUB {subject} {}\r\n{body}\r\n", body.len()).into_bytes());
    }
    let mut head = "NATS/1.0\r\n".to_owned();
    for (name, value) in headers {
        if name.contains([':', '\r', '\n', ' ']) || value.contains(['\r', '\n']) {
            return Err(format!("header {name:?} cannot be sent").into());
        }
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let (head_bytes, bytes) = (head.len(), head.len() + body.len());
    Ok(format!("HPUB {subject} {head_bytes} {bytes}\r\n{head}{body}\r\n").into_bytes())
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// The first byte of a user's public key.
const USER: u8 = 20 << 3;

/// The pair of a seed: two bytes that say what it is, 32 of the seed, two of a check sum, in base 32.
fn key_pair(seed: &str) -> Option<Ed25519KeyPair> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for sign in seed.trim().bytes() {
        bits = bits << 5 | u32::try_from(ALPHABET.iter().position(|it| *it == sign)?).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let [raw @ .., low, high] = bytes.as_slice() else { return None };
    let is_whole = crc16(raw) == u16::from_le_bytes([*low, *high]) && raw.len() == 34;
    // The first five bits of a seed are those of the letter S.
    let is_seed = raw.first().is_some_and(|first| first >> 3 == 18);
    if is_whole && is_seed { Ed25519KeyPair::from_seed_unchecked(&raw[2..]).ok() } else { None }
}

fn public_key(raw: &[u8]) -> String {
    let mut bytes = vec![USER];
    bytes.extend_from_slice(raw);
    let sum = crc16(&bytes);
    bytes.extend(sum.to_le_bytes());
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
    }
    text
}

/// CRC-16 as XMODEM has it.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of the examples in <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth>.
    #[test]
    fn keys_are_those_of_the_published_example() {
        let pair = key_pair("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY").expect("a seed");
        assert_eq!(public_key(pair.public_key().as_ref()), "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
        assert!(key_pair("SUACSSL3").is_none() && key_pair("not a seed").is_none());
    }
}
