//! Paths inside a tree: relative, normalised, without `..`, `.` or empty segments. The type makes leaving impossible.

/// A path from the root of a tree. The empty path is the root itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreePath(Box<str>);

/// Why a text is no path inside a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// More `..` than there are directories above.
    #[error("path {0:?} leads out of the repository")]
    Escapes(String),
    /// Contains a NUL character.
    #[error("path contains a NUL character")]
    Nul,
    /// Longer than any file system allows.
    #[error("path is longer than {} characters", TreePath::LENGTH_MAX)]
    TooLong,
}

impl TreePath {
    /// The longest path accepted, in bytes: what Linux allows.
    pub const LENGTH_MAX: usize = 4096;

    /// The root.
    #[must_use]
    pub fn root() -> Self {
        TreePath::default()
    }

    /// Reads `text` as relative to `base`; a leading `/` means the root of the tree. `.` and `..` are resolved.
    ///
    /// # Errors
    /// When the path would leave the tree, holds a NUL or is too long.
    pub fn resolve(base: &TreePath, text: &str) -> Result<Self, PathError> {
        if text.contains('\0') {
            return Err(PathError::Nul);
        }
        let mut segments: Vec<&str> = if text.starts_with('/') { Vec::new() } else { base.segments().collect() };
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or_else(|| PathError::Escapes(text.to_owned()))?;
                }
                name => segments.push(name),
            }
        }
        let joined = segments.join("/");
        if joined.len() > Self::LENGTH_MAX {
            return Err(PathError::TooLong);
        }
        Ok(TreePath(joined.into()))
    }

    /// Reads `text` as a path from the root.
    ///
    /// # Errors
    /// As [`TreePath::resolve`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::resolve(&TreePath::root(), text)
    }

    /// This path with one more segment. `name` comes from a listing and holds no `/`.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        debug_assert!(!name.contains('/') && name != ".." && !name.is_empty());
        if self.is_root() { TreePath(name.into()) } else { TreePath(format!("{}/{name}", self.0).into()) }
    }

    /// The directory this path stands in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(TreePath(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).into()))
    }

    /// The last segment; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The segments from the root.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without a leading slash; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This path as seen from `base`, when it lies at or below it.
    #[must_use]
    pub fn relative_to(&self, base: &TreePath) -> Option<&str> {
        if base.is_root() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*base.0)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

impl std::fmt::Display for TreePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_stay_inside() {
        let base = TreePath::parse("a/b").expect("a path");
        let resolve = |text: &str| TreePath::resolve(&base, text).map(|path| path.as_str().to_owned());
        assert_eq!(resolve("c.yaml"), Ok("a/b/c.yaml".into()));
        assert_eq!(resolve("./../x//y/"), Ok("a/x/y".into()));
        assert_eq!(resolve("/top"), Ok("top".into()));
        assert_eq!(resolve("../.."), Ok(String::new()));
        assert_eq!(resolve("../../.."), Err(PathError::Escapes("../../..".into())));
        assert_eq!(resolve("a\0b"), Err(PathError::Nul));
        assert_eq!(resolve(&"x".repeat(5000)), Err(PathError::TooLong));
    }

    #[test]
    fn relative_to_needs_a_whole_segment() {
        let path = TreePath::parse("apps/web/x.yaml").expect("a path");
        let base = |text| TreePath::parse(text).expect("a path");
        assert_eq!(path.relative_to(&base("apps/web")), Some("x.yaml"));
        assert_eq!(path.relative_to(&base("apps/we")), None);
        assert_eq!(path.relative_to(&base("")), Some("apps/web/x.yaml"));
        assert_eq!(path.parent(), Some(base("apps/web")));
    }
}
