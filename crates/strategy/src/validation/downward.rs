//! Which fields of an object's metadata the downward API gives out.

/// The longest prefix and the longest name of a label or annotation.
const LENGTHS_MAX: (usize, usize) = (253, 63);

/// Whether a path that begins with `metadata` names a field that is given out.
pub fn is_supported(path: &str) -> bool {
    let subscripted =
        path.strip_suffix("']").and_then(|rest| rest.split_once("['")).filter(|(field, _)| !field.is_empty());
    match subscripted {
        Some(("metadata.annotations", key)) => is_qualified_name(&key.to_ascii_lowercase()),
        Some(("metadata.labels", key)) => is_qualified_name(key),
        Some(_) => false,
        None => matches!(
            path,
            "metadata.annotations" | "metadata.labels" | "metadata.name" | "metadata.namespace" | "metadata.uid"
        ),
    }
}

fn is_qualified_name(key: &str) -> bool {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    prefix.is_none_or(is_subdomain) && is_name(name)
}

fn is_name(name: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    name.len() <= LENGTHS_MAX.1
        && is_end(name.bytes().next())
        && is_end(name.bytes().last())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_subdomain(prefix: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        label.bytes().next().is_some_and(is_letter)
            && label.bytes().last().is_some_and(is_letter)
            && label.bytes().all(|byte| is_letter(byte) || byte == b'-')
    };
    prefix.len() <= LENGTHS_MAX.0 && prefix.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn metadata_that_is_given_out() {
        for path in ["metadata.name", "metadata.uid", "metadata.labels['app']", "metadata.annotations['a.b/C']"] {
            assert!(is_supported(path), "{path}");
        }
        for path in ["metadata.generation", "metadata.labels['-']", "metadata.labels['A/b']", "metadata.name['x']"] {
            assert!(!is_supported(path), "{path}");
        }
    }
}
