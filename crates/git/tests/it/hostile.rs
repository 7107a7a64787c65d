//! Servers that lie, stall or are not Git servers at all.

use crate::fixture::{Fixture, remote};
use crate::http_server::{Behaviour, HttpServer};
use git::{GitError, Problem, Retry};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ADVERTISEMENT: &str = "application/x-git-upload-pack-advertisement";

async fn ask(status: u16, kind: &'static str, body: &[u8]) -> GitError {
    let fixture = Fixture::new();
    let canned = Behaviour { canned: Some((status, kind, body.to_vec())), ..Behaviour::default() };
    let server = HttpServer::http(fixture.srv(), canned).await;
    fixture.list(&remote(&server.url())).await.expect_err("no Git server")
}

#[tokio::test]
async fn what_is_no_git_server_is_named() {
    let page = ask(200, "text/html", b"<html>log in</html>").await;
    assert!(page.to_string().contains("an answer of type 'text/html'"), "{page}");
    for body in [&b"<html>"[..], b"", b"0000", b"001e# service=git-upload-pack\n0000", b"ffffff", b"000eversion 2\n"] {
        let error = ask(200, ADVERTISEMENT, body).await;
        assert!(
            matches!(error.problem, Problem::Protocol { .. } | Problem::Unreachable { .. }),
            "{}: {error}",
            String::from_utf8_lossy(body)
        );
    }
    let failing = ask(502, "text/html", b"").await;
    assert_eq!((failing.retry(), failing.problem), (Retry::Backoff, Problem::ServerFailed { status: 502 }));
}

#[tokio::test]
async fn a_million_refs_are_refused_in_bounded_memory() {
    let mut body = b"001e# service=git-upload-pack\n0000".to_vec();
    let id = "a".repeat(40);
    for number in 0..300_000 {
        let abilities = if number == 0 { "\0agent=x" } else { "" };
        let line = format!("{id} refs/heads/{number:07}{abilities}\n");
        body.extend(format!("{:04x}{line}", line.len() + 4).bytes());
    }
    let error = ask(200, ADVERTISEMENT, &body).await;
    assert_eq!(error.problem, Problem::TooLarge { what: "the number of refs", limit: 200_000 });
}

/// What a fetch answers, around a pack.
fn answer(pack: &[u8]) -> Vec<u8> {
    let mut body = b"000dpackfile\n".to_vec();
    for piece in pack.chunks(60_000) {
        body.extend(format!("{:04x}\x01", piece.len() + 5).bytes());
        body.extend(piece);
    }
    body.extend(b"0000");
    body
}

/// A pack with this many objects announced and these bytes for them.
fn pack(count: u32, objects: &[u8]) -> Vec<u8> {
    let mut pack = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &count.to_be_bytes(), objects].concat();
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &pack);
    pack.extend(digest.as_ref());
    pack
}

/// A blob that claims to be this large, with nothing in it.
fn hollow_blob(size: u64) -> Vec<u8> {
    let (mut bytes, mut rest) = (vec![0x80 | (3 << 4) | (size & 15) as u8], size >> 4);
    while rest > 127 {
        bytes.push(0x80 | (rest & 127) as u8);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    // An empty zlib stream.
    bytes.extend([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]);
    bytes
}

#[tokio::test]
async fn packs_that_lie_are_refused_and_leave_nothing() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let whole = pack(0, &[]);
    let cases: [(&str, Vec<u8>); 8] = [
        ("nothing", Vec::new()),
        ("no pack", answer(b"")),
        ("garbage", answer(b"this is no pack at all, but long enough to be one")),
        ("an empty pack", answer(&whole)),
        ("half a pack", answer(&whole[..20])),
        ("a wrong digest", answer(&[&whole[..20], &[0; 12]].concat())),
        ("fewer objects than announced", answer(&pack(1000, &[]))),
        ("an object of a terabyte", answer(&pack(1, &hollow_blob(1 << 40)))),
    ];
    for (case, body) in cases {
        let server = HttpServer::http(fixture.srv(), Behaviour { fetch: Some(body), ..Behaviour::default() }).await;
        let Err(error) = fixture.open(&remote(&server.url()), "HEAD").await else { panic!("{case} was believed") };
        assert!(
            matches!(error.problem, Problem::Protocol { .. } | Problem::Unreachable { .. } | Problem::Gone { .. }),
            "{case}: {error}"
        );
    }
    let left = leftovers(&fixture.dir.path().join("data"));
    assert!(left.is_empty(), "{left:?}");
    let honest = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    assert!(fixture.open(&remote(&honest.url()), "HEAD").await.is_ok());
}

/// Files that are neither a mirror's own nor complete objects.
fn leftovers(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(leftovers(&path));
        } else if !path.ends_with("HEAD") && !path.ends_with("config") {
            found.push(path);
        }
    }
    found
}

/// A server that answers each connection with these pieces and then keeps it open.
async fn raw_server(pieces: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/repo.git", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let _ = socket.read(&mut request).await;
            for piece in &pieces {
                let _ = socket.write_all(piece).await;
            }
            open.push(socket);
        }
    });
    url
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    let fixture = Fixture::with(|options| options.timeouts.idle = Duration::from_millis(200));
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {ADVERTISEMENT}\r\ncontent-length: 1000\r\n\r\n001e# serv");
    let url = raw_server(vec![head.into_bytes()]).await;
    let error = fixture.list(&remote(&url)).await.expect_err("silence");
    assert!(matches!(error.problem, Problem::Timeout { .. }), "{error}");
    let fixture = Fixture::with(|options| options.timeouts.list = Duration::from_millis(200));
    let url = raw_server(vec![]).await;
    let error = fixture.list(&remote(&url)).await.expect_err("no answer at all");
    assert_eq!(error.problem, Problem::Timeout { doing: "listing the refs", limit: Duration::from_millis(200) });
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/repo.git", listener.local_addr().expect("an address"));
    drop(listener);
    let fixture = Fixture::new();
    let error = fixture.list(&remote(&url)).await.expect_err("nobody there");
    assert!(matches!(error.problem, Problem::Unreachable { .. }), "{error}");
    assert_eq!(error.retry(), Retry::Backoff);
}
