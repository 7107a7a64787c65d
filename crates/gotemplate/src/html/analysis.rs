//! Through all that a template can write: the place in the document of each of its actions, branch by branch and call by
//! call, and from that what must be changed.

use super::action::{self, Wrong};
use super::context::{Context, State};
use super::join::join;
use super::pipeline::{Plan, plan};
use super::problem::{ErrorCode, Problem};
use super::text_edit;
use crate::context::{location, shown};
use crate::outline::{Branch, Leaving, Piece, Printed};
use crate::program::{Node, Op, Shape, Span, Template};
use crate::quote::quote;
use crate::text::Text;
use crate::value::Value;
use budget::{Budget, Exceeded};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What is looked through.
#[derive(Clone, Copy)]
pub(super) struct Sources<'s> {
    pub(super) templates: &'s BTreeMap<Text, Arc<Template>>,
    /// The name of the set: a template of that name that was never parsed is not unknown.
    pub(super) set: &'s Text,
}

/// What was found. Templates go by the names of those derived from them.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Where each ends.
    outputs: BTreeMap<Text, Context>,
    /// What they are derived from, when that has another name.
    derived: BTreeMap<Text, Arc<Template>>,
    called: BTreeSet<Text>,
    /// By template and piece.
    pub(super) edits: BTreeMap<(Text, u32), Edit>,
}

/// What becomes of a piece.
#[derive(Debug)]
pub(super) enum Edit {
    Action(Plan),
    /// The template that is called.
    Call(Text),
    Text(Vec<u8>),
}

/// A template under the name of a derived one.
struct Body {
    name: Text,
    template: Arc<Template>,
}

/// The places in which the innermost loop is left, and the lines and positions of the actions that leave it.
#[derive(Debug, Default)]
struct Left {
    breaks: Vec<(Context, u32)>,
    continues: Vec<(Context, u32)>,
}

pub(super) struct Analysis<'s, 'b> {
    sources: Sources<'s>,
    budget: &'b mut Budget,
    findings: Findings,
    loops: Vec<Left>,
    depth: u32,
}

/// A limit ends it; what is wrong with the template is in the context.
type Step<T> = Result<T, Exceeded>;

/// The deepest nesting of branches and calls: each level costs stack, and no document has so many.
const DEPTH_MAX: u32 = 100;

/// How many bytes of text are a step of work.
const STEP_BYTES: usize = 64;

impl<'s, 'b> Analysis<'s, 'b> {
    pub(super) fn new(sources: Sources<'s>, budget: &'b mut Budget) -> Self {
        Analysis { sources, budget, findings: Findings::default(), loops: Vec::new(), depth: 0 }
    }

    /// Where the template `name` leads, executed by itself, and what must be changed for that.
    pub(super) fn run(mut self, name: &Text) -> Step<(Context, Findings)> {
        let (context, _) = self.call(Context::default(), name, &|| String::new())?;
        Ok((context, self.findings))
    }

    /// Where a call of the template `name` leads, and the name of the template that is derived for it.
    fn call(&mut self, context: Context, name: &Text, place: &dyn Fn() -> String) -> Step<(Context, Text)> {
        let derived = Text::from_bytes(context.derived_name(name.as_bytes()));
        self.findings.called.insert(derived.clone());
        if let Some(output) = self.findings.outputs.get(&derived) {
            return Ok((output.clone(), derived));
        }
        let Some(template) = self.template(name) else {
            let quoted = quote(name.as_bytes());
            let description = if name == self.sources.set {
                format!("{quoted} is an incomplete or empty template")
            } else {
                format!("no such template {quoted}")
            };
            let problem = Problem::new(ErrorCode::NoSuchTemplate, Some(place()), description);
            return Ok((Context::failed(problem), derived));
        };
        if derived != *name && !self.sources.templates.contains_key(&derived) {
            self.findings.derived.insert(derived.clone(), template.clone());
        }
        let body = Body { name: derived.clone(), template };
        Ok((self.output(context, &body)?, derived))
    }

    fn template(&self, name: &Text) -> Option<Arc<Template>> {
        self.sources.templates.get(name).or_else(|| self.findings.derived.get(name)).cloned()
    }

    /// Where a template leads. One that calls itself is assumed to end where it begins; if it does not, to end where it
    /// did then.
    fn output(&mut self, context: Context, body: &Body) -> Step<Context> {
        let (first, fits) = self.assuming(context, body)?;
        if fits {
            return Ok(first);
        }
        let (second, fits) = self.assuming(first.clone(), body)?;
        if fits || first.is_failed() {
            return Ok(if fits { second } else { first });
        }
        let description = format!("cannot compute output context for template {}", body.name);
        let place = place(&body.template, body.template.outline.start.unwrap_or(0));
        Ok(Context::failed(Problem::new(ErrorCode::OutputContext, Some(place), description)))
    }

    /// Where a template leads when calls of itself end where it begins, and whether that is so.
    fn assuming(&mut self, context: Context, body: &Body) -> Step<(Context, bool)> {
        self.findings.outputs.insert(body.name.clone(), context.clone());
        let all = 0..body.template.outline.pieces.len() as u32;
        let (end, inner) = self.tentatively(context.clone(), body, all)?;
        let fits = !end.is_failed() && (!inner.called.contains(&body.name) || context.same(&end));
        if fits {
            let Findings { outputs, derived, called, edits } = inner;
            self.findings.outputs.extend(outputs);
            self.findings.derived.extend(derived);
            self.findings.called.extend(called);
            self.findings.edits.extend(edits);
        }
        Ok((end, fits))
    }

    /// Goes through pieces; what was found on the way is given, not kept.
    fn tentatively(&mut self, context: Context, body: &Body, pieces: Range<u32>) -> Step<(Context, Findings)> {
        self.budget.spend(1 + self.findings.outputs.len() as u64)?;
        self.enter()?;
        let outputs = self.findings.outputs.clone();
        let outer = std::mem::replace(&mut self.findings, Findings { outputs, ..Findings::default() });
        let end = self.list(context, body, pieces)?;
        self.depth -= 1;
        Ok((end, std::mem::replace(&mut self.findings, outer)))
    }

    /// Goes through pieces one after another.
    fn list(&mut self, context: Context, body: &Body, pieces: Range<u32>) -> Step<Context> {
        let (mut context, mut at) = (context, pieces.start);
        while at < pieces.end && context.state != State::Dead {
            self.budget.spend(1)?;
            let mut next = at + 1;
            context = match body.template.outline.pieces[at as usize] {
                Piece::Text { step } => self.text(context, body, at, step)?,
                Piece::Print(action) => self.action(context, body, at, &action)?,
                Piece::Branch(branch) => {
                    next = branch.end + 1;
                    self.enter()?;
                    let behind = self.branch(&context, body, at, &branch)?;
                    self.depth -= 1;
                    behind
                }
                Piece::Leave { pos, leaving } => self.leave(context, pos, leaving),
                Piece::Call { step, node } => self.call_piece(context, body, at, (step, node))?,
                Piece::Otherwise | Piece::End => context,
            };
            at = next;
        }
        Ok(context)
    }

    fn enter(&mut self) -> Step<()> {
        let allowed = DEPTH_MAX.min(self.budget.limits().depth);
        if self.depth >= allowed {
            return Err(Exceeded::Depth(allowed));
        }
        self.depth += 1;
        Ok(())
    }

    fn edit(&mut self, body: &Body, piece: u32, edit: Edit) {
        self.findings.edits.insert((body.name.clone(), piece), edit);
    }

    fn text(&mut self, context: Context, body: &Body, piece: u32, step: u32) -> Step<Context> {
        let Some(Op::Text(span)) = body.template.code.get(step as usize).map(|step| step.op) else {
            return Ok(context);
        };
        let text = body.template.text(span);
        self.budget.spend((text.len() / STEP_BYTES) as u64)?;
        let (behind, edited) = text_edit::read(context, text);
        if let Some(edited) = edited {
            self.budget.take_bytes(edited.len() as u64)?;
            self.edit(body, piece, Edit::Text(edited));
        }
        Ok(behind)
    }

    fn action(&mut self, context: Context, body: &Body, piece: u32, action: &Printed) -> Step<Context> {
        let wrong = match action::decide(&context, action) {
            Ok((behind, escapers)) => {
                self.edit(body, piece, Edit::Action(plan(action, escapers)));
                return Ok(behind);
            }
            Err(Wrong::Nowhere(context)) => return Ok(context),
            Err(wrong) => wrong,
        };
        let template = &body.template;
        let Some(node) = template.parts.nodes.get(action.node as usize) else {
            return Ok(context);
        };
        let description = match &wrong {
            Wrong::Predefined(escaper) => format!("predefined escaper {:?} disallowed in template", escaper.name()),
            _ => format!("{} appears in an ambiguous context within a URL", shown(&template.source, node)),
        };
        let place = location(&template.source, node);
        Ok(Context::failed(Problem::new(wrong.code(), Some(place), description)))
    }

    fn call_piece(&mut self, context: Context, body: &Body, piece: u32, (step, node): (u32, u32)) -> Step<Context> {
        let template = &body.template;
        let Some(Op::FindTemplate(constant)) = template.code.get(step as usize).map(|step| step.op) else {
            return Ok(context);
        };
        let Some(Value::Str(name)) = template.parts.constants.get(constant as usize) else {
            return Ok(context);
        };
        let place = || template.parts.nodes.get(node as usize).map(|node| location(&template.source, node));
        let (behind, derived) = self.call(context, name, &|| place().unwrap_or_default())?;
        if derived != *name {
            self.edit(body, piece, Edit::Call(derived));
        }
        Ok(behind)
    }

    fn leave(&mut self, context: Context, pos: u32, leaving: Leaving) -> Context {
        if let Some(left) = self.loops.last_mut() {
            match leaving {
                Leaving::Break => left.breaks.push((context, pos)),
                Leaving::Continue => left.continues.push((context, pos)),
            }
        }
        Context::of(State::Dead)
    }

    fn branch(&mut self, context: &Context, body: &Body, piece: u32, branch: &Branch) -> Step<Context> {
        let first = piece + 1..branch.otherwise;
        let second = (branch.otherwise + 1).min(branch.end)..branch.end;
        let mut behind = if branch.keyword == "range" {
            let behind = self.body_of_loop(context, body, branch, first)?;
            if behind.is_failed() {
                return Ok(behind);
            }
            behind
        } else {
            self.list(context.separate(), body, first)?
        };
        let other = self.list(context.separate(), body, second)?;
        behind = join(&behind, &other, branch.keyword, &|| place(&body.template, branch.pos));
        Ok(behind)
    }

    /// The body of a loop, once and once more: it must end each time where it began the second time.
    fn body_of_loop(&mut self, context: &Context, body: &Body, branch: &Branch, pieces: Range<u32>) -> Step<Context> {
        self.loops.push(Left::default());
        let once = self.list(context.separate(), body, pieces.clone())?;
        let left = self.loops.pop().unwrap_or_default();
        let once = if once.is_failed() { once } else { with_left(once, left, body) };
        if once.is_failed() {
            return Ok(once);
        }
        self.loops.push(Left::default());
        let (twice, _) = self.tentatively(once.clone(), body, pieces)?;
        let left = self.loops.pop().unwrap_or_default();
        let joined = join(&once, &twice, branch.keyword, &|| place(&body.template, branch.pos));
        if joined.is_failed() {
            amend(&joined, line(&body.template, branch.pos), "on range loop re-entry");
            return Ok(joined);
        }
        Ok(with_left(joined, left, body))
    }
}

/// The place behind a loop's body that could also be left by `break` and `continue`.
fn with_left(context: Context, left: Left, body: &Body) -> Context {
    let Left { breaks, continues } = left;
    let mut behind = context;
    for (kind, all) in [("break", breaks), ("continue", continues)] {
        for (context, pos) in all {
            behind = join(&behind, &context, "range", &|| place(&body.template, pos));
            if behind.is_failed() {
                amend(&behind, line(&body.template, pos), &format!("at range loop {kind}"));
                return behind;
            }
        }
    }
    behind
}

/// Adds to what is wrong where it was found.
fn amend(failed: &Context, line: usize, what: &str) {
    if let Some(problem) = &failed.problem {
        let mut problem = problem.borrow_mut();
        problem.line = line;
        problem.description = format!("{what}: {}", problem.description);
    }
}

/// `NAME:LINE:COLUMN` of a position.
fn place(template: &Template, pos: u32) -> String {
    location(&template.source, &Node { pos, span: Span::new(0, 0), shape: Shape::Expression })
}

/// The line of a position, from 1.
fn line(template: &Template, pos: u32) -> usize {
    let text = &template.source.text;
    1 + text[..(pos as usize).min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

impl Findings {
    /// All templates that are called, by their derived names, and what they are derived from.
    pub(super) fn templates<'f>(&'f self, sources: Sources<'f>) -> impl Iterator<Item = (&'f Text, &'f Arc<Template>)> {
        self.outputs.keys().filter_map(move |name| {
            sources.templates.get(name).or_else(|| self.derived.get(name)).map(|template| (name, template))
        })
    }
}
