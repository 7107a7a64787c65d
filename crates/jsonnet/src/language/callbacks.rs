//! What the library asks for while it evaluates: imports, and the functions of ours.

use super::failure::failure;
use super::files::Files;
use super::load::load;
use super::overrides::{self, Refused};
use super::sources::{Name, Sources};
use crate::wire::Failure;
use rsjsonnet_lang::interner::InternedStr;
use rsjsonnet_lang::program::{Callbacks, EvalStackTraceItem, ImportError, NativeError, Program, Thunk, Value};
use rsjsonnet_lang::span::SpanId;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A file that was asked for: where it lies, and its content.
type Found = (String, Rc<[u8]>);

/// Answers the library.
pub(super) struct Answers<'f, 'p> {
    pub(super) sources: Sources,
    /// The program's own file: imports in the code of variables are seen from there.
    pub(super) file: String,
    /// Why the last import or call failed: the library's own errors carry no text.
    pub(super) failure: Option<Failure>,
    files: &'f mut dyn Files,
    /// What was found, by importing file and name.
    found: BTreeMap<(String, String), Found>,
    /// Imported files, by where they lie: each is evaluated once.
    thunks: BTreeMap<String, Thunk<'p>>,
}

impl<'f, 'p> Answers<'f, 'p> {
    pub(super) fn new(file: String, files: &'f mut dyn Files) -> Self {
        let (found, thunks) = (BTreeMap::new(), BTreeMap::new());
        Answers { sources: Sources::default(), file, failure: None, files, found, thunks }
    }

    fn find(&mut self, program: &Program<'p>, from: SpanId, name: &str) -> Result<Found, ImportError> {
        let importing = match self.sources.name(program, from) {
            Some(Name::File(file)) => file.clone(),
            Some(Name::Variable(_)) | None => self.file.clone(),
        };
        let asked = (importing, name.to_owned());
        if let Some(found) = self.found.get(&asked) {
            return Ok(found.clone());
        }
        match self.files.find(&asked.0, name) {
            Ok((path, content)) => {
                let found = (path, Rc::from(content));
                self.found.insert(asked, found.clone());
                Ok(found)
            }
            Err(why) => {
                let message = format!("cannot import {name:?}: {why}");
                self.failure = Some(self.sources.failure(program, std::iter::once(from), &message));
                Err(ImportError)
            }
        }
    }
}

impl<'p> Callbacks<'p> for Answers<'_, 'p> {
    fn import(&mut self, program: &mut Program<'p>, from: SpanId, name: &str) -> Result<Thunk<'p>, ImportError> {
        let (path, content) = self.find(program, from, name)?;
        if let Some(thunk) = self.thunks.get(&path) {
            return Ok(thunk.clone());
        }
        let loaded = load(program, &mut self.sources, &Name::File(path.clone()), content.to_vec());
        let thunk = loaded.map_err(|failure| {
            self.failure = Some(failure);
            ImportError
        })?;
        self.thunks.insert(path, thunk.clone());
        Ok(thunk)
    }

    fn import_str(&mut self, program: &mut Program<'p>, from: SpanId, name: &str) -> Result<String, ImportError> {
        self.find(program, from, name).map(|(_, content)| String::from_utf8_lossy(&content).into_owned())
    }

    fn import_bin(&mut self, program: &mut Program<'p>, from: SpanId, name: &str) -> Result<Vec<u8>, ImportError> {
        self.find(program, from, name).map(|(_, content)| content.to_vec())
    }

    /// Messages for whoever runs a program by hand; nobody reads them here.
    fn trace(&mut self, _: &mut Program<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    fn native_call(
        &mut self,
        program: &mut Program<'p>,
        name: InternedStr<'p>,
        args: &[Value<'p>],
    ) -> Result<Value<'p>, NativeError> {
        overrides::call(program, name.value(), args).map_err(|refused| match refused {
            Refused::Because(why) => {
                self.failure = Some(failure(None, &why));
                NativeError
            }
            Refused::Unknown(error) => error,
        })
    }
}
