//! Paths in messages, as Go cleans them.

/// A path as Go's `filepath.Clean` writes it.
pub(super) fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if is_absolute => {}
            segment => kept.push(segment),
        }
    }
    match (is_absolute, kept.is_empty()) {
        (true, _) => format!("/{}", kept.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in [
            ("a/./b/../c/", "a/c"),
            ("./x", "x"),
            (".", "."),
            ("/../a//b", "/a/b"),
            ("../../a", "../../a"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(path), cleaned);
        }
    }
}
