//! The built-in field specs, from the committed table: section, target (name references only), group, version, kind,
//! path, and whether the field is created.

use super::field_specs::{Config, NameReferences, Specs};
use crate::id::Gvk;
use crate::kustomization::FieldSpec;
use std::sync::{Arc, LazyLock};

const TABLE: &str = include_str!("../../data/field_specs.tsv");

static DEFAULTS: LazyLock<Config> = LazyLock::new(|| {
    let mut config = Config {
        name_prefix: section("namePrefix"),
        name_suffix: section("nameSuffix"),
        namespace: section("namespace"),
        common_labels: section("commonLabels"),
        labels: Specs::default(),
        template_labels: section("templateLabels"),
        common_annotations: section("commonAnnotations"),
        name_references: Arc::new(references()),
        var_references: section("varReference"),
        images: section("images"),
        replicas: section("replicas"),
    };
    config.sort();
    config
});

impl Config {
    /// What the original starts every kustomization with.
    pub fn defaults() -> Self {
        DEFAULTS.clone()
    }
}

struct Row<'t> {
    target: &'t str,
    spec: FieldSpec,
}

fn rows(section: &str) -> impl Iterator<Item = Row<'static>> {
    TABLE.lines().filter_map(move |line| {
        let mut columns = line.split('\t');
        if columns.next()? != section {
            return None;
        }
        let target = columns.next()?;
        let gvk = Gvk { group: columns.next()?.into(), version: columns.next()?.into(), kind: columns.next()?.into() };
        let path = columns.next()?.to_owned();
        Some(Row { target, spec: FieldSpec { gvk, path, create: columns.next()? == "create" } })
    })
}

fn section(name: &str) -> Specs {
    Arc::new(rows(name).map(|row| row.spec).collect())
}

fn references() -> Vec<NameReferences> {
    let mut all: Vec<(&str, NameReferences)> = Vec::new();
    for row in rows("nameReference") {
        match all.last_mut().filter(|(target, _)| *target == row.target) {
            Some((_, references)) => references.referrers.push(row.spec),
            None => {
                let mut parts = row.target.split('|').map(Into::into);
                let mut next = || parts.next().unwrap_or_default();
                let target = Gvk { group: next(), version: next(), kind: next() };
                all.push((row.target, NameReferences { target, referrers: vec![row.spec] }));
            }
        }
    }
    all.into_iter().map(|(_, references)| references).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        assert_eq!(TABLE.lines().count(), 305);
        let config = Config::defaults();
        assert_eq!(config.name_prefix.len(), 1);
        assert_eq!(config.images.len(), 6);
        let referrers: usize = config.name_references.iter().map(|references| references.referrers.len()).sum();
        assert_eq!(referrers, 167);
    }
}
