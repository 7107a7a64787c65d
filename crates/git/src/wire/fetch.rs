//! Asking a server for commits: one round, everything we have told at once.

use super::greeting::{Greeting, Version};
use super::list::AGENT;
use super::pkt::{Pkt, PktReader, protocol, refused, write_delimiter, write_flush, write_line};
use crate::error::Problem;
use crate::oid::Oid;
use tokio::io::AsyncRead;

/// The most commits a server may name as the edge of a shallow fetch: one for every tip, with room.
const SHALLOW_MAX: usize = 100_000;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct FetchRequest {
    /// The commits wanted.
    pub wants: Vec<Oid>,
    /// Complete commits that are already here.
    pub haves: Vec<Oid>,
    /// Those of the haves whose parents are not here.
    pub shallow: Vec<Oid>,
    /// Only the commits themselves, without what came before them.
    pub only_tips: bool,
    /// No files at all, where the server can do that.
    pub only_commits: bool,
    /// Files larger than this many bytes are left out, where the server can do that.
    pub blob_bytes_max: Option<u64>,
}

impl FetchRequest {
    /// Only what is wanted itself.
    pub(crate) fn tips() -> Self {
        FetchRequest { only_tips: true, ..FetchRequest::default() }
    }
}

/// How the edge of the mirror moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Commits whose parents were not sent.
    pub shallow: Vec<Oid>,
    /// Commits whose parents are here now.
    pub unshallow: Vec<Oid>,
}

/// The bytes of the request.
pub(crate) fn request(greeting: &Greeting, fetch: &FetchRequest) -> Vec<u8> {
    let mut out = Vec::new();
    let filter = fetch.blob_bytes_max.filter(|_| greeting.can_filter());
    let filter = filter.map(|bytes| match fetch.only_commits {
        true => "filter tree:0".to_owned(),
        false => format!("filter blob:limit={}", bytes.saturating_add(1)),
    });
    match greeting.version {
        Version::Two => {
            write_line(&mut out, "command=fetch");
            write_line(&mut out, &format!("agent={AGENT}"));
            if greeting.can("object-format", None) {
                write_line(&mut out, "object-format=sha1");
            }
            write_delimiter(&mut out);
            for line in ["thin-pack", "no-progress", "ofs-delta"] {
                write_line(&mut out, line);
            }
            fetch.wants.iter().for_each(|want| write_line(&mut out, &format!("want {want}")));
            write_edge(&mut out, greeting, fetch, filter);
        }
        Version::Zero(_) => {
            let mut abilities = zero_abilities(greeting, filter.is_some());
            for want in &fetch.wants {
                write_line(&mut out, &format!("want {want}{abilities}"));
                abilities.clear();
            }
            write_edge(&mut out, greeting, fetch, filter);
            write_flush(&mut out);
        }
    }
    fetch.haves.iter().for_each(|have| write_line(&mut out, &format!("have {have}")));
    write_line(&mut out, "done");
    if greeting.version == Version::Two {
        write_flush(&mut out);
    }
    out
}

fn write_edge(out: &mut Vec<u8>, greeting: &Greeting, fetch: &FetchRequest, filter: Option<String>) {
    if greeting.can_be_shallow() {
        fetch.shallow.iter().for_each(|oid| write_line(out, &format!("shallow {oid}")));
        if fetch.only_tips {
            write_line(out, "deepen 1");
        }
    }
    if let Some(filter) = filter {
        write_line(out, &filter);
    }
}

fn zero_abilities(greeting: &Greeting, filtered: bool) -> String {
    let wanted = ["multi_ack_detailed", "side-band-64k", "thin-pack", "ofs-delta", "no-progress", "shallow"];
    let mut text = String::new();
    for ability in wanted.into_iter().chain(filtered.then_some("filter")).filter(|ability| greeting.can(ability, None))
    {
        text.push(' ');
        text.push_str(ability);
    }
    text + " agent=" + AGENT
}

/// Reads the answer and hands the pack to `sink`, piece by piece.
pub(crate) async fn read<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    greeting: &Greeting,
    fetch: &FetchRequest,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send),
) -> Result<Edge, Problem> {
    match greeting.version {
        Version::Two => read_two(reader, sink).await,
        Version::Zero(_) => {
            if !greeting.can("side-band-64k", None) {
                return Err(Problem::Unsupported { what: "a server without side-band-64k".into() });
            }
            let deepened = fetch.only_tips && greeting.can_be_shallow();
            let edge = if deepened { read_edge(reader).await? } else { Edge::default() };
            read_zero_pack(reader, sink).await?;
            Ok(edge)
        }
    }
}

/// Sections, each with a title, the pack last.
async fn read_two<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send),
) -> Result<Edge, Problem> {
    let mut edge = Edge::default();
    loop {
        match reader.next_line().await? {
            Some(b"shallow-info") => edge = read_edge(reader).await?,
            Some(b"packfile") => break,
            Some(b"acknowledgments" | b"wanted-refs" | b"packfile-uris") => skip_section(reader).await?,
            Some(_) => return Err(protocol("a section of an unknown kind in the answer to a fetch")),
            None => return Err(protocol("an answer to a fetch without a pack")),
        }
    }
    while let Some(pkt) = reader.next().await? {
        match pkt {
            Pkt::Data(piece) => side_band(piece, sink)?,
            Pkt::Flush | Pkt::ResponseEnd => return Ok(edge),
            Pkt::Delimiter => return Err(protocol("a delimiter inside a pack")),
        }
    }
    Err(Problem::Unreachable { detail: "the connection ended in the middle of a pack".into() })
}

/// Acknowledgements, told from the pack by their first byte.
async fn read_zero_pack<R: AsyncRead + Unpin>(
    reader: &mut PktReader<R>,
    sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send),
) -> Result<(), Problem> {
    let mut begun = false;
    while let Some(pkt) = reader.next().await? {
        match pkt {
            Pkt::Data(line) if !begun && (line.starts_with(b"ACK ") || line.starts_with(b"NAK")) => {}
            Pkt::Data(piece) => {
                begun = true;
                side_band(piece, sink)?;
            }
            Pkt::Flush if begun => return Ok(()),
            Pkt::Flush => {}
            Pkt::Delimiter | Pkt::ResponseEnd => return Err(protocol("a version 2 packet in a version 0 answer")),
        }
    }
    Err(Problem::Unreachable { detail: "the connection ended in the middle of a pack".into() })
}

async fn read_edge<R: AsyncRead + Unpin>(reader: &mut PktReader<R>) -> Result<Edge, Problem> {
    let mut edge = Edge::default();
    while let Some(Pkt::Data(line)) = reader.next().await? {
        let line = String::from_utf8_lossy(line);
        let (kind, oid) = line.trim_end().split_once(' ').ok_or_else(|| protocol("an edge line of one word"))?;
        let oid = Oid::parse(oid).ok_or_else(|| protocol("an edge line without a commit"))?;
        match kind {
            "shallow" => edge.shallow.push(oid),
            "unshallow" => edge.unshallow.push(oid),
            _ => return Err(protocol("an edge line of an unknown kind")),
        }
        if edge.shallow.len() + edge.unshallow.len() > SHALLOW_MAX {
            return Err(Problem::TooLarge { what: "the number of shallow commits", limit: SHALLOW_MAX as u64 });
        }
    }
    Ok(edge)
}

async fn skip_section<R: AsyncRead + Unpin>(reader: &mut PktReader<R>) -> Result<(), Problem> {
    while let Some(Pkt::Data(_)) = reader.next().await? {}
    Ok(())
}

fn side_band(piece: &[u8], sink: &mut (dyn FnMut(&[u8]) -> Result<(), Problem> + Send)) -> Result<(), Problem> {
    match piece.split_first() {
        Some((1, pack)) => sink(pack),
        // Progress, or a keep-alive.
        Some((2, _)) | None => Ok(()),
        Some((3, message)) => Err(refused(message)),
        Some(_) => Err(protocol("a pack on an unknown side band")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::pkt::tests::reader;
    use super::*;
    use crate::refs::Refs;
    use std::collections::BTreeMap;

    const A: Oid = Oid::from_bytes([0xaa; 20]);

    fn greeting(version: Version, abilities: &[(&str, &str)]) -> Greeting {
        let abilities = abilities.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Greeting { version, abilities: BTreeMap::from_iter(abilities) }
    }

    fn two() -> Greeting {
        greeting(Version::Two, &[("fetch", "shallow filter")])
    }

    fn zero() -> Greeting {
        greeting(Version::Zero(Refs::default()), &[("shallow", ""), ("side-band-64k", "")])
    }

    fn wanted() -> FetchRequest {
        FetchRequest { wants: vec![A], only_tips: true, ..FetchRequest::default() }
    }

    async fn answer(greeting: &Greeting, bytes: &[u8]) -> Result<(Edge, Vec<u8>), Problem> {
        let mut pack = Vec::new();
        let mut sink = |piece: &[u8]| {
            pack.extend_from_slice(piece);
            Ok(())
        };
        let edge = read(&mut reader(bytes), greeting, &wanted(), &mut sink).await?;
        Ok((edge, pack))
    }

    fn shallow_line(out: &mut Vec<u8>) {
        write_line(out, &format!("shallow {A}"));
    }

    #[tokio::test]
    async fn version_two_answers_in_sections() {
        let mut bytes = Vec::new();
        write_line(&mut bytes, "shallow-info");
        shallow_line(&mut bytes);
        write_delimiter(&mut bytes);
        write_line(&mut bytes, "packfile");
        bytes.extend(b"0009\x01PACK000d\x02counting0005\x010000");
        let (edge, pack) = answer(&two(), &bytes).await.expect("an answer");
        assert_eq!((edge.shallow, pack.as_slice()), (vec![A], &b"PACK"[..]));
    }

    #[tokio::test]
    async fn version_zero_answers_in_a_row() {
        let mut bytes = Vec::new();
        shallow_line(&mut bytes);
        bytes.extend(b"00000008NAK\n0009\x01PACK0000");
        let (edge, pack) = answer(&zero(), &bytes).await.expect("an answer");
        assert_eq!((edge.shallow, pack.as_slice()), (vec![A], &b"PACK"[..]));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_refused() {
        for bytes in [&b"0000"[..], b"000dpackfile\n", b"000dpackfile\n0009\x07PACK0000", b"000cnonsense0000"] {
            assert!(answer(&two(), bytes).await.is_err(), "{}", String::from_utf8_lossy(bytes));
        }
        let error = answer(&two(), b"000dpackfile\n000d\x03go away\n").await;
        assert_eq!(error, Err(Problem::Refused { message: "go away".into() }));
    }

    #[test]
    fn filters_are_asked_for_only_where_they_are_known() {
        let fetch = FetchRequest { blob_bytes_max: Some(10), ..wanted() };
        let text = |greeting: &Greeting| String::from_utf8_lossy(&request(greeting, &fetch)).into_owned();
        assert!(text(&two()).contains("filter blob:limit=11"));
        assert!(!text(&zero()).contains("filter"));
        assert!(text(&zero()).contains("deepen 1"));
    }
}
