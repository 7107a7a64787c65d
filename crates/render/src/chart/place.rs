//! Where a values file lies that an application names: in the source's own repository, in one it refers to, or behind an
//! address.

use crate::elsewhere::shown;
use crate::refs::Referred;
use crate::work::Work;
use crate::{ChartProblem, Problem};
use tree::{PathError, Recording, Tree, TreePath};

/// The schemes of addresses that anything here fetches.
const FETCHED: [&str; 2] = ["http", "https"];

/// A place of a values file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Own(TreePath),
    Referred(String, TreePath),
    Url(String),
}

impl Place {
    /// The place that `written` means; build variables in it are replaced, except in the name of a source.
    pub(super) fn resolve(work: &Work<'_>, written: &str) -> Result<Self, Problem> {
        let at = |error: ChartProblem| Problem::Chart { path: work.path.clone(), error };
        if let Some(name) = written.strip_prefix('$') {
            let (name, rest) = name.split_once('/').unwrap_or((name, ""));
            match work.around.refs.get(name) {
                Referred::Files(_) => {
                    let rest = format!("/{}", work.environment.substitute(&format!("/{rest}")));
                    let path = inside(&TreePath::root(), &rest).map_err(at)?;
                    return Ok(Place::Referred(name.to_owned(), path));
                }
                Referred::Chart => return Err(at(ChartProblem::SourceIsChart(format!("${name}")))),
                Referred::Nothing if work.input.is_one_of_several => {
                    let known = work.around.refs.names();
                    return Err(at(ChartProblem::NoSource { name: format!("${name}"), known }));
                }
                // Of a single source it can only be a build variable.
                Referred::Nothing => {}
            }
        }
        let text = work.environment.substitute(written);
        match scheme(&text) {
            Some(scheme) => {
                let allowed = &work.input.settings.value_file_schemes;
                match allowed.iter().any(|one| scheme.eq_ignore_ascii_case(one)) {
                    true if FETCHED.iter().any(|one| scheme.eq_ignore_ascii_case(one)) => Ok(Place::Url(text)),
                    true => Err(at(ChartProblem::SchemeNotFetched(scheme.to_owned()))),
                    false => Err(at(ChartProblem::Scheme { scheme: scheme.to_owned(), allowed: allowed.join(", ") })),
                }
            }
            None => inside(&work.path, &text).map(Place::Own).map_err(at),
        }
    }

    /// The files it lies among, and its path there; `None` for an address.
    pub(super) fn files<'w>(&self, work: &Work<'w>) -> Option<(&'w Recording<'w>, &TreePath)> {
        match self {
            Place::Own(path) => Some((work.tree, path)),
            Place::Referred(name, path) => match work.around.refs.get(name) {
                Referred::Files(tree) => Some((tree, path)),
                Referred::Chart | Referred::Nothing => None,
            },
            Place::Url(_) => None,
        }
    }

    /// The same sort of place with another path.
    pub(super) fn with(&self, path: TreePath) -> Self {
        match self {
            Place::Own(_) | Place::Url(_) => Place::Own(path),
            Place::Referred(name, _) => Place::Referred(name.clone(), path),
        }
    }

    /// Whether something stands there, links followed; an address is taken at its word.
    pub(super) fn exists(&self, work: &Work<'_>) -> Result<bool, Problem> {
        let Some((tree, path)) = self.files(work) else { return Ok(true) };
        let real = tree::resolve(tree, path)?;
        Ok(tree.entry(&real)?.is_some())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Own(path) => path.fmt(f),
            Place::Referred(name, path) => write!(f, "${name}/{path}"),
            Place::Url(url) => f.write_str(shown(url)),
        }
    }
}

fn inside(base: &TreePath, text: &str) -> Result<TreePath, ChartProblem> {
    let outside = |error: PathError| ChartProblem::Outside { file: text.to_owned(), error };
    TreePath::resolve(base, text).map_err(outside)
}

/// The scheme of an address, as Go reads it; `None` when the text is a path.
fn scheme(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts_well && text[end..].starts_with(':')).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_from_paths() {
        let cases = [
            ("https://x/y", Some("https")),
            ("file:///etc/passwd", Some("file")),
            ("c:x.yaml", Some("c")),
            ("values.yaml", None),
            ("a/b:c.yaml", None),
            (":x", None),
            ("1a:x", None),
        ];
        for (text, expected) in cases {
            assert_eq!(scheme(text), expected, "{text}");
        }
    }
}
