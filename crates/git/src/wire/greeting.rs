//! What a server says first: its protocol version and abilities, and with version 0 all its refs at once.

use super::pkt::{PktReader, printable, protocol};
use super::service::Service;
use crate::error::Problem;
use crate::oid::Oid;
use crate::refs::{Ref, RefScope, Refs};
use std::collections::BTreeMap;
use tokio::io::AsyncRead;

/// The most abilities a server may name; real ones name about twenty.
const ABILITIES_MAX: usize = 256;

/// How a server introduces itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Greeting {
    /// The version it speaks.
    pub version: Version,
    /// Its abilities with their values; a name that comes twice keeps both values, separated by a space.
    pub abilities: BTreeMap<String, String>,
}

/// The protocol versions, with what comes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Version {
    /// Versions 0 and 1: the refs come with the greeting.
    Zero(Refs),
    /// Version 2: refs are asked for.
    Two,
}

impl Greeting {
    /// Whether an ability is named, or a word of its value (`fetch=shallow filter`).
    pub(crate) fn can(&self, ability: &str, word: Option<&str>) -> bool {
        self.abilities.get(ability).is_some_and(|value| word.is_none_or(|word| value.split(' ').any(|w| w == word)))
    }

    /// Whether a fetch can end at a depth.
    pub(crate) fn can_be_shallow(&self) -> bool {
        match self.version {
            Version::Two => self.can("fetch", Some("shallow")),
            Version::Zero(_) => self.can("shallow", None),
        }
    }

    /// Whether a fetch can leave out large files.
    pub(crate) fn can_filter(&self) -> bool {
        match self.version {
            Version::Two => self.can("fetch", Some("filter")),
            Version::Zero(_) => self.can("filter", None),
        }
    }
}

/// Reads a greeting to its end.
pub(crate) async fn read<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    service: Service,
    refs_max: usize,
) -> Result<Greeting, Problem> {
    let mut first = next(reader).await?.ok_or_else(|| protocol("it ends before saying anything"))?;
    // Only over http, and not from every server: the service announced, and a flush.
    if first.starts_with(b"# service=") {
        if first.strip_prefix(b"# service=") != Some(service.name().as_bytes()) {
            return Err(protocol("it announces another service"));
        }
        if next(reader).await?.is_some() {
            return Err(protocol("more than one service announced"));
        }
        first = next(reader).await?.unwrap_or_default();
    }
    match first.as_slice() {
        b"version 2" => read_two(reader).await,
        b"version 1" => {
            let first = next(reader).await?.unwrap_or_default();
            read_zero(reader, first, refs_max).await
        }
        _ => read_zero(reader, first, refs_max).await,
    }
}

async fn next<R: AsyncRead + Unpin>(reader: &mut PktReader<R>) -> Result<Option<Vec<u8>>, Problem> {
    Ok(reader.next_line().await?.map(<[u8]>::to_vec))
}

async fn read_two<R: AsyncRead + Unpin>(reader: &mut PktReader<R>) -> Result<Greeting, Problem> {
    let mut abilities = BTreeMap::new();
    while let Some(line) = reader.next_line().await? {
        note(&mut abilities, line)?;
    }
    let greeting = Greeting { version: Version::Two, abilities };
    only_sha1(&greeting)?;
    Ok(greeting)
}

async fn read_zero<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    first: Vec<u8>,
    refs_max: usize,
) -> Result<Greeting, Problem> {
    if first.is_empty() {
        // Some servers greet for an empty repository with nothing at all.
        return Ok(Greeting { version: Version::Zero(Refs::default()), abilities: BTreeMap::new() });
    }
    let mut abilities = BTreeMap::new();
    let zero = first.iter().position(|byte| *byte == 0).ok_or_else(|| {
        protocol(format!(
            "it begins with '{}' instead of refs",
            &printable(&first).chars().take(40).collect::<String>()
        ))
    })?;
    for ability in first[zero + 1..].split(|byte| *byte == b' ').filter(|ability| !ability.is_empty()) {
        note(&mut abilities, ability)?;
    }
    let mut refs = Refs { head_target: symref_of_head(&abilities), ..Refs::default() };
    let mut line = Some(first[..zero].to_vec());
    while let Some(current) = line {
        add(&mut refs, &current)?;
        if refs.list.len() > refs_max {
            return Err(Problem::TooLarge { what: "the number of refs", limit: refs_max as u64 });
        }
        line = next(reader).await?;
    }
    let greeting = Greeting { version: Version::Zero(refs), abilities };
    only_sha1(&greeting)?;
    Ok(greeting)
}

fn note(abilities: &mut BTreeMap<String, String>, ability: &[u8]) -> Result<(), Problem> {
    if abilities.len() >= ABILITIES_MAX {
        return Err(Problem::TooLarge { what: "the number of abilities in the greeting", limit: ABILITIES_MAX as u64 });
    }
    let ability = String::from_utf8_lossy(ability);
    let (name, value) = ability.split_once('=').unwrap_or((&ability, ""));
    let known = abilities.entry(name.to_owned()).or_default();
    if !known.is_empty() {
        known.push(' ');
    }
    known.push_str(value);
    Ok(())
}

fn only_sha1(greeting: &Greeting) -> Result<(), Problem> {
    match greeting.abilities.get("object-format").map(String::as_str) {
        None | Some("sha1") => Ok(()),
        Some(format) => Err(Problem::Unsupported { what: format!("object format {format}") }),
    }
}

fn symref_of_head(abilities: &BTreeMap<String, String>) -> Option<String> {
    let symrefs = abilities.get("symref")?;
    symrefs.split(' ').find_map(|pair| pair.strip_prefix("HEAD:")).map(str::to_owned)
}

/// One line of a version 0 listing: a name, or `name^{}` with what the tag before it leads to.
fn add(refs: &mut Refs, line: &[u8]) -> Result<(), Problem> {
    let line = String::from_utf8_lossy(line);
    if line.starts_with("shallow ") {
        return Ok(());
    }
    let (target, name) = line.split_once(' ').ok_or_else(|| protocol("a ref without a name"))?;
    let target = Oid::parse(target).ok_or_else(|| protocol("a ref without an object"))?;
    if name == "capabilities^{}" {
        return Ok(());
    }
    match (name.strip_suffix("^{}"), refs.list.last_mut()) {
        (Some(tag), Some(last)) if last.name == tag => last.peeled = Some(target),
        (Some(_), _) => return Err(protocol("a peeled tag that does not follow its tag")),
        (None, _) => refs.list.push(Ref { name: name.to_owned(), target, peeled: None }),
    }
    Ok(())
}

/// Cuts a listing down to its scope: version 0 servers tell everything.
pub(crate) fn narrow(refs: Refs, scope: &RefScope) -> Refs {
    let list = refs.list.into_iter().filter(|entry| scope.prefixes().any(|prefix| entry.name.starts_with(prefix)));
    Refs { list: list.collect(), head_target: refs.head_target, scope: scope.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::pkt::tests::reader;
    use super::super::pkt::{write_flush, write_line};
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    async fn greet(lines: &[&str]) -> Result<Greeting, Problem> {
        let mut bytes = Vec::new();
        for line in lines {
            if line.is_empty() { write_flush(&mut bytes) } else { write_line(&mut bytes, line) }
        }
        read(&mut reader(&bytes), Service::UploadPack, 3).await
    }

    #[tokio::test]
    async fn version_two() {
        let greeting =
            greet(&["# service=git-upload-pack", "", "version 2", "ls-refs=unborn", "fetch=shallow wait-for-done", ""]);
        let greeting = greeting.await.expect("a greeting");
        assert_eq!(greeting.version, Version::Two);
        assert!(greeting.can_be_shallow() && !greeting.can_filter() && greeting.can("ls-refs", Some("unborn")));
    }

    #[tokio::test]
    async fn version_zero_with_a_tag() {
        let first = format!("{A} HEAD\0shallow symref=HEAD:refs/heads/main agent=x");
        let lines =
            [first, format!("{A} refs/heads/main"), format!("{B} refs/tags/v1"), format!("{A} refs/tags/v1^{{}}")];
        let lines: Vec<&str> = lines.iter().map(String::as_str).chain([""]).collect();
        let Version::Zero(refs) = greet(&lines).await.expect("a greeting").version else { panic!("version 0") };
        assert_eq!(refs.head_target.as_deref(), Some("refs/heads/main"));
        assert_eq!(refs.get("refs/tags/v1").map(|tag| tag.commit().to_string()).as_deref(), Some(A));
    }

    #[tokio::test]
    async fn an_empty_repository_is_no_error() {
        let nothing = format!("{} capabilities^{{}}\0shallow", "0".repeat(40));
        let greeting = greet(&[&nothing, ""]).await.expect("a greeting");
        assert_eq!(greeting.version, Version::Zero(Refs::default()));
    }

    #[tokio::test]
    async fn lies_are_refused() {
        let many: Vec<String> = (0..9).map(|n| format!("{A} refs/heads/{n}\0")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(greet(&many).await, Err(Problem::TooLarge { what: "the number of refs", limit: 3 }));
        assert!(greet(&["# service=git-receive-pack", ""]).await.is_err());
        assert!(greet(&["hello", ""]).await.is_err());
        assert!(greet(&[]).await.is_err());
        let sha256 = greet(&["version 2", "object-format=sha256", ""]).await;
        assert_eq!(sha256, Err(Problem::Unsupported { what: "object format sha256".into() }));
    }
}
