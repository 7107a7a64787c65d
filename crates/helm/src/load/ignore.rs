//! .helmignore: which files of a folder are no part of the chart.

use super::error::LoadError;
use super::wildcard::Pattern;

/// The rules of one folder.
pub(super) struct Rules(Vec<Rule>);

struct Rule {
    pattern: Pattern,
    negated: bool,
    folders_only: bool,
    /// Whether the pattern is held against the whole path instead of the last segment.
    whole_path: bool,
}

impl Rules {
    /// Reads a .helmignore and adds what is ignored without one: hidden files directly below templates/.
    pub(super) fn parse(text: &str) -> Result<Rules, LoadError> {
        let mut rules = Rules(Vec::new());
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            rules.add(line)?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), LoadError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(LoadError::Ignore("double-star (**) syntax is not supported".to_owned()));
        }
        let refused = |error: super::wildcard::BadPattern| LoadError::Ignore(error.to_string());
        Pattern::parse(line).map_err(refused)?;
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let whole_path = line.contains('/');
        let pattern = Pattern::parse(line.strip_prefix('/').unwrap_or(line)).map_err(refused)?;
        self.0.push(Rule { pattern, negated, folders_only, whole_path });
        Ok(())
    }

    /// Whether the entry at `path` is left out.
    ///
    /// Compat: the first rule that says anything decides, and a negated rule that does not match leaves the entry
    /// out, so that `!x` alone leaves out everything but x.
    pub(super) fn leave_out(&self, path: &str, is_folder: bool) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        for rule in &self.0 {
            let matches = || rule.pattern.matches(if rule.whole_path { path } else { name });
            let wrong_kind = rule.folders_only && !is_folder;
            if rule.negated {
                if wrong_kind || !matches() {
                    return true;
                }
            } else if !wrong_kind && matches() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(rules: &str, path: &str, is_folder: bool) -> bool {
        Rules::parse(rules).expect("rules").leave_out(path, is_folder)
    }

    #[test]
    fn rules_as_helm_reads_them() {
        let table = [
            ("helm.txt", "helm.txt", false, true),
            ("helm.*", "helm.txt", false, true),
            ("cargo/*.txt", "cargo/a.txt", false, true),
            ("*.txt", "cargo/a.txt", false, true),
            ("/*.txt", "cargo/a.txt", false, false),
            ("/a.txt", "a.txt", false, true),
            ("cargo/", "cargo", true, true),
            ("cargo/", "cargo", false, false),
            ("mast/", "a/mast", true, true),
            ("!helm.txt", "helm.txt", false, false),
            ("!helm.txt", "tiller.txt", false, true),
            ("!cargo/", "cargo", true, false),
            ("!cargo/", "mast", true, true),
            ("# a.txt\n\n", "a.txt", false, false),
            ("", "templates/.dotfile", false, true),
            ("", "templates/a/.dotfile", false, false),
        ];
        for (rules, path, is_folder, expected) in table {
            assert_eq!(left_out(rules, path, is_folder), expected, "{rules:?} {path}");
        }
    }

    #[test]
    fn two_stars_are_refused() {
        let error = Rules::parse("a/**").err().expect("refused");
        assert_eq!(error.to_string(), "double-star (**) syntax is not supported");
    }
}
