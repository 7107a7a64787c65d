//! Build variables (`ARGOCD_APP_NAME` and the like) and their substitution, which is that of Go's `os.Expand`.

use crate::Input;
use std::cell::Cell;

/// The build variables of one render. Remembers whether one that names the commit was used: such a result holds for
/// that commit only.
pub(crate) struct Environment<'a> {
    input: &'a Input,
    revision: &'a str,
    revision_used: Cell<bool>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(input: &'a Input, revision: &'a str) -> Self {
        Environment { input, revision, revision_used: Cell::new(false) }
    }

    /// The commit's name, if a variable with it was used.
    pub(crate) fn used_revision(&self) -> Option<String> {
        self.revision_used.get().then(|| self.revision.to_owned())
    }

    /// The result holds for this commit only.
    pub(crate) fn use_revision(&self) {
        self.revision_used.set(true);
    }

    /// `text` with `$NAME` and `${NAME}` replaced; an unknown name by nothing, `$$` by `$`.
    pub(crate) fn substitute(&self, text: &str) -> String {
        expand(text, |name| if name == "$" { "$" } else { self.value(name) })
    }

    fn value(&self, name: &str) -> &str {
        let (application, source) = (&self.input.application, &self.input.source);
        match name {
            "ARGOCD_APP_NAME" => &application.instance_name,
            "ARGOCD_APP_NAMESPACE" => &application.namespace,
            "ARGOCD_APP_PROJECT_NAME" => &application.project,
            "ARGOCD_APP_REVISION" => self.revision(usize::MAX),
            "ARGOCD_APP_REVISION_SHORT" => self.revision(7),
            "ARGOCD_APP_REVISION_SHORT_8" => self.revision(8),
            "ARGOCD_APP_SOURCE_REPO_URL" => &source.repo_url,
            "ARGOCD_APP_SOURCE_PATH" => &source.path,
            "ARGOCD_APP_SOURCE_TARGET_REVISION" => &source.target_revision,
            _ => "",
        }
    }

    fn revision(&self, length_max: usize) -> &str {
        self.use_revision();
        self.revision.get(..length_max).unwrap_or(self.revision)
    }
}

/// Replaces variables in `text`. Compat: Go's rules, which eat `${}` and an unclosed `${`, and leave a `$` alone that no
/// name follows.
fn expand<'v>(text: &str, value: impl Fn(&str) -> &'v str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        out.push_str(before);
        let (name, width) = shell_name(after);
        match name {
            _ if after.is_empty() => out.push('$'),
            Some(name) => out.push_str(value(name)),
            None if width > 0 => {}
            None => out.push('$'),
        }
        rest = &after[width..];
    }
    out.push_str(rest);
    out
}

/// The name that begins `text`, which stands behind a `$`, and how many bytes it takes.
fn shell_name(text: &str) -> (Option<&str>, usize) {
    let bytes = text.as_bytes();
    match bytes {
        [b'{', special, b'}', ..] if is_special(*special) => (Some(&text[1..2]), 3),
        [b'{', ..] => match text.find('}') {
            Some(1) => (None, 2),
            Some(end) => (Some(&text[1..end]), end + 1),
            None => (None, 1),
        },
        [special, ..] if is_special(*special) => (Some(&text[..1]), 1),
        _ => {
            let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            ((length > 0).then(|| &text[..length]), length)
        }
    }
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApplicationFacts;

    #[test]
    fn variables_are_replaced_as_go_does() {
        let input = Input {
            application: ApplicationFacts { instance_name: "shop".into(), ..ApplicationFacts::default() },
            ..Input::at("apps/shop")
        };
        let environment = Environment::new(&input, "0123456789abcdef");
        let cases = [
            ("$ARGOCD_APP_NAME-x", "shop-x"),
            ("${ARGOCD_APP_NAME}_x", "shop_x"),
            ("$ARGOCD_APP_NAME_x", ""),
            ("a$$b", "a$b"),
            ("$", "$"),
            ("$ x", "$ x"),
            ("${}x", "x"),
            ("${x", "x"),
            ("$1x", "x"),
            ("${?}x", "x"),
            ("é$ARGOCD_APP_SOURCE_PATH/é", "éapps/shop/é"),
        ];
        for (text, expected) in cases {
            assert_eq!(environment.substitute(text), expected, "{text}");
        }
        assert_eq!(environment.used_revision(), None);
        assert_eq!(environment.substitute("$ARGOCD_APP_REVISION_SHORT"), "0123456");
        assert_eq!(environment.used_revision().as_deref(), Some("0123456789abcdef"));
    }
}
