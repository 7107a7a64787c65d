//! The functions that are put at the end of pipelines, under the names by which Go's messages call them.

use super::attribute::{self, Sort};
use super::content::{SafeIn, content};
use super::css_text;
use super::js_value;
use super::replace::{self, References, Within};
use super::scan::lower;
use super::tags::stripped;
use super::url_text::{self, UNSAFE, Whole};
use crate::builtin::BUILTINS;
use crate::format::sprint_followed;
use crate::function::{Definition, FuncMap, Signature};
use crate::text::Text;
use crate::types::Type;
use crate::value::{Args, Call, FuncError, Function, Value};
use std::sync::{Arc, LazyLock};

pub(super) const ATTR: &str = "_html_template_attrescaper";
pub(super) const COMMENT: &str = "_html_template_commentescaper";
pub(super) const CSS: &str = "_html_template_cssescaper";
pub(super) const CSS_VALUE: &str = "_html_template_cssvaluefilter";
pub(super) const HTML: &str = "_html_template_htmlescaper";
pub(super) const HTML_NAME: &str = "_html_template_htmlnamefilter";
pub(super) const JS_REGEXP: &str = "_html_template_jsregexpescaper";
pub(super) const JS_STR: &str = "_html_template_jsstrescaper";
pub(super) const JS_TEMPLATE: &str = "_html_template_jstmpllitescaper";
pub(super) const JS_VALUE: &str = "_html_template_jsvalescaper";
pub(super) const NO_SPACE: &str = "_html_template_nospaceescaper";
pub(super) const RC_DATA: &str = "_html_template_rcdataescaper";
pub(super) const SRCSET: &str = "_html_template_srcsetescaper";
pub(super) const URL: &str = "_html_template_urlescaper";
pub(super) const URL_FILTER: &str = "_html_template_urlfilter";
pub(super) const URL_NORMAL: &str = "_html_template_urlnormalizer";
/// Makes one text of the arguments that `html` or `urlquery` was given.
pub(super) const ARGUMENTS: &str = "_eval_args_";

type Result<T> = std::result::Result<T, FuncError>;

static ESCAPERS: LazyLock<FuncMap> = LazyLock::new(|| {
    let mut functions = FuncMap::default();
    functions.extend(TABLE);
    functions
});

/// The escaper called `name`, which may be one of Go's builtins.
pub(super) fn escaper(name: &str) -> Option<Arc<Function>> {
    ESCAPERS.get(name).or_else(|| BUILTINS.get(name)).cloned()
}

const fn row(name: &'static str, body: fn(&mut Call<'_>, Args<'_>) -> Result<Value>) -> Definition {
    Definition { name, signature: Signature::variadic(&[], Type::Any, Type::String), body }
}

const TABLE: &[Definition] = &[
    row(ATTR, |call, args| escaped(call, args, attr)),
    row(COMMENT, |_, _| Ok(Value::text(""))),
    row(CSS, |call, args| escaped(call, args, |text, _| replace::css(text))),
    row(CSS_VALUE, |call, args| escaped(call, args, css_value)),
    row(HTML, |call, args| escaped(call, args, html)),
    row(HTML_NAME, |call, args| escaped(call, args, html_name)),
    row(JS_REGEXP, |call, args| escaped(call, args, js_regexp)),
    row(JS_STR, |call, args| escaped(call, args, js_str)),
    row(JS_TEMPLATE, |call, args| escaped(call, args, |text, _| replace::js(text, Within::Template))),
    row(JS_VALUE, |call, args| {
        let written = js_value::written(&args, call.budget)?;
        Ok(Value::Str(Text::from_bytes(written)))
    }),
    row(NO_SPACE, |call, args| escaped(call, args, no_space)),
    row(RC_DATA, |call, args| escaped(call, args, |text, safe_in| replace::html(text, references(safe_in)))),
    row(SRCSET, |call, args| escaped(call, args, url_text::srcset)),
    row(URL, |call, args| {
        escaped(call, args, |text, safe_in| {
            let whole = if safe_in == Some(SafeIn::Url) { Whole::Yes } else { Whole::No };
            url_text::escaped(text, whole)
        })
    }),
    row(URL_FILTER, |call, args| escaped(call, args, url_text::filtered)),
    row(URL_NORMAL, |call, args| escaped(call, args, |text, _| url_text::escaped(text, Whole::Yes))),
    row(ARGUMENTS, |call, args| match &*args {
        [Value::Str(text)] => Ok(Value::Str(text.clone())),
        _ => Ok(Value::Str(sprint_followed(&args, call.budget)?)),
    }),
];

/// What an escaper makes of a text that is safe there.
type Escape = fn(&[u8], Option<SafeIn>) -> Vec<u8>;

fn escaped(call: &mut Call<'_>, args: Args<'_>, escape: Escape) -> Result<Value> {
    let (text, safe_in) = content(&args, call.budget)?;
    let escaped = escape(text.as_bytes(), safe_in);
    if escaped == text.as_bytes() {
        return Ok(Value::Str(text));
    }
    call.take_bytes(escaped.len())?;
    Ok(Value::Str(Text::from_bytes(escaped)))
}

/// References in what is HTML already are not escaped again.
fn references(safe_in: Option<SafeIn>) -> References {
    if safe_in == Some(SafeIn::Html) { References::Kept } else { References::Escaped }
}

fn html(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    match safe_in {
        Some(SafeIn::Html) => text.to_vec(),
        _ => replace::html(text, References::Escaped),
    }
}

fn attr(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    match safe_in {
        Some(SafeIn::Html) => replace::html(&stripped(text), References::Kept),
        _ => replace::html(text, References::Escaped),
    }
}

fn no_space(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    match safe_in {
        // Without a value the next attribute would become it.
        _ if text.is_empty() => UNSAFE.into(),
        Some(SafeIn::Html) => replace::html_unquoted(&stripped(text), References::Kept),
        _ => replace::html_unquoted(text, References::Escaped),
    }
}

/// A part of an attribute's name: letters and digits of a name whose value is plain text.
fn html_name(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    if safe_in == Some(SafeIn::HtmlAttr) {
        return text.to_vec();
    }
    let name = lower(text);
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if name.is_empty() || !letters || attribute::sort(&name) != Sort::Plain { UNSAFE.into() } else { name.into() }
}

fn js_str(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    let within = if safe_in == Some(SafeIn::JsStr) { Within::EscapedString } else { Within::String };
    replace::js(text, within)
}

fn js_regexp(text: &[u8], _: Option<SafeIn>) -> Vec<u8> {
    // An empty regular expression would be a comment.
    if text.is_empty() { b"(?:)".to_vec() } else { replace::js(text, Within::Regexp) }
}

/// A value of CSS: numbers, names, colours. Nothing that ends it, calls something or runs code.
fn css_value(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    if safe_in == Some(SafeIn::Css) {
        return text.to_vec();
    }
    let decoded = css_text::decoded(text);
    let unsafe_byte = |byte: &u8| b"\0\"'()/;@[\\]`{}<>".contains(byte);
    let letters = decoded.iter().copied().filter(|byte| css_text::is_ascii_name_part(*byte) && *byte != b'-');
    let names = letters.collect::<Vec<_>>().to_ascii_lowercase();
    let runs_code =
        ["expression", "mozbinding"].iter().any(|name| super::scan::find(&names, name.as_bytes()).is_some());
    if decoded.iter().any(unsafe_byte) || super::scan::find(&decoded, b"--").is_some() || runs_code {
        return UNSAFE.into();
    }
    decoded
}
