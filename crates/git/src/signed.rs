//! What somebody may have signed: commits and annotated tags, each as the text that was signed and the signature.

use crate::oid::Oid;

/// A commit or an annotated tag, as far as its signature is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its name.
    pub id: Oid,
    /// The commits it follows; of a tag none.
    pub parents: Vec<Oid>,
    /// Who made it, as `Name <mail>`.
    pub who: String,
    /// The message, without a signature.
    pub message: String,
    /// What is signed, where anything is.
    pub text: Vec<u8>,
    /// The signature, armoured; `None` where there is none. Says nothing about whether that is worth anything.
    pub signature: Option<String>,
}

/// Where a walk goes from a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// To those it follows.
    Parents,
    /// Nowhere.
    Stop,
}

/// How the signatures of tags begin; everything before is what was signed.
const BEGINS: [&str; 3] =
    ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"];

impl Signed {
    /// A commit from its bytes.
    ///
    /// Compat: as Git, every header whose name begins with `gpgsig` is no part of what was signed.
    pub(crate) fn of_commit(id: Oid, data: &[u8]) -> Signed {
        let (headers, message) = split(data);
        let (mut text, mut signature) = (Vec::with_capacity(data.len()), Vec::new());
        let (mut parents, mut who) = (Vec::new(), String::new());
        let mut inside: Option<bool> = None;
        for line in headers.split_inclusive(|byte| *byte == b'\n') {
            if let (Some(is_ours), Some(rest)) = (inside, line.strip_prefix(b" ")) {
                if is_ours {
                    signature.extend_from_slice(rest);
                }
                continue;
            }
            inside = line.starts_with(b"gpgsig").then(|| line.starts_with(b"gpgsig "));
            if let Some(is_ours) = inside {
                if is_ours {
                    signature.extend_from_slice(&line[b"gpgsig ".len()..]);
                }
                continue;
            }
            if let Some(parent) = line.strip_prefix(b"parent ") {
                parents.extend(std::str::from_utf8(parent).ok().and_then(|text| Oid::parse(text.trim_end())));
            }
            if let Some(author) = line.strip_prefix(b"author ") {
                who = person(author);
            }
            text.extend_from_slice(line);
        }
        text.extend_from_slice(message);
        let signature = (!signature.is_empty()).then(|| String::from_utf8_lossy(&signature).into_owned());
        let message = String::from_utf8_lossy(message.strip_prefix(b"\n").unwrap_or(message)).into_owned();
        Signed { id, parents, who, message, text, signature }
    }

    /// An annotated tag from its bytes.
    pub(crate) fn of_tag(id: Oid, data: &[u8]) -> Signed {
        let at = signature_at(data).unwrap_or(data.len());
        let (text, signature) = data.split_at(at);
        let (headers, message) = split(text);
        let tagger = headers.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"tagger "));
        Signed {
            id,
            parents: Vec::new(),
            who: tagger.map(person).unwrap_or_default(),
            message: String::from_utf8_lossy(message.strip_prefix(b"\n").unwrap_or(message)).into_owned(),
            text: text.to_vec(),
            signature: (!signature.is_empty()).then(|| String::from_utf8_lossy(signature).into_owned()),
        }
    }
}

/// The last line that a signature begins with: as Git, which takes what follows for the signature.
fn signature_at(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut found = None;
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if BEGINS.iter().any(|begin| line.starts_with(begin.as_bytes())) {
            found = Some(at);
        }
        at += line.len();
    }
    found
}

/// The headers, and the empty line with the message.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.windows(2).position(|pair| pair == b"\n\n").map_or(data.len(), |at| at + 1);
    data.split_at(end)
}

/// `Name <mail>` of `Name <mail> seconds zone`.
fn person(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    line.find('>').map_or_else(|| line.trim().to_owned(), |end| line[..=end].to_owned())
}

/// What decides where a walk goes; called once for every commit, newest first as far as branches allow.
pub type Visit = Box<dyn FnMut(&Signed) -> Onward + Send>;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Oid = Oid::from_bytes([1; 20]);

    #[test]
    fn a_commit_is_signed_without_its_signatures() {
        let head = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 0101010101010101010101010101010101010101\nauthor A <a@b> 1 +0000\n";
        let committed = "committer A <a@b> 1 +0000\n";
        let raw = format!(
            "{head}{committed}gpgsig -----BEGIN X-----\n \n abc\n -----END X-----\ngpgsig-sha256 other\n more\nencoding x\n\nwords\ngpgsig no header\n"
        );
        let signed = Signed::of_commit(ID, raw.as_bytes());
        assert_eq!(signed.signature.as_deref(), Some("-----BEGIN X-----\n\nabc\n-----END X-----\n"));
        let text = format!("{head}{committed}encoding x\n\nwords\ngpgsig no header\n");
        assert_eq!(String::from_utf8_lossy(&signed.text), text);
        assert_eq!((signed.who.as_str(), signed.parents.as_slice()), ("A <a@b>", &[ID][..]));
        assert_eq!(signed.message, "words\ngpgsig no header\n");
        assert_eq!(Signed::of_commit(ID, text.as_bytes()).signature, None);
    }

    #[test]
    fn a_tag_is_signed_up_to_its_signature() {
        let text =
            "object 0101010101010101010101010101010101010101\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nwords\n";
        let raw = format!("{text}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n");
        let signed = Signed::of_tag(ID, raw.as_bytes());
        assert_eq!((signed.text.as_slice(), signed.who.as_str()), (text.as_bytes(), "A <a@b>"));
        assert!(signed.signature.is_some_and(|own| own.starts_with("-----BEGIN PGP")));
        assert_eq!(Signed::of_tag(ID, text.as_bytes()).signature, None);
    }
}
