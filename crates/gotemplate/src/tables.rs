//! Where the functions that a text names are found.

use crate::emit::Functions;
use crate::function::FuncMap;
use crate::lex::LoopKeywords;
use crate::value::Function;
use std::sync::Arc;

/// Where functions are found by name: those of the caller first.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'f> {
    pub(crate) functions: &'f FuncMap,
    pub(crate) builtins: &'f FuncMap,
}

impl Functions for Tables<'_> {
    fn find(&self, name: &str) -> Option<(&Arc<Function>, bool)> {
        let own = self.functions.get(name).map(|function| (function, false));
        own.or_else(|| self.builtins.get(name).map(|function| (function, true)))
    }
}

impl Tables<'_> {
    pub(crate) fn keywords(&self) -> LoopKeywords {
        Functions::keywords(self)
    }
}
