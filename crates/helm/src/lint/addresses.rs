//! What passes for an address on the web or of a mailbox, as far as charts name them.

/// An address with a scheme, as a request could name it.
pub(super) fn is_request_url(text: &str) -> bool {
    url::Url::parse(text).is_ok() && !text.contains(char::is_whitespace)
}

/// An address, whose scheme may be missing.
pub(super) fn is_url(text: &str) -> bool {
    const LENGTH_MAX: usize = 2083;
    if text.len() < 3 || text.len() >= LENGTH_MAX || text.starts_with('.') || text.contains(char::is_whitespace) {
        return false;
    }
    let (scheme, rest) = text.split_once("://").map_or(("http", text), |(scheme, rest)| (scheme, rest));
    if !matches!(scheme, "http" | "https" | "ftp" | "ws" | "wss" | "tcp" | "udp" | "unix" | "irc") {
        return false;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    host == "localhost" || host.contains('.') && host.split('.').all(is_label)
}

/// A mailbox at a domain with a dot in it.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c);
    let is_plain = !local.is_empty() && !local.starts_with('.') && !local.ends_with('.') && local.chars().all(allowed);
    is_plain && !local.contains("..") && domain.contains('.') && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(allowed)
}
