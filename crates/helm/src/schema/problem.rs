//! What is wrong with a value, as a tree: the library's form since Helm 3.18.

/// One complaint.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// Names and indices from the root to the value.
    pub(super) at: Vec<String>,
    pub(super) kind: Kind,
    pub(super) causes: Vec<Problem>,
}

/// What the complaint is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several complaints about one value.
    Group,
    /// Complaints of a schema that was referred to.
    Reference,
    /// This.
    Told(String),
}

impl Problem {
    /// The lines below the root's own.
    pub(super) fn lines(self) -> String {
        let causes = if self.kind == Kind::Group { self.causes } else { vec![self] };
        let mut out = String::new();
        for cause in &causes {
            cause.show(&mut out, 1);
        }
        out.split_off(out.len().min(1))
    }

    fn show(&self, out: &mut String, indent: usize) {
        let is_passed_over = self.kind == Kind::Reference && self.causes.len() == 1;
        let mut below = indent;
        if !is_passed_over {
            let told = match &self.kind {
                Kind::Told(told) => told.as_str(),
                Kind::Group | Kind::Reference => "validation failed",
            };
            let pointer: String =
                self.at.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect();
            out.push_str(&format!("\n{}- at {}: {told}", "  ".repeat(indent - 1), quoted(&pointer)));
            below += 1;
        }
        for cause in &self.causes {
            cause.show(out, below);
        }
    }
}

/// Between single quotes, with Go's escapes.
pub(super) fn quoted(text: &str) -> String {
    let quoted = gotemplate::quote(text.as_bytes()).to_string();
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

pub(super) fn all_quoted<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}
