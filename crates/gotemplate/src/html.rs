//! Go's `html/template`: templates whose values are escaped for the place in the document where they are written — text,
//! attributes with and without quotes, URLs and their parts, scripts, style sheets. Output and messages are those of
//! Go 1.26 to the byte.
//!
//! A [`Set`] is parsed as any other; [`Set::escaped`] looks through a template and all it calls and gives one that can be
//! executed. What a value is written as then depends on where it stands, not on the template's author:
//! `<a href="{{.}}" onclick="f({{.}})">` escapes it in two different ways. Text that is known to be safe somewhere is
//! handed in as [`Safe`].
//!
//! # Where it differs
//! - Escaping a template changes nothing: Go cannot execute a template any more once escaping another has failed.
//! - A function that renders a template of the set finds those that can be escaped by themselves; others are missing to
//!   it. One that renders a text fails, for Go lets nothing be parsed after the first execution.
//! - Limits end what Go would go on with: branches and calls nested deeper than 100, steps, bytes.
//!
//! Start reading at [`Set::escaped`], then `analysis` (what is where), `context`, `transition` (how text leads from one
//! place to another), `action` (what is escaped how) and `rewrite` (how that gets into compiled templates).

mod action;
mod address;
mod analysis;
mod attribute;
mod braces;
mod content;
mod context;
mod css_text;
mod entity;
mod escapers;
mod join;
mod js_value;
mod markup;
mod pipeline;
mod problem;
mod replace;
mod rewrite;
mod scan;
mod script;
mod script_type;
mod slash;
mod style;
mod tags;
mod text_edit;
mod transition;
mod url_text;

use crate::builtin::BUILTINS;
use crate::error::{ExecError, ParseError};
use crate::function::FuncMap;
use crate::options::MissingKey;
use crate::outline::Wanted;
use crate::program::Template as Compiled;
use crate::quote::quote;
use crate::set::{Run, Set as TextSet};
use crate::statement::parse_with;
use crate::tables::Tables;
use crate::text::Text;
use crate::value::Value;
use analysis::{Analysis, Findings, Sources};
use budget::{Budget, Exceeded};
use bytes::Bytes;
use context::State;
use rewrite::{Change, rewritten};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use content::{Safe, SafeIn};
pub use problem::{ErrorCode, EscapeError};

/// Templates of HTML by name, with the functions they were bound to when parsed.
#[derive(Clone)]
pub struct Set(TextSet);

/// A template that writes every value escaped. Cheap to clone; may be executed on many threads at once.
#[derive(Clone)]
pub struct Template {
    name: Text,
    set: TextSet,
}

impl Set {
    /// An empty set whose templates may call `functions`.
    #[must_use]
    pub fn new(functions: Arc<FuncMap>, missing_key: MissingKey) -> Self {
        Set(TextSet::new(functions, missing_key))
    }

    /// The set under a name: Go's `template.New(name)`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Set(self.0.named(name))
    }

    /// Parses `text` as the template `name` and adds it, and what it defines, to the set: a later definition takes the
    /// place of an earlier one, unless it is empty.
    ///
    /// # Errors
    /// When `text` is no template, or larger or deeper than `budget` allows.
    pub fn parse(&mut self, name: &str, text: &[u8], budget: &mut Budget) -> Result<(), ParseError> {
        let tables = Tables { functions: self.0.functions(), builtins: &BUILTINS };
        let parsed = Arc::new(parse_with(name, &Bytes::copy_from_slice(text), tables, Wanted::Yes, budget)?);
        self.0.add(&parsed);
        Ok(())
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.0.names()
    }

    /// The template `name` with all values escaped, its own and those of the templates that it calls.
    ///
    /// # Errors
    /// When there is no such template, when some value's place cannot be told, when a limit is exceeded.
    pub fn escaped(&self, name: &str, budget: &mut Budget) -> Result<Template, EscapeError> {
        let name = Text::from(name);
        if !self.0.templates().contains_key(&name) {
            let quoted = quote(name.as_bytes());
            let incomplete = name == *self.0.name();
            let what = if incomplete { "an incomplete template" } else { "undefined" };
            let message = format!("html/template: {quoted} is {what}");
            return Err(EscapeError::Html { code: ErrorCode::Undefined, message });
        }
        let mut templates = self.looked_through(&name, budget)?;
        if self.0.functions().renders() {
            for other in self.0.names() {
                match self.looked_through(other, budget) {
                    Ok(more) => more.into_iter().for_each(|(name, more)| {
                        templates.entry(name).or_insert(more);
                    }),
                    Err(EscapeError::Html { .. }) => {}
                    Err(limit) => return Err(limit),
                }
            }
        }
        Ok(Template { name, set: self.0.complete(templates) })
    }

    /// The template `name` and all it calls, escaped.
    fn looked_through(&self, name: &Text, budget: &mut Budget) -> Result<BTreeMap<Text, Arc<Compiled>>, EscapeError> {
        let sources = Sources { templates: self.0.templates(), set: self.0.name() };
        let limit = |exceeded: Exceeded| EscapeError::Limit { name: name.to_string(), exceeded };
        let (context, findings) = Analysis::new(sources, &mut *budget).run(name).map_err(limit)?;
        if let Some(problem) = &context.problem {
            let mut problem = problem.borrow_mut();
            problem.name = name.to_string();
            return Err(EscapeError::Html { code: problem.code, message: problem.to_string() });
        }
        if context.state != State::Text {
            let message = format!("html/template:{name}: ends in a non-text context: {context}");
            return Err(EscapeError::Html { code: ErrorCode::EndContext, message });
        }
        rewritten(&changes(&findings, sources), budget).map_err(limit)
    }
}

/// What was found out, template by template.
fn changes<'f>(findings: &'f Findings, sources: Sources<'f>) -> Vec<Change<'f>> {
    let mut changes: Vec<Change<'f>> =
        findings.templates(sources).map(|(name, template)| Change { name, template, edits: Vec::new() }).collect();
    for ((name, piece), edit) in &findings.edits {
        if let Ok(at) = changes.binary_search_by(|change| change.name.cmp(name)) {
            changes[at].edits.push((*piece, edit));
        }
    }
    changes
}

impl Template {
    /// Executes the template on `data` and gives what it wrote.
    ///
    /// # Errors
    /// When it fails, when a limit is exceeded.
    pub fn execute(&self, data: &Value, run: &mut Run<'_>) -> Result<Text, ExecError> {
        self.set.execute(&self.name.to_str_lossy(), data, run)
    }
}
