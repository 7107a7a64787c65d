//! Headers of SPDY/3.1 streams: pairs of texts, compressed as one zlib stream for each direction of a connection, primed
//! with a dictionary that both ends know.

use flate2::{Decompress, FlushDecompress, Status};
use std::collections::BTreeMap;

/// How long the headers of one stream may be, decompressed; those of a port have some hundred bytes.
const BYTES_MAX: usize = 64 << 10;
/// How many there may be.
const COUNT_MAX: u32 = 64;

/// The dictionary begins with these names, each with its length in four bytes before it.
const NAMES: [&str; 65] = [
    "options",
    "head",
    "post",
    "put",
    "delete",
    "trace",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "connection",
    "content-base",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "retry-after",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "method",
    "get",
    "status",
    "200 OK",
    "version",
    "HTTP/1.1",
    "url",
    "public",
    "set-cookie",
    "keep-alive",
    "origin",
];
/// And ends with this.
const TAIL: &str = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505\
    203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden\
    404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable\
    Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT\
    chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,\
    publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

fn dictionary() -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in NAMES {
        bytes.extend_from_slice(&(name.len() as u32).to_be_bytes());
        bytes.extend_from_slice(name.as_bytes());
    }
    bytes.extend_from_slice(TAIL.as_bytes());
    bytes
}

/// Headers that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Reads the headers of one direction, in order: each block builds on those before.
pub(super) struct Reader {
    inflate: Decompress,
    /// Whether the head of the zlib stream was read.
    has_begun: bool,
}

impl Reader {
    pub(super) fn new() -> Self {
        let mut reader = Reader { inflate: Decompress::new(false), has_begun: false };
        // A dictionary is text that went before: put in as a block that is stored, it is just that.
        let dictionary = dictionary();
        let primed = reader.inflated(&stored(&dictionary));
        debug_assert_eq!(primed.map(|text| text.len()), Ok(dictionary.len()));
        reader
    }

    /// The headers of a block, their names in small letters.
    pub(super) fn read(&mut self, block: &[u8]) -> Result<BTreeMap<String, String>, Unreadable> {
        let block = if std::mem::replace(&mut self.has_begun, true) { block } else { body_of(block)? };
        parsed(&self.inflated(block)?).ok_or(Unreadable)
    }

    fn inflated(&mut self, mut input: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let mut text = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, &mut piece, FlushDecompress::Sync);
            let read = (self.inflate.total_in() - read) as usize;
            let written = (self.inflate.total_out() - written) as usize;
            input = &input[read..];
            text.extend_from_slice(&piece[..written]);
            match status {
                Err(_) => return Err(Unreadable),
                _ if text.len() > BYTES_MAX => return Err(Unreadable),
                // The stream of headers does not end before the connection does.
                Ok(Status::StreamEnd) => return Err(Unreadable),
                Ok(_) if read == 0 && written == 0 => return Ok(text),
                Ok(_) => {}
            }
        }
    }
}

/// The compressed data behind the head of a zlib stream: two bytes, and four more where a dictionary is named.
fn body_of(block: &[u8]) -> Result<&[u8], Unreadable> {
    let (method, flags) = (*block.first().ok_or(Unreadable)?, *block.get(1).ok_or(Unreadable)?);
    if method & 0x0f != 8 || !u16::from_be_bytes([method, flags]).is_multiple_of(31) {
        return Err(Unreadable);
    }
    block.get(if flags & 0x20 == 0 { 2 } else { 6 }..).ok_or(Unreadable)
}

fn parsed(text: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut rest = text;
    let number = |rest: &mut &[u8]| -> Option<u32> {
        let (head, tail) = rest.split_at_checked(4)?;
        *rest = tail;
        Some(u32::from_be_bytes(head.try_into().ok()?))
    };
    let word = |rest: &mut &[u8]| -> Option<String> {
        let length = number(rest)? as usize;
        let (head, tail) = rest.split_at_checked(length)?;
        *rest = tail;
        String::from_utf8(head.to_vec()).ok()
    };
    let count = number(&mut rest).filter(|count| *count <= COUNT_MAX)?;
    let mut headers = BTreeMap::new();
    for _ in 0..count {
        let name = word(&mut rest)?.to_ascii_lowercase();
        headers.insert(name, word(&mut rest)?);
    }
    Some(headers)
}

/// Writes the headers of one direction: always none, which is all that a reply to a port needs.
#[derive(Default)]
pub(super) struct Writer {
    has_begun: bool,
}

impl Writer {
    /// A block without headers. It is stored and not compressed, and so needs no dictionary.
    pub(super) fn none(&mut self) -> Vec<u8> {
        let head: &[u8] = if std::mem::replace(&mut self.has_begun, true) { &[] } else { &[0x78, 0x01] };
        // The empty block behind it is a flush: Go's reader gives out what came before when it meets one.
        [head, &*stored(&0_u32.to_be_bytes()), &*stored(&[])].concat()
    }
}

/// A block of deflate that is stored as it is, and is not the last.
fn stored(text: &[u8]) -> Vec<u8> {
    let length = text.len() as u16;
    [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), text].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1950's checksum, by which zlib names a dictionary.
    fn adler32(bytes: &[u8]) -> u32 {
        let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
            let a = (a + u32::from(*byte)) % 65_521;
            (a, (b + a) % 65_521)
        });
        (b << 16) | a
    }

    #[test]
    fn the_dictionary_is_the_one_that_clients_name() {
        let dictionary = dictionary();
        assert_eq!((dictionary.len(), adler32(&dictionary)), (1_423, 0xe3c6_a7c2));
    }

    /// Two blocks of one connection as Go's spdystream v0.5.1 writes them.
    const RECORDED: [&str; 2] = [
        "78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c60616061c0c0c0c0590489c64c50f2663400000000ffff",
        "826a26ac0ad57850499508000000ffff",
    ];

    #[test]
    fn headers_of_a_client_are_read() {
        let mut reader = Reader::new();
        let blocks = RECORDED.map(|block| {
            let bytes: Vec<u8> = (0..block.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&block[at..at + 2], 16).expect("hex"))
                .collect();
            reader.read(&bytes).expect("headers")
        });
        assert_eq!(blocks[0]["streamtype"], "error");
        assert_eq!((&*blocks[1]["streamtype"], &*blocks[1]["port"], &*blocks[1]["requestid"]), ("data", "8080", "0"));
    }

    #[test]
    fn none_is_written_as_a_client_reads_it() {
        let (mut writer, mut reader) = (Writer::default(), Reader::new());
        for _ in 0..3 {
            assert_eq!(reader.read(&writer.none()), Ok(BTreeMap::new()));
        }
    }

    #[test]
    fn what_grows_or_lies_is_refused() {
        let begun = |block: &[u8]| Reader::new().read(&[&[0x78, 0x01], block].concat());
        let zeros = vec![0; 60_000];
        assert_eq!(begun(&[stored(&zeros), stored(&zeros)].concat()), Err(Unreadable), "longer than may be");
        assert_eq!(begun(&stored(&u32::MAX.to_be_bytes())), Err(Unreadable), "more than may be");
        assert_eq!(begun(&stored(&[0, 0, 0, 1, 0, 0, 0, 9, b'x'])), Err(Unreadable), "cut off");
        assert_eq!(begun(&[7, 7, 7]), Err(Unreadable), "not compressed");
        assert_eq!(Reader::new().read(b"PK"), Err(Unreadable), "no zlib");
        assert_eq!(Reader::new().read(b""), Err(Unreadable), "nothing");
    }
}
