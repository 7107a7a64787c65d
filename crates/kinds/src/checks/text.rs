//! Forms of text: names, labels, keys, paths. Each function gives what is wrong, nothing when all is well.

use crate::field::{Errors, Path};

const LABEL_FORM: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_FORM: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const QUALIFIED_FORM: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const QUALIFIED_WORDS: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                               alphanumeric character";

/// Longest label, in DNS and in Kubernetes.
pub const LABEL_MAX: usize = 63;
/// Longest subdomain.
pub const SUBDOMAIN_MAX: usize = 253;

/// Problems of one text.
pub type Problems = Vec<String>;

/// `message (e.g. 'a',  or 'b', regex used for validation is 'form')`.
fn by_example(message: &str, form: &str, examples: &[&str]) -> String {
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{message} (e.g. {}regex used for validation is '{form}')", examples.join(" or "))
}

fn characters_max(max: usize) -> String {
    format!("must be no more than {max} characters")
}

/// No longer than that many bytes.
fn bytes_max(max: usize) -> String {
    format!("must be no more than {max} bytes")
}

fn is_lower_alnum(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn fits(text: &str, ends: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    ends(*first) && ends(*last) && bytes.iter().all(|byte| inner(*byte))
}

fn is_label(text: &str) -> bool {
    fits(text, is_lower_alnum, |byte| is_lower_alnum(byte) || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_qualified_part(text: &str) -> bool {
    fits(text, |byte| byte.is_ascii_alphanumeric(), |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// RFC 1123 label.
pub fn dns_label(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > LABEL_MAX {
        problems.push(characters_max(LABEL_MAX));
    }
    if !is_label(text) {
        problems.push(if is_subdomain(text) {
            "must not contain dots".to_owned()
        } else {
            by_example(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
                 and end with an alphanumeric character",
                LABEL_FORM,
                &["my-name", "123-abc"],
            )
        });
    }
    problems
}

/// RFC 1035 label.
pub fn dns_1035_label(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > LABEL_MAX {
        problems.push(characters_max(LABEL_MAX));
    }
    if !(is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase())) {
        problems.push(by_example(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character",
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            &["my-name", "abc-123"],
        ));
    }
    problems
}

/// RFC 1123 subdomain.
pub fn dns_subdomain(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        problems.push(characters_max(SUBDOMAIN_MAX));
    }
    if !is_subdomain(text) {
        problems.push(subdomain_words());
    }
    problems
}

fn subdomain_words() -> String {
    by_example(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start \
         and end with an alphanumeric character",
        SUBDOMAIN_FORM,
        &["example.com"],
    )
}

/// `*.` and a subdomain.
pub fn wildcard_subdomain(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        problems.push(characters_max(SUBDOMAIN_MAX));
    }
    if !text.strip_prefix("*.").is_some_and(is_subdomain) {
        problems.push(by_example(
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist \
             of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
            &format!("\\*\\.{SUBDOMAIN_FORM}"),
            &["*.example.com"],
        ));
    }
    problems
}

/// Name of a label, annotation, finalizer: an optional prefix, a slash, a name.
pub fn qualified_name(text: &str) -> Problems {
    let mut problems = Vec::new();
    let parts: Vec<&str> = text.split('/').collect();
    let words = || by_example(QUALIFIED_WORDS, QUALIFIED_FORM, &["MyName", "my.name", "123-abc"]);
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                problems.push("prefix part must be non-empty".to_owned());
            } else if prefix.len() > SUBDOMAIN_MAX || !is_subdomain(prefix) {
                if prefix.len() > SUBDOMAIN_MAX {
                    problems.push(format!("prefix part {}", bytes_max(SUBDOMAIN_MAX)));
                }
                if !is_subdomain(prefix) {
                    problems.push(format!("prefix part {}", subdomain_words()));
                }
            }
            name
        }
        _ => {
            let with_prefix = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a valid label key {} {with_prefix}", words())];
        }
    };
    if name.is_empty() {
        problems.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        problems.push(format!("name part {}", bytes_max(LABEL_MAX)));
    }
    if !is_qualified_part(name) {
        problems.push(format!("name part {}", words()));
    }
    problems
}

/// Value of a label.
pub fn label_value(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > LABEL_MAX {
        problems.push(bytes_max(LABEL_MAX));
    }
    if !(text.is_empty() || is_qualified_part(text)) {
        problems.push(by_example(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
             start and end with an alphanumeric character",
            &format!("({QUALIFIED_FORM})?"),
            &["MyValue", "my_value", "12345"],
        ));
    }
    problems
}

/// Key in a config map or secret.
pub fn config_key(text: &str) -> Problems {
    let mut problems = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        problems.push(characters_max(SUBDOMAIN_MAX));
    }
    let in_form = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if text.is_empty() || !text.bytes().all(in_form) {
        problems.push(by_example(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            "[-._a-zA-Z0-9]+",
            &["key.name", "KEY_NAME", "key-name"],
        ));
    }
    if text == "." || text == ".." {
        problems.push(format!("must not be '{text}'"));
    } else if text.starts_with("..") {
        problems.push("must not start with '..'".to_owned());
    }
    problems
}

/// Name of an environment variable.
pub fn environment_name(text: &str) -> Problems {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=') {
        return Vec::new();
    }
    vec!["a valid environment variable name must consist only of printable ASCII characters other than '='".to_owned()]
}

/// Name of a port.
pub fn port_name(text: &str) -> Problems {
    /// Longest name of a service in the registry of port names.
    const MAX: usize = 15;
    let mut problems = Vec::new();
    if text.len() > MAX {
        problems.push(characters_max(MAX));
    }
    if text.is_empty() || !text.bytes().all(|byte| is_lower_alnum(byte) || byte == b'-') {
        problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        problems.push("must contain at least one letter (a-z)".to_owned());
    }
    if text.contains("--") {
        problems.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        problems.push("must not begin or end with a hyphen".to_owned());
    }
    problems
}

/// A name that stands in a path as it is.
pub fn path_segment(text: &str) -> Problems {
    if text == "." || text == ".." {
        return vec![format!("may not be '{text}'")];
    }
    ["/", "%"].iter().filter(|part| text.contains(*part)).map(|part| format!("may not contain '{part}'")).collect()
}

/// `50%`.
pub fn percent(text: &str) -> Problems {
    let digits = text.strip_suffix('%').filter(|digits| !digits.is_empty());
    if digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Vec::new();
    }
    let message = "a valid percent string must be a numeric string followed by an ending '%'";
    vec![by_example(message, "[0-9]+%", &["1%", "93%"])]
}

/// Name of an HTTP header.
pub fn header_name(text: &str) -> Problems {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Vec::new();
    }
    let message = "a valid HTTP header must consist of alphanumeric characters or '-'";
    vec![by_example(message, "[-A-Za-z0-9]+", &["X-Header-Name"])]
}

/// `example.com/path`.
pub fn domain_prefixed_path(path: &Path<'_>, text: &str, errors: &mut Errors) {
    if text.is_empty() {
        errors.required(path, "");
        return;
    }
    let (Some(host), Some(rest)) = (text.split('/').next(), text.split_once('/').map(|(_, rest)| rest)) else {
        errors.invalid_text(path, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        return;
    };
    if host.is_empty() || rest.is_empty() {
        errors.invalid_text(path, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        return;
    }
    invalid_each(path, host, dns_subdomain(host), errors);
    let in_form = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !rest.bytes().all(in_form) {
        errors.invalid_text(
            path,
            rest,
            "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
        );
    }
}

/// Notes each of the problems of a text at a place.
pub fn invalid_each(path: &Path<'_>, text: &str, problems: Problems, errors: &mut Errors) {
    for problem in problems {
        errors.invalid_text(path, text, problem);
    }
}
