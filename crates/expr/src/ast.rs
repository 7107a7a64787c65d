//! An expression as a tree. Nodes lie in one list and name each other by number, so that no tree, however it grew, is
//! taken apart by recursion.

use crate::types::Type;
use crate::value::Value;
use std::sync::Arc;

/// A node's place in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u32);

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Nil,
    Identifier(Arc<str>),
    /// A value that is written out.
    Constant(Value),
    Unary {
        operator: Unary,
        operand: NodeId,
    },
    Binary {
        operator: Binary,
        left: NodeId,
        right: NodeId,
    },
    /// The end of what a `?.` inside of it skips.
    Chain(NodeId),
    Member {
        base: NodeId,
        property: NodeId,
        is_optional: bool,
        is_method: bool,
    },
    Slice {
        base: NodeId,
        from: Option<NodeId>,
        to: Option<NodeId>,
    },
    Call {
        callee: NodeId,
        arguments: Vec<NodeId>,
    },
    Builtin(Builtin),
    /// What is evaluated for each item.
    Predicate(NodeId),
    /// The item, or with a name: `index`, `acc`.
    Pointer(Arc<str>),
    Let {
        name: Arc<str>,
        value: NodeId,
        body: NodeId,
    },
    Sequence(Vec<NodeId>),
    Conditional {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    Array(Vec<NodeId>),
    Map(Vec<(NodeId, NodeId)>),
    /// The sum of what is written out, added from the end as the original does.
    SumOf(Vec<NodeId>),
}

impl Node {
    /// The nodes directly below.
    fn children(&self) -> Vec<NodeId> {
        match self {
            Node::Nil | Node::Identifier(_) | Node::Constant(_) | Node::Pointer(_) => Vec::new(),
            Node::Unary { operand, .. } => vec![*operand],
            Node::Binary { left, right, .. } => vec![*left, *right],
            Node::Chain(inner) | Node::Predicate(inner) => vec![*inner],
            Node::Member { base, property, .. } => vec![*base, *property],
            Node::Slice { base, from, to } => [Some(*base), *from, *to].into_iter().flatten().collect(),
            Node::Call { callee, arguments } => [*callee].into_iter().chain(arguments.iter().copied()).collect(),
            Node::Builtin(builtin) => builtin.arguments.iter().copied().chain(builtin.map).collect(),
            Node::Let { value, body, .. } => vec![*value, *body],
            Node::Sequence(nodes) | Node::Array(nodes) | Node::SumOf(nodes) => nodes.clone(),
            Node::Conditional { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Node::Map(pairs) => pairs.iter().flat_map(|(key, value)| [*key, *value]).collect(),
        }
    }
}

/// A call of a builtin.
#[derive(Debug, Clone)]
pub(crate) struct Builtin {
    pub name: &'static str,
    pub arguments: Vec<NodeId>,
    /// Nothing found is an error.
    pub throws: bool,
    /// What becomes of each item that passes.
    pub map: Option<NodeId>,
    /// Counting ends here.
    pub threshold: Option<i64>,
}

impl Builtin {
    pub fn new(name: &'static str, arguments: Vec<NodeId>) -> Self {
        Builtin { name, arguments, throws: false, map: None, threshold: None }
    }
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    /// `!`, or `not`.
    Not(&'static str),
    Minus,
    Plus,
}

impl Unary {
    pub fn text(self) -> &'static str {
        match self {
            Unary::Not(text) => text,
            Unary::Minus => "-",
            Unary::Plus => "+",
        }
    }
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    /// As it is written: `or`, `||`.
    Or(&'static str),
    And(&'static str),
    Equal,
    NotEqual,
    Less,
    More,
    LessOrEqual,
    MoreOrEqual,
    In,
    Matches,
    Contains,
    StartsWith,
    EndsWith,
    Range,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power(&'static str),
    Coalesce,
}

impl Binary {
    /// The operator of that text, with how tightly it binds.
    pub fn find(text: &str) -> Option<(Binary, u32)> {
        Some(match text {
            "or" => (Binary::Or("or"), 10),
            "||" => (Binary::Or("||"), 10),
            "and" => (Binary::And("and"), 15),
            "&&" => (Binary::And("&&"), 15),
            "==" => (Binary::Equal, 20),
            "!=" => (Binary::NotEqual, 20),
            "<" => (Binary::Less, 20),
            ">" => (Binary::More, 20),
            ">=" => (Binary::MoreOrEqual, 20),
            "<=" => (Binary::LessOrEqual, 20),
            "in" => (Binary::In, 20),
            "matches" => (Binary::Matches, 20),
            "contains" => (Binary::Contains, 20),
            "startsWith" => (Binary::StartsWith, 20),
            "endsWith" => (Binary::EndsWith, 20),
            ".." => (Binary::Range, 25),
            "+" => (Binary::Add, 30),
            "-" => (Binary::Subtract, 30),
            "*" => (Binary::Multiply, 60),
            "/" => (Binary::Divide, 60),
            "%" => (Binary::Modulo, 60),
            "**" => (Binary::Power("**"), 100),
            "^" => (Binary::Power("^"), 100),
            "??" => (Binary::Coalesce, 500),
            _ => return None,
        })
    }

    pub fn text(self) -> &'static str {
        match self {
            Binary::Or(text) | Binary::And(text) | Binary::Power(text) => text,
            Binary::Equal => "==",
            Binary::NotEqual => "!=",
            Binary::Less => "<",
            Binary::More => ">",
            Binary::LessOrEqual => "<=",
            Binary::MoreOrEqual => ">=",
            Binary::In => "in",
            Binary::Matches => "matches",
            Binary::Contains => "contains",
            Binary::StartsWith => "startsWith",
            Binary::EndsWith => "endsWith",
            Binary::Range => "..",
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Modulo => "%",
            Binary::Coalesce => "??",
        }
    }

    pub fn is_comparison(self) -> bool {
        matches!(self, Binary::Less | Binary::More | Binary::LessOrEqual | Binary::MoreOrEqual)
    }
}

/// A node with what is known about it.
#[derive(Debug, Clone)]
struct Entry {
    node: Node,
    at: u32,
    ty: Type,
    height: u32,
}

/// A whole expression.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    entries: Vec<Entry>,
}

impl Tree {
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a node that stands `at` characters from the beginning.
    pub fn add(&mut self, node: Node, at: u32) -> NodeId {
        let id = NodeId(self.entries.len() as u32);
        let height = self.height_of(&node);
        self.entries.push(Entry { node, at, ty: Type::Unknown, height });
        id
    }

    /// How deep work on `node` goes. Operators that stand one behind the other are worked off in a loop.
    fn height_of(&self, node: &Node) -> u32 {
        let below = |child: NodeId| match (node, self.node(child)) {
            (Node::Binary { left, .. }, Node::Binary { .. }) if *left == child => self.height(child),
            _ => self.height(child) + 1,
        };
        node.children().into_iter().map(below).max().unwrap_or(1)
    }

    /// How deep work on the node goes.
    pub fn height(&self, id: NodeId) -> u32 {
        self.entry(id).height
    }

    fn entry(&self, id: NodeId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.entry(id).node
    }

    pub fn at(&self, id: NodeId) -> u32 {
        self.entry(id).at
    }

    pub fn ty(&self, id: NodeId) -> &Type {
        &self.entry(id).ty
    }

    pub fn set_ty(&mut self, id: NodeId, ty: Type) {
        self.entries[id.0 as usize].ty = ty;
    }

    /// Puts another node in the place of one.
    pub fn replace(&mut self, id: NodeId, node: Node) {
        self.entries[id.0 as usize].node = node;
    }

    /// Puts a copy of what `from` is in the place of `id`, which keeps its place in the source.
    pub fn copy(&mut self, from: NodeId, id: NodeId) {
        let (node, ty) = (self.node(from).clone(), self.ty(from).clone());
        self.entries[id.0 as usize].node = node;
        self.entries[id.0 as usize].ty = ty;
    }

    /// Every node's number, children before their parents as long as nothing was replaced.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.entries.len() as u32).map(NodeId)
    }

    /// Whether `#index` is named in what a node is made of.
    pub fn names_index(&self, id: NodeId) -> bool {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            match self.node(id) {
                Node::Pointer(name) if &**name == "index" => return true,
                node => left.extend(node.children()),
            }
        }
        false
    }

    /// The integer that a node is.
    pub fn integer(&self, id: NodeId) -> Option<i64> {
        match self.node(id) {
            Node::Constant(Value::Int(integer)) => Some(integer.value),
            _ => None,
        }
    }

    /// The text that a node is.
    pub fn text(&self, id: NodeId) -> Option<&gotemplate::Text> {
        match self.node(id) {
            Node::Constant(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}
