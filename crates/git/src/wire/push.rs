//! Asking a server to take commits, and reading what it made of that.

use super::greeting::Greeting;
use super::list::AGENT;
use super::pkt::{Answer, Pkt, PktReader, printable, protocol, write_flush};
use crate::error::Problem;
use crate::oid::Oid;

/// The most of what a server says beside its report that is kept: its hooks may talk.
const WORDS_BYTES_MAX: usize = 8192;

/// The most bytes of a report; it has a line for each ref.
const REPORT_BYTES_MAX: usize = 64 << 10;

/// One ref that is to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// Its full name.
    pub(crate) name: String,
    /// Where it is: the server refuses when it is elsewhere. `None` where it is not there yet.
    pub(crate) old: Option<Oid>,
    /// Where it should be.
    pub(crate) new: Oid,
}

/// What the server made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// The ref moved.
    Moved,
    /// It did not, and why, in the server's words.
    Refused(String),
}

/// The bytes of the request: the command, then the pack.
pub(crate) fn request(greeting: &Greeting, command: &Command, pack: &[u8]) -> Vec<u8> {
    let mut abilities = String::new();
    for ability in ["report-status", "side-band-64k"].into_iter().filter(|ability| greeting.can(ability, None)) {
        abilities.push(' ');
        abilities.push_str(ability);
    }
    let old = command.old.unwrap_or(Oid::from_bytes([0; 20]));
    let line = format!("{old} {} {}\0{abilities} agent={AGENT}", command.new, command.name);
    let mut out = format!("{:04x}{line}", line.len() + 4).into_bytes();
    write_flush(&mut out);
    out.extend_from_slice(pack);
    out
}

/// Reads the answer to its end.
pub(crate) async fn read(
    reader: &mut PktReader<Answer>,
    greeting: &Greeting,
    command: &Command,
) -> Result<Report, Problem> {
    if !greeting.can("report-status", None) {
        return Err(Problem::Unsupported { what: "pushing to a server that does not report what it did".into() });
    }
    let (lines, words) = if greeting.can("side-band-64k", None) {
        read_bands(reader).await?
    } else {
        let mut lines = Vec::new();
        while let Some(line) = reader.next_line().await? {
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
        (lines, Vec::new())
    };
    judge(&lines, &printable(&words), command)
}

/// The report comes as packet lines of its own on the first band; the second has words for people.
async fn read_bands(reader: &mut PktReader<Answer>) -> Result<(Vec<String>, Vec<u8>), Problem> {
    let (mut report, mut words) = (Vec::new(), Vec::new());
    while let Some(Pkt::Data(piece)) = reader.next().await? {
        match piece.split_first() {
            Some((1, data)) if report.len() + data.len() <= REPORT_BYTES_MAX => report.extend_from_slice(data),
            Some((1, _)) => {
                return Err(Problem::TooLarge { what: "the report in bytes", limit: REPORT_BYTES_MAX as u64 });
            }
            Some((2 | 3, said)) => {
                let room = WORDS_BYTES_MAX.saturating_sub(words.len());
                words.extend_from_slice(&said[..said.len().min(room)]);
            }
            None => {}
            Some(_) => return Err(protocol("a report on an unknown side band")),
        }
    }
    Ok((split(&report)?, words))
}

/// Packet lines that are all here.
fn split(mut report: &[u8]) -> Result<Vec<String>, Problem> {
    let mut lines = Vec::new();
    while report.len() >= 4 {
        let length = std::str::from_utf8(&report[..4]).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let length = length.ok_or_else(|| protocol("a report that is none"))?;
        if length == 0 {
            break;
        }
        let line = report.get(4..length).ok_or_else(|| protocol("a report that breaks off"))?;
        lines.push(String::from_utf8_lossy(line).trim_end().to_owned());
        report = &report[length..];
    }
    Ok(lines)
}

fn judge(lines: &[String], words: &str, command: &Command) -> Result<Report, Problem> {
    let with_words = |why: &str| if words.is_empty() { why.to_owned() } else { format!("{why} ({words})") };
    let unpacked = lines.first().and_then(|line| line.strip_prefix("unpack "));
    match unpacked {
        Some("ok") => {}
        Some(why) => return Ok(Report::Refused(with_words(&printable(why.as_bytes())))),
        None if !words.is_empty() => return Ok(Report::Refused(words.to_owned())),
        None => return Err(protocol("a report without a word on the pack")),
    }
    for line in &lines[1..] {
        if line.strip_prefix("ok ") == Some(&command.name) {
            return Ok(Report::Moved);
        }
        let refused = line.strip_prefix("ng ").and_then(|rest| rest.strip_prefix(command.name.as_str()));
        if let Some(why) = refused {
            return Ok(Report::Refused(with_words(&printable(why.as_bytes()))));
        }
    }
    Err(protocol("a report without a word on the branch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command { name: "refs/heads/main".into(), old: None, new: Oid::from_bytes([1; 20]) }
    }

    fn judged(lines: &[&str], words: &str) -> Result<Report, Problem> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        judge(&lines, words, &command())
    }

    #[test]
    fn reports_are_understood() {
        assert_eq!(judged(&["unpack ok", "ok refs/heads/main"], ""), Ok(Report::Moved));
        let refused = judged(&["unpack ok", "ng refs/heads/main protected branch hook declined"], "GH006");
        assert_eq!(refused, Ok(Report::Refused("protected branch hook declined (GH006)".into())));
        assert_eq!(judged(&["unpack index-pack failed"], ""), Ok(Report::Refused("index-pack failed".into())));
        assert!(judged(&["unpack ok"], "").is_err() && judged(&[], "").is_err());
        assert_eq!(judged(&[], "go away"), Ok(Report::Refused("go away".into())));
    }

    #[test]
    fn lines_within_a_band_are_split() {
        assert_eq!(split(b"000eunpack ok\n0007ok\n0000"), Ok(vec!["unpack ok".to_owned(), "ok".to_owned()]));
        assert!(split(b"zzzz").is_err() && split(b"00ffshort").is_err());
    }
}
