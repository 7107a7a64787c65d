//! Where in a document a template stands: what a reader of HTML would be in the middle of when it gets there. The names
//! are those that show in messages and in the names of derived templates.

use super::braces::Braces;
use super::problem::Shared;
use std::fmt;
use std::rc::Rc;

/// The whole of it. The default is text between tags.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) state: State,
    pub(super) delim: Delim,
    pub(super) url: UrlPart,
    pub(super) slash: Slash,
    /// Braces opened within the expressions of JavaScript's template literals.
    pub(super) braces: Braces,
    pub(super) attribute: Attribute,
    pub(super) element: Element,
    /// Why the state is [`State::Failed`].
    pub(super) problem: Option<Shared>,
}

/// An enum whose values are written as Go names them.
macro_rules! named {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $shown:literal),+ $(,)? }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(super) enum $name { $($(#[$doc])* $value),+ }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$value => $shown),+ })
            }
        }
    };
}

named! {
    /// What kind of text this is.
    State {
        /// Between tags.
        #[default]
        Text = "stateText",
        /// In a tag, before an attribute or its end.
        Tag = "stateTag",
        AttrName = "stateAttrName",
        /// Behind an attribute's name and before a possible `=`.
        AfterName = "stateAfterName",
        /// Behind `=`.
        BeforeValue = "stateBeforeValue",
        HtmlComment = "stateHTMLCmt",
        /// In a `textarea` or `title`.
        RcData = "stateRCDATA",
        /// In the value of an attribute that is plain text.
        Attr = "stateAttr",
        Url = "stateURL",
        Srcset = "stateSrcset",
        /// In a script or an event handler.
        Js = "stateJS",
        JsDoubleQuoted = "stateJSDqStr",
        JsSingleQuoted = "stateJSSqStr",
        JsTemplate = "stateJSTmplLit",
        JsRegexp = "stateJSRegexp",
        JsBlockComment = "stateJSBlockCmt",
        JsLineComment = "stateJSLineCmt",
        /// `<!--` within a script.
        JsHtmlOpenComment = "stateJSHTMLOpenCmt",
        /// `-->` within a script.
        JsHtmlCloseComment = "stateJSHTMLCloseCmt",
        Css = "stateCSS",
        CssDoubleQuoted = "stateCSSDqStr",
        CssSingleQuoted = "stateCSSSqStr",
        CssDoubleQuotedUrl = "stateCSSDqURL",
        CssSingleQuotedUrl = "stateCSSSqURL",
        CssUrl = "stateCSSURL",
        CssBlockComment = "stateCSSBlockCmt",
        CssLineComment = "stateCSSLineCmt",
        /// No valid document leads here.
        Failed = "stateError",
        /// In the `content` of a `meta`.
        MetaContent = "stateMetaContent",
        /// Behind `url=` in it.
        MetaContentUrl = "stateMetaContentURL",
        /// Behind `{{break}}` or `{{continue}}`: never reached.
        Dead = "stateDead",
    }
}

named! {
    /// What ends the attribute's value.
    Delim {
        /// Not in one.
        #[default]
        None = "delimNone",
        DoubleQuote = "delimDoubleQuote",
        SingleQuote = "delimSingleQuote",
        SpaceOrTagEnd = "delimSpaceOrTagEnd",
    }
}

named! {
    /// How far a URL has come.
    UrlPart {
        /// Not in one, or at its beginning.
        #[default]
        None = "urlPartNone",
        PreQuery = "urlPartPreQuery",
        QueryOrFragment = "urlPartQueryOrFrag",
        /// Different branches came differently far.
        Unknown = "urlPartUnknown",
    }
}

named! {
    /// What `/` begins in JavaScript.
    Slash {
        #[default]
        Regexp = "jsCtxRegexp",
        Division = "jsCtxDivOp",
        Unknown = "jsCtxUnknown",
    }
}

named! {
    /// The element whose tag or content this is, when its content is special.
    Element {
        #[default]
        None = "elementNone",
        Script = "elementScript",
        Style = "elementStyle",
        Textarea = "elementTextarea",
        Title = "elementTitle",
        Meta = "elementMeta",
    }
}

named! {
    /// The attribute, when its value is special.
    Attribute {
        #[default]
        None = "attrNone",
        Script = "attrScript",
        ScriptType = "attrScriptType",
        Style = "attrStyle",
        Url = "attrURL",
        Srcset = "attrSrcset",
        MetaContent = "attrMetaContent",
    }
}

impl State {
    /// Whether this is meant for the template's authors, not its readers.
    pub(super) fn is_comment(self) -> bool {
        matches!(
            self,
            State::HtmlComment
                | State::JsBlockComment
                | State::JsLineComment
                | State::JsHtmlOpenComment
                | State::JsHtmlCloseComment
                | State::CssBlockComment
                | State::CssLineComment
        )
    }

    pub(super) fn is_in_tag(self) -> bool {
        matches!(self, State::Tag | State::AttrName | State::AfterName | State::BeforeValue | State::Attr)
    }

    /// Whether this is a literal of a script, in which `</script` must be taken apart.
    pub(super) fn is_script_literal(self) -> bool {
        matches!(self, State::JsDoubleQuoted | State::JsSingleQuoted | State::JsTemplate | State::JsRegexp)
    }
}

impl Attribute {
    /// What its value is when it begins.
    pub(super) fn value_state(self) -> State {
        match self {
            Attribute::None | Attribute::ScriptType => State::Attr,
            Attribute::Script => State::Js,
            Attribute::Style => State::Css,
            Attribute::Url => State::Url,
            Attribute::Srcset => State::Srcset,
            Attribute::MetaContent => State::MetaContent,
        }
    }
}

impl Context {
    pub(super) fn of(state: State) -> Self {
        Context { state, ..Context::default() }
    }

    pub(super) fn failed(problem: Shared) -> Self {
        Context { problem: Some(problem), ..Context::of(State::Failed) }
    }

    pub(super) fn is_failed(&self) -> bool {
        self.state == State::Failed
    }

    /// A copy whose braces are its own.
    pub(super) fn separate(&self) -> Self {
        Context { braces: self.braces.separate(), ..self.clone() }
    }

    pub(super) fn same(&self, other: &Context) -> bool {
        let problems = match (&self.problem, &other.problem) {
            (None, None) => true,
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            _ => false,
        };
        self.state == other.state
            && self.delim == other.delim
            && self.url == other.url
            && self.slash == other.slash
            && self.braces.depths() == other.braces.depths()
            && self.attribute == other.attribute
            && self.element == other.element
            && problems
    }

    /// What the template `name` is called when it begins here.
    pub(super) fn derived_name(&self, name: &[u8]) -> Vec<u8> {
        let mut derived = name.to_vec();
        if self.state == State::Text {
            return derived;
        }
        derived.extend(format!("$htmltemplate_{}", self.state).bytes());
        let mut part = |shown: Option<String>| derived.extend(shown.into_iter().flat_map(String::into_bytes));
        part((self.delim != Delim::None).then(|| format!("_{}", self.delim)));
        part((self.url != UrlPart::None).then(|| format!("_{}", self.url)));
        part((self.slash != Slash::Regexp).then(|| format!("_{}", self.slash)));
        part((!self.braces.is_nil()).then(|| format!("_jsBraceDepth({})", self.braces)));
        part((self.attribute != Attribute::None).then(|| format!("_{}", self.attribute)));
        part((self.element != Element::None).then(|| format!("_{}", self.element)));
        derived
    }

    /// Where a value stands that is written here: at the beginning of what could begin here.
    pub(super) fn nudged(&self) -> Self {
        let mut nudged = self.clone();
        match self.state {
            State::Tag => nudged.state = State::AttrName,
            State::BeforeValue => {
                nudged.state = self.attribute.value_state();
                nudged.delim = Delim::SpaceOrTagEnd;
                nudged.attribute = Attribute::None;
            }
            State::AfterName => {
                nudged.state = State::AttrName;
                nudged.attribute = Attribute::None;
            }
            _ => {}
        }
        nudged
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { state, delim, url, slash, braces, attribute, element, problem } = self;
        write!(f, "{{{state} {delim} {url} {slash} {braces} {attribute} {element} ")?;
        match problem {
            Some(problem) => write!(f, "{}}}", problem.borrow()),
            None => f.write_str("<nil>}"),
        }
    }
}
