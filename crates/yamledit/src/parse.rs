//! Text to nodes.

use crate::error::EditError;
use crate::node::{Entry, Node, What};
use budget::Budget;
use granit_parser::{Event, Options, Parser, Span, StrInput, StructureStyle};
use std::ops::Range;

/// Reads the one document of a text; `None` when it holds nothing but comments.
pub(crate) fn parse(text: &str, budget: &mut Budget) -> Result<Option<Node>, EditError> {
    budget.take_bytes(text.len() as u64).map_err(EditError::Limit)?;
    let mut options = Options::default();
    let nesting = budget.limits().depth as usize + 1;
    options.set_emit_comments(false);
    options.flow_nesting_limit = nesting;
    options.block_nesting_limit = nesting;
    let parser = Parser::new_from_str_with_options(text, options);
    Reader { parser, budget, length: text.len() }.document()
}

struct Reader<'t, 'b> {
    parser: Parser<'t, StrInput<'t>>,
    budget: &'b mut Budget,
    length: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(mut self) -> Result<Option<Node>, EditError> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                _ if root.is_some() => return Err(EditError::SecondDocument { line: span.start.line() }),
                event => root = Some(self.node(event, span)?).filter(|node| !is_nothing(node)),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), EditError> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(EditError::Syntax { line: error.marker().line() }),
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node, EditError> {
        self.budget.spend(1).map_err(EditError::Limit)?;
        let range = self.range(span);
        Ok(match event {
            Event::Scalar(text, style, anchor, tag) => {
                let what = What::Scalar { text: text.into_owned(), style };
                Node { what, span: range, anchor, tagged: tag.is_some() }
            }
            Event::Alias(id) => Node { what: What::Alias(id), span: range, anchor: 0, tagged: false },
            Event::SequenceStart(style, anchor, tag) => {
                let (what, end) = self.nested(|reader| reader.list(style))?;
                Node { what, span: range.start..end, anchor, tagged: tag.is_some() }
            }
            Event::MappingStart(style, anchor, tag) => {
                let (what, end) = self.nested(|reader| reader.map(style))?;
                Node { what, span: range.start..end, anchor, tagged: tag.is_some() }
            }
            _ => return Err(EditError::Syntax { line: span.start.line() }),
        })
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, EditError>) -> Result<T, EditError> {
        self.budget.enter().map_err(EditError::Limit)?;
        let read = read(self);
        self.budget.leave();
        read
    }

    fn list(&mut self, style: StructureStyle) -> Result<(What, usize), EditError> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let flow = style == StructureStyle::Flow;
                let last = items.last().map(|item| item.span.end);
                let end = if flow { self.range(span).end } else { last.unwrap_or(self.range(span).start) };
                return Ok((What::List { items, flow }, end));
            }
            items.push(self.node(event, span)?);
        }
    }

    fn map(&mut self, style: StructureStyle) -> Result<(What, usize), EditError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let flow = style == StructureStyle::Flow;
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end));
                let end = if flow { self.range(span).end } else { last.unwrap_or(self.range(span).start) };
                return Ok((What::Map { entries, flow }, end));
            }
            let key = self.node(event, span)?;
            let (event, span) = self.next()?;
            let mut value = self.node(event, span)?;
            if value.span.is_empty() {
                value.span = key.span.end..key.span.end;
            }
            entries.push(Entry { key, value });
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        span.byte_range().unwrap_or(self.length..self.length)
    }
}

/// What an explicit but empty document holds.
fn is_nothing(node: &Node) -> bool {
    node.span.is_empty() && node.anchor == 0 && node.is_null()
}
