//! Where the functions that a text names are found.

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

impl<'f> Tables<'f> {
    /// The function that templates mean by `name`, and whether it is one of Go's own.
    pub(crate) fn find(self, name: &[u8]) -> Option<(&'f Arc<Function>, bool)> {
        let own = self.functions.find(name).map(|function| (function, false));
        own.or_else(|| self.builtins.find(name).map(|function| (function, true)))
    }

    /// Whether loops' keywords are keywords.
    pub(crate) fn keywords(self) -> LoopKeywords {
        LoopKeywords { break_is: self.find(b"break").is_none(), continue_is: self.find(b"continue").is_none() }
    }
}
