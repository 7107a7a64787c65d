//! Text that is known to be safe in some place, and what a value that is written there is as text.

use crate::format::sprint_followed;
use crate::text::Text;
use crate::value::{GoObject, Value};
use budget::{Budget, Exceeded};
use std::any::Any;

/// Where a text is safe as it is: Go's types `template.CSS` and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafeIn {
    /// A style sheet, a rule, a declaration or a value.
    Css,
    /// A fragment of a document.
    Html,
    /// An attribute, its name and its value: ` dir="ltr"`.
    HtmlAttr,
    /// An expression of JavaScript.
    Js,
    /// What stands between the quotes of a string of JavaScript.
    JsStr,
    /// A URL or a part of one.
    Url,
    /// The value of a `srcset`.
    Srcset,
}

/// Text from a source that is trusted: written without being escaped where it is safe, as any other text elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safe {
    /// Where.
    pub safe_in: SafeIn,
    /// The text.
    pub text: Text,
}

impl Safe {
    /// `text` as a value that is safe there.
    pub fn value(safe_in: SafeIn, text: impl Into<Text>) -> Value {
        Value::object(Safe { safe_in, text: text.into() })
    }
}

impl GoObject for Safe {
    fn type_name(&self) -> &'static str {
        match self.safe_in {
            SafeIn::Css => "template.CSS",
            SafeIn::Html => "template.HTML",
            SafeIn::HtmlAttr => "template.HTMLAttr",
            SafeIn::Js => "template.JS",
            SafeIn::JsStr => "template.JSStr",
            SafeIn::Url => "template.URL",
            SafeIn::Srcset => "template.Srcset",
        }
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Str(self.text.clone()))
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        other.as_any().downcast_ref::<Safe>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The safe text that a value is.
pub(super) fn safe(value: &Value) -> Option<&Safe> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
}

/// What values are as text, and where it is safe.
pub(super) fn content(values: &[Value], budget: &mut Budget) -> Result<(Text, Option<SafeIn>), Exceeded> {
    match values {
        [Value::Str(text)] => return Ok((text.clone(), None)),
        [value] => {
            if let Some(Safe { safe_in, text }) = safe(value) {
                return Ok((text.clone(), Some(*safe_in)));
            }
        }
        _ => {}
    }
    // Nothing is nothing here, not `<nil>`.
    let shown: Vec<Value> = values.iter().filter(|one| !matches!(one, Value::Nil | Value::NoValue)).cloned().collect();
    Ok((sprint_followed(&shown, budget)?, None))
}
