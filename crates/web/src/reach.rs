//! Which addresses may be asked. Repositories, indexes, bases and redirects are written by others: without this, they
//! could make the process ask the private network and the cloud's metadata service on their behalf.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// How far a host may be away. Metadata services and link-local addresses are beyond everybody's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// On the public internet only.
    #[default]
    Public,
    /// Also on this machine and in private networks: somebody trusted has named this very host. Hosts that only its
    /// answers name stay public.
    Private,
    /// So may the hosts that its answers name: for a person's own machine.
    Anywhere,
}

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    /// A service that gives credentials to whoever asks. Nothing is ever fetched from it.
    Metadata,
}

/// Cloud metadata services outside the link-local networks: Alibaba, Azure, Oracle.
const METADATA: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// Amazon's metadata service.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => kind_v4(address),
            None => kind_v6(address),
        },
    }
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    if address.is_link_local() || METADATA.contains(&address) {
        return Kind::Metadata;
    }
    let [a, b, ..] = address.octets();
    let is_private = address.is_private()
        || address.is_loopback()
        || address.is_broadcast()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0);
    if is_private { Kind::Private } else { Kind::Public }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    let first = address.segments()[0];
    if address == METADATA_V6 || first & 0xffc0 == 0xfe80 {
        Kind::Metadata
    } else if address.is_loopback() || address.is_unspecified() || address.is_multicast() || first & 0xfe00 == 0xfc00 {
        Kind::Private
    } else {
        Kind::Public
    }
}

/// The address of version 4 that one of version 6 stands for: mapped, compatible, translated (NAT64) or tunnelled (6to4).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, [c, d, e]) {
        (0, 0, [0, 0, 0]) if f == 0xffff || (f == 0 && high != 0) => Some(v4(high, low)),
        (0x64, 0xff9b, _) => Some(v4(high, low)),
        (0x2002, ..) => Some(v4(b, c)),
        _ => None,
    }
}

impl Reach {
    /// Whether this address may be asked.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        match kind(address) {
            Kind::Public => true,
            Kind::Private => self != Reach::Public,
            Kind::Metadata => false,
        }
    }

    /// The same for hosts that only an answer names.
    #[must_use]
    pub fn of_others(self) -> Self {
        if self == Reach::Anywhere { self } else { Reach::Public }
    }

    /// Whether `url` may be asked as far as its text tells; names are judged when they are resolved.
    #[must_use]
    pub fn allows_url(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(name)) => self != Reach::Public || !is_local_name(name),
            None => false,
        }
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a URL's own text leads to this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether two URLs lead to one server: scheme, host and port.
#[must_use]
pub fn is_same_authority(left: &Url, right: &Url) -> bool {
    let authority =
        |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    authority(left) == authority(right)
}

/// Whether two names are one, or one stands below the other, or both below one domain: `registry.corp.example` and
/// `auth.corp.example`, which are run by the same people.
#[must_use]
pub fn are_neighbours(left: &str, right: &str) -> bool {
    left == right || share_a_domain(left, right)
}

/// The same, of names only: one address has many services that know nothing of each other.
#[must_use]
pub fn share_a_domain(left: &str, right: &str) -> bool {
    let below = |name: &str| name.split_once('.').map(|(_, rest)| rest.to_owned()).filter(|rest| rest.contains('.'));
    let is_below =
        |name: &str, of: &str| of.contains('.') && name.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    let is_name = |name: &str| {
        let is_address = name.starts_with('[') || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        !is_address && !is_local_name(name)
    };
    is_name(left)
        && is_name(right)
        && (left == right
            || is_below(left, right)
            || is_below(right, left)
            || below(left).is_some_and(|rest| below(right) == Some(rest)))
}

/// A host whose address may not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} has an address of a private network or of a cloud's metadata")]
pub struct Refused(pub String);

/// The addresses of `host` that may be asked.
///
/// # Errors
/// When the name cannot be resolved; as [`Refused`] inside when none of its addresses may be asked.
pub async fn addresses(host: &str, port: u16, reach: Reach) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let kept: Vec<SocketAddr> = found.iter().copied().filter(|address| reach.allows(address.ip())).collect();
    if kept.is_empty() && !found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, Refused(host.to_owned())));
    }
    Ok(kept)
}

/// Resolves names and keeps only the addresses that may be asked. The connection goes to exactly these, so that a name
/// which changes its mind in between gains nothing.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) reach: Reach,
    /// Hosts that are proxies, which somebody trusted has set.
    pub(crate) proxies: Vec<String>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = if self.proxies.iter().any(|proxy| proxy == name.as_str()) { Reach::Private } else { self.reach };
        Box::pin(async move {
            let kept = addresses(name.as_str(), 0, reach).await?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let of = |text: &str| kind(text.parse().expect(text));
        for public in ["8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2606:4700::1", "::ffff:1.1.1.1"] {
            assert_eq!(of(public), Kind::Public, "{public}");
        }
        for private in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fc00::1",
            "224.0.0.1",
        ] {
            assert_eq!(of(private), Kind::Private, "{private}");
        }
        for metadata in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
        ] {
            assert_eq!(of(metadata), Kind::Metadata, "{metadata}");
        }
    }

    #[test]
    fn urls_are_judged_by_their_address_in_every_spelling() {
        let allowed = |reach: Reach, text: &str| reach.allows_url(&Url::parse(text).expect(text));
        // The last two are 127.0.0.1 too, and 2852039166 is 169.254.169.254.
        for url in
            ["http://127.0.0.1/", "http://localhost/", "http://x.localhost./", "http://0x7f.1/", "http://2130706433/"]
        {
            assert!(!allowed(Reach::Public, url), "{url}");
            assert!(allowed(Reach::Private, url), "{url}");
        }
        for url in ["http://169.254.169.254/", "http://[::ffff:a9fe:a9fe]/", "http://2852039166/"] {
            assert!(!allowed(Reach::Private, url), "{url}");
        }
        assert!(allowed(Reach::Public, "https://charts.example.com/"));
    }

    #[test]
    fn neighbours_are_run_by_the_same_people() {
        for (left, right) in [
            ("registry.gitlab.corp", "gitlab.corp"),
            ("registry.corp.example", "auth.corp.example"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert!(are_neighbours(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("registry.example", "auth.example"),
            ("10.0.0.1", "10.0.0.2"),
            ("registry.corp.example", "evil-corp.example"),
            ("localhost", "registry.corp.example"),
        ] {
            assert!(!are_neighbours(left, right), "{left} {right}");
        }
    }

    #[tokio::test]
    async fn addresses_of_names_are_judged_when_they_are_resolved() {
        let refused = addresses("169.254.169.254", 80, Reach::Anywhere).await.expect_err("never asked");
        assert!(refused.get_ref().is_some_and(|inner| inner.is::<Refused>()), "{refused}");
        assert!(addresses("127.0.0.1", 80, Reach::Public).await.is_err());
        assert_eq!(addresses("127.0.0.1", 80, Reach::Private).await.expect("allowed").len(), 1);
    }
}
