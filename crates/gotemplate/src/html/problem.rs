//! Why a template cannot be escaped. The messages are Go's, word for word.

use budget::Exceeded;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// Go's names of what can be wrong with a template's HTML: `html/template.ErrorCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// A URL of which it is not known whether its query has begun.
    AmbigContext,
    /// A tag or attribute that readers of HTML may read differently.
    BadHtml,
    /// The branches of an `if`, `with` or `range` end in different places.
    BranchEnd,
    /// The template ends within a tag, a script or the like.
    EndContext,
    /// A template that is called does not exist, or nothing was parsed for it.
    NoSuchTemplate,
    /// A template that calls itself ends in another place than it begins in.
    OutputContext,
    /// A value within a character class of a regular expression.
    PartialCharset,
    /// A value behind a backslash.
    PartialEscape,
    /// The body of a loop ends in another place than it begins in. Go tells that as [`ErrorCode::BranchEnd`].
    RangeLoopReentry,
    /// `/` of which it is not known whether it divides or begins a regular expression.
    SlashAmbig,
    /// `html` or `urlquery` where they may not stand.
    PredefinedEscaper,
    /// A value within a template literal of JavaScript. No longer given: such values are escaped.
    JsTemplate,
    /// Nothing is wrong with its HTML: there is no such template to execute.
    Undefined,
}

/// A template cannot be escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EscapeError {
    /// It breaks a rule of HTML.
    #[error("{message}")]
    Html {
        /// Which rule.
        code: ErrorCode,
        /// Go's message.
        message: String,
    },
    /// Looking took more than allowed.
    #[error("html/template: {name}: {exceeded}")]
    Limit {
        /// The template.
        name: String,
        /// Which limit.
        exceeded: Exceeded,
    },
}

/// What is wrong, as far as it is known: contexts share it, and what is found out later is added for all of them.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) code: ErrorCode,
    /// `NAME:LINE:COLUMN`; takes the place of the two below.
    pub(super) place: Option<String>,
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) description: String,
}

pub(super) type Shared = Rc<RefCell<Problem>>;

impl Problem {
    pub(super) fn new(code: ErrorCode, place: Option<String>, description: String) -> Shared {
        Rc::new(RefCell::new(Problem { code, place, name: String::new(), line: 0, description }))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { place, name, line, description, .. } = self;
        match (place, line) {
            (Some(place), _) => write!(f, "html/template:{place}: {description}"),
            (None, 1..) => write!(f, "html/template:{name}:{line}: {description}"),
            (None, 0) if !name.is_empty() => write!(f, "html/template:{name}: {description}"),
            (None, 0) => write!(f, "html/template: {description}"),
        }
    }
}
