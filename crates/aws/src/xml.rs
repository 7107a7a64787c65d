//! Answers of the query protocol, read by local names. Pure.

use crate::error::Error;
use roxmltree::{Document, Node, ParsingOptions};

/// The most elements and texts an answer may have: a page of 400 rules has a tenth of it.
const NODES_MAX: u32 = 400_000;

/// Reads the answer of an action; `read` is given the element that holds its result.
///
/// # Errors
/// When it is no such answer.
pub(crate) fn result<T>(action: &str, body: &str, read: impl FnOnce(Element<'_, '_>) -> T) -> Result<T, Error> {
    let malformed = |what: &str| Error::Malformed { action: action.to_owned(), what: what.to_owned() };
    let document = parse(body).ok_or_else(|| malformed("no XML"))?;
    let wanted = format!("{action}Result");
    let result = Element(document.root_element()).child(&wanted);
    result.map(read).ok_or_else(|| malformed(&format!("there is no {wanted} in it")))
}

/// What an answer says went wrong: a code and words.
pub(crate) fn failure(body: &str) -> Option<(String, String)> {
    let document = parse(body)?;
    let root = Element(document.root_element());
    // Most services say `ErrorResponse`, some `Response` with `Errors`.
    let error = root.child("Error").or_else(|| root.child("Errors")?.child("Error"))?;
    Some((error.text("Code").to_owned(), error.text("Message").to_owned()))
}

fn parse(body: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Document::parse_with_options(body, options).ok()
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a, 'input>(Node<'a, 'input>);

impl<'a, 'input: 'a> Element<'a, 'input> {
    /// The first element of this name in it.
    pub fn child(self, name: &str) -> Option<Self> {
        self.0.children().find(|node| node.is_element() && node.tag_name().name() == name).map(Element)
    }

    /// The text of the element of this name in it; empty when there is none.
    pub fn text(self, name: &str) -> &'a str {
        self.child(name).and_then(|element| element.0.text()).map_or("", str::trim)
    }

    /// The members of the list of this name in it.
    pub fn members(self, name: &str) -> impl Iterator<Item = Self> {
        let list = self.child(name).map(|list| list.0);
        let members = list.into_iter().flat_map(|list| list.children());
        members.filter(|node| node.is_element() && node.tag_name().name() == "member").map(Element)
    }
}
