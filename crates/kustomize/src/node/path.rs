//! Paths into a node, as replacements and vars write them: `spec.template.spec.containers.[name=web].image`.

use super::{Map, Node, Scalar};
use crate::problem::{Problem, Result};
use regex::Regex;

/// A place in a node: which entry, or which item, of each collection on the way.
pub(crate) type Place = Vec<usize>;

/// Splits at `delimiter`; a backslash before it makes it part of the name.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = path.split(delimiter).peekable();
    let mut result: Vec<String> = Vec::new();
    let first = parts.next().unwrap_or_default();
    if !(first.is_empty() && parts.peek().is_some()) {
        result.push(first.to_owned());
    }
    for part in parts {
        match result.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            None => result.push(part.to_owned()),
        }
    }
    result
}

/// Splits at `delimiter`, except inside of brackets.
pub(crate) fn split_smarter(path: &str, delimiter: char) -> Vec<String> {
    let split = split_path(path, delimiter);
    let mut result = Vec::new();
    let mut parts = split.into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut bracketed = part;
        for next in parts.by_ref() {
            bracketed.push(delimiter);
            bracketed.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            result.push(bracketed);
        } else {
            result.push(bracketed.trim_matches(['[', ']']).to_owned());
        }
    }
    result
}

/// What the last step of a path makes where nothing stands yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Scalar,
    Map,
    Seq,
}

impl Create {
    /// Something of the same kind as `node`.
    pub fn like(node: &Node) -> Self {
        match node {
            Node::Scalar(_) => Create::Scalar,
            Node::Map(_) => Create::Map,
            Node::Seq(_) => Create::Seq,
        }
    }

    fn node(self) -> Node {
        match self {
            Create::Nothing | Create::Scalar => Node::plain(""),
            Create::Map => Node::map(),
            Create::Seq => Node::Seq(Vec::new()),
        }
    }
}

/// What stands before `next` in a path.
fn container_for(next: Option<&String>, last: Create) -> Create {
    match next.map(String::as_str) {
        None | Some("") => last,
        Some(next) if is_list_index(next) || is_number(next) => Create::Seq,
        Some(_) => Create::Map,
    }
}

fn is_list_index(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn is_number(part: &str) -> bool {
    part.parse::<i64>().is_ok_and(|index| index >= 0)
}

/// The field and value of `[field=value]`; an empty field means the item itself.
fn index_parts(part: &str) -> Result<(&str, &str)> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner
        .split_once('=')
        .ok_or_else(|| Problem::invalid("list path element must contain fieldName=fieldValue for element to match"))
}

impl Node {
    /// What stands at a path that names exactly one place. Numbers are indexes, `-` the last item, `[k=v]` the first
    /// item whose field has that text.
    ///
    /// # Errors
    /// When the path steps through something of the wrong kind, or uses a wildcard.
    pub fn lookup<'n, S: AsRef<str>>(&'n self, path: &[S]) -> Result<Option<&'n Node>> {
        let mut at = self;
        for part in path.iter().map(|part| part.as_ref().trim()).filter(|part| !part.is_empty()) {
            match at.step(part)?.and_then(|step| at.child(step)) {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// Where [`Node::lookup`] finds something.
    ///
    /// # Errors
    /// As [`Node::lookup`].
    pub fn place_of<S: AsRef<str>>(&self, path: &[S]) -> Result<Option<Place>> {
        let (mut at, mut place) = (self, Place::new());
        for part in path.iter().map(|part| part.as_ref().trim()).filter(|part| !part.is_empty()) {
            let Some(step) = at.step(part)? else { return Ok(None) };
            let Some(next) = at.child(step) else { return Ok(None) };
            place.push(step);
            at = next;
        }
        Ok(Some(place))
    }

    /// What stands at a place.
    pub fn at(&self, place: &[usize]) -> Option<&Node> {
        place.iter().try_fold(self, |node, step| node.child(*step))
    }

    /// What stands at a place, to be changed.
    pub fn at_mut(&mut self, place: &[usize]) -> Option<&mut Node> {
        place.iter().try_fold(self, |node, step| match node {
            Node::Map(map) => map.0.get_mut(*step).map(|(_, value)| value),
            Node::Seq(items) => items.get_mut(*step),
            Node::Scalar(_) => None,
        })
    }

    fn child(&self, step: usize) -> Option<&Node> {
        match self {
            Node::Map(map) => map.0.get(step).map(|(_, value)| value),
            Node::Seq(items) => items.get(step),
            Node::Scalar(_) => None,
        }
    }

    fn step(&self, part: &str) -> Result<Option<usize>> {
        if part == "*" {
            return Err(Problem::invalid("wildcard is not supported in PathGetter"));
        }
        if let Ok(index) = part.parse::<i64>() {
            let index = usize::try_from(index)
                .map_err(|_| Problem::invalid(format!("array index {index} cannot be negative")))?;
            return Ok((index < self.items()?.len()).then_some(index));
        }
        if part == "-" {
            return Ok(self.items()?.len().checked_sub(1));
        }
        if is_list_index(part) {
            let (field, value) = index_parts(part)?;
            return Ok(self.items()?.iter().position(|item| item_has(item, field, value)));
        }
        match self {
            Node::Map(map) => Ok(map.keys().position(|key| key == part)),
            other if other.is_null() => Ok(None),
            other => Err(super::field::wrong_kind("MappingNode", other)),
        }
    }

    fn items(&self) -> Result<&[Node]> {
        match self {
            Node::Seq(items) => Ok(items),
            other if other.is_null() => Ok(&[]),
            other => Err(super::field::wrong_kind("SequenceNode", other)),
        }
    }
}

fn item_has(item: &Node, field: &str, value: &str) -> bool {
    if field.is_empty() { item.text() == value } else { item.get(field).is_some_and(|found| found.text() == value) }
}

/// The places that a path matches: `*` is every item, `[field=pattern]` every item whose field matches, and what is
/// missing is made when `create` says so.
///
/// # Errors
/// When the path steps through something of the wrong kind, or an index or pattern is wrong.
pub(crate) fn places(node: &mut Node, path: &[String], create: Create) -> Result<Vec<Place>> {
    let mut search = Search { create, trail: Place::new(), found: Vec::new() };
    search.below(node, path)?;
    Ok(search.found)
}

/// A search for places, and how far it has come.
struct Search {
    create: Create,
    trail: Place,
    found: Vec<Place>,
}

impl Search {
    fn below(&mut self, node: &mut Node, path: &[String]) -> Result<()> {
        let Some((part, rest)) = path.split_first() else {
            self.found.push(self.trail.clone());
            return Ok(());
        };
        if is_number(part) {
            return self.at_index(node, part, rest);
        }
        if is_list_index(part) {
            return self.at_items(node, part, rest);
        }
        if part == "*" {
            return items_mut(node)?.iter_mut().enumerate().try_for_each(|(at, item)| self.into(at, item, rest));
        }
        self.at_field(node, path)
    }

    fn into(&mut self, step: usize, node: &mut Node, rest: &[String]) -> Result<()> {
        self.trail.push(step);
        let outcome = self.below(node, rest);
        self.trail.pop();
        outcome
    }

    fn at_field(&mut self, node: &mut Node, path: &[String]) -> Result<()> {
        let Some((part, rest)) = path.split_first() else { return Ok(()) };
        let map = match node {
            Node::Map(map) => map,
            other if other.is_null() && self.create == Create::Nothing => return Ok(()),
            other if other.is_null() => {
                *other = Node::map();
                return self.at_field(other, path);
            }
            other => return Err(super::field::wrong_kind("MappingNode", other)),
        };
        let known = map.keys().position(|key| key == part);
        let step = match known {
            Some(step) => step,
            None if self.create == Create::Nothing => return Ok(()),
            None => {
                map.0.push((Scalar::key(part), container_for(rest.first(), self.create).node()));
                map.len() - 1
            }
        };
        let (_, field) = &mut map.0[step];
        if matches!(field, Node::Scalar(scalar) if scalar.tag != super::Tag::Null) && !rest.is_empty() {
            // Compat: a path that goes on inside of a scalar changes a copy that nobody sees, or finds nothing.
            return Ok(());
        }
        self.into(step, field, rest)
    }

    fn at_index(&mut self, node: &mut Node, part: &str, rest: &[String]) -> Result<()> {
        let items = items_mut(node)?;
        let index: usize = part.parse().map_err(|_| Problem::invalid(format!("index {part} is too large")))?;
        if items.len() == index && self.create != Create::Nothing {
            items.push(container_for(rest.first(), self.create).node());
        }
        let count = items.len();
        let item = items
            .get_mut(index)
            .ok_or_else(|| Problem::invalid(format!("index {index} specified but only {count} elements found")))?;
        self.into(index, item, rest)
    }

    fn at_items(&mut self, node: &mut Node, part: &str, rest: &[String]) -> Result<()> {
        let (field, pattern) = index_parts(part)?;
        let matcher = Regex::new(pattern)
            .map_err(|_| Problem::invalid(format!("the path element {part} holds an invalid regular expression")))?;
        // Compat: a list of plain values ends the path, whatever follows.
        let rest = if field.is_empty() { &[] } else { rest };
        let items = items_mut(node)?;
        let before = self.found.len();
        for (at, item) in items.iter_mut().enumerate().filter(|(_, item)| item_matches(item, field, &matcher)) {
            self.into(at, item, rest)?;
        }
        if self.found.len() > before || self.create == Create::Nothing {
            return Ok(());
        }
        let mut made = made_for(field, pattern);
        if !item_matches(&made, field, &matcher) {
            let rule = format!("the path element {part} matches no item, and none can be made for it");
            return Err(Problem::invalid(rule));
        }
        self.into(items.len(), &mut made, rest)?;
        items.push(made);
        Ok(())
    }
}

/// An item that `[field=pattern]` means.
fn made_for(field: &str, pattern: &str) -> Node {
    if field.is_empty() {
        return Node::plain(pattern);
    }
    Node::Map(Map(vec![(Scalar::key(field), Node::plain(pattern))]))
}

fn items_mut(node: &mut Node) -> Result<&mut Vec<Node>> {
    match node {
        Node::Seq(items) => Ok(items),
        other if other.is_null() => {
            *other = Node::Seq(Vec::new());
            items_mut(other)
        }
        other => Err(super::field::wrong_kind("SequenceNode", other)),
    }
}

fn item_matches(item: &Node, field: &str, matcher: &Regex) -> bool {
    if field.is_empty() {
        return matcher.is_match(item.text().trim());
    }
    item.get(field).is_some_and(|value| matcher.is_match(value.text().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_what_is_not_escaped_or_bracketed() {
        assert_eq!(split_path("a/b\\/c/d", '/'), ["a", "b/c", "d"]);
        assert_eq!(split_path("/a/b", '/'), ["a", "b"]);
        assert_eq!(split_smarter("a.[b=x.y].c", '.'), ["a", "[b=x.y]", "c"]);
        assert_eq!(split_smarter("a.[b.c].d", '.'), ["a", "b.c", "d"]);
        assert_eq!(split_smarter("a.b\\.c", '.'), ["a", "b.c"]);
    }
}
