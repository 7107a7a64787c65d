//! The texts a program is made of, and the lines in them that spans mean.

use super::failure::failure;
use crate::wire::Failure;
use rsjsonnet_lang::program::Program;
use rsjsonnet_lang::span::{SourceId, SpanContext, SpanContextId, SpanId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a text is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// A file of the tree.
    File(String),
    /// The code of a variable, in words.
    Variable(String),
}

/// The texts loaded so far.
#[derive(Default)]
pub(super) struct Sources(BTreeMap<SourceId, Source>);

struct Source {
    name: Name,
    text: Rc<[u8]>,
    /// What comes after this offset is not the program's own.
    end: usize,
}

impl Sources {
    /// Makes a text known, so that spans can be made in it.
    pub(super) fn add(&mut self, program: &mut Program<'_>, name: &Name, text: &Rc<[u8]>, end: usize) -> SpanContextId {
        let (context, source) = program.span_manager_mut().insert_source_context(text.len());
        self.0.insert(source, Source { name: name.clone(), text: Rc::clone(text), end });
        context
    }

    /// The name of the text that holds `span`.
    pub(super) fn name(&self, program: &Program<'_>, span: SpanId) -> Option<&Name> {
        self.find(program, span).map(|(name, _, _)| name)
    }

    /// What is wrong at the innermost of `spans` that lies in a text of the program, not in the standard library.
    pub(super) fn failure(
        &self,
        program: &Program<'_>,
        mut spans: impl Iterator<Item = SpanId>,
        message: &str,
    ) -> Failure {
        match spans.find_map(|span| self.find(program, span)) {
            Some((Name::File(file), text, at)) => failure(Some((file.clone(), line(text, at))), message),
            Some((Name::Variable(variable), text, at)) => {
                failure(None, &format!("{variable}, line {}: {message}", line(text, at)))
            }
            None => failure(None, message),
        }
    }

    fn find(&self, program: &Program<'_>, span: SpanId) -> Option<(&Name, &[u8], usize)> {
        let spans = program.span_manager();
        let (context, start, _) = spans.get_span(span);
        let SpanContext::Source(source) = spans.get_context(context);
        let source = self.0.get(source).filter(|source| start <= source.end)?;
        Some((&source.name, &source.text, start))
    }
}

fn line(text: &[u8], at: usize) -> u32 {
    let before = text.get(..at).unwrap_or(text);
    u32::try_from(before.iter().filter(|&&byte| byte == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}
