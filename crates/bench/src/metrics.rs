//! Reads the controllers' own counters.

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How often sources were rendered, and how often a commit was told not to concern one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renders {
    pub done: u64,
    pub spared: u64,
}

/// Asks the endpoint at `address` (host and port).
pub async fn read(address: &str) -> Result<Renders> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("no metrics at {address}"))?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    parse(&answer)
}

fn parse(answer: &str) -> Result<Renders> {
    let count = |name: &str| {
        let value = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.with_context(|| format!("no counter {name} among the metrics"))?.trim().parse::<u64>().context("no count")
    };
    Ok(Renders { done: count("capstan_renders_total")?, spared: count("capstan_renders_spared_total")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_told_apart() {
        let text = "HTTP/1.1 200 OK\r\n\r\n# TYPE x counter\ncapstan_renders_total 7\ncapstan_renders_spared_total 9\n";
        assert_eq!(parse(text).expect("both"), Renders { done: 7, spared: 9 });
        assert!(parse("capstan_renders_total 7\n").is_err());
    }
}
