//! `--resource GROUP:KIND:NAME`, with `*` for anything and `!` in front for "not this one".

use crate::failure::Failure;
use object::Key;

/// Which resources of an application are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ResourceFilter(Vec<Pattern>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    exclude: bool,
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl ResourceFilter {
    /// Reads the flags of a command line.
    pub(crate) fn parse(texts: &[String]) -> Result<Self, Failure> {
        texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>().map(ResourceFilter)
    }

    /// Whether nothing in particular is meant.
    pub(crate) fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a resource is meant: by some pattern, when there are any that do not exclude, and by no exclusion.
    pub(crate) fn selects(&self, key: &Key) -> bool {
        let mut included = self.0.iter().filter(|pattern| !pattern.exclude).peekable();
        let wanted = included.peek().is_none() || included.any(|pattern| pattern.matches(key));
        wanted && !self.0.iter().any(|pattern| pattern.exclude && pattern.matches(key))
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (exclude, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let parts: Vec<&str> = rest.split(':').collect();
        let [group, kind, name] = parts[..] else {
            return Err(Failure::with_code(
                1,
                format!("--resource {text:?}: expected GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME"),
            ));
        };
        let (namespace, name) = match name.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, name),
        };
        Ok(Pattern { exclude, group: group.to_owned(), kind: kind.to_owned(), namespace, name: name.to_owned() })
    }

    fn matches(&self, key: &Key) -> bool {
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        fits(&self.group, &key.group)
            && fits(&self.kind, &key.kind)
            && fits(&self.name, &key.name)
            && self
                .namespace
                .as_ref()
                .is_none_or(|namespace| fits(namespace, key.namespace.as_deref().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_include_and_exclude() {
        let check = |patterns: &[&str], key: Key| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            ResourceFilter::parse(&patterns).expect("patterns").selects(&key)
        };
        let service = || Key::new("", "Service", Some("shop"), "web");
        assert!(check(&[], service()));
        assert!(check(&[":Service:web"], service()));
        assert!(check(&[":Service:shop/web"], service()));
        assert!(!check(&[":Service:other/web"], service()));
        assert!(!check(&["!*:Service:*"], service()));
        assert!(!check(&["apps:Deployment:web"], service()));
        assert!(ResourceFilter::parse(&["Service/web".to_owned()]).is_err());
    }
}
