//! Version constraints (`1.*`, `^1.2`, `>=1 <2`) over the tags of a repository.

use crate::refs::{Ref, Refs};
use goversion::{Constraints, Release, Version};

/// The tag with the greatest version that satisfies `revision`; `None` when that is no constraint, or no tag does.
///
/// Compat: a version, also a partial one (`1`, `1.2`, `v1.0.0`), is a pin and means the ref of that name. A constraint
/// that some tag satisfies goes before a branch of the same name. Pre-releases count only where the constraint names one.
pub(crate) fn greatest_tag<'r>(refs: &'r Refs, revision: &str) -> Option<&'r Ref> {
    let release = Release::default();
    if Version::parse(revision, release).is_ok() {
        return None;
    }
    let constraint = Constraints::parse(revision, release).ok()?;
    let mut greatest: Option<(Version, &Ref)> = None;
    for entry in &refs.list {
        let Some(tag) = entry.name.strip_prefix("refs/tags/") else { continue };
        let Ok(version) = Version::parse(tag, release) else { continue };
        let is_greater = greatest.as_ref().is_none_or(|(known, _)| version.compare(known).is_gt());
        if is_greater && constraint.check(&version) {
            greatest = Some((version, entry));
        }
    }
    greatest.map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::Oid;

    fn greatest(revision: &str) -> String {
        let tags = ["v1.0.0", "1.2.0", "v1.10.1", "1.10.1", "v2.0.0-rc.1", "2", "nightly", "3.0.0-beta"];
        let entry = |(index, tag): (usize, &&str)| {
            let target = Oid::from_bytes([u8::try_from(index).expect("few"); 20]);
            Ref { name: format!("refs/tags/{tag}"), target, peeled: None }
        };
        let mut list: Vec<Ref> = tags.iter().enumerate().map(entry).collect();
        list.push(Ref { name: "refs/heads/9.0.0".into(), target: Oid::from_bytes([9; 20]), peeled: None });
        let refs = Refs { list, ..Refs::default() };
        greatest_tag(&refs, revision).map(|entry| entry.name.clone()).unwrap_or_default()
    }

    #[test]
    fn the_greatest_tag_wins_and_pins_and_names_are_none_of_it() {
        for (revision, tag) in [
            ("1.*", "v1.10.1"),
            ("^1.2", "v1.10.1"),
            ("~1.2.0", "1.2.0"),
            (">=1 <1.5", "1.2.0"),
            ("*", "2"),
            (">=1.0.0-0", "3.0.0-beta"),
            ("2.0.x-0", "2"),
            ("1.2 || 9.x", "1.2.0"),
            ("9.*", ""),
            ("1", ""),
            ("1.2", ""),
            ("v1.0.0", ""),
            ("main", ""),
            ("", ""),
        ] {
            let expected = if tag.is_empty() { String::new() } else { format!("refs/tags/{tag}") };
            assert_eq!(greatest(revision), expected, "{revision:?}");
        }
    }
}
