//! Random expressions over the names of `tests/cases/data.json`, most of which fit together and some of which do not.

use serde_json::{Value as Json, json};

/// So many expressions; the same seed gives the same.
pub fn cases(seed: u64, count: usize) -> Vec<Json> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..count).map(|_| json!({ "e": dice.any(3) })).collect()
}

/// What an expression is meant to come to.
#[derive(Clone, Copy)]
enum Sort {
    Number,
    Integer,
    Text,
    Bool,
    List,
    Time,
    Anything,
}

const SORTS: [Sort; 7] = [Sort::Number, Sort::Integer, Sort::Text, Sort::Bool, Sort::List, Sort::Time, Sort::Anything];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn any(&mut self, depth: usize) -> String {
        let sort = SORTS[self.roll(SORTS.len())];
        self.of(sort, depth)
    }

    fn of(&mut self, sort: Sort, depth: usize) -> String {
        // Now and then something that does not fit.
        let sort = if self.roll(25) == 0 { SORTS[self.roll(SORTS.len())] } else { sort };
        if depth == 0 {
            return self.leaf(sort).to_owned();
        }
        let less = depth - 1;
        match sort {
            Sort::Number => self.number(less),
            Sort::Integer => self.integer(less),
            Sort::Text => self.text(less),
            Sort::Bool => self.boolean(less),
            Sort::List => self.list(less),
            Sort::Time => self.time(less),
            Sort::Anything => self.anything(less),
        }
    }

    fn leaf(&mut self, sort: Sort) -> &'static str {
        self.pick(match sort {
            Sort::Number => &["1", "2.5", "f", "g", "n", "i64", "nan", "inf", "0", "-1", "m.a", "mixed[0]", "0.1"],
            Sort::Integer => &["1", "n", "z", "i64", "2", "-3", "0", "len(arr)", "7"],
            Sort::Text => &["s", "u", "num", "'a'", "\"b,c\"", "m.s", "mixed[1]", "words[0]", "strs[1]", "''"],
            Sort::Bool => &["b", "no", "true", "false", "mixed[3]", "objs[0].ok"],
            Sort::List => {
                &["arr", "ints", "floats", "strs", "words", "mixed", "none", "[1, 2]", "m.b.c", "1..4", "[f, n]"]
            }
            Sort::Time => &["t", "t2", "d", "duration(\"1h\")", "date(\"2024-01-02\")"],
            Sort::Anything => &["nul", "m", "objs", "m.zz", "nil", "m.b", "objs[1]", "{a: 1}", "mixed[5]", "mixed[2]"],
        })
    }

    fn two(&mut self, sort: Sort, depth: usize, operators: &[&str]) -> String {
        let (left, right) = (self.of(sort, depth), self.of(sort, depth));
        let operator = self.pick(operators);
        if self.roll(3) == 0 { format!("{left} {operator} {right}") } else { format!("({left} {operator} {right})") }
    }

    fn number(&mut self, depth: usize) -> String {
        match self.roll(9) {
            0 | 1 => self.two(Sort::Number, depth, &["+", "-", "*", "/"]),
            2 => format!("({} ** {})", self.of(Sort::Number, depth), self.pick(&["2", "3", "-1", "n"])),
            3 => self.integer(depth),
            4 => {
                format!("{}({})", self.pick(&["abs", "ceil", "floor", "round", "float"]), self.of(Sort::Number, depth))
            }
            5 => format!(
                "{}({})",
                self.pick(&["sum", "mean", "median", "max", "min", "first", "last"]),
                self.of(Sort::List, depth)
            ),
            6 => format!("-{}", self.of(Sort::Number, depth)),
            7 => self.conditional(Sort::Number, depth),
            _ => format!("{}[{}]", self.of(Sort::List, depth), self.of(Sort::Integer, 0)),
        }
    }

    fn integer(&mut self, depth: usize) -> String {
        match self.roll(8) {
            0 | 1 => self.two(Sort::Integer, depth, &["+", "-", "*", "%"]),
            2 => format!("len({})", self.of(Sort::List, depth)),
            3 => format!("len({})", self.of(Sort::Text, depth)),
            4 => format!("count({}, {})", self.of(Sort::List, depth), self.predicate(depth)),
            5 => format!("int({})", self.of(Sort::Number, depth)),
            6 => {
                let name = self.pick(&["bitand", "bitor", "bitxor", "bitshl", "bitshr"]);
                format!("{name}({}, {})", self.of(Sort::Integer, depth), self.of(Sort::Integer, 0))
            }
            _ => {
                format!("findIndex({}, {})", self.of(Sort::List, depth), self.predicate(depth))
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.roll(9) {
            0 => self.two(Sort::Text, depth, &["+"]),
            1 | 2 => {
                let name = self.pick(&["upper", "lower", "trim", "trimPrefix", "trimSuffix", "toBase64"]);
                format!("{name}({})", self.of(Sort::Text, depth))
            }
            3 => format!("string({})", self.any(depth)),
            4 => format!("toJSON({})", self.any(depth)),
            5 => format!("join({}, {})", self.of(Sort::List, depth), self.of(Sort::Text, 0)),
            6 => format!(
                "replace({}, {}, {})",
                self.of(Sort::Text, depth),
                self.of(Sort::Text, 0),
                self.of(Sort::Text, 0)
            ),
            7 => format!("{}[{}:{}]", self.of(Sort::Text, depth), self.of(Sort::Integer, 0), self.of(Sort::Integer, 0)),
            _ => format!("type({})", self.any(depth)),
        }
    }

    fn boolean(&mut self, depth: usize) -> String {
        match self.roll(12) {
            0 | 1 => self.two(Sort::Number, depth, &["<", "<=", ">", ">=", "==", "!="]),
            2 | 3 => self.two(Sort::Bool, depth, &["and", "or", "&&", "||", "==", "!="]),
            4 => self.two(Sort::Text, depth, &["contains", "startsWith", "endsWith", "==", "<", "not contains", "in"]),
            5 => format!("{}{}", self.pick(&["!", "not "]), self.of(Sort::Bool, depth)),
            6 => format!("{} {} {}", self.any(0), self.pick(&["in", "not in"]), self.of(Sort::List, depth)),
            7 | 8 => {
                let name = self.pick(&["all", "any", "none", "one"]);
                format!("{name}({}, {})", self.of(Sort::List, depth), self.predicate(depth))
            }
            9 => format!(
                "{} matches {}",
                self.of(Sort::Text, depth),
                self.pick(&["'a.*'", "'^[a-c]+$'", "'('", "'\\\\d'"])
            ),
            10 => format!("{} == {}", self.any(depth), self.any(depth)),
            _ => self.conditional(Sort::Bool, depth),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        match self.roll(11) {
            0 | 1 => format!("filter({}, {})", self.of(Sort::List, depth), self.predicate(depth)),
            2 | 3 => format!("map({}, {})", self.of(Sort::List, depth), self.projection(depth)),
            4 => {
                let name = self.pick(&["reverse", "sort", "uniq", "flatten", "values"]);
                format!("{name}({})", self.of(Sort::List, depth))
            }
            5 => format!("[{}, {}]", self.any(depth), self.any(depth)),
            6 => format!("concat({}, {})", self.of(Sort::List, depth), self.of(Sort::List, depth)),
            7 => format!("take({}, {})", self.of(Sort::List, depth), self.of(Sort::Integer, 0)),
            8 => format!("split({}, {})", self.of(Sort::Text, depth), self.of(Sort::Text, 0)),
            9 => format!("sortBy({}, {})", self.of(Sort::List, depth), self.projection(depth)),
            _ => format!("{}[{}:]", self.of(Sort::List, depth), self.of(Sort::Integer, 0)),
        }
    }

    fn time(&mut self, depth: usize) -> String {
        match self.roll(6) {
            0 | 1 => self.two(Sort::Time, depth, &["+", "-", "<", ">", "==", "*"]),
            2 => format!(
                "{}.{}()",
                self.pick(&["t", "t2"]),
                self.pick(&["Year", "Month", "Hour", "Unix", "Weekday", "YearDay"])
            ),
            3 => format!("(t2 - t).{}()", self.pick(&["Hours", "Minutes", "Seconds", "String", "Year"])),
            4 => format!("({} * d)", self.of(Sort::Number, depth)),
            _ => format!("t.Add({})", self.of(Sort::Time, 0)),
        }
    }

    fn anything(&mut self, depth: usize) -> String {
        match self.roll(9) {
            0 => format!("({} ?? {})", self.any(depth), self.any(depth)),
            1 => format!("m?.{}", self.pick(&["a", "b.c", "zz?.y", "s", "nothing"])),
            2 => format!("{{a: {}, b: {}}}", self.any(depth), self.any(depth)),
            3 => format!("let x = {}; {}", self.any(depth), self.any(depth)),
            4 => format!("groupBy({}, {})", self.of(Sort::List, depth), self.projection(depth)),
            5 => format!("reduce({}, {}, {})", self.of(Sort::List, depth), self.reduction(), self.any(0)),
            6 => format!("find({}, {})", self.of(Sort::List, depth), self.predicate(depth)),
            7 => format!(
                "{} | {}",
                self.of(Sort::List, depth),
                self.pick(&["len()", "sum()", "first()", "map(# + 1)", "string()"])
            ),
            _ => self.conditional(Sort::Anything, depth),
        }
    }

    fn conditional(&mut self, sort: Sort, depth: usize) -> String {
        let condition = self.of(Sort::Bool, depth);
        let (then, otherwise) = (self.of(sort, depth), self.of(sort, depth));
        if self.roll(3) == 0 {
            format!("if {condition} {{ {then} }} else {{ {otherwise} }}")
        } else {
            format!("({condition} ? {then} : {otherwise})")
        }
    }

    fn predicate(&mut self, depth: usize) -> String {
        let body = match self.roll(6) {
            0 | 1 => format!("# {} {}", self.pick(&["<", ">", "==", "!=", ">="]), self.of(Sort::Number, 0)),
            2 => format!("# == {}", self.of(Sort::Text, 0)),
            3 => format!("# in {}", self.of(Sort::List, 0)),
            4 => self.pick(&[".ok", ".n > 1", ".kind == 'Pod'", "#", "len(#) > 1"]).to_owned(),
            _ => self.of(Sort::Bool, depth.min(1)),
        };
        if self.roll(2) == 0 { format!("{{{body}}}") } else { body }
    }

    fn projection(&mut self, depth: usize) -> String {
        match self.roll(5) {
            0 => "#".to_owned(),
            1 => format!("# {} {}", self.pick(&["+", "*", "-", "/", "%"]), self.of(Sort::Number, 0)),
            2 => self.pick(&[".n", ".kind", "-#", "string(#)", "#index", "[#]", "# > 1"]).to_owned(),
            3 => self.any(depth.min(1)),
            _ => "{ let y = #; y }".to_owned(),
        }
    }

    fn reduction(&mut self) -> &'static str {
        self.pick(&["# + #acc", "#acc", "[#acc, #]", "#acc + 1", "#acc + #index", "# > #acc ? # : #acc"])
    }
}
