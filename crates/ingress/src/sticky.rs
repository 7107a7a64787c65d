//! Clients that stay where they were sent first, by a cookie. A leaf module but for requests.

use crate::ask::Ask;
use std::fmt;

/// How clients stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticky {
    /// The name of the cookie.
    pub cookie: String,
    /// For how long; `None` as long as the client runs.
    pub seconds: Option<u64>,
    /// Where.
    pub with: With,
}

/// With whom clients stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// With a version, whichever of its pods answers.
    Version,
    /// With a pod, as long as it is ready.
    Pod,
}

/// What a cookie says: a version, and a pod of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// The mark of the version.
    pub version: Option<u64>,
    /// The mark of the pod.
    pub pod: Option<u64>,
}

impl Sticky {
    /// What the client's cookie says; nothing when it has none, or one that is not ours.
    #[must_use]
    pub fn held(&self, ask: &Ask) -> Held {
        let Some(value) = ask.cookie(&self.cookie) else { return Held::default() };
        let (version, pod) = value.split_once('.').unwrap_or((value, ""));
        let read = |text: &str| u64::from_str_radix(text, 16).ok();
        Held { version: read(version), pod: read(pod).filter(|_| self.with == With::Pod) }
    }

    /// The cookie to give a client.
    #[must_use]
    pub fn set(&self, version: u64, pod: u64) -> String {
        let pod = if self.with == With::Pod { format!(".{pod:016x}") } else { String::new() };
        let age = self.seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        format!("{}={version:016x}{pod}; Path=/; HttpOnly{age}", self.cookie)
    }
}

/// The mark of anything with a name: FNV-1a, the same on every machine.
#[must_use]
pub fn mark(named: &impl fmt::Display) -> u64 {
    let text = named.to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_comes_back_as_it_went() {
        let sticky = Sticky { cookie: "route".to_owned(), seconds: Some(60), with: With::Pod };
        let set = sticky.set(7, 9);
        assert_eq!(set, "route=0000000000000007.0000000000000009; Path=/; HttpOnly; Max-Age=60");
        let ask = Ask::get("shop", "/").with("cookie", set.split(';').next().expect("a pair"));
        assert_eq!(sticky.held(&ask), Held { version: Some(7), pod: Some(9) });
        let forged = Ask::get("shop", "/").with("cookie", "route=../../etc");
        assert_eq!(sticky.held(&forged), Held::default());
    }
}
