//! What a page shows, in pieces that can change one by one. A leaf module.

use maud::Markup;
use std::sync::Arc;

/// One piece: an element with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its id in the page.
    pub id: String,
    /// The element.
    pub html: Arc<str>,
}

/// What a page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// What stands on top.
    pub head: Vec<Part>,
    /// Lines of a list.
    pub rows: Vec<Part>,
    /// What stands below.
    pub tail: Vec<Part>,
}

impl Part {
    /// A piece.
    pub fn new(id: impl Into<String>, markup: Markup) -> Self {
        Part { id: id.into(), html: markup.into_string().into() }
    }
}

impl View {
    /// All pieces in order.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.head.iter().chain(&self.rows).chain(&self.tail)
    }

    /// Everything.
    pub fn html(&self) -> String {
        let mut html = String::new();
        self.head.iter().for_each(|part| html.push_str(&part.html));
        if !self.rows.is_empty() {
            html.push_str("<ul class=\"rows\" id=\"rows\">");
            self.rows.iter().for_each(|part| html.push_str(&part.html));
            html.push_str("</ul>");
        }
        self.tail.iter().for_each(|part| html.push_str(&part.html));
        html
    }
}
