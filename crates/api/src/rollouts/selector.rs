//! Which pods belong to a workload. A leaf module.

use crate::wire::wire;
use std::collections::BTreeMap;

wire! {
    /// Which pods belong to a workload.
    pub struct LabelSelector {
        /// Labels they have with these values.
        pub match_labels: BTreeMap<String, String> = "matchLabels";
        /// What else must be true of their labels.
        pub match_expressions: Vec<LabelSelectorRequirement> = "matchExpressions";
    }

    /// One requirement of a selector.
    pub struct LabelSelectorRequirement {
        /// The label.
        pub key: String = "key" required;
        /// In, NotIn, Exists or DoesNotExist.
        pub operator: String = "operator" required;
        /// The values it is compared with.
        pub values: Vec<String> = "values";
    }
}

impl LabelSelector {
    /// The selector as one line, as `kubectl get -l` takes it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
        let expressions = self.match_expressions.iter().map(LabelSelectorRequirement::to_text);
        let mut parts: Vec<(String, String)> =
            labels.chain(expressions).map(|text| (sort_key(&text).to_owned(), text)).collect();
        // Compat: sorted by key, the order of parts with one key kept.
        parts.sort_by(|left, right| left.0.cmp(&right.0));
        if parts.is_empty() {
            return "<none>".to_owned();
        }
        parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
    }
}

/// The label a part of a selector is about.
fn sort_key(part: &str) -> &str {
    let part = part.strip_prefix('!').unwrap_or(part);
    let end = part.find(['=', ' ']).unwrap_or(part.len());
    &part[..end]
}

impl LabelSelectorRequirement {
    fn to_text(&self) -> String {
        let mut values = self.values.clone();
        values.sort();
        let values = values.join(",");
        match self.operator.as_str() {
            "In" => format!("{} in ({values})", self.key),
            "NotIn" => format!("{} notin ({values})", self.key),
            "Exists" => self.key.clone(),
            _ => format!("!{}", self.key),
        }
    }
}
