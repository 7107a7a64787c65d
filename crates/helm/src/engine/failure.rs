//! Errors of templates as Helm words them.

use crate::functions::{MESSAGE_BEGIN, MESSAGE_END};
use crate::profile::Profile;
use budget::Exceeded;
use gotemplate::{ExecError, ParseError};

/// Why templates give no text; the words are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("{0}")]
    Template(String),
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

/// A template that does not parse: the place, and the last part of Go's message.
pub(super) fn parsing(path: &str, error: &ParseError) -> EngineError {
    if let ParseError::Limit { exceeded, .. } = error {
        return EngineError::Template(format!("parse error in ({path}): {exceeded}"));
    }
    let message = error.to_string();
    let parts: Vec<&str> = message.split(": ").collect();
    EngineError::Template(match parts.as_slice() {
        [_, place, .., last] => format!("parse error at ({place}): {last}"),
        [_, place] => format!("parse error at ({place}): {place}"),
        _ => format!("parse error in ({path}): {message}"),
    })
}

/// A template that fails.
pub(super) fn executing(path: &str, error: ExecError, profile: Profile) -> EngineError {
    if let Some(exceeded) = error.exceeded {
        return EngineError::Template(format!("{path}: {exceeded}"));
    }
    let message = error.message;
    let mut parts = message.splitn(3, ": ");
    let (Some(_), Some(place), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return EngineError::Template(format!("execution error in ({path}): {message}"));
    };
    if let Some(own) = own_message(rest) {
        return EngineError::Template(format!("execution error at ({place}): {own}"));
    }
    if profile.is_four() {
        return EngineError::Template(traced(&message).unwrap_or(message));
    }
    EngineError::Template(message)
}

/// What a chart says itself with `required` or `fail`: from the first mark to the last.
fn own_message(text: &str) -> Option<&str> {
    let begin = text.find(MESSAGE_BEGIN)? + MESSAGE_BEGIN.len();
    let end = text[begin..].rfind(MESSAGE_END)?;
    Some(&text[begin..begin + end])
}

/// Helm 4's form: one step of the chain of templates below the other. `None` when a step is no template's error, for
/// then Helm shows the chain as it is.
fn traced(message: &str) -> Option<String> {
    let mut out = String::new();
    let mut link = Some(message);
    let mut last = None;
    while let Some(text) = link {
        let (step, next) = Step::read(text)?;
        if last.as_ref() != Some(&step) {
            out.push_str(&step.shown());
        }
        last = Some(step);
        link = next;
    }
    Some(out.trim().to_owned())
}

#[derive(PartialEq)]
struct Step<'m> {
    place: &'m str,
    executed: String,
    message: &'m str,
}

impl<'m> Step<'m> {
    /// One step, and the error that it was caused by.
    fn read(text: &'m str) -> Option<(Step<'m>, Option<&'m str>)> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some((Step { place: "", executed: String::new(), message: text }, None));
        }
        let Some((place, executing)) = rest.split_once(": executing ") else { return Step::simple(rest) };
        let (name, behind) = executing.strip_prefix('"')?.split_once('"')?;
        let (node, cause) = behind.strip_prefix(" at <")?.split_once(">: ")?;
        let message = cause.find(" template:").map_or(cause, |cut| &cause[..cut]);
        let executed = format!("executing \"{name}\" at <{node}>:");
        Some((Step { place, executed, message }, cause_of(cause)))
    }

    fn simple(rest: &'m str) -> Option<(Step<'m>, Option<&'m str>)> {
        let (place, message) = rest.rsplit_once(": ")?;
        let message = message.find(" template:").map_or(message, |cut| &message[..cut]);
        Some((Step { place, executed: String::new(), message }, None))
    }

    fn shown(&self) -> String {
        let mut out = String::new();
        if !self.place.is_empty() {
            out.push_str(&format!("{}\n  ", self.place));
        }
        if !self.executed.is_empty() {
            out.push_str(&format!("{}\n    ", self.executed));
        }
        if !self.message.is_empty() {
            out.push_str(&format!("{}\n", self.message));
        }
        out
    }
}

/// What a function's error was made from: `error calling NAME: CAUSE`.
fn cause_of(message: &str) -> Option<&str> {
    let (_, cause) = message.strip_prefix("error calling ")?.split_once(": ")?;
    Some(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_templates_is_one_step_a_line() {
        let chain = "template: a/templates/x.yaml:1:3: executing \"a/templates/x.yaml\" at <include \"f\" .>: error calling \
                     include: template: a/templates/_h.tpl:2:10: executing \"f\" at <.Values.a.b>: nil pointer evaluating \
                     interface {}.b";
        let expected = "a/templates/x.yaml:1:3\n  executing \"a/templates/x.yaml\" at <include \"f\" .>:\n    error calling \
                        include:\na/templates/_h.tpl:2:10\n  executing \"f\" at <.Values.a.b>:\n    nil pointer evaluating \
                        interface {}.b";
        assert_eq!(traced(chain).as_deref(), Some(expected));
    }

    #[test]
    fn a_function_s_own_error_leaves_the_chain_as_it_is() {
        let chain = "template: a:1:3: executing \"a\" at <f>: error calling f: boom";
        assert_eq!(traced(chain), None);
    }
}
