//! The name this program was started under, which its messages go by: `capstan`, or `argocd` where it is linked so. A leaf
//! module.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::OnceLock;

/// Its own name.
const OWN: &str = "capstan";
/// The name under which upstream's scripts call it.
pub(crate) const UPSTREAM: &str = "argocd";

static NAME: OnceLock<&'static str> = OnceLock::new();

/// Notes under which name it was started; what is unknown counts as its own.
pub(crate) fn started_as(name: &OsStr) {
    // Once is enough: a process has one name.
    let _ = NAME.set(if name == UPSTREAM { UPSTREAM } else { OWN });
}

/// The name that messages go by.
pub(crate) fn name() -> &'static str {
    NAME.get().copied().unwrap_or(OWN)
}

/// A message whose commands can be typed as they stand there.
pub(crate) fn in_words(message: &str) -> Cow<'_, str> {
    worded(message, name())
}

fn worded<'m>(message: &'m str, name: &str) -> Cow<'m, str> {
    if name == OWN || !message.contains("`capstan ") {
        return Cow::Borrowed(message);
    }
    Cow::Owned(message.replace("`capstan ", &format!("`{name} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_messages_go_by_the_name_it_was_started_under() {
        let message = "no session; sign in with `capstan login`; /srv/capstan/x stays";
        assert_eq!(worded(message, "argocd"), "no session; sign in with `argocd login`; /srv/capstan/x stays");
        assert_eq!(worded(message, "capstan"), message);
    }
}
