//! Slash-separated paths: Go's `path`, and `path/filepath` as it is on Unix.

/// `path.Clean`: without empty, `.` and `..` elements, as far as they can be resolved.
#[must_use]
pub fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." => match elements.last() {
                Some(last) if *last != b".." => drop(elements.pop()),
                _ if rooted => {}
                _ => elements.push(element),
            },
            _ => elements.push(element),
        }
    }
    let joined = elements.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

/// `path.Base`: the last element.
#[must_use]
pub fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let start = path[..end].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    if end == 0 { b"/" } else { &path[start..end] }
}

/// `path.Dir`: all but the last element.
#[must_use]
pub fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    clean(&path[..end])
}

/// `path.Ext`: from the last dot of the last element on.
#[must_use]
pub fn ext(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| matches!(byte, b'/' | b'.')) {
        Some(at) if path[at] == b'.' => &path[at..],
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_as_in_go() {
        let cleaned = ["", "a/../..", "/../a//b/.", "a/b/../../.."].map(|path| clean(path.as_bytes()));
        assert_eq!(cleaned, [b".".to_vec(), b"..".to_vec(), b"/a/b".to_vec(), b"..".to_vec()]);
        assert_eq!([base(b"/a/b//"), base(b"//"), base(b"")], [b"b".as_slice(), b"/", b"."]);
        assert_eq!([dir(b"/a"), dir(b"a/b/")], [b"/".to_vec(), b"a/b".to_vec()]);
        assert_eq!([ext(b"a.b/c"), ext(b"a.tar.gz")], [b"".as_slice(), b".gz"]);
    }
}
