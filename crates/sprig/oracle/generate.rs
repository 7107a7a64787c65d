//! Templates that call each function with arguments of every sort, wrong ones among them, and regular expressions out of
//! pieces. The same seed gives the same templates.

use sprig::Chance;
use std::collections::BTreeMap;

/// How many regular expressions there are for each call of another function.
const PATTERNS_PER_CALL: usize = 12;

/// Templates: `each` calls of every function, and regular expressions.
pub fn templates(seed: u64, each: usize) -> Vec<String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let mut generator = Generator { chance: Chance::from_seed(bytes), pools: pools() };
    let functions = include_str!("functions.txt").lines().filter(|line| !line.starts_with('#'));
    let mut out: Vec<String> = Vec::new();
    for function in functions {
        out.extend((0..each).filter_map(|_| generator.call(function)));
    }
    out.extend((0..each * PATTERNS_PER_CALL).map(|_| generator.pattern()));
    out
}

fn pools() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut pools: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for section in include_str!("arguments.txt").split("## ").skip(1) {
        let mut lines = section.lines();
        pools.insert(lines.next().unwrap_or_default(), lines.collect());
    }
    pools
}

struct Generator {
    chance: Chance,
    pools: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        self.chance.below(end as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// One of the pools' arguments; pools are separated by `|`.
    fn argument(&mut self, pools: &str) -> &'static str {
        let all: Vec<&str> = pools.split('|').flat_map(|name| self.pools[name].iter().copied()).collect();
        self.one(&all)
    }

    /// A template that shows what a call gives; nothing when the original's answer would say nothing.
    fn call(&mut self, function: &str) -> Option<String> {
        let mut words = function.split(' ');
        let name = words.next()?;
        let mut arguments = Vec::new();
        for word in words {
            let (pool, count) = match word.split_once('{') {
                None => (word, 1),
                Some((pool, range)) => {
                    let (low, high) = range.trim_end_matches('}').split_once(',')?;
                    let (low, high): (usize, usize) = (low.parse().ok()?, high.parse().ok()?);
                    (pool, low + self.below(high + 1 - low))
                }
            };
            for _ in 0..count {
                arguments.push(self.argument(pool));
            }
        }
        self.spoil(&mut arguments);
        if says_nothing(name, &arguments) {
            return None;
        }
        let call = [&[name], arguments.as_slice()].concat().join(" ");
        // Go gives keys and values in any order.
        let call = if matches!(name, "keys" | "values") { format!("sortAlpha ({call})") } else { call };
        Some(format!("{{{{ $r := {call} }}}}{{{{ typeOf $r }}}}|{{{{ printf \"%v\" $r }}}}|{{{{ toRawJson $r }}}}"))
    }

    /// Now and then an argument of another type, one too few or one too many.
    fn spoil(&mut self, arguments: &mut Vec<&'static str>) {
        match self.below(100) {
            0..6 if !arguments.is_empty() => {
                let at = self.below(arguments.len());
                arguments[at] = self.argument("ANYTHING");
            }
            6 => drop(arguments.pop()),
            7 => arguments.push(self.argument("ANYTHING")),
            _ => {}
        }
    }

    fn pattern(&mut self) -> String {
        let count = [1, 2, 2, 3, 3, 4, 5, 6, 8][self.below(9)];
        let pattern: String = (0..count).map(|_| self.one(PIECES)).collect();
        let subject = self.one(SUBJECTS);
        let (function, behind) = [
            ("mustRegexFindAll", " -1"),
            ("mustRegexReplaceAll", " \"<${0}|$n|$1>\""),
            ("mustRegexSplit", " -1"),
            ("regexFind", ""),
            ("mustRegexMatch", ""),
        ][self.below(5)];
        format!("{{{{ $r := {function} `{pattern}` {subject}{behind} }}}}{{{{ toRawJson $r }}}}")
    }
}

/// Whether the answer would depend on the present, on chance, on the order in which Go visits a map, or take all memory.
fn says_nothing(name: &str, arguments: &[&str]) -> bool {
    let shown_at = match name {
        "date" | "dateInZone" | "date_in_zone" => Some(1),
        "htmlDate" | "htmlDateInZone" => Some(0),
        _ => None,
    };
    const INSTANTS: [&str; 10] = [
        ".t",
        ".t2",
        ".zero",
        "0",
        "1709211845",
        "-1",
        ".i64",
        ".i32",
        "86400",
        "(toDate \"2006-01-02\" \"2020-07-01\")",
    ];
    if shown_at.and_then(|at| arguments.get(at)).is_some_and(|shown| !INSTANTS.contains(shown)) {
        return true;
    }
    match name {
        // Go's slices reach beyond their length, as far as there happens to be room.
        "slice" | "mustSlice" => arguments.first().is_some_and(|list| list.starts_with("(until")),
        "durationRound" => arguments.contains(&".t"),
        "htpasswd" => arguments.first() != Some(&"\"a:b\""),
        "encryptAES" => arguments.get(1..) != Some(&["\"\""]),
        "repeat" | "indent" | "nindent" | "until" | "untilStep" | "seq" | "wrap" => {
            arguments.iter().any(|argument| matches!(*argument, "1e21" | "9007199254740993" | "123456789.5"))
        }
        "set" | "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite" => {
            arguments.iter().filter(|argument| argument.starts_with(".v") || **argument == ".named").count() > 1
        }
        _ => false,
    }
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "a", "b", "c", "x", "é", "日", " ", ".", "^", "$", "*", "+", "?", "*?", "{2}", "{1,3}", "{0,}", "{,2}", "{3,1}",
    "{1001}", "{12", "(", ")", "|", "[abc]", "[^a]", "[a-z]", "[z-a]", "[", "[]", "[^", "[[:alpha:]]",
    "[[:^digit:]x]", "[[:bad:]]", "[a", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\A", "\\z", "\\Z",
    "\\pL", "\\p{Greek}", "\\P{Lu}", "\\p{^N}", "\\p{Nope}", "\\Q", "\\E", "\\Q*+\\E", "\\.", "\\\\", "\\x61",
    "\\x{1F600}", "\\x{110000}", "\\x6", "\\n", "\\t", "\\a", "\\07", "\\123", "\\1", "\\8", "\\q", "(?i)", "(?i:",
    "(?s)", "(?-s)", "(?m)", "(?U)", "(?ims-U:", "(?P<n>", "(?<m>", "(?P<1>", "(?P<a-b>", "(?:", "(?=", "(?!",
    "(?P=n)", "(?", "(?)", "(?-)", "(?i", "-", "&&", "~~", "[a&&b]", "[a--b]", "[a-c-e]", "[\\w-a]", "[a\\]b]",
    "[\\d]", "[^\\S]", "[\\pL\\d]", "#", "K", "k", "S", "ſ", "(", ")",
];

#[rustfmt::skip]
const SUBJECTS: &[&str] = &[
    "\"\"", "\"abc\"", "\"aabbcc\"", "\"xyz é日本\"", "\"a1 b2\"", "\"line\\nabc\\n\"", "\"AaBbKkſs\"", "\"ééé\"",
    "\"aaa\"", "\"*+\"", "\" a b \"", "\"K\"",
];
