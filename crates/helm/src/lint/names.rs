//! Which names Kubernetes takes for an object.

const LABEL_LENGTH_MAX: usize = 63;
const SUBDOMAIN_LENGTH_MAX: usize = 253;

/// What is wrong with the name of an object of `kind`, in Kubernetes' words.
pub(super) fn problem(kind: &str, name: &str) -> Option<String> {
    let problems = match kind.to_lowercase().as_str() {
        "service" => service(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let quoted = gotemplate::quote(name.as_bytes());
    let told: Vec<String> =
        problems.iter().map(|problem| format!("metadata.name: Invalid value: {quoted}: {problem}")).collect();
    let told = match told.as_slice() {
        [] => return None,
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Some(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {told}"))
}

fn is_label(text: &str, may_begin: impl Fn(u8) -> bool) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| may_begin(*byte))
        && bytes.last().is_some_and(|byte| alphanumeric(*byte))
        && bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
}

fn too_long(name: &str, most: usize) -> Option<String> {
    (name.len() > most).then(|| format!("must be no more than {most} characters"))
}

fn lowercase_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn subdomain(name: &str) -> Vec<String> {
    let mut problems: Vec<String> = too_long(name, SUBDOMAIN_LENGTH_MAX).into_iter().collect();
    if !name.split('.').all(|label| is_label(label, lowercase_or_digit)) {
        problems.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned(),
        );
    }
    problems
}

fn label(name: &str) -> Vec<String> {
    let mut problems: Vec<String> = too_long(name, LABEL_LENGTH_MAX).into_iter().collect();
    if !is_label(name, lowercase_or_digit) {
        problems.push(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
             end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}

fn service(name: &str) -> Vec<String> {
    let mut problems: Vec<String> = too_long(name, LABEL_LENGTH_MAX).into_iter().collect();
    if !is_label(name, |byte| byte.is_ascii_lowercase()) {
        problems.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let parts = ["/", "%"].into_iter().filter(|part| name.contains(part));
    parts.map(|part| format!("may not contain '{part}'")).collect()
}
