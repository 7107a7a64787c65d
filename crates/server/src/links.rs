//! Links that objects carry in annotations. Only `http` and `https` are ever given out: anything else could run in a
//! page.

use api::names::ANNOTATION_LINK_PREFIX;
use object::Object;
use serde_json::{Value, json};

/// The links of an object: `URL` or `title|URL`, by the rest of the annotation's name.
#[must_use]
pub fn of(object: &Object) -> Vec<Value> {
    let annotations = object.meta().annotations.iter();
    let own = annotations.filter_map(|(key, text)| Some((key.strip_prefix(ANNOTATION_LINK_PREFIX)?, &**text)));
    let link = |(name, text): (&str, &str)| {
        let (title, url) = text.split_once('|').map_or((name, text), |(title, url)| (title.trim(), url.trim()));
        is_harmless(url).then(|| json!({"title": title, "url": url}))
    };
    own.filter_map(link).collect()
}

/// Whether a page may point there.
#[must_use]
pub fn is_harmless(text: &str) -> bool {
    let is_plain = text.chars().all(|letter| !letter.is_control());
    is_plain && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_could_run_are_left_out() {
        for text in ["https://a.example/x?y#z", "http://localhost:1"] {
            assert!(is_harmless(text), "{text}");
        }
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//a",
            "a",
        ] {
            assert!(!is_harmless(text), "{text}");
        }
    }
}
