//! Whether our answer to a case is Go's.

use crate::cases::{Failed, LIMITS, difference, run};
use serde_json::Value as Json;

/// What comes of comparing one case.
pub enum Verdict {
    /// The same text or the same error.
    Equal,
    /// One of the two was stopped: the other's answer says nothing.
    Stopped,
    /// Something else; what each gave.
    Differs(String),
}

/// Compares our answer with the one that `case` holds.
pub fn of(case: &Json) -> Verdict {
    let theirs = case["err"].as_str().unwrap_or_default();
    let go_was_stopped = theirs.contains("LIMIT ") || theirs.contains("exceeded maximum template depth");
    if go_was_stopped || is_stopped(case) {
        return Verdict::Stopped;
    }
    match difference(&without_addresses(case)) {
        None => Verdict::Equal,
        Some(difference) => Verdict::Differs(difference),
    }
}

fn is_stopped(case: &Json) -> bool {
    match run(case, LIMITS) {
        Err(Failed::Parse(error)) => matches!(error, gotemplate::ParseError::Limit { .. }),
        Err(Failed::Escape(error)) => matches!(error, gotemplate::html::EscapeError::Limit { .. }),
        Err(Failed::Execute(error)) => error.exceeded.is_some(),
        Ok(_) => false,
    }
}

/// Go's answer with every address the same: they differ from run to run.
fn without_addresses(case: &Json) -> Json {
    let mut case = case.clone();
    for key in ["out", "err"] {
        if let Some(text) = case[key].as_str() {
            case[key] = Json::String(same_address(text));
        }
    }
    case
}

fn same_address(text: &str) -> String {
    const DIGITS: usize = 10;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("c0").or_else(|| rest.find("C0")) {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let before = rest[..at].bytes().next_back().is_some_and(|byte| byte.is_ascii_hexdigit());
        let end = at + digits.max(2);
        out.push_str(&rest[..at]);
        if digits == DIGITS && !before {
            out.push_str("c000000000")
        } else {
            out.push_str(&rest[at..end])
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
