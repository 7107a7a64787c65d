//! Generated templates that mostly succeed: expressions of the types that are wanted, variables that are in scope.

use crate::generate::Dice;

/// What an expression must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Int,
    Float,
    Bool,
    List,
    Map,
    Any,
}

use Sort::{Any, Bool, Float, Int, List, Map, Text};

/// Expressions without parts.
fn plain(sort: Sort) -> &'static [&'static str] {
    match sort {
        Text => &["$.s", "$.u", "$.name", "$.html", "\"a b\"", "`r\n\"q\"`", "\"\\u00e9\\t\"", "\"\"", "$.e"],
        Int => &["0", "1", "-7", "42", "0x1F", "'a'", "1_000", "(len $.s)", "(len $.m)"],
        Float => &["$.n", "$.f", "$.big", "$.zero", "1.5", "-0.25", "1e3", "6.02e23"],
        Bool => &["true", "false", "$.t", "$.no"],
        List => &["$.l", "$.ls", "$.el", "$.nested.list", "(list)"],
        Map => &["$.m", "$.em", "$.m.c", "$.m.c.d", "(dict)"],
        Any => {
            &["$.nul", "nil", ".", ".", "$.missing", "(nothing)", "(strs \"x\" \"y\")", "(bytes \"hi\")", "(ints 1 2)"]
        }
    }
}

/// Calls; each letter in braces stands for an expression of that sort.
fn calls(sort: Sort) -> &'static [&'static str] {
    match sort {
        Text => &[
            "up {t}",
            "print {a} {a}",
            "println {a}",
            "printf \"%v|%d\" {a} {i}",
            "printf \"%q %5.2f\" {t} {f}",
            "printf \"%-8s|%08d|%x\" {t} {i} {t}",
            "printf \"%v %+v\" {m} {l}",
            "printf \"%T %t\" {a} {b}",
            "printf \"%[2]v %[1]*d\" {i} {i}",
            "html {a}",
            "js {t}",
            "urlquery {t}",
            "include \"f\" {a}",
            "tpl \"<{{{{.}}}}>\" {a}",
            "slice \"hello\" 1 3",
            "flag {b}",
            "(thing {t}).Name",
            "(thing {t}).Upper",
            "(thing \"x\").Join \"-\" {t} {t}",
            "call fn {i} {t}",
            "index $.ls 1",
        ],
        Int => &["len {l}", "len {m}", "len {t}", "addi {i} {i}", "takem {m}", "takel {l}", "and 1 {i}", "or 0 {i}"],
        Float => &["half {f}", "(thing \"x\").Plus {i} {f}"],
        Bool => &[
            "not {a}",
            "eq {t} {t}",
            "eq {f} {f} {f}",
            "ne {i} {i}",
            "lt {i} {i}",
            "ge {f} {f}",
            "le {t} {t}",
            "and {b} {b}",
            "or {b} {b} {b}",
            "eq {i} (u8 3)",
        ],
        List => &["list {a} {a}", "list {t} {i} {m}", "index (list {l}) 0", "slice (list 1 {a} 3) 1"],
        Map => &["dict \"a\" {a} \"b\" {a}", "set (dict \"z\" 1) {t} {a}", "index (dict \"k\" {m}) \"k\""],
        Any => &["id {a}", "and {a} {a}", "or {a} {a}", "index {m} {t}", "(dict \"q\" {a}).q", "shown {t}", "i64 {i}"],
    }
}

fn named(letter: &str) -> Sort {
    match letter {
        "t" => Text,
        "i" => Int,
        "f" => Float,
        "b" => Bool,
        "l" => List,
        "m" => Map,
        _ => Any,
    }
}

/// What a template being written may use.
struct Writer<'d> {
    dice: &'d mut Dice,
    variables: Vec<(String, Sort)>,
    out: String,
    loops: usize,
    names: usize,
}

/// One template.
pub fn template(dice: &mut Dice) -> String {
    let mut writer = Writer { dice, variables: Vec::new(), out: String::new(), loops: 0, names: 0 };
    for _ in 0..3 + writer.dice.below(5) {
        writer.statement(0);
    }
    writer.out
}

impl Writer<'_> {
    fn any_sort(&mut self) -> Sort {
        [Text, Int, Float, Bool, List, Map, Any][self.dice.below(7)]
    }

    /// An expression that can be an argument.
    fn operand(&mut self, sort: Sort, depth: usize) -> String {
        let fitting: Vec<&String> =
            self.variables.iter().filter(|(_, of)| *of == sort || sort == Any).map(|(name, _)| name).collect();
        if !fitting.is_empty() && self.dice.below(3) == 0 {
            return fitting[self.dice.below(fitting.len())].clone();
        }
        let sort = if sort == Any { self.any_sort() } else { sort };
        if depth > 2 || self.dice.below(2) == 0 {
            return self.dice.one(plain(sort)).to_owned();
        }
        format!("({})", self.call(sort, depth))
    }

    fn call(&mut self, sort: Sort, depth: usize) -> String {
        let pattern = self.dice.one(calls(sort));
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            if let Some(escaped) = behind.strip_prefix('{') {
                out.push('{');
                rest = escaped;
                continue;
            }
            let (letter, after) = behind.split_once('}').unwrap_or((behind, ""));
            out.push_str(&self.operand(named(letter), depth + 1));
            rest = after;
        }
        out.push_str(&rest.replace("}}", "}"));
        out
    }

    fn pipeline(&mut self, sort: Sort) -> String {
        let mut out = if self.dice.below(2) == 0 { self.operand(sort, 0) } else { self.call(sort, 0) };
        if out == "nil" {
            out = "(id nil)".to_owned();
        }
        if sort == Text {
            for _ in 0..self.dice.below(3) {
                out.push_str(self.dice.one(&[
                    " | up",
                    " | printf \"%s;%v\" 1",
                    " | print 2 ",
                    "|html",
                    " | include \"f\"",
                ]));
            }
        }
        out
    }

    fn action(&mut self, inside: &str) {
        let left = self.dice.one(&["{{", "{{ ", "{{- "]);
        let right = self.dice.one(&["}}", " }}", " -}}", " -}}\n"]);
        self.out.push_str(&format!("{left}{inside}{right}"));
    }

    fn statement(&mut self, depth: usize) {
        match self.dice.below(if depth > 2 { 4 } else { 12 }) {
            0 => self.out.push_str(self.dice.one(&["text ", "\n  key: ", "é", "\n", " - x\n"])),
            1 | 2 => {
                let sort = self.any_sort();
                let inside = self.pipeline(sort);
                self.action(&inside);
            }
            3 => self.set(),
            4 | 5 => self.choice(depth, "if"),
            6 => self.choice(depth, "with"),
            7..=9 => self.range(depth),
            10 => {
                let data = self.operand(Any, 1);
                let name = self.dice.one(&["f", "f", "k"]);
                self.action(&format!("template \"{name}\" {data}"));
            }
            _ => self.block(depth),
        }
    }

    /// A declaration, or an assignment to what has been declared.
    fn set(&mut self) {
        if !self.variables.is_empty() && self.dice.below(2) == 0 {
            let (name, sort) = self.variables[self.dice.below(self.variables.len())].clone();
            let value = self.pipeline(sort);
            return self.action(&format!("{name} = {value}"));
        }
        let sort = self.any_sort();
        let value = self.pipeline(sort);
        let name = self.fresh();
        self.action(&format!("{name} := {value}"));
        self.variables.push((name, sort));
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("$v{}", self.names % 6)
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..=self.dice.below(3) {
            self.statement(depth + 1);
        }
    }

    fn choice(&mut self, depth: usize, keyword: &str) {
        let before = self.variables.len();
        let sort = self.any_sort();
        let condition = self.pipeline(sort);
        if self.dice.below(4) == 0 {
            let name = self.fresh();
            self.action(&format!("{keyword} {name} := {condition}"));
            self.variables.push((name, sort));
        } else {
            self.action(&format!("{keyword} {condition}"));
        }
        let within = self.variables.len();
        self.body(depth);
        self.variables.truncate(within);
        if self.dice.below(3) == 0 {
            let other = self.pipeline(Bool);
            self.action(&format!("else {keyword} {other}"));
            self.body(depth);
            self.variables.truncate(within);
        }
        if self.dice.below(2) == 0 {
            self.action("else");
            self.body(depth);
        }
        self.action("end");
        self.variables.truncate(before);
    }

    fn range(&mut self, depth: usize) {
        let before = self.variables.len();
        let (sort, key) = [(List, Int), (Map, Text), (List, Int), (Int, Int)][self.dice.below(4)];
        let over = if sort == Int { self.dice.one(&["3", "2", "(len $.ls)"]).to_owned() } else { self.pipeline(sort) };
        let (first, second) = (self.fresh(), self.fresh());
        match self.dice.below(3) {
            0 => self.action(&format!("range {over}")),
            1 => {
                self.action(&format!("range {first} := {over}"));
                self.variables.push((first, if sort == Int { Int } else { Any }));
            }
            _ if sort == Int => self.action(&format!("range {over}")),
            _ => {
                self.action(&format!("range {first}, {second} := {over}"));
                self.variables.extend([(first, key), (second, Any)]);
            }
        }
        let within = self.variables.len();
        self.loops += 1;
        self.body(depth);
        if self.dice.below(3) == 0 {
            let condition = self.pipeline(Bool);
            let leave = self.dice.one(&["break", "continue"]);
            self.out.push_str(&format!("{{{{if {condition}}}}}{{{{{leave}}}}}{{{{end}}}}"));
            self.variables.truncate(within);
            self.body(depth);
        }
        self.loops -= 1;
        self.variables.truncate(within);
        if self.dice.below(4) == 0 {
            self.action("else");
            self.body(depth);
        }
        self.action("end");
        self.variables.truncate(before);
    }

    /// A block: a template of its own, which sees no variable from outside.
    fn block(&mut self, depth: usize) {
        self.names += 1;
        let name = format!("b{}", self.names);
        let data = "$";
        self.action(&format!("block \"{name}\" {data}"));
        let outside = std::mem::take(&mut self.variables);
        self.body(depth);
        self.variables = outside;
        self.action("end");
    }
}
