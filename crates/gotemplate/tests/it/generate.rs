//! Templates out of nothing: a seeded generator that knows the grammar and breaks it now and then. `cargo xtask oracle
//! templates` runs what it makes through Go; without Go the recorded sample counts.

/// A small generator of random numbers: the same seed gives the same templates everywhere (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

const FIELDS: &[&str] = &[
    ".",
    "$",
    ".s",
    ".n",
    ".f",
    ".t",
    ".no",
    ".nul",
    ".e",
    ".l",
    ".el",
    ".m",
    ".em",
    ".ls",
    ".m.a",
    ".m.c.d",
    ".m.c.d.e",
    ".missing",
    ".missing.x",
    ".s.x",
    ".nested.list",
    "$.s",
    "$.m.b",
    "$.missing.y",
    ".u",
    ".big",
    ".zero",
    ".name",
    ".v",
];
const VARIABLES: &[&str] = &["$x", "$y", "$z", "$x.a", "$y.c.d", "$z.x"];
const LITERALS: &[&str] = &[
    "1",
    "0",
    "-1",
    "2",
    "1.5",
    "1e3",
    "0x1F",
    "'a'",
    "\"a\"",
    "\"\"",
    "`r\n`",
    "\"é\\t\"",
    "true",
    "false",
    "nil",
    "1i",
    "3",
];
const ANY_ARGS: &[&str] =
    &["list", "dict", "print", "println", "html", "js", "urlquery", "and", "or", "strs", "ints", "smap"];
const ONE_ARG: &[&str] = &[
    "not", "len", "id", "up", "i64", "u8", "u64", "half", "flag", "takem", "takel", "takeu", "bytes", "boom", "thing",
    "shown",
];
const TWO_ARGS: &[&str] = &["eq", "ne", "lt", "le", "gt", "ge", "index", "addi", "slice", "table", "include", "tpl"];
const FORMATS: &[&str] = &[
    "%v", "%s", "%d", "%q", "%5v|%-5v", "%x", "%T %v", "%+v", "%#v", "%t", "%6.2f", "%[2]v", "%*d", "%c%U", "%g",
    "%05d",
];
const TEXTS: &[&str] = &["a", " ", "\n", "  b\n", "é", "x y", "\t-", "{", "}", "0: "];
const LEFT: &[&str] = &["{{", "{{ ", "{{- ", "{{-\n"];
const RIGHT: &[&str] = &["}}", " }}", " -}}", "\n-}}"];

/// One template and the text beside it that defines what it calls.
pub fn template(dice: &mut Dice) -> String {
    let mut out = String::new();
    for _ in 0..=dice.below(4) {
        statement(dice, &mut out, 0);
    }
    if dice.once_in(3) {
        define(dice, &mut out);
    }
    if dice.once_in(12) {
        damage(dice, &mut out);
    }
    out
}

/// What every generated template may call.
pub const BESIDE: &str = "{{define \"f\"}}F<{{.}}>{{end}}{{define \"g\"}}{{ .m.a.b }}{{end}}\
{{define \"k\"}}K{{$x := .}}{{with .}}{{if eq (printf \"%T\" .) \"int\"}}{{if gt . 0}}{{template \"k\" (addi . -1)}}{{end}}{{end}}{{end}}{{$x}}{{end}}";

fn define(dice: &mut Dice, out: &mut String) {
    out.push_str("{{define \"h\"}}");
    statement(dice, out, 2);
    out.push_str("{{end}}");
}

fn open(dice: &mut Dice, out: &mut String) {
    let delimiter = if dice.once_in(2) { LEFT[0] } else { dice.one(LEFT) };
    out.push_str(delimiter);
}

fn close(dice: &mut Dice, out: &mut String) {
    let delimiter = if dice.once_in(2) { RIGHT[0] } else { dice.one(RIGHT) };
    out.push_str(delimiter);
}

fn statement(dice: &mut Dice, out: &mut String, depth: usize) {
    match dice.below(if depth > 3 { 5 } else { 14 }) {
        0 | 1 => out.push_str(dice.one(TEXTS)),
        2 | 3 => action(dice, out, ""),
        4 => {
            let variable = dice.one(&["$x", "$y", "$z"]);
            let sign = dice.one(&[" := ", " = ", ":=", " := "]);
            action(dice, out, &format!("{variable}{sign}"));
        }
        5 | 6 => control(dice, out, depth, "if "),
        7 => control(dice, out, depth, "with "),
        8 | 9 => control(dice, out, depth, "range "),
        10 => control(dice, out, depth, "range $x, $y := "),
        11 => control(dice, out, depth, dice.clone().one(&["range $x := ", "range $x = ", "with $y := ", "if $z := "])),
        12 => {
            let name = dice.one(&["\"f\"", "\"g\"", "\"h\"", "\"nope\"", "`f`"]);
            action(dice, out, &format!("template {name} "));
        }
        _ => {
            let keyword = dice.one(&["break", "continue", "/* c */", "$x", "block \"b\" ."]);
            open(dice, out);
            out.push_str(keyword);
            close(dice, out);
            if keyword.starts_with("block") {
                statement(dice, out, depth + 1);
                out.push_str("{{end}}");
            }
        }
    }
}

fn action(dice: &mut Dice, out: &mut String, before: &str) {
    open(dice, out);
    out.push_str(before);
    pipeline(dice, out, 0);
    close(dice, out);
}

fn control(dice: &mut Dice, out: &mut String, depth: usize, keyword: &str) {
    action(dice, out, keyword);
    for _ in 0..=dice.below(2) {
        statement(dice, out, depth + 1);
    }
    if keyword.starts_with("range") && dice.once_in(4) {
        out.push_str(dice.one(&["{{if .}}{{break}}{{end}}", "{{with 1}}{{continue}}{{end}}", "{{break}}"]));
    }
    if dice.once_in(3) {
        let other = keyword.split(' ').next().unwrap_or_default();
        if other != "range" && dice.once_in(2) {
            action(dice, out, &format!("else {other} "));
        } else {
            open(dice, out);
            out.push_str("else");
            close(dice, out);
        }
        statement(dice, out, depth + 1);
    }
    open(dice, out);
    out.push_str("end");
    close(dice, out);
}

fn pipeline(dice: &mut Dice, out: &mut String, depth: usize) {
    command(dice, out, depth);
    while dice.once_in(4) {
        out.push_str(dice.one(&[" | ", "|", " |\n"]));
        call(dice, out, depth);
    }
}

fn command(dice: &mut Dice, out: &mut String, depth: usize) {
    match dice.below(8) {
        0..=2 => call(dice, out, depth),
        3 => out.push_str(dice.one(LITERALS)),
        4 => out.push_str(dice.one(VARIABLES)),
        _ => out.push_str(dice.one(FIELDS)),
    }
}

fn call(dice: &mut Dice, out: &mut String, depth: usize) {
    let (name, wanted) = match dice.below(5) {
        0 => (dice.one(ANY_ARGS), dice.below(4)),
        1 => (dice.one(ONE_ARG), 1),
        2 | 3 => (dice.one(TWO_ARGS), 2),
        _ => {
            let arguments = dice.below(4);
            out.push_str(&format!("printf \"{}\"", dice.one(FORMATS)));
            return (0..arguments).for_each(|_| argument(dice, out, depth));
        }
    };
    out.push_str(name);
    let count = if dice.once_in(6) { dice.below(4) } else { wanted };
    if matches!(name, "include" | "tpl") && !dice.once_in(6) {
        out.push_str(match name {
            "include" => dice.one(&[" \"f\"", " \"g\"", " \"h\"", " \"nope\""]),
            _ => dice.one(&[
                " \"{{.s}}\"",
                " \"{{.}}{{\"",
                " \"{{define `q`}}Q{{end}}{{template `q`}}\"",
                " `{{ .m.a.b }}`",
            ]),
        });
        return argument(dice, out, depth);
    }
    (0..count).for_each(|_| argument(dice, out, depth));
}

fn argument(dice: &mut Dice, out: &mut String, depth: usize) {
    out.push(' ');
    if depth < 3 && dice.once_in(4) {
        out.push('(');
        pipeline(dice, out, depth + 1);
        out.push(')');
        if dice.once_in(4) {
            out.push_str(dice.one(&[".a", ".x.y", ".Upper", ".k"]));
        }
        return;
    }
    match dice.below(3) {
        0 => out.push_str(dice.one(LITERALS)),
        1 => out.push_str(dice.one(VARIABLES)),
        _ => out.push_str(dice.one(FIELDS)),
    }
}

/// Takes a piece out, doubles one, or puts a wrong one in.
pub fn damage(dice: &mut Dice, out: &mut String) {
    let positions: Vec<usize> = out.char_indices().map(|(at, _)| at).collect();
    let at = positions.get(dice.below(positions.len())).copied().unwrap_or(0);
    match dice.below(3) {
        0 => drop(out.split_off(at)),
        1 if !out.is_empty() => drop(out.remove(at)),
        _ => out.insert_str(
            at,
            dice.one(&["{{", "}}", "(", ")", "|", "$", ".", "\"", "end", "{{end}}", "{{else}}", "@", "\n", "{{/*"]),
        ),
    }
}
