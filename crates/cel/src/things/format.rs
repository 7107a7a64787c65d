//! Named formats: what Kubernetes demands of names, labels and some other texts.

use super::url::Url;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A named format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format(&'static Row);

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: &'static str,
    /// Length of the regular expression that upstream counts for it.
    regex_size: u64,
    rule: Rule,
}

#[derive(Debug, PartialEq, Eq)]
enum Rule {
    Label,
    LabelPrefix,
    Subdomain,
    SubdomainPrefix,
    Label1035,
    Label1035Prefix,
    QualifiedName,
    LabelValue,
    Uri,
    Uuid,
    Byte,
    Date,
    DateTime,
}

const fn row(name: &'static str, regex_size: u64, rule: Rule) -> Row {
    Row { name, regex_size, rule }
}

static FORMATS: [Row; 13] = [
    row("dns1123Label", 30, Rule::Label),
    row("dns1123LabelPrefix", 30, Rule::LabelPrefix),
    row("dns1123Subdomain", 60, Rule::Subdomain),
    row("dns1123SubdomainPrefix", 60, Rule::SubdomainPrefix),
    row("dns1035Label", 30, Rule::Label1035),
    row("dns1035LabelPrefix", 30, Rule::Label1035Prefix),
    row("qualifiedName", 60, Rule::QualifiedName),
    row("labelValue", 40, Rule::LabelValue),
    row("uri", 2000, Rule::Uri),
    row("uuid", 64, Rule::Uuid),
    row("byte", 88, Rule::Byte),
    row("date", 128, Rule::Date),
    row("datetime", 128, Rule::DateTime),
];

impl Format {
    pub(crate) fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.name == name).map(Format)
    }

    pub(crate) fn regex_size(self) -> u64 {
        self.0.regex_size
    }

    pub(crate) fn problems(self, text: &str) -> Vec<String> {
        let one = |fits: bool, problem: &str| if fits { Vec::new() } else { vec![problem.to_owned()] };
        // A prefix may end in a dash, which what is appended follows.
        let stem = || text.strip_suffix('-').map_or_else(|| text.to_owned(), |stem| format!("{stem}a"));
        match self.0.rule {
            Rule::Label => owned(kinds::dns_label(text)),
            Rule::LabelPrefix => owned(kinds::dns_label(&stem())),
            Rule::Subdomain => owned(kinds::dns_subdomain(text)),
            Rule::SubdomainPrefix => owned(kinds::dns_subdomain(&stem())),
            Rule::Label1035 => owned(kinds::dns_1035_label(text)),
            Rule::Label1035Prefix => owned(kinds::dns_1035_label(&stem())),
            Rule::QualifiedName => owned(kinds::qualified_name(text)),
            Rule::LabelValue => owned(kinds::label_value(text)),
            Rule::Uri => Url::parse(text).err().into_iter().collect(),
            Rule::Uuid => one(is_uuid(text), "does not match the UUID format"),
            Rule::Byte => one(STANDARD.decode(text).is_ok(), "invalid base64"),
            Rule::Date => one(text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(), "invalid date"),
            Rule::DateTime => one(text.parse::<jiff::Timestamp>().is_ok(), "invalid datetime"),
        }
    }
}

fn owned(problems: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    problems.into_iter().map(Into::into).collect()
}

fn is_uuid(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_hexdigit())
}
