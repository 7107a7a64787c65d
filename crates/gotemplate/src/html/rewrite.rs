//! Templates with what was found out about them put in.
//!
//! Steps are not moved: where something is put in, a jump leads behind the template's end and back. What is written
//! anew stands behind the source's own text, so that places in messages stay right.

use super::analysis::Edit;
use super::escapers::{ARGUMENTS, escaper};
use super::pipeline::{Last, Plan};
use crate::outline::{Outline, Piece, Printed};
use crate::program::{CallSite, KEEP, Op, Parts, Source, Span, Step, Template};
use crate::text::Text;
use crate::value::Value;
use budget::{Budget, Exceeded};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template, what it shall be called, and what becomes of its pieces.
pub(super) struct Change<'c> {
    pub(super) name: &'c Text,
    pub(super) template: &'c Arc<Template>,
    pub(super) edits: Vec<(u32, &'c Edit)>,
}

/// The changed templates by name.
///
/// # Errors
/// When the sources they are made of take more bytes than allowed.
pub(super) fn rewritten(
    changes: &[Change<'_>],
    budget: &mut Budget,
) -> Result<BTreeMap<Text, Arc<Template>>, Exceeded> {
    let mut sources: Vec<(&Arc<Source>, Vec<u8>)> = Vec::new();
    let mut changed = Vec::new();
    for change in changes {
        let of = &change.template.source;
        let at = match sources.iter().position(|(source, _)| Arc::ptr_eq(source, of)) {
            Some(at) => at,
            None => {
                budget.take_bytes(of.text.len() as u64)?;
                sources.push((of, of.text.to_vec()));
                sources.len() - 1
            }
        };
        let template = change.template;
        budget.spend(template.code.len() as u64)?;
        let mut rewriter = Rewriter {
            text: &mut sources[at].1,
            code: template.code.to_vec(),
            parts: Parts::clone(&template.parts),
            places: BTreeMap::new(),
        };
        let before = rewriter.text.len();
        for (piece, edit) in &change.edits {
            rewriter.apply(&template.outline.pieces[*piece as usize], edit);
        }
        let (grown, code, parts) = (rewriter.text.len() - before, rewriter.code, rewriter.parts);
        budget.take_bytes(grown as u64)?;
        changed.push((at, change, code, parts));
    }
    let sources: Vec<Arc<Source>> = sources
        .into_iter()
        .map(|(source, text)| Arc::new(Source { name: source.name.clone(), text: text.into() }))
        .collect();
    let finish = |(at, change, code, parts): (usize, &Change<'_>, Vec<Step>, Parts)| {
        let Template { empty, slots, .. } = **change.template;
        let (source, name) = (sources[at].clone(), change.name.clone());
        let (parts, outline) = (Arc::new(parts), Arc::new(Outline::default()));
        let template = Template { name, source, empty, code: code.into(), slots, parts, outline };
        (change.name.clone(), Arc::new(template))
    };
    Ok(changed.into_iter().map(finish).collect())
}

struct Rewriter<'t> {
    text: &'t mut Vec<u8>,
    code: Vec<Step>,
    parts: Parts,
    /// Where the names of escapers were written.
    places: BTreeMap<&'static str, Span>,
}

impl Rewriter<'_> {
    fn apply(&mut self, piece: &Piece, edit: &Edit) {
        match (piece, edit) {
            (Piece::Text { step }, Edit::Text(text)) => {
                let span = self.write(text);
                self.code[*step as usize].op = Op::Text(span);
            }
            (Piece::Call { step, .. }, Edit::Call(name)) => {
                self.parts.constants.push(Value::Str(name.clone()));
                self.code[*step as usize].op = Op::FindTemplate(self.parts.constants.len() as u32 - 1);
            }
            (Piece::Print(action), Edit::Action(plan)) => self.action(action, plan),
            _ => {}
        }
    }

    fn write(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        Span::new(start, self.text.len())
    }

    fn action(&mut self, action: &Printed, plan: &Plan) {
        self.pipeline_text(action, plan);
        let print = action.print as usize;
        let piped = match plan.last {
            Last::Dropped => self.has_value_before(action),
            Last::Kept | Last::OnlyArguments => true,
        };
        if plan.last == Last::OnlyArguments
            && let Some(Step { op: Op::Call(site), .. }) = self.code.get(print.wrapping_sub(1)).copied()
            && let Some(function) = escaper(ARGUMENTS)
        {
            let name = self.place(ARGUMENTS);
            let site = CallSite { function, name, ..self.parts.calls[site as usize].clone() };
            self.parts.calls.push(site);
            self.code[print - 1].op = Op::Call(self.parts.calls.len() as u32 - 1);
        }
        let from = if plan.last == Last::Dropped { action.last_begins as usize } else { print };
        let tail = self.code.len() as u32;
        let written = self.code[print];
        self.code[from] = Step { op: Op::Jump(tail), node: KEEP };
        let mut given = u16::from(piped);
        for name in &plan.behind {
            self.call(name, given, action.pipeline);
            given = 1;
        }
        self.code.push(written);
        self.code.push(Step { op: Op::Jump(print as u32 + 1), node: KEEP });
    }

    /// Whether something stands before the last command for it to be given.
    fn has_value_before(&self, action: &Printed) -> bool {
        matches!(self.code[action.last_begins as usize].op, Op::SaveFinal)
    }

    /// Calls an escaper with the value, or with nothing.
    fn call(&mut self, name: &'static str, given: u16, node: u32) {
        let Some(function) = escaper(name) else {
            return;
        };
        let name = self.place(name);
        let site = self.parts.calls.len() as u32;
        self.parts.calls.push(CallSite { function, name, arguments: given, node, callee: None, slices: false });
        if given > 0 {
            self.code.push(Step { op: Op::SaveFinal, node: KEEP });
            self.code.push(Step { op: Op::ArgumentFinal { site, at: 0 }, node });
        }
        self.code.push(Step { op: Op::Call(site), node });
    }

    fn place(&mut self, name: &'static str) -> Span {
        match self.places.get(name) {
            Some(span) => *span,
            None => {
                let span = self.write(name.as_bytes());
                self.places.insert(name, span);
                span
            }
        }
    }

    /// What messages show of the pipeline.
    fn pipeline_text(&mut self, action: &Printed, plan: &Plan) {
        let Some(span) = self.parts.nodes.get(action.pipeline as usize).map(|node| node.span) else {
            return;
        };
        let end = if plan.last == Last::Dropped { action.before_last } else { span.end };
        let mut shown = self.text[span.start as usize..end as usize].to_vec();
        for name in &plan.behind {
            let sign: &[u8] = if shown.is_empty() { b"" } else { b" | " };
            shown.extend_from_slice(sign);
            shown.extend_from_slice(name.as_bytes());
        }
        let span = self.write(&shown);
        self.parts.nodes[action.pipeline as usize].span = span;
    }
}
