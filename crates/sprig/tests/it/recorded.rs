//! Templates with the answers that github.com/Masterminds/sprig/v3 v3.3.0 under Go 1.26.8 gave to them, in
//! `tests/cases/*.txt`: a template on one line, its output (`=>`) or error (`!!`) quoted on the next. `cargo xtask oracle
//! sprig -- record` writes them anew.

use crate::world;
use std::sync::Arc;

const FILES: &[(&str, &str)] =
    &[("quirks", include_str!("../cases/quirks.txt")), ("generated", include_str!("../cases/generated.txt"))];

#[test]
fn answers_are_the_originals() {
    let functions = Arc::new(sprig::functions());
    let mut wrong = Vec::new();
    let mut cases = 0;
    for (file, text) in FILES {
        for (template, expected) in read(text) {
            cases += 1;
            let answer = world::run(template, &functions);
            let given = format!("{} {}", if answer.failed { "!!" } else { "=>" }, answer.text);
            if given != expected {
                wrong.push(format!("{file}: {template}\n  theirs {expected}\n  ours   {given}"));
            }
        }
    }
    assert!(cases > 100, "the files hold cases");
    assert!(wrong.is_empty(), "{} of {cases} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Templates and the answers below them.
pub fn read(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    std::iter::from_fn(move || Some((lines.next()?, lines.next()?.trim_start())))
}
