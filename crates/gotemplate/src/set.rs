//! A set of templates that can call each other by name.

use crate::builtin::BUILTINS;
use crate::error::{ExecError, ParseError};
use crate::exec::{Machine, World};
use crate::function::FuncMap;
use crate::held;
use crate::options::{MissingKey, Sources};
use crate::program::{Parsed, Template};
use crate::quote::quote;
use crate::statement::parse;
use crate::tables::Tables;
use crate::text::Text;
use crate::value::{Call, State, Value, Written};
use budget::Budget;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Templates by name, with the functions they were bound to when parsed. Cheap to clone.
#[derive(Clone)]
pub struct Set {
    name: Text,
    functions: Arc<FuncMap>,
    missing_key: MissingKey,
    templates: BTreeMap<Text, Arc<Template>>,
    sources: Sources,
}

/// What one render shares among the templates it executes: limits, state of functions, maps written to.
pub struct Run<'b> {
    /// What all executions together may use.
    pub budget: &'b mut Budget,
    /// What functions keep between calls.
    pub state: State,
    /// Maps written to, emptied when the run is dropped.
    pub written: Written,
}

impl<'b> Run<'b> {
    /// A run within `budget`.
    #[must_use]
    pub fn new(budget: &'b mut Budget) -> Self {
        held::begin();
        Run { budget, state: State::default(), written: Written::default() }
    }

    /// What a function gets to work with: to call one without a template around it.
    pub fn call(&mut self) -> Call<'_> {
        Call { budget: self.budget, state: &mut self.state, written: &mut self.written }
    }
}

impl Set {
    /// An empty set whose templates may call `functions`.
    #[must_use]
    pub fn new(functions: Arc<FuncMap>, missing_key: MissingKey) -> Self {
        Set { name: Text::default(), functions, missing_key, templates: BTreeMap::new(), sources: Sources::Parsed }
    }

    /// The set under a name, by which the message that a template is missing calls it. Helm's is `gotpl`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Set { name: name.into(), ..self }
    }

    /// Parses `text` as the template `name` and adds it, and what it defines, to the set: a later definition takes the
    /// place of an earlier one, unless it is empty.
    ///
    /// # Errors
    /// When `text` is no template, or larger or deeper than `budget` allows.
    pub fn parse(&mut self, name: &str, text: &[u8], budget: &mut Budget) -> Result<(), ParseError> {
        let parsed = Set::compile(name, &Bytes::copy_from_slice(text), &self.functions, budget)?;
        self.add(&parsed);
        Ok(())
    }

    /// Parses without adding: what a cache keeps, by name, text and functions. The text is shared, not copied.
    ///
    /// # Errors
    /// As [`Set::parse`].
    pub fn compile(
        name: &str,
        text: &Bytes,
        functions: &FuncMap,
        budget: &mut Budget,
    ) -> Result<Arc<Parsed>, ParseError> {
        parse(name, text, Tables { functions, builtins: &BUILTINS }, budget).map(Arc::new)
    }

    /// Adds what was compiled with the same functions.
    pub fn add(&mut self, parsed: &Parsed) {
        for template in &parsed.templates {
            if !template.empty || !self.templates.contains_key(&template.name) {
                self.templates.insert(template.name.clone(), template.clone());
            }
        }
    }

    /// The set's own name.
    pub(crate) fn name(&self) -> &Text {
        &self.name
    }

    pub(crate) fn functions(&self) -> &FuncMap {
        &self.functions
    }

    pub(crate) fn templates(&self) -> &BTreeMap<Text, Arc<Template>> {
        &self.templates
    }

    /// The set with these templates and no others to come.
    pub(crate) fn complete(&self, templates: BTreeMap<Text, Arc<Template>>) -> Set {
        Set { templates, sources: Sources::Refused, ..self.clone() }
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.templates.keys()
    }

    /// Whether there is a template called `name`.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.templates.contains_key(name.as_bytes())
    }

    /// Executes the template `name` on `data` and gives what it wrote.
    ///
    /// # Errors
    /// When there is no such template, when it fails, when a limit is exceeded.
    pub fn execute(&self, name: &str, data: &Value, run: &mut Run<'_>) -> Result<Text, ExecError> {
        self.write(name, data, run).map(Text::from_bytes)
    }

    /// As [`Set::execute`], for a caller that wants the bytes for itself.
    ///
    /// # Errors
    /// As [`Set::execute`].
    pub fn write(&self, name: &str, data: &Value, run: &mut Run<'_>) -> Result<Vec<u8>, ExecError> {
        let Some(template) = self.templates.get(name.as_bytes()) else {
            let (name, set) = (quote(name.as_bytes()), quote(self.name.as_bytes()));
            let message = format!("template: no template {name} associated with template {set}");
            return Err(ExecError { message, exceeded: None });
        };
        let tables = Tables { functions: &self.functions, builtins: &BUILTINS };
        let Set { name, templates, missing_key, sources, .. } = self;
        let world = World { name, templates, tables, missing_key: *missing_key, sources: *sources };
        Machine::new(world, template.clone(), data, run.call()).run()
    }
}
