//! From tokens to a tree, by jq's precedences: `|`, `,`, `//`, `or`, `and`, comparisons, `+ -`, `* / %`, postfixes.

use crate::builtin::Builtin;
use crate::compare::number_value;
use crate::error::ParseError;
use crate::lexer::{Spot, Token, tokens};
use crate::syntax::{Calculation, Comparison, Expr};
use serde_json::Value;

/// How deep filters may nest: what a stack of two megabytes bears many times over.
const DEPTH_MAX: u32 = 100;

pub(crate) fn parse(text: &str) -> Result<Expr, ParseError> {
    let spots = tokens(text)?;
    let mut parser = Parser { spots: &spots, place: 0, depth: 0 };
    let expr = parser.pipe()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.wrong("nothing more was expected")),
    }
}

struct Parser<'t> {
    spots: &'t [Spot],
    place: usize,
    depth: u32,
}

type Parsed = Result<Expr, ParseError>;

/// One level of operators that bind alike.
type Level = &'static [(&'static str, Make)];

/// Makes an expression of the two sides of an operator.
type Make = fn(Box<Expr>, Box<Expr>) -> Expr;

const SUMS: Level = &[
    ("+", |a, b| Expr::Calculate(Calculation::Add, a, b)),
    ("-", |a, b| Expr::Calculate(Calculation::Subtract, a, b)),
];
const PRODUCTS: Level = &[
    ("*", |a, b| Expr::Calculate(Calculation::Multiply, a, b)),
    ("/", |a, b| Expr::Calculate(Calculation::Divide, a, b)),
    ("%", |a, b| Expr::Calculate(Calculation::Modulo, a, b)),
];
const COMPARISONS: Level = &[
    ("==", |a, b| Expr::Compare(Comparison::Equal, a, b)),
    ("!=", |a, b| Expr::Compare(Comparison::Different, a, b)),
    ("<", |a, b| Expr::Compare(Comparison::Less, a, b)),
    ("<=", |a, b| Expr::Compare(Comparison::LessOrEqual, a, b)),
    (">", |a, b| Expr::Compare(Comparison::Greater, a, b)),
    (">=", |a, b| Expr::Compare(Comparison::GreaterOrEqual, a, b)),
];

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.spots.get(self.place).map_or(&Token::End, |spot| &spot.token)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(own) if *own == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(own) if own == word)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.place += usize::from(is);
        is
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.place += usize::from(is);
        is
    }

    fn expect_sign(&mut self, sign: &'static str) -> Result<(), ParseError> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.wrong(format!("{sign:?} was expected"))) }
    }

    fn expect_word(&mut self, word: &'static str) -> Result<(), ParseError> {
        if self.take_word(word) { Ok(()) } else { Err(self.wrong(format!("{word:?} was expected"))) }
    }

    fn wrong(&self, what: impl Into<String>) -> ParseError {
        ParseError { at: self.spots.get(self.place).map_or(0, |spot| spot.at) + 1, what: what.into() }
    }

    fn pipe(&mut self) -> Parsed {
        if self.depth == DEPTH_MAX {
            return Err(self.wrong(format!("the filter is nested deeper than {DEPTH_MAX} levels")));
        }
        self.depth += 1;
        let parsed = self.pipe_at_depth();
        self.depth -= 1;
        parsed
    }

    fn pipe_at_depth(&mut self) -> Parsed {
        let mut parts = Vec::new();
        loop {
            let left = self.comma()?;
            if self.take_word("as") {
                let Token::Variable(name) = self.peek().clone() else {
                    return Err(self.wrong("a variable was expected; destructuring is not supported here"));
                };
                self.place += 1;
                self.expect_sign("|")?;
                let body = self.pipe()?;
                parts.push(Expr::Bind { source: Box::new(left), name, body: Box::new(body) });
                break;
            }
            parts.push(left);
            if !self.take_sign("|") {
                break;
            }
        }
        let last = parts.pop().unwrap_or(Expr::Identity);
        Ok(parts.into_iter().rfold(last, |right, left| Expr::Pipe(Box::new(left), Box::new(right))))
    }

    fn comma(&mut self) -> Parsed {
        let mut left = self.otherwise()?;
        while self.take_sign(",") {
            left = Expr::Comma(Box::new(left), Box::new(self.otherwise()?));
        }
        Ok(left)
    }

    fn otherwise(&mut self) -> Parsed {
        let mut parts = vec![self.or()?];
        while self.take_sign("//") {
            parts.push(self.or()?);
        }
        if let Token::Sign(sign @ ("=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=" | "?//")) = self.peek() {
            return Err(self.wrong(format!("assignments such as {sign:?} are not supported here")));
        }
        let last = parts.pop().unwrap_or(Expr::Identity);
        Ok(parts.into_iter().rfold(last, |right, left| Expr::Otherwise(Box::new(left), Box::new(right))))
    }

    fn or(&mut self) -> Parsed {
        let mut left = self.and()?;
        while self.take_word("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.comparison()?;
        while self.take_word("and") {
            left = Expr::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        match self.operator(COMPARISONS) {
            Some(make) => Ok(make(Box::new(left), Box::new(self.sum()?))),
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        while let Some(make) = self.operator(SUMS) {
            left = make(Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.postfix()?;
        while let Some(make) = self.operator(PRODUCTS) {
            left = make(Box::new(left), Box::new(self.postfix()?));
        }
        Ok(left)
    }

    fn operator(&mut self, level: Level) -> Option<Make> {
        let Token::Sign(sign) = self.peek() else { return None };
        let make = level.iter().find(|(own, _)| own == sign).map(|(_, make)| *make)?;
        self.place += 1;
        Some(make)
    }

    fn postfix(&mut self) -> Parsed {
        let mut expr = self.term()?;
        loop {
            expr = if let Token::Field(name) = self.peek().clone() {
                self.place += 1;
                field(expr, &name)
            } else if self.is_sign(".")
                && matches!(
                    self.spots.get(self.place + 1).map(|spot| &spot.token),
                    Some(Token::Text(_) | Token::Sign("["))
                )
            {
                self.place += 1;
                self.after_dot(expr)?
            } else if self.take_sign("[") {
                self.bracket(expr)?
            } else if self.take_sign("?") {
                optional(expr)
            } else {
                return Ok(expr);
            };
        }
    }

    /// What may follow a dot besides a word: `."name"`, `.[…]`.
    fn after_dot(&mut self, base: Expr) -> Parsed {
        if let Token::Text(name) = self.peek().clone() {
            self.place += 1;
            return Ok(field(base, &name));
        }
        self.expect_sign("[")?;
        self.bracket(base)
    }

    /// Everything after `[` of a postfix.
    fn bracket(&mut self, base: Expr) -> Parsed {
        let base = Box::new(base);
        if self.take_sign("]") {
            return Ok(Expr::Iterate(base));
        }
        if self.take_sign(":") {
            let to = self.pipe()?;
            self.expect_sign("]")?;
            return Ok(Expr::Slice { base, from: None, to: Some(Box::new(to)) });
        }
        let index = Box::new(self.pipe()?);
        if !self.take_sign(":") {
            self.expect_sign("]")?;
            return Ok(Expr::Index { base, index });
        }
        let to = if self.is_sign("]") { None } else { Some(Box::new(self.pipe()?)) };
        self.expect_sign("]")?;
        Ok(Expr::Slice { base, from: Some(index), to })
    }

    fn term(&mut self) -> Parsed {
        let token = self.peek().clone();
        match token {
            Token::End => Err(self.wrong("a filter was expected")),
            Token::Sign(sign) => self.sign(sign),
            Token::Word(word) => self.word(&word),
            Token::Number(number) => self.literal(number_value(number)),
            Token::Text(text) => self.literal(Value::String(text)),
            Token::Variable(name) => {
                self.place += 1;
                if name == "ENV" || name == "__loc__" {
                    return Err(self.wrong(format!("${name} is not available here")));
                }
                Ok(Expr::Variable(name))
            }
            Token::Field(name) => {
                self.place += 1;
                Ok(field(Expr::Identity, &name))
            }
        }
    }

    fn literal(&mut self, value: Value) -> Parsed {
        self.place += 1;
        Ok(Expr::Literal(value))
    }

    fn sign(&mut self, sign: &str) -> Parsed {
        let place = self.place;
        self.place += 1;
        match sign {
            "." => match self.peek() {
                Token::Text(_) | Token::Sign("[") => self.after_dot(Expr::Identity),
                _ => Ok(Expr::Identity),
            },
            ".." => Ok(Expr::RecurseDefault),
            "(" => {
                let inner = self.pipe()?;
                self.expect_sign(")")?;
                Ok(inner)
            }
            "[" if self.take_sign("]") => Ok(Expr::Array(None)),
            "[" => {
                let inner = self.pipe()?;
                self.expect_sign("]")?;
                Ok(Expr::Array(Some(Box::new(inner))))
            }
            "{" => self.object(),
            "-" => Ok(Expr::Negate(Box::new(self.postfix()?))),
            _ => {
                self.place = place;
                Err(self.wrong(format!("a filter was expected, not {sign:?}")))
            }
        }
    }

    fn object(&mut self) -> Parsed {
        let mut entries = Vec::new();
        while !self.take_sign("}") {
            let key = self.peek().clone();
            self.place += 1;
            let (key, own) = match key {
                Token::Word(word) | Token::Text(word) => {
                    let own = field(Expr::Identity, &word);
                    (Expr::Literal(Value::String(word)), Some(own))
                }
                Token::Variable(name) => (Expr::Literal(Value::String(name.clone())), Some(Expr::Variable(name))),
                Token::Sign("(") => {
                    let key = self.pipe()?;
                    self.expect_sign(")")?;
                    (key, None)
                }
                _ => return Err(self.wrong("a key was expected")),
            };
            let value = match (self.take_sign(":"), own) {
                (true, _) => self.object_value()?,
                (false, Some(own)) => own,
                (false, None) => return Err(self.wrong("\":\" was expected")),
            };
            entries.push((key, value));
            if !self.take_sign(",") {
                self.expect_sign("}")?;
                break;
            }
        }
        Ok(Expr::Object(entries))
    }

    /// A value of an object: everything that binds closer than a comma.
    fn object_value(&mut self) -> Parsed {
        let mut parts = vec![self.otherwise()?];
        while self.take_sign("|") {
            parts.push(self.otherwise()?);
        }
        let last = parts.pop().unwrap_or(Expr::Identity);
        Ok(parts.into_iter().rfold(last, |right, left| Expr::Pipe(Box::new(left), Box::new(right))))
    }

    fn word(&mut self, word: &str) -> Parsed {
        match word {
            "true" => return self.literal(Value::Bool(true)),
            "false" => return self.literal(Value::Bool(false)),
            "null" => return self.literal(Value::Null),
            "if" => return self.condition(),
            "try" => return self.attempt(),
            "def" | "reduce" | "foreach" | "label" | "import" | "include" => {
                return Err(self.wrong(format!("{word:?} is not supported here")));
            }
            _ => {}
        }
        let place = self.place;
        self.place += 1;
        let mut arguments = Vec::new();
        if self.take_sign("(") {
            loop {
                arguments.push(self.pipe()?);
                if !self.take_sign(";") {
                    break;
                }
            }
            self.expect_sign(")")?;
        }
        if Builtin::named(word, arguments.len()).is_none() {
            self.place = place;
            return Err(self.wrong(format!("function {word}/{} is not known here", arguments.len())));
        }
        Ok(Expr::Call(word.to_owned(), arguments))
    }

    fn condition(&mut self) -> Parsed {
        self.place += 1;
        let condition = Box::new(self.pipe()?);
        self.expect_word("then")?;
        let then = Box::new(self.pipe()?);
        let otherwise = if self.is_word("elif") {
            Some(Box::new(self.condition()?))
        } else {
            let otherwise = if self.take_word("else") { Some(Box::new(self.pipe()?)) } else { None };
            self.expect_word("end")?;
            otherwise
        };
        Ok(Expr::If { condition, then, otherwise })
    }

    fn attempt(&mut self) -> Parsed {
        self.place += 1;
        let body = Box::new(self.postfix()?);
        let catch = if self.take_word("catch") { Some(Box::new(self.postfix()?)) } else { None };
        Ok(Expr::Try { body, catch })
    }
}

fn field(base: Expr, name: &str) -> Expr {
    Expr::Index { base: Box::new(base), index: Box::new(Expr::Literal(Value::String(name.to_owned()))) }
}

/// `f[i]?`: a failure of the last step alone is passed over, for each output of what stands before it.
fn optional(expr: Expr) -> Expr {
    let attempt = |body: Expr| Box::new(Expr::Try { body: Box::new(body), catch: None });
    match expr {
        Expr::Index { base, index } if matches!(*index, Expr::Literal(_)) => {
            Expr::Pipe(base, attempt(Expr::Index { base: Box::new(Expr::Identity), index }))
        }
        Expr::Iterate(base) => Expr::Pipe(base, attempt(Expr::Iterate(Box::new(Expr::Identity)))),
        other => *attempt(other),
    }
}
