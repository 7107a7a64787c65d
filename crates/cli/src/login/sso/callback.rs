//! Where the browser comes back to: one page on this machine, until the code is there.

use crate::failure::Failure;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The path that providers are told; upstream's, since it is registered there.
const PATH: &str = "/auth/callback";
/// No request of a browser for this page has a longer head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long one may take to send it.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// The address, taken.
pub(super) struct Callback {
    listener: TcpListener,
    port: u16,
}

impl Callback {
    /// Takes a port of this machine.
    pub(super) async fn take(port: u16) -> Result<Self, Failure> {
        let failed = |error| Failure::new(format!("port {port} cannot be had: {error}; --sso-port names another"));
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Callback { listener, port })
    }

    /// Where the provider sends the browser.
    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}{PATH}", self.port)
    }

    /// Waits for the code of the attempt that `state` belongs to.
    pub(super) async fn code(&self, state: &str) -> Result<String, Failure> {
        loop {
            let (mut stream, _) = self.listener.accept().await?;
            let head = tokio::time::timeout(HEAD_WITHIN, head(&mut stream)).await;
            let Ok(Some(target)) = head else { continue };
            let came = came(&target, state);
            let (status, text) = match &came {
                Came::Elsewhere => ("404 Not Found", "Not Found"),
                Came::Code(_) => ("200 OK", "Signed in. This page can be closed."),
                Came::Refused(_) => ("400 Bad Request", "Not signed in. The command says why."),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
                 Cache-Control: no-store\r\nConnection: close\r\n\r\n{text}",
                text.len()
            );
            // A browser that is gone needs no page.
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
            match came {
                Came::Elsewhere => {}
                Came::Code(code) => return Ok(code),
                Came::Refused(why) => return Err(Failure::new(why)),
            }
        }
    }
}

/// Text from elsewhere, for a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(500).collect()
}

/// What a browser came with.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// For another page, or of another attempt.
    Elsewhere,
    Code(String),
    Refused(String),
}

fn came(target: &str, state: &str) -> Came {
    let Ok(url) = Url::parse("http://localhost").and_then(|base| base.join(target)) else { return Came::Elsewhere };
    let query = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    if url.path() != PATH || query("state").as_deref() != Some(state) {
        // Any page can send a browser here: what does not belong to this attempt ends nothing.
        return Came::Elsewhere;
    }
    match (query("error"), query("code")) {
        (Some(error), _) => {
            let why = query("error_description").unwrap_or_default();
            Came::Refused(plain(&format!("the provider refuses: {error} {why}")).trim_end().to_owned())
        }
        (None, Some(code)) if !code.is_empty() => Came::Code(code),
        (None, _) => Came::Refused("the provider sent no code".to_owned()),
    }
}

/// The target of a request; `None` where it is none.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
        if head.len() > HEAD_BYTES_MAX {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_belongs_to_this_attempt_counts() {
        assert_eq!(came("/auth/callback?state=s&code=c", "s"), Came::Code("c".to_owned()));
        assert_eq!(came("/auth/callback?state=other&code=c", "s"), Came::Elsewhere);
        assert_eq!(came("/favicon.ico", "s"), Came::Elsewhere);
        assert_eq!(came("/auth/callback?code=c", "s"), Came::Elsewhere);
        let refused = came("/auth/callback?state=s&error=access_denied&error_description=no%1b[31m", "s");
        assert_eq!(refused, Came::Refused("the provider refuses: access_denied no[31m".to_owned()));
        assert!(matches!(came("/auth/callback?state=s", "s"), Came::Refused(_)));
    }
}
