//! Tokens into a tree, by recursive descent. Start at [`parse`].

use crate::builder::Builder;
use crate::issue::Issue;
use crate::macros;
use crate::syntax::{DEPTH_MAX, Element, Entry, Expr, Kind, Literal, Select, SelectMode};
use crate::token::{Placed, RESERVED, Token, tokens};

/// Characters of an expression, as upstream limits them.
const CHARACTERS_MAX: usize = 100_000;

/// What may begin an operand, as upstream's parser lists it.
const OPERANDS: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, \
                        BYTES, IDENTIFIER}";

/// What may follow an operand.
const OPERATORS: &str = "'==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', '.', '-', '?', '+', '*', '/', '%'";

/// A tree and how many nodes it has.
pub(crate) struct Parsed {
    pub root: Expr,
    pub nodes: usize,
}

/// Reads a whole expression.
pub(crate) fn parse(source: &str) -> Result<Parsed, Vec<Issue>> {
    let size = source.chars().count();
    if size > CHARACTERS_MAX {
        let message = format!("expression code point size exceeds limit: size: {size}, limit {CHARACTERS_MAX}");
        return Err(vec![Issue { at: 0, message }]);
    }
    let (tokens, mut issues) = tokens(source);
    let mut parser = Parser { tokens, next: 0, builder: Builder::default(), depth: 0 };
    match parser.whole() {
        Ok(root) if issues.is_empty() => Ok(Parsed { root, nodes: parser.builder.count() }),
        Ok(_) => Err(issues),
        Err(issue) => {
            issues.push(issue);
            Err(issues)
        }
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    builder: Builder,
    depth: u16,
}

type Parse = Result<Expr, Issue>;

impl Parser {
    fn whole(&mut self) -> Parse {
        let root = self.expression()?;
        let left = self.peek();
        if left.token == Token::End {
            return Ok(root);
        }
        let message = if self.tokens.len() - self.next == 2 {
            format!("Syntax error: extraneous input '{}' expecting <EOF>", left.text)
        } else {
            format!("Syntax error: mismatched input '{}' expecting {{<EOF>, {OPERATORS}}}", left.text)
        };
        Err(Issue { at: left.at, message })
    }

    fn peek(&self) -> &Placed {
        // The last token is the end, and it is never taken.
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Placed {
        let taken = self.peek().clone();
        self.next += usize::from(taken.token != Token::End);
        taken
    }

    /// Takes one of these signs, if it is next.
    fn sign(&mut self, signs: &[&'static str]) -> Option<(&'static str, usize)> {
        let Placed { token: Token::Sign(sign), at, .. } = self.peek() else { return None };
        let found = signs.iter().find(|wanted| *wanted == sign).map(|sign| (*sign, *at))?;
        self.next += 1;
        Some(found)
    }

    fn expect(&mut self, sign: &'static str) -> Result<usize, Issue> {
        if let Some((_, at)) = self.sign(&[sign]) {
            return Ok(at);
        }
        let found = self.peek();
        let message = match sign {
            ")" | "]" if found.token == Token::End => format!("Syntax error: missing '{sign}' at '<EOF>'"),
            ")" | "]" | "}" => {
                format!("Syntax error: mismatched input '{}' expecting {{{OPERATORS}, '{sign}'}}", found.text)
            }
            _ => format!("Syntax error: mismatched input '{}' expecting '{sign}'", found.text),
        };
        Err(Issue { at: found.at, message })
    }

    fn expression(&mut self) -> Parse {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("expression recursion limit exceeded: {DEPTH_MAX}");
            return Err(Issue { at: self.peek().at, message });
        }
        let condition = self.disjunction()?;
        let whole = match self.sign(&["?"]) {
            None => condition,
            Some((_, at)) => {
                let then = self.disjunction()?;
                self.expect(":")?;
                let otherwise = self.expression()?;
                self.builder.call(at, "_?_:_", vec![condition, then, otherwise])?
            }
        };
        self.depth -= 1;
        Ok(whole)
    }

    fn disjunction(&mut self) -> Parse {
        self.chain("||", "_||_", Self::conjunction)
    }

    fn conjunction(&mut self) -> Parse {
        self.chain("&&", "_&&_", Self::relation)
    }

    /// Terms of a logical operator as a balanced tree, so that long chains do not nest deeply.
    fn chain(&mut self, sign: &'static str, function: &str, term: fn(&mut Self) -> Parse) -> Parse {
        let mut terms = vec![term(self)?];
        let mut places = Vec::new();
        while let Some((_, at)) = self.sign(&[sign]) {
            places.push(at);
            terms.push(term(self)?);
        }
        self.balance(function, terms, &places)
    }

    fn balance(&mut self, function: &str, mut terms: Vec<Expr>, places: &[usize]) -> Parse {
        let Some(middle) = places.len().checked_sub(1).map(|last| last.div_ceil(2)) else {
            return Ok(terms.swap_remove(0));
        };
        let right = terms.split_off(middle + 1);
        let left = self.balance(function, terms, &places[..middle])?;
        let right = self.balance(function, right, &places[middle + 1..])?;
        self.builder.call(places[middle], function, vec![left, right])
    }

    fn relation(&mut self) -> Parse {
        let mut left = self.sum()?;
        while let Some((sign, at)) = self.sign(&["==", "!=", "<", "<=", ">", ">=", "in"]) {
            let right = self.sum()?;
            let function = if sign == "in" { "@in".to_owned() } else { format!("_{sign}_") };
            left = self.builder.call(at, &function, vec![left, right])?;
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parse {
        self.left_to_right(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Parse {
        self.left_to_right(&["*", "/", "%"], Self::unary)
    }

    fn left_to_right(&mut self, signs: &[&'static str], term: fn(&mut Self) -> Parse) -> Parse {
        let mut left = term(self)?;
        while let Some((sign, at)) = self.sign(signs) {
            let right = term(self)?;
            left = self.builder.call(at, &format!("_{sign}_"), vec![left, right])?;
        }
        Ok(left)
    }

    /// Repeated signs of one kind cancel each other out.
    fn unary(&mut self) -> Parse {
        let Some((sign, at)) = self.sign(&["!", "-"]) else { return self.member() };
        let number = match &self.peek().token {
            Token::Literal(literal) if sign == "-" => negated(literal),
            _ => None,
        };
        if let Some(number) = number {
            self.next += 1;
            let literal = self.builder.literal(at, number)?;
            return self.suffixes(literal);
        }
        let mut count = 1;
        while self.sign(&[sign]).is_some() {
            count += 1;
        }
        let operand = self.member()?;
        if count % 2 == 0 {
            return Ok(operand);
        }
        self.builder.call(at, if sign == "!" { "!_" } else { "-_" }, vec![operand])
    }

    fn member(&mut self) -> Parse {
        let first = self.primary()?;
        self.suffixes(first)
    }

    fn suffixes(&mut self, mut operand: Expr) -> Parse {
        while let Some((sign, at)) = self.sign(&[".", "["]) {
            let is_optional = self.sign(&["?"]).is_some();
            operand = match sign {
                "[" => {
                    if self.peek().token == Token::End {
                        let expecting = OPERANDS.replace("'!',", "'!', '?',");
                        let message = format!("Syntax error: mismatched input '<EOF>' expecting {expecting}");
                        return Err(Issue { at: self.peek().at, message });
                    }
                    let index = self.expression()?;
                    self.expect("]")?;
                    self.builder.call(at, if is_optional { "_[?_]" } else { "_[_]" }, vec![operand, index])?
                }
                _ => self.selection(operand, at, is_optional)?,
            };
        }
        Ok(operand)
    }

    fn selection(&mut self, operand: Expr, at: usize, is_optional: bool) -> Parse {
        let named = self.take();
        let Token::Ident(field) = named.token else {
            let expecting = if is_optional { "IDENTIFIER" } else { "{'?', IDENTIFIER, ESC_IDENTIFIER}" };
            let message = format!("Syntax error: no viable alternative at input '.{}'", named.text);
            let message = match named.token {
                Token::End => format!("Syntax error: mismatched input '<EOF>' expecting {expecting}"),
                _ => message,
            };
            return Err(Issue { at: named.at, message });
        };
        if is_optional {
            return self.builder.node(at, select(operand, field, SelectMode::Optional));
        }
        match self.sign(&["("]) {
            None => self.builder.node(at, select(operand, field, SelectMode::Value)),
            Some((_, open)) => {
                let args = self.arguments()?;
                match macros::member(&mut self.builder, open, &operand, &field, &args)? {
                    Some(expanded) => Ok(expanded),
                    None => self.builder.member(open, operand, &field, args),
                }
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, Issue> {
        let mut args = Vec::new();
        if self.sign(&[")"]).is_some() {
            return Ok(args);
        }
        loop {
            args.push(self.expression()?);
            if self.sign(&[","]).is_none() {
                self.expect(")")?;
                return Ok(args);
            }
        }
    }

    fn primary(&mut self) -> Parse {
        let is_rooted = self.sign(&["."]).is_some();
        let Placed { token, at, text } = self.take();
        match token {
            Token::Ident(name) => self.named(name, at, is_rooted),
            Token::Literal(literal) if !is_rooted => self.builder.literal(at, literal),
            Token::Sign("(") if !is_rooted => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") if !is_rooted => self.list(at),
            Token::Sign("{") if !is_rooted => self.map(at),
            Token::End => {
                let message = format!("Syntax error: mismatched input '<EOF>' expecting {OPERANDS}");
                Err(Issue { at, message })
            }
            _ => Err(Issue { at, message: format!("Syntax error: extraneous input '{text}' expecting {OPERANDS}") }),
        }
    }

    fn named(&mut self, name: String, at: usize, is_rooted: bool) -> Parse {
        let name = if is_rooted { format!(".{name}") } else { name };
        if RESERVED.contains(&name.as_str()) {
            return Err(Issue { at, message: format!("reserved identifier: {name}") });
        }
        let Some((_, open)) = self.sign(&["("]) else { return self.builder.node(at, Kind::Ident(name)) };
        let args = self.arguments()?;
        match macros::global(&mut self.builder, open, &name, &args)? {
            Some(expanded) => Ok(expanded),
            None => self.builder.call(open, &name, args),
        }
    }

    fn list(&mut self, at: usize) -> Parse {
        let mut elements = Vec::new();
        while self.sign(&["]"]).is_none() {
            let is_optional = self.sign(&["?"]).is_some();
            elements.push(Element { value: self.expression()?, is_optional });
            if self.sign(&[","]).is_none() {
                self.expect("]")?;
                break;
            }
        }
        self.builder.node(at, Kind::List(elements))
    }

    fn map(&mut self, at: usize) -> Parse {
        let mut entries = Vec::new();
        while self.sign(&["}"]).is_none() {
            let is_optional = self.sign(&["?"]).is_some();
            let key = self.expression()?;
            self.expect(":")?;
            entries.push(Entry { key, value: self.expression()?, is_optional });
            if self.sign(&[","]).is_none() {
                self.expect("}")?;
                break;
            }
        }
        self.builder.node(at, Kind::Map(entries))
    }
}

fn select(operand: Expr, field: String, mode: SelectMode) -> Kind {
    Kind::Select(Select { operand: Box::new(operand), field, mode })
}

fn negated(literal: &Literal) -> Option<Literal> {
    match literal {
        Literal::Int(value) => Some(Literal::Int(value.wrapping_neg())),
        Literal::Double(value) => Some(Literal::Double(-value)),
        _ => None,
    }
}
