//! Asking a version 2 server for its refs.

use super::greeting::Greeting;
use super::pkt::{PktReader, protocol, write_delimiter, write_flush, write_line};
use crate::error::Problem;
use crate::oid::Oid;
use crate::refs::{Ref, RefScope, Refs};
use tokio::io::AsyncRead;

/// How we introduce ourselves.
pub(crate) const AGENT: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));

/// The request for the refs of `scope`.
pub(crate) fn request(greeting: &Greeting, scope: &RefScope) -> Vec<u8> {
    let mut out = Vec::new();
    write_line(&mut out, "command=ls-refs");
    write_line(&mut out, &format!("agent={AGENT}"));
    if greeting.can("object-format", None) {
        write_line(&mut out, "object-format=sha1");
    }
    write_delimiter(&mut out);
    write_line(&mut out, "peel");
    write_line(&mut out, "symrefs");
    if greeting.can("ls-refs", Some("unborn")) {
        write_line(&mut out, "unborn");
    }
    for prefix in scope.prefixes() {
        write_line(&mut out, &format!("ref-prefix {prefix}"));
    }
    write_flush(&mut out);
    out
}

/// Reads the answer to its end.
pub(crate) async fn read<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    scope: &RefScope,
    refs_max: usize,
) -> Result<Refs, Problem> {
    let mut refs = Refs { scope: scope.clone(), ..Refs::default() };
    while let Some(line) = reader.next_line().await? {
        if refs.list.len() >= refs_max {
            return Err(Problem::TooLarge { what: "the number of refs", limit: refs_max as u64 });
        }
        add(&mut refs, &String::from_utf8_lossy(line))?;
    }
    // Prefixes are hints: a server may tell more than it was asked for.
    refs.list.retain(|entry| scope.prefixes().any(|prefix| entry.name.starts_with(prefix)));
    Ok(refs)
}

/// `<oid|unborn> <name> [symref-target:<name>] [peeled:<oid>]`
fn add(refs: &mut Refs, line: &str) -> Result<(), Problem> {
    let mut words = line.split(' ');
    let (Some(target), Some(name)) = (words.next(), words.next()) else {
        return Err(protocol("a ref without a name"));
    };
    let mut peeled = None;
    for word in words {
        if let Some(target) = word.strip_prefix("symref-target:").filter(|_| name == "HEAD") {
            refs.head_target = Some(target.to_owned());
        } else if let Some(oid) = word.strip_prefix("peeled:") {
            peeled = Some(Oid::parse(oid).ok_or_else(|| protocol("a tag that leads to no object"))?);
        }
    }
    if target != "unborn" {
        let target = Oid::parse(target).ok_or_else(|| protocol("a ref without an object"))?;
        refs.list.push(Ref { name: name.to_owned(), target, peeled });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::pkt::tests::reader;
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    async fn answer(lines: &[&str]) -> Result<Refs, Problem> {
        let mut bytes = Vec::new();
        lines.iter().for_each(|line| write_line(&mut bytes, line));
        write_flush(&mut bytes);
        read(&mut reader(&bytes), &RefScope::default(), 4).await
    }

    #[tokio::test]
    async fn order_symref_and_peeled_tags_are_kept() {
        let head = format!("{A} HEAD symref-target:refs/heads/main");
        let tag = format!("{B} refs/tags/v1 peeled:{A}");
        let refs = answer(&[&head, &format!("{A} refs/heads/main"), &tag, &format!("{A} refs/pull/1/head")]).await;
        let refs = refs.expect("refs");
        assert_eq!(refs.head_target.as_deref(), Some("refs/heads/main"));
        let names: Vec<&str> = refs.list.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["HEAD", "refs/heads/main", "refs/tags/v1"]);
        assert_eq!(refs.list[2].commit().to_string(), A);
    }

    #[tokio::test]
    async fn an_unborn_head_is_an_empty_repository() {
        let refs = answer(&["unborn HEAD symref-target:refs/heads/trunk"]).await.expect("refs");
        assert!(refs.is_empty());
        assert_eq!(refs.head_target.as_deref(), Some("refs/heads/trunk"));
    }

    #[tokio::test]
    async fn lies_are_refused() {
        let line = format!("{A} refs/heads/x");
        assert!(answer(&[&line, &line, &line, &line, &line]).await.is_err(), "more refs than allowed");
        assert!(answer(&["nonsense"]).await.is_err());
        let mut half = Vec::new();
        write_line(&mut half, &line);
        assert!(read(&mut reader(&half), &RefScope::default(), 4).await.is_err(), "half a listing");
        assert!(answer(&["zz refs/heads/x"]).await.is_err());
    }
}
