//! Whether files that a push touched matter to an application: by what it says itself, or by what its render read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use tree::{EntryKind, Read, ReadSet};

/// The paths of the annotation `argocd.argoproj.io/manifest-generate-paths` for one source, from the repository's root:
/// `;` separates, what begins with `/` is from the root, all else from the source's own path. A path may be a file, a
/// folder or a shell pattern.
#[must_use]
pub fn generate_paths(annotation: &str, source_path: &str) -> Vec<String> {
    let items = annotation.split(';').map(str::trim).filter(|item| !item.is_empty());
    items
        .map(|item| match item.strip_prefix('/') {
            Some(absolute) => clean(absolute),
            None => clean(&format!("{source_path}/{item}")),
        })
        .collect()
}

/// A path without `.`, `..` and empty parts; nothing leads out of the root.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether one of the files is, or lies below, or matches one of the paths.
pub(crate) fn touches_paths(files: &BTreeSet<String>, paths: &[String]) -> bool {
    paths.iter().any(|path| files.iter().any(|file| touches(path, &clean(file))))
}

fn touches(path: &str, file: &str) -> bool {
    let below = || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    path.is_empty() || path == file || below() || shell_matches(path, file)
}

/// Go's `path.Match`, part by part. Linear in the text for each star, so bounded by the product of the lengths.
fn shell_matches(pattern: &str, text: &str) -> bool {
    let (mut patterns, mut texts) = (pattern.split('/'), text.split('/'));
    loop {
        match (patterns.next(), texts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(text)) if part_matches(pattern, text) => {}
            _ => return false,
        }
    }
}

/// One part without slashes: `*`, `?`, `[a-z]`, `[^a-z]`, `\`.
fn part_matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, t));
            p += 1;
            continue;
        }
        match one_matches(&pattern[p..], text[t]) {
            Some(length) => {
                p += length;
                t += 1;
            }
            None => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How much of the pattern takes this one character.
fn one_matches(pattern: &[char], c: char) -> Option<usize> {
    match *pattern.first()? {
        '?' => Some(1),
        '\\' => (pattern.get(1) == Some(&c)).then_some(2),
        '[' => class_matches(pattern, c),
        literal => (literal == c).then_some(1),
    }
}

fn class_matches(pattern: &[char], c: char) -> Option<usize> {
    let is_negated = pattern.get(1) == Some(&'^');
    let mut at = if is_negated { 2 } else { 1 };
    let start = at;
    let mut is_in = false;
    while pattern.get(at) != Some(&']') || at == start {
        let (low, next) = class_character(pattern, at)?;
        let (high, next) =
            if pattern.get(next) == Some(&'-') { class_character(pattern, next + 1)? } else { (low, next) };
        is_in |= (low..=high).contains(&c);
        at = next;
    }
    (is_in != is_negated).then_some(at + 1)
}

fn class_character(pattern: &[char], at: usize) -> Option<(char, usize)> {
    match *pattern.get(at)? {
        '\\' => pattern.get(at + 1).map(|c| (*c, at + 2)),
        '-' | ']' => None,
        c => Some((c, at + 1)),
    }
}

/// What a source's last render read, and of which commit.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The commit.
    pub revision: String,
    /// What was read of it.
    pub reads: ReadSet,
}

/// Whether one of the files could give the render another answer: it was read or looked for, stands in a folder that was
/// listed, makes a folder of what was not there, or leaves one empty.
pub(crate) fn touches_reads(files: &BTreeSet<String>, reads: &ReadSet) -> bool {
    let known = Known::of(reads);
    files.iter().any(|file| known.has(&clean(file)))
}

/// What was read, by how a change would show.
#[derive(Default)]
struct Known<'a> {
    /// What was read or looked for.
    entries: BTreeMap<&'a str, &'a Read>,
    /// Folders whose names were read.
    listed: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(reads: &'a ReadSet) -> Self {
        let mut known = Known::default();
        for (path, read) in reads.iter() {
            match read {
                Read::Listing(_) => {
                    known.listed.insert(path.as_str());
                }
                Read::Content(..) | Read::Kind(_) | Read::Absent => {
                    known.entries.insert(path.as_str(), read);
                }
            }
        }
        known
    }

    /// A file that comes or goes may bring or take all folders above it.
    fn has(&self, file: &str) -> bool {
        let mut path = file;
        if self.entries.contains_key(path) {
            return true;
        }
        while !path.is_empty() {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            if self.listed.contains(parent) || self.depends_on_folder(parent) {
                return true;
            }
            path = parent;
        }
        false
    }

    /// Whether only a folder's coming and going would show: it was looked for and is not there, or it is there and
    /// nothing below it was read. Where something below was read, that goes before the folder does.
    fn depends_on_folder(&self, folder: &str) -> bool {
        match self.entries.get(folder) {
            None => false,
            Some(Read::Kind(EntryKind::Directory)) => !self.has_content_below(folder),
            Some(_) => true,
        }
    }

    fn has_content_below(&self, folder: &str) -> bool {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.entries.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
        let mut below = below.take_while(|(path, _)| path.starts_with(&start));
        below.any(|(_, read)| matches!(read, Read::Content(..)))
    }
}
