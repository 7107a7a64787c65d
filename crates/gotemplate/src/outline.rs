//! What a template is made of, in the order of its text: the texts, the actions that write, the branches and the calls,
//! and where their steps are. `html` walks it; nobody else needs it, so it is kept only where it is asked for.

use crate::lex::{Kind, Token};

/// The outline of one template.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) pieces: Vec<Piece>,
    /// Where Go says that the template's list of nodes is.
    pub(crate) start: Option<u32>,
    wanted: Wanted,
    open: Vec<usize>,
}

/// Whether outlines are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wanted {
    #[default]
    No,
    Yes,
}

/// One piece. Steps, nodes and pieces are named by their positions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// A text, which one step writes.
    Text { step: u32 },
    /// An action that writes a value.
    Print(Printed),
    /// `if`, `with` and `range`: its first part goes on to the piece `otherwise`, its second to the piece `end`.
    Branch(Branch),
    /// The end of a branch's first part.
    Otherwise,
    /// The end of a branch.
    End,
    /// `break` and `continue`.
    Leave { pos: u32, leaving: Leaving },
    /// A call of a template: the step that looks it up, and its place.
    Call { step: u32, node: u32 },
}

/// An `if`, `with` or `range`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) keyword: &'static str,
    pub(crate) pos: u32,
    pub(crate) otherwise: u32,
    pub(crate) end: u32,
}

/// How a loop's body is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    Break,
    Continue,
}

/// An action that writes a value: what is needed to put further commands at the end of its pipeline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printed {
    /// The action's place, and its pipeline's.
    pub(crate) node: u32,
    pub(crate) pipeline: u32,
    /// The step that writes.
    pub(crate) print: u32,
    /// Where the last command's steps begin.
    pub(crate) last_begins: u32,
    /// Where the text of the commands before the last ends.
    pub(crate) before_last: u32,
    /// The first command but the last that is one of Go's own escapers.
    pub(crate) early: Option<Predefined>,
    /// The last command, when it is one.
    pub(crate) last: Option<Predefined>,
    pub(crate) shape: Commands,
}

/// How many commands there are, and whether a single one is given arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commands {
    OneAlone,
    OneWithArguments,
    Several,
}

/// Go's own escapers, which templates may name only at the end of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predefined {
    Html,
    UrlQuery,
}

impl Predefined {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Predefined::Html => "html",
            Predefined::UrlQuery => "urlquery",
        }
    }
}

impl Outline {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Outline { wanted, ..Outline::default() }
    }

    fn push(&mut self, piece: Piece) {
        if self.wanted == Wanted::Yes {
            self.pieces.push(piece);
        }
    }

    /// The first token of the template begins here.
    pub(crate) fn begin(&mut self, at: usize) {
        self.start.get_or_insert(at as u32);
    }

    pub(crate) fn text(&mut self, step: usize) {
        self.push(Piece::Text { step: step as u32 });
    }

    pub(crate) fn branch(&mut self, keyword: &'static str, pos: u32) {
        if self.wanted == Wanted::Yes {
            self.open.push(self.pieces.len());
            self.push(Piece::Branch(Branch { keyword, pos, otherwise: 0, end: 0 }));
        }
    }

    pub(crate) fn otherwise(&mut self) {
        let here = self.pieces.len() as u32;
        if let Some(Piece::Branch(branch)) = self.open.last().and_then(|at| self.pieces.get_mut(*at)) {
            branch.otherwise = here;
        }
        self.push(Piece::Otherwise);
    }

    pub(crate) fn end(&mut self) {
        let here = self.pieces.len() as u32;
        if let Some(Piece::Branch(branch)) = self.open.pop().and_then(|at| self.pieces.get_mut(at)) {
            branch.end = here;
            if branch.otherwise == 0 {
                branch.otherwise = here;
            }
        }
        self.push(Piece::End);
    }

    /// Any action's first token; only `break` and `continue` matter here.
    pub(crate) fn keyword(&mut self, token: Token) {
        let leaving = match token.kind {
            Kind::Break => Leaving::Break,
            Kind::Continue => Leaving::Continue,
            _ => return,
        };
        self.push(Piece::Leave { pos: token.start as u32, leaving });
    }

    pub(crate) fn call(&mut self, step: usize, node: u32) {
        self.push(Piece::Call { step: step as u32, node });
    }

    /// An action that writes a value; told only where outlines are kept.
    pub(crate) fn print(&mut self, printed: impl FnOnce() -> Option<Printed>) {
        if self.wanted == Wanted::Yes
            && let Some(printed) = printed()
        {
            self.push(Piece::Print(printed));
        }
    }
}
