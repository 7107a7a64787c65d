//! What operators stand between: literals, names, brackets, and what is asked of them.

use super::{Overrides, Parser};
use crate::ast::{Node, NodeId, Unary};
use crate::error::Outcome;
use crate::lexer::is_word;
use crate::token::{Kind, Token};
use crate::value::Value;

impl Parser<'_, '_> {
    pub(super) fn primary(&mut self) -> Outcome<NodeId> {
        let token = self.current.clone();
        if let Some((operator, tightness)) = unary(&token) {
            self.next()?;
            let operand = self.expression(tightness)?;
            let node = self.add(Node::Unary { operator, operand }, token.at)?;
            return self.postfix(node);
        }
        if token.is_bracket("(") {
            self.next()?;
            let inner = self.sequence()?;
            self.expect_bracket(")")?;
            return self.postfix(inner);
        }
        if self.predicates > 0 && (token.is_operator("#") || token.is_operator(".")) {
            return self.pointer(&token);
        }
        if token.is_operator("::") {
            self.next()?;
            let name = self.expect_name()?;
            let call = self.call(&name, Vec::new(), Overrides::PassedOver)?;
            return self.postfix(call);
        }
        self.secondary(&token)
    }

    /// `#`, `#name`, or nothing before a `.`: the item of the predicate.
    fn pointer(&mut self, token: &Token) -> Outcome<NodeId> {
        let mut name = "".into();
        if token.is_operator("#") {
            self.next()?;
            if self.current.kind == Kind::Identifier {
                name = self.current.text().into();
                self.next()?;
            }
        }
        let node = self.add(Node::Pointer(name), token.at)?;
        self.postfix(node)
    }

    fn secondary(&mut self, token: &Token) -> Outcome<NodeId> {
        let node = match token.kind {
            Kind::Identifier => {
                self.next()?;
                match token.text() {
                    "true" => return self.add(Node::Constant(Value::Bool(true)), token.at),
                    "false" => return self.add(Node::Constant(Value::Bool(false)), token.at),
                    "nil" => return self.add(Node::Nil, token.at),
                    _ if self.current.is_bracket("(") => self.call(token, Vec::new(), Overrides::Seen)?,
                    name => self.add(Node::Identifier(name.into()), token.at)?,
                }
            }
            Kind::Number => return self.number(token),
            Kind::String => {
                self.next()?;
                self.add(Node::Constant(Value::String(token.value.clone())), token.at)?
            }
            Kind::Bytes => {
                self.next()?;
                self.add(Node::Constant(Value::Bytes(token.value.clone())), token.at)?
            }
            _ if token.is_bracket("[") => self.array(token)?,
            _ if token.is_bracket("{") => self.map(token)?,
            _ => return Err(self.unexpected()),
        };
        self.postfix(node)
    }

    fn number(&mut self, token: &Token) -> Outcome<NodeId> {
        self.next()?;
        let text = token.text().replace('_', "");
        let lower = text.to_lowercase();
        let integer = |digits: &str, base, kind: &str| {
            i64::from_str_radix(digits, base).map(Value::int).map_err(|error| {
                let why = match error.kind() {
                    std::num::IntErrorKind::PosOverflow => "value out of range",
                    _ => "invalid syntax",
                };
                format!("invalid {kind} literal: strconv.ParseInt: parsing \"{text}\": {why}")
            })
        };
        let value = if let Some(digits) = lower.strip_prefix("0x") {
            integer(digits, 16, "hex")
        } else if lower.contains(['.', 'e']) {
            float(&text)
                .map(Value::Float)
                .map_err(|why| format!("invalid float literal: strconv.ParseFloat: parsing \"{text}\": {why}"))
        } else if let Some(digits) = lower.strip_prefix("0b") {
            integer(digits, 2, "binary")
        } else if let Some(digits) = lower.strip_prefix("0o") {
            integer(digits, 8, "octal")
        } else {
            integer(&text, 10, "integer")
        };
        let value = value.map_err(|message| self.wrong(message))?;
        self.add(Node::Constant(value), token.at)
    }

    fn array(&mut self, token: &Token) -> Outcome<NodeId> {
        self.expect_bracket("[")?;
        let mut nodes = Vec::new();
        while !self.current.is_bracket("]") {
            if !nodes.is_empty() {
                self.expect_operator(",")?;
                if self.current.is_bracket("]") {
                    break;
                }
            }
            nodes.push(self.expression(0)?);
        }
        self.expect_bracket("]")?;
        self.add(Node::Array(nodes), token.at)
    }

    fn map(&mut self, token: &Token) -> Outcome<NodeId> {
        self.expect_bracket("{")?;
        let mut pairs = Vec::new();
        while !self.current.is_bracket("}") {
            if !pairs.is_empty() {
                self.expect_operator(",")?;
                if self.current.is_bracket("}") {
                    break;
                }
                if self.current.is_operator(",") {
                    return Err(self.unexpected());
                }
            }
            let key = self.key()?;
            self.expect_operator(":")?;
            let value = self.expression(0)?;
            self.pairs += 1;
            pairs.push((key, value));
        }
        self.expect_bracket("}")?;
        self.add(Node::Map(pairs), token.at)
    }

    fn key(&mut self) -> Outcome<NodeId> {
        if matches!(self.current.kind, Kind::Number | Kind::String | Kind::Identifier) {
            let (value, at) = (self.current.value.clone(), self.current.at);
            self.next()?;
            return self.add(Node::Constant(Value::String(value)), at);
        }
        if self.current.is_bracket("(") {
            return self.expression(0);
        }
        Err(self.wrong(format!(
            "a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses \
             (unexpected token {})",
            self.current
        )))
    }

    /// Members, methods, items and slices of `node`.
    pub(super) fn postfix(&mut self, node: NodeId) -> Outcome<NodeId> {
        let mut node = node;
        loop {
            let is_optional = self.current.is_operator("?.");
            if is_optional || self.current.is_operator(".") {
                self.next()?;
                if is_optional && self.current.is_bracket("[") {
                    node = self.item(node, Access::Optional)?;
                } else {
                    node = self.member(node, if is_optional { Access::Optional } else { Access::Plain })?;
                }
            } else if self.current.is_bracket("[") {
                node = self.item(node, Access::Plain)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn member(&mut self, node: NodeId, access: Access) -> Outcome<NodeId> {
        let name = self.current.clone();
        self.next()?;
        let is_name = match name.kind {
            Kind::Identifier => true,
            // `not` and `matches` are names here.
            Kind::Operator => name.text().chars().all(is_word),
            _ => false,
        };
        if !is_name {
            return Err(self.wrong("expected name"));
        }
        let property = self.add(Node::Constant(Value::String(name.value.clone())), name.at)?;
        let (base, is_chain) = match self.tree.node(node) {
            Node::Chain(inner) => (*inner, true),
            _ => (node, false),
        };
        let is_optional = access == Access::Optional;
        let is_method = self.current.is_bracket("(");
        let mut member = self.add(Node::Member { base, property, is_optional, is_method }, name.at)?;
        if is_method {
            let arguments = self.arguments(Vec::new())?;
            member = self.add(Node::Call { callee: member, arguments }, name.at)?;
        }
        if is_chain || is_optional { self.add(Node::Chain(member), name.at) } else { Ok(member) }
    }

    fn item(&mut self, base: NodeId, access: Access) -> Outcome<NodeId> {
        let at = self.current.at;
        self.next()?;
        let from = if self.current.is_operator(":") { None } else { Some(self.expression(0)?) };
        if self.current.is_operator(":") {
            self.next()?;
            let to = if self.current.is_bracket("]") { None } else { Some(self.expression(0)?) };
            let slice = self.add(Node::Slice { base, from, to }, at)?;
            self.expect_bracket("]")?;
            return Ok(slice);
        }
        let property = from.expect("invariant: without a `:` there was an index");
        let is_optional = access == Access::Optional;
        let mut node = self.add(Node::Member { base, property, is_optional, is_method: false }, at)?;
        if is_optional {
            node = self.add(Node::Chain(node), at)?;
        }
        self.expect_bracket("]")?;
        Ok(node)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Access {
    Plain,
    Optional,
}

/// The operator before an operand, and how tightly it binds.
fn unary(token: &Token) -> Option<(Unary, u32)> {
    if token.kind != Kind::Operator {
        return None;
    }
    match token.text() {
        "not" => Some((Unary::Not("not"), 50)),
        "!" => Some((Unary::Not("!"), 50)),
        "-" => Some((Unary::Minus, 90)),
        "+" => Some((Unary::Plus, 90)),
        _ => None,
    }
}

/// `strconv.ParseFloat` of what the lexer lets pass.
fn float(text: &str) -> Result<f64, &'static str> {
    let value: f64 = text.parse().map_err(|_| "invalid syntax")?;
    if value.is_infinite() { Err("value out of range") } else { Ok(value) }
}
