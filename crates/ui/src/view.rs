//! What a page shows, in pieces that can change one by one, and what is told of a change. A leaf module.

use maud::Markup;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One piece: an element with this id. It may hold many smaller ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its id in the page.
    pub id: String,
    /// The element, or its beginning where it holds smaller ones.
    pub html: Arc<str>,
    /// The smaller ones: each an element with an id of its own.
    pub items: Vec<(String, Arc<str>)>,
    /// Its end.
    pub end: &'static str,
}

/// What a page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Its pieces in order.
    pub parts: Vec<Part>,
    /// Pieces that stand elsewhere in the page, and are there already.
    pub apart: Vec<Part>,
}

impl Part {
    /// A piece.
    pub fn new(id: impl Into<String>, markup: Markup) -> Self {
        Part { id: id.into(), html: markup.into_string().into(), items: Vec::new(), end: "" }
    }

    /// A piece that holds smaller ones.
    pub fn of(id: impl Into<String>, begin: String, items: Vec<(String, Arc<str>)>, end: &'static str) -> Self {
        Part { id: id.into(), html: begin.into(), items, end }
    }

    /// The whole element.
    pub fn html(&self) -> String {
        let mut html = self.html.to_string();
        self.items.iter().for_each(|(_, item)| html.push_str(item));
        html.push_str(self.end);
        html
    }
}

impl View {
    /// Everything.
    pub fn html(&self) -> String {
        self.parts.iter().map(Part::html).collect()
    }
}

/// What one who follows a page has been told.
#[derive(Debug, Default)]
pub struct Told {
    last: Option<View>,
}

impl Told {
    /// The events that bring a page up to date; empty when it is.
    pub fn tell(&mut self, view: View) -> String {
        let mut text = String::new();
        for part in &view.apart {
            let before = self.last.as_ref().and_then(|last| last.apart.iter().find(|own| own.id == part.id));
            match before {
                Some(before) => changed(&mut text, before, part),
                None => event(&mut text, "part", &part.html()),
            }
        }
        match &self.last {
            Some(last) if last.parts.iter().map(|own| &own.id).eq(view.parts.iter().map(|own| &own.id)) => {
                for (before, now) in last.parts.iter().zip(&view.parts) {
                    changed(&mut text, before, now);
                }
            }
            _ => event(&mut text, "whole", &view.html()),
        }
        self.last = Some(view);
        text
    }
}

fn changed(text: &mut String, before: &Part, now: &Part) {
    if before == now {
        return;
    }
    let is_same_order = before.items.iter().map(|own| &own.0).eq(now.items.iter().map(|own| &own.0));
    if before.html != now.html || now.items.is_empty() || !is_same_order {
        event(text, "part", &now.html());
        return;
    }
    let known: BTreeMap<&str, &str> = before.items.iter().map(|(id, html)| (id.as_str(), &**html)).collect();
    for (id, html) in now.items.iter().filter(|(id, html)| known.get(id.as_str()) != Some(&&**html)) {
        debug_assert!(!id.is_empty(), "what changes alone has an id");
        event(text, "part", html);
    }
}

/// One event; a line of data for each line.
pub fn event(text: &mut String, name: &str, data: &str) {
    text.push_str("event: ");
    text.push_str(name);
    for line in data.split(['\n', '\r']) {
        text.push_str("\ndata: ");
        text.push_str(line);
    }
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let part = |id: &str, text: &str| Part { id: id.into(), html: text.into(), items: Vec::new(), end: "" };
        let list = |items: &[(&str, &str)]| {
            let items = items.iter().map(|(id, html)| ((*id).to_owned(), Arc::from(*html))).collect();
            Part::of("list", "<ul>".to_owned(), items, "</ul>")
        };
        let mut told = Told::default();
        let mut tell = |parts: Vec<Part>| told.tell(View { parts, apart: Vec::new() });
        assert_eq!(
            tell(vec![part("a", "<p>\n1"), list(&[("b", "2")])]),
            "event: whole\ndata: <p>\ndata: 1<ul>2</ul>\n\n"
        );
        assert_eq!(tell(vec![part("a", "<p>\n1"), list(&[("b", "2")])]), "");
        assert_eq!(tell(vec![part("a", "<p>\n1"), list(&[("b", "3")])]), "event: part\ndata: 3\n\n");
        assert_eq!(
            tell(vec![part("a", "x"), list(&[("b", "3"), ("c", "4")])]),
            "event: part\ndata: x\n\nevent: part\ndata: <ul>34</ul>\n\n"
        );
        assert_eq!(tell(vec![part("a", "x")]), "event: whole\ndata: x\n\n");
    }
}
