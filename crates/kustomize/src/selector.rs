//! Selectors: patterns for type, name and namespace, and Kubernetes' selectors for labels and annotations.

mod labels;

pub(crate) use labels::Requirements;

use crate::id::Id;
use crate::kustomization::Selector;
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use regex::Regex;
use std::collections::BTreeMap;

/// How large a compiled pattern may be, in bytes: far beyond what names need, small enough to compile thousands.
pub(crate) const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A pattern that must match all of a text.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Any,
    Exactly(Box<str>),
    Regex(Box<Regex>),
}

impl Pattern {
    fn new(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Pattern::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/')) {
            return Ok(Pattern::Exactly(text.into()));
        }
        let regex = regex::RegexBuilder::new(&format!("^(?:{text})$")).size_limit(PATTERN_BYTES_MAX).build();
        regex
            .map(|regex| Pattern::Regex(Box::new(regex)))
            .map_err(|_| Problem::invalid(format!("error parsing regexp: {text:?} is no regular expression")))
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Exactly(expected) => **expected == *text,
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }
}

/// A selector ready to be used many times.
#[derive(Debug, Clone)]
pub(crate) struct Matcher {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Requirements,
    annotations: Requirements,
}

impl Matcher {
    /// # Errors
    /// For patterns that are no regular expressions and label selectors that are none.
    pub fn new(selector: &Selector) -> Result<Self> {
        Ok(Matcher {
            group: Pattern::new(&selector.gvk.group)?,
            version: Pattern::new(&selector.gvk.version)?,
            kind: Pattern::new(&selector.gvk.kind)?,
            name: Pattern::new(&selector.name)?,
            namespace: Pattern::new(&selector.namespace)?,
            labels: Requirements::parse(&selector.label_selector)?,
            annotations: Requirements::parse(&selector.annotation_selector)?,
        })
    }

    fn matches_type(&self, id: &Id<'_>) -> bool {
        self.kind.matches(id.kind) && self.group.matches(id.group) && self.version.matches(id.version)
    }

    /// Whether an id fits, with its namespace as it is written.
    pub fn matches_id(&self, id: &Id<'_>) -> bool {
        self.name.matches(id.name) && self.matches_type(id) && self.namespace.matches(id.namespace)
    }

    /// Whether labels and annotations fit.
    pub fn matches_texts(&self, resource: &Resource) -> bool {
        let fits = |requirements: &Requirements, field: &str| {
            requirements.is_empty() || requirements.match_texts(&resource.texts(field))
        };
        fits(&self.labels, "labels") && fits(&self.annotations, "annotations")
    }

    /// Whether anything is asked of labels or annotations.
    pub fn asks_texts(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }

    /// Whether an object fits by its name and namespace of now or of the beginning.
    fn matches(&self, resource: &Resource) -> bool {
        let (now, original) = (resource.id(), resource.original_id());
        (self.name.matches(original.name) || self.name.matches(now.name))
            && self.matches_type(&now)
            && (self.namespace.matches(original.effective_namespace())
                || self.namespace.matches(now.effective_namespace()))
            && self.matches_texts(resource)
    }

    /// The places that can fit at all: those of one name where the selector names one.
    pub fn candidates(&self, resources: &mut ResMap) -> Vec<usize> {
        match &self.name {
            Pattern::Exactly(name) => resources.named(name),
            _ => (0..resources.len()).collect(),
        }
    }

    /// The places of the objects that fit.
    pub fn select(&self, resources: &mut ResMap) -> Vec<usize> {
        let candidates = self.candidates(resources);
        candidates.into_iter().filter(|at| self.matches(resources.get(*at))).collect()
    }
}

/// Whether every text of `texts` that a requirement names is as it asks.
pub(crate) type Texts = BTreeMap<String, String>;
