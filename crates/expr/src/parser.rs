//! Reads a source into a tree: sequences, declarations, conditions and operators. What they are made of is read in
//! `operand` and `call`.

mod call;
mod operand;

use crate::ast::{Binary, Node, NodeId, Tree};
use crate::error::{Outcome, Wrong};
use crate::lexer::Lexer;
use crate::token::{Kind, Token};
use budget::Budget;
use gotemplate::Text;

/// How many nodes an expression may have; the original's limit.
const NODES_MAX: usize = 10_000;
/// What may be negated by a `not` before it.
const NEGATED: [&str; 5] = ["contains", "matches", "startsWith", "endsWith", "in"];

/// The tree of `source` and its topmost node. `is_overridden` tells which names are not those of builtins.
pub(crate) fn parse(
    source: &str,
    is_overridden: &dyn Fn(&str) -> bool,
    budget: &mut Budget,
) -> Outcome<(Tree, NodeId)> {
    budget.take_bytes(source.len() as u64)?;
    let start = Token { kind: Kind::End, value: Text::default(), at: 0 };
    let mut parser = Parser {
        lexer: Lexer::new(source),
        current: start,
        stashed: None,
        tree: Tree::default(),
        pairs: 0,
        predicates: 0,
        is_overridden,
        budget,
    };
    parser.next()?;
    let root = parser.sequence()?;
    if parser.current.kind != Kind::End {
        return Err(parser.unexpected());
    }
    Ok((parser.tree, root))
}

/// Whether a function of the environment stands before a builtin of its name.
#[derive(Clone, Copy, PartialEq)]
enum Overrides {
    Seen,
    /// `::name(…)` is always the builtin.
    PassedOver,
}

struct Parser<'s, 'b> {
    lexer: Lexer<'s>,
    current: Token,
    stashed: Option<Token>,
    tree: Tree,
    /// Keys with their values: they count as nodes.
    pairs: usize,
    /// In how many predicates the current token stands.
    predicates: usize,
    is_overridden: &'b dyn Fn(&str) -> bool,
    budget: &'b mut Budget,
}

impl Parser<'_, '_> {
    fn next(&mut self) -> Outcome<()> {
        if let Some(stashed) = self.stashed.take() {
            self.current = stashed;
            return Ok(());
        }
        match self.lexer.next()? {
            Some(token) => self.current = token,
            None => return Err(self.wrong("unexpected end of expression")),
        }
        Ok(())
    }

    fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong::at(self.current.at, message)
    }

    fn unexpected(&self) -> Wrong {
        self.wrong(format!("unexpected token {}", self.current))
    }

    fn expect_operator(&mut self, value: &str) -> Outcome<()> {
        if self.current.is_operator(value) { self.next() } else { Err(self.unexpected()) }
    }

    fn expect_bracket(&mut self, value: &str) -> Outcome<()> {
        if self.current.is_bracket(value) { self.next() } else { Err(self.unexpected()) }
    }

    /// The name that stands here.
    fn expect_name(&mut self) -> Outcome<Token> {
        if self.current.kind != Kind::Identifier {
            return Err(self.unexpected());
        }
        let name = self.current.clone();
        self.next()?;
        Ok(name)
    }

    fn add(&mut self, node: Node, at: u32) -> Outcome<NodeId> {
        self.budget.spend(1)?;
        if self.tree.len() + self.pairs >= NODES_MAX {
            return Err(self.wrong("compilation failed: expression exceeds maximum allowed nodes"));
        }
        let id = self.tree.add(node, at);
        let depth_max = self.budget.limits().depth;
        if self.tree.height(id) > depth_max {
            return Err(Wrong::from(budget::Exceeded::Depth(depth_max)).or_at(at));
        }
        Ok(id)
    }

    fn sequence(&mut self) -> Outcome<NodeId> {
        let first = self.expression(0)?;
        let mut nodes = vec![first];
        while self.current.is_operator(";") {
            self.next()?;
            if self.current.kind == Kind::End {
                break;
            }
            nodes.push(self.expression(0)?);
        }
        if nodes.len() == 1 {
            return Ok(first);
        }
        let at = self.tree.at(first);
        self.add(Node::Sequence(nodes), at)
    }

    /// What binds at least as tightly as `precedence`; 0 is everything.
    fn expression(&mut self, precedence: u32) -> Outcome<NodeId> {
        let at = self.current.at;
        self.budget.enter().map_err(|exceeded| Wrong::from(exceeded).or_at(at))?;
        let node = self.expression_inside(precedence);
        self.budget.leave();
        node
    }

    fn expression_inside(&mut self, precedence: u32) -> Outcome<NodeId> {
        if precedence == 0 && self.current.is_operator("let") {
            return self.declaration();
        }
        if precedence == 0 && self.current.is_operator("if") {
            return self.conditional_words();
        }
        let mut left = self.primary()?;
        let mut is_behind_coalesce = false;
        while self.current.kind == Kind::Operator {
            let Some((operator, negation)) = self.operator(precedence)? else { break };
            if operator.is_operator("|") {
                let name = self.expect_name()?;
                left = self.call(&name, vec![left], Overrides::Seen)?;
                is_behind_coalesce = false;
                continue;
            }
            let (binary, tightness) = Binary::find(operator.text()).expect("invariant: `operator` found it");
            if is_behind_coalesce && binary != Binary::Coalesce {
                let text = binary.text();
                let message = format!(
                    "Operator ({text}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses."
                );
                return Err(Wrong::at(operator.at, message));
            }
            left = if binary.is_comparison() {
                self.comparisons(left, binary, operator.at, tightness)?
            } else {
                let is_right = matches!(binary, Binary::Power(_));
                let right = self.expression(if is_right { tightness } else { tightness + 1 })?;
                self.add(Node::Binary { operator: binary, left, right }, operator.at)?
            };
            if let Some(at) = negation {
                left = self.add(Node::Unary { operator: crate::ast::Unary::Not("not"), operand: left }, at)?;
            }
            is_behind_coalesce = binary == Binary::Coalesce;
        }
        if precedence == 0 { self.conditional(left) } else { Ok(left) }
    }

    /// Takes the operator that stands here when it binds as tightly as `precedence`, with where its negation is.
    fn operator(&mut self, precedence: u32) -> Outcome<Option<(Token, Option<u32>)>> {
        let binds = |token: &Token| match token.text() {
            "|" => precedence == 0,
            text => Binary::find(text).is_some_and(|(_, tightness)| tightness >= precedence),
        };
        if self.current.is_operator("not") {
            let before = self.current.clone();
            self.next()?;
            if !NEGATED.contains(&self.current.text()) {
                return Err(self.unexpected());
            }
            if !binds(&self.current) {
                self.stashed = Some(std::mem::replace(&mut self.current, before));
                return Ok(None);
            }
            let operator = self.current.clone();
            self.next()?;
            let at = operator.at;
            return Ok(Some((operator, Some(at))));
        }
        if !binds(&self.current) {
            return Ok(None);
        }
        let operator = self.current.clone();
        self.next()?;
        Ok(Some((operator, None)))
    }

    /// `a < b < c` means `a < b && b < c`.
    fn comparisons(&mut self, left: NodeId, first: Binary, at: u32, tightness: u32) -> Outcome<NodeId> {
        let (mut left, mut operator, mut at) = (left, first, at);
        let mut all = None;
        loop {
            let right = self.expression(tightness + 1)?;
            let one = self.add(Node::Binary { operator, left, right }, at)?;
            let joined = match all {
                None => one,
                Some(before) => self.add(Node::Binary { operator: Binary::And("&&"), left: before, right: one }, at)?,
            };
            let following = Binary::find(self.current.text()).map(|(binary, _)| binary);
            match following.filter(|binary| self.current.kind == Kind::Operator && binary.is_comparison()) {
                None => return Ok(joined),
                Some(next) => {
                    (left, operator, at, all) = (right, next, self.current.at, Some(joined));
                    self.next()?;
                }
            }
        }
    }

    fn declaration(&mut self) -> Outcome<NodeId> {
        self.expect_operator("let")?;
        let name = self.expect_name()?;
        self.expect_operator("=")?;
        let value = self.expression(0)?;
        self.expect_operator(";")?;
        let body = self.sequence()?;
        self.add(Node::Let { name: name.text().into(), value, body }, name.at)
    }

    /// `if … { … } else { … }`.
    fn conditional_words(&mut self) -> Outcome<NodeId> {
        self.next()?;
        let condition = self.expression(0)?;
        let then = self.braced()?;
        if !self.current.is_operator("else") {
            return Err(self.unexpected());
        }
        self.next()?;
        let otherwise = if self.current.is_operator("if") { self.expression(0)? } else { self.braced()? };
        // Compat: the original gives this node no place.
        self.add(Node::Conditional { condition, then, otherwise }, 0)
    }

    fn braced(&mut self) -> Outcome<NodeId> {
        self.expect_bracket("{")?;
        let inner = self.sequence()?;
        self.expect_bracket("}")?;
        Ok(inner)
    }

    /// `… ? … : …`, when that follows.
    fn conditional(&mut self, condition: NodeId) -> Outcome<NodeId> {
        let mut node = condition;
        while self.current.is_operator("?") {
            self.next()?;
            let (then, otherwise) = if self.current.is_operator(":") {
                self.next()?;
                (node, self.expression(0)?)
            } else {
                let then = self.expression(0)?;
                self.expect_operator(":")?;
                (then, self.expression(0)?)
            };
            let at = self.current.at;
            node = self.add(Node::Conditional { condition: node, then, otherwise }, at)?;
        }
        Ok(node)
    }
}
