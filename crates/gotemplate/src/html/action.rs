//! Which escapers a value needs where it is written.

use super::context::{Context, Delim, Slash, State, UrlPart};
use super::escapers as names;
use super::problem::ErrorCode;
use crate::outline::{Predefined, Printed};

/// What becomes of an action: the place behind it and its escapers, or what is wrong.
pub(super) type Decided = Result<(Context, Vec<&'static str>), Wrong>;

/// What is wrong with an action.
pub(super) enum Wrong {
    /// Something was wrong before: the value is nowhere.
    Nowhere(Context),
    Predefined(Predefined),
    AmbiguousUrl,
}

impl Wrong {
    pub(super) fn code(&self) -> ErrorCode {
        match self {
            Wrong::Predefined(_) => ErrorCode::PredefinedEscaper,
            _ => ErrorCode::AmbigContext,
        }
    }
}

/// Decides about an action in `context`.
pub(super) fn decide(context: &Context, action: &Printed) -> Decided {
    let mut context = context.nudged();
    let unquoted = context.state == State::Attr && context.delim == Delim::SpaceOrTagEnd;
    let last = action.last.filter(|last| unquoted && *last == Predefined::Html);
    if let Some(predefined) = action.early.or(last) {
        return Err(Wrong::Predefined(predefined));
    }
    let mut escapers = match context.state {
        State::Failed | State::Dead => return Err(Wrong::Nowhere(context)),
        State::Url
        | State::CssDoubleQuoted
        | State::CssSingleQuoted
        | State::CssDoubleQuotedUrl
        | State::CssSingleQuotedUrl
        | State::CssUrl => url(&context)?,
        // What ends the value decides alone.
        State::MetaContent | State::Attr => vec![],
        State::MetaContentUrl => vec![names::URL_FILTER],
        State::Js => vec![names::JS_VALUE],
        State::JsDoubleQuoted | State::JsSingleQuoted => vec![names::JS_STR],
        State::JsTemplate => vec![names::JS_TEMPLATE],
        State::JsRegexp => vec![names::JS_REGEXP],
        State::Css => vec![names::CSS_VALUE],
        State::Text => vec![names::HTML],
        State::RcData => vec![names::RC_DATA],
        State::Tag | State::AttrName | State::AfterName | State::BeforeValue => vec![names::HTML_NAME],
        State::Srcset => vec![names::SRCSET],
        State::HtmlComment
        | State::JsBlockComment
        | State::JsLineComment
        | State::JsHtmlOpenComment
        | State::JsHtmlCloseComment
        | State::CssBlockComment
        | State::CssLineComment => vec![names::COMMENT],
    };
    match context.delim {
        Delim::None => {}
        Delim::SpaceOrTagEnd => escapers.push(names::NO_SPACE),
        Delim::DoubleQuote | Delim::SingleQuote => escapers.push(names::ATTR),
    }
    if context.state == State::Js {
        // Behind a value, a slash divides.
        context.slash = Slash::Division;
    }
    Ok((context, escapers))
}

fn url(context: &Context) -> Result<Vec<&'static str>, Wrong> {
    let in_string = matches!(context.state, State::CssDoubleQuoted | State::CssSingleQuoted);
    let normal = if in_string { names::CSS } else { names::URL_NORMAL };
    match context.url {
        UrlPart::None => Ok(vec![names::URL_FILTER, normal]),
        UrlPart::PreQuery => Ok(vec![normal]),
        UrlPart::QueryOrFragment => Ok(vec![names::URL]),
        UrlPart::Unknown => Err(Wrong::AmbiguousUrl),
    }
}
