//! Where somebody may be sent after signing in or out: to ourselves only.

use url::Url;

/// Whether an address is within one of the server's own: same scheme, host and port, and a path below its path. A path
/// alone is within the first of them; nothing at all is too.
#[must_use]
pub fn is_allowed_return(target: &str, own: &[String]) -> bool {
    if target.is_empty() {
        return true;
    }
    // Browsers read backslashes as slashes, and drop control characters.
    if target.contains('\\') || target.chars().any(char::is_control) {
        return false;
    }
    own.iter().filter_map(|base| Url::parse(base).ok()).any(|base| {
        let is_path = target.starts_with('/') && !target.starts_with("//");
        let target = if is_path { base.join(target).ok() } else { Url::parse(target).ok() };
        target.is_some_and(|target| is_within(&target, &base))
    })
}

fn is_within(target: &Url, base: &Url) -> bool {
    let is_web = matches!(target.scheme(), "http" | "https");
    let has_user = !target.username().is_empty() || target.password().is_some();
    let folder = base.path().trim_end_matches('/');
    let below = target.path().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_web && !has_user && target.origin() == base.origin() && below
}
