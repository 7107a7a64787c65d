//! When the address of a source and the address in a push mean one repository.
//!
//! A source may be reached over HTTP, HTTPS or SSH, by any user, over another port, through an `ssh.` host and with
//! `.git` behind it; the push names the repository's page or one of these. What is compared is host and path in lower
//! case, so that finding the sources of a push is a look into a table and not a search.

/// A repository as it is looked up: `host/path`, lower case.
pub(crate) type Key = String;

/// Keys under which a source is found: several where its address can be read in several ways. None for an address that
/// no push can name.
pub(crate) fn source_keys(address: &str) -> Vec<Key> {
    let address = address.trim().to_lowercase();
    let mut keys = Vec::new();
    for (host, path) in splits(without_user(without_scheme(&address))) {
        let path = normal_path(path);
        if host.is_empty() || path.is_empty() {
            continue;
        }
        // Compat: the host of a source may be the page's host with `ssh.` or `altssh.` before it.
        let plain = ["ssh.", "altssh."].into_iter().filter_map(|prefix| host.strip_prefix(prefix));
        for host in std::iter::once(host).chain(plain) {
            keys.push(key(host, path));
            keys.extend(azure_page(host, path));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The key that a push asks for; `None` when its address is none.
pub(crate) fn pushed_key(address: &str) -> Option<Key> {
    let address = address.trim().to_lowercase();
    let (scheme, rest) = address.split_once("://")?;
    if scheme.is_empty() {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    if scheme == "file" {
        // A hook of a repository on this machine: a source's address without a host is read alike.
        let path = normal_path(rest);
        return (!path.is_empty()).then(|| key(scheme, path));
    }
    let (authority, path) = rest.split_once('/')?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(authority, |(host, _)| host);
    let path = normal_path(path);
    (!host.is_empty() && !path.is_empty()).then(|| key(host, path))
}

fn key(host: &str, path: &str) -> Key {
    format!("{host}/{path}")
}

fn without_scheme(address: &str) -> &str {
    ["https://", "http://", "ssh://"].into_iter().find_map(|scheme| address.strip_prefix(scheme)).unwrap_or(address)
}

/// Compat: only what a user may be called is taken for one; an address with a password in it is not recognised.
fn without_user(address: &str) -> &str {
    match address.split_once('@') {
        Some((user, rest)) if is_user(user) => rest,
        _ => address,
    }
}

/// Letters, digits, `_`, `.`, then also `-`, at most 32; the last may be `$`.
fn is_user(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let body = text.strip_suffix('$').filter(|body| !body.is_empty()).unwrap_or(text);
    text.len() <= 32 && body.starts_with(is_word) && body.chars().all(|c| is_word(c) || c == '-')
}

/// Host and path, with a port between them or not: `host:22/path` may be a port, or a path that begins with a number.
fn splits(rest: &str) -> Vec<(&str, &str)> {
    let Some(end) = rest.find([':', '/']) else { return Vec::new() };
    let (host, after) = rest.split_at(end);
    let mut splits = vec![(host, &after[1..])];
    if let Some(after) = after.strip_prefix(':') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (port, path) = after.split_at(digits);
        if is_port(port) && path.starts_with([':', '/']) {
            splits.push((host, &path[1..]));
        }
    }
    splits
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn normal_path(path: &str) -> &str {
    let path = path.trim_matches('/');
    path.strip_suffix(".git").unwrap_or(path)
}

/// Azure DevOps names one repository `org/project/_git/repo` on its page and `v3/org/project/repo` over SSH.
fn azure_page(host: &str, path: &str) -> Option<Key> {
    let mut parts = path.strip_prefix("v3/")?.split('/');
    let (organisation, project, repository) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then(|| key(host, &format!("{organisation}/{project}/_git/{repository}")))
}

/// The key of an image or a chart in a registry: without `oci://`, lower case, no slash at the end.
pub(crate) fn image_key(address: &str) -> Key {
    address.trim().to_lowercase().trim_start_matches("oci://").trim_end_matches('/').to_owned()
}
