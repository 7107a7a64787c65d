//! Telling version constraints (`1.*`, `^1.2`, `>=1 <2`) from ref names. Choosing the greatest tag that satisfies one
//! belongs here too, once it is implemented; until then such a revision is reported instead of guessed at.

/// Whether upstream would read `revision` as a constraint that tags may satisfy, and not as a pinned version or a name.
///
/// Compat: a version, also a partial one (`1`, `1.2`, `v1.0.0`), is a pin and means the ref of that name.
pub(crate) fn is_constraint(revision: &str) -> bool {
    let mut any_range = false;
    for clause in revision.split("||").flat_map(|group| group.split([',', ' '])).filter(|clause| !clause.is_empty()) {
        if clause == "-" {
            any_range = true;
            continue;
        }
        let version = clause.trim_start_matches(['=', '!', '<', '>', '~', '^']);
        match wildcard_version(version) {
            // An operator set apart from its version.
            None if version.is_empty() => any_range = true,
            None => return false,
            Some(wild) => any_range |= wild || version.len() < clause.len(),
        }
    }
    any_range
}

/// Whether a tag reads as a version at all: without any such tag no constraint is ever satisfied.
pub(crate) fn is_version(tag: &str) -> bool {
    wildcard_version(tag) == Some(false)
}

/// `None` when the text is no version pattern, else whether it holds a wildcard.
fn wildcard_version(text: &str) -> Option<bool> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut wild = false;
    for part in parts {
        match part {
            "*" | "x" | "X" => wild = true,
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {}
            _ => return None,
        }
    }
    Some(wild)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_told_from_pins_and_names() {
        for text in ["1.*", "^1.2", "~1.2.3", ">=1 <2", ">= 1.0, < 2", "1.x", "*", "1 - 2", "1.2 || 3.x", "=1.0.0"] {
            assert!(is_constraint(text), "{text}");
        }
        for text in ["1", "1.2", "v1.0.0", "1.2.3-rc.1", "main", "release-1.x-candidate", "feature/x", "HEAD", "", "a*"]
        {
            assert!(!is_constraint(text), "{text}");
        }
    }
}
