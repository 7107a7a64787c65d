//! What the values of attributes are, by the attribute's name: as dangerous as they may be.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Css,
    Html,
    Js,
    Url,
    Srcset,
    /// Decides how other content is read, or what is sent where.
    Unsafe,
}

const URLS: &[&str] = &[
    "action",
    "archive",
    "background",
    "cite",
    "classid",
    "codebase",
    "data",
    "formaction",
    "href",
    "icon",
    "longdesc",
    "manifest",
    "poster",
    "profile",
    "src",
    "usemap",
    "xmlns",
];

const UNSAFE: &[&str] = &[
    "accept-charset",
    "async",
    "challenge",
    "charset",
    "content",
    "crossorigin",
    "defer",
    "enctype",
    "form",
    "formenctype",
    "formmethod",
    "formnovalidate",
    "http-equiv",
    "keytype",
    "language",
    "method",
    "novalidate",
    "pattern",
    "rel",
    "sandbox",
    "type",
    "value",
];

/// Those that would otherwise be taken for something else by a part of their name.
const PLAIN: &[&str] = &["srclang"];

/// What the attribute `name`, in lower case, holds.
pub(super) fn sort(name: &str) -> Sort {
    // What is behind `data-` or a namespace is taken for what it would be alone.
    let name = match name.strip_prefix("data-") {
        Some(rest) => rest,
        None => match name.split_once(':') {
            Some(("xmlns", _)) => return Sort::Url,
            Some((_, rest)) => rest,
            None => name,
        },
    };
    match name {
        "style" => Sort::Css,
        "srcdoc" => Sort::Html,
        "srcset" => Sort::Srcset,
        _ if URLS.contains(&name) => Sort::Url,
        _ if UNSAFE.contains(&name) => Sort::Unsafe,
        _ if PLAIN.contains(&name) => Sort::Plain,
        _ if name.starts_with("on") => Sort::Js,
        // Attributes of one's own invention that look as if they held a URL.
        _ if ["src", "uri", "url"].iter().any(|part| name.contains(part)) => Sort::Url,
        _ => Sort::Plain,
    }
}
