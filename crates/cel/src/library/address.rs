//! IP addresses and networks.

use crate::eval::{EvalError, Evaluated};
use crate::value::{Library, Value};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ip(IpAddr);

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl Ip {
    fn parse(text: &str) -> Result<Self, EvalError> {
        let address = text.parse::<IpAddr>().map_err(|_| {
            EvalError::other(format!(
                "IP Address \"{text}\" parse error during conversion from string: ParseAddr(\"{text}\"): unable to \
                 parse IP"
            ))
        })?;
        match address {
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => {
                Err(EvalError::other(format!("IPv4-mapped IPv6 address \"{text}\" is not allowed")))
            }
            address => Ok(Ip(address)),
        }
    }

    /// Bytes of the address.
    pub(crate) fn size(self) -> u64 {
        u64::from(bits(self.0) / 8)
    }

    fn is_global_unicast(self) -> bool {
        let is_special =
            self.0.is_unspecified() || self.0.is_loopback() || self.0.is_multicast() || self.is_link_local();
        !is_special && self.0 != IpAddr::V4(Ipv4Addr::BROADCAST)
    }

    fn is_link_local(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
    }

    fn is_link_local_multicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.octets()[..3] == [224, 0, 0],
            IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
        }
    }
}

impl Cidr {
    fn parse(text: &str) -> Result<Self, EvalError> {
        let invalid = || {
            EvalError::other(format!(
                "network address parse error during conversion from string: netip.ParsePrefix(\"{text}\"): invalid"
            ))
        };
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let is_short = prefix == "0" || !prefix.starts_with('0');
        let prefix = prefix.parse::<u8>().ok().filter(|_| is_number && is_short).ok_or_else(invalid)?;
        let Ip(address) = Ip::parse(address).map_err(|_| invalid())?;
        if prefix > bits(address) {
            return Err(invalid());
        }
        Ok(Cidr { address, prefix })
    }

    /// Bytes of its addresses that a comparison looks at.
    pub(crate) fn size(self) -> u64 {
        u64::from(self.prefix.div_ceil(8))
    }

    fn masked(self) -> Self {
        let address = match self.address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        };
        Cidr { address, ..self }
    }

    fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && Cidr { address, ..self }.masked() == self.masked()
    }

    fn contains_network(self, other: Cidr) -> bool {
        other.prefix >= self.prefix && self.contains(other.address)
    }
}

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    match (function, args) {
        ("ip", [Value::Text(text)]) => Some(Ip::parse(text).map(wrapped)),
        ("isIP", [Value::Text(text)]) => Some(Ok(Value::Bool(Ip::parse(text).is_ok()))),
        ("ip.isCanonical", [Value::Text(text)]) => {
            Some(Ip::parse(text).map(|ip| Value::Bool(ip.to_string() == **text)))
        }
        ("cidr", [Value::Text(text)]) => Some(Cidr::parse(text).map(|cidr| Value::library(Library::Cidr(cidr)))),
        ("isCIDR", [Value::Text(text)]) => Some(Ok(Value::Bool(Cidr::parse(text).is_ok()))),
        (function, [Value::Library(target), rest @ ..]) => match &**target {
            Library::Ip(ip) if rest.is_empty() => of_address(function, *ip),
            Library::Cidr(cidr) => of_network(function, *cidr, rest),
            _ => None,
        },
        _ => None,
    }
}

fn wrapped(ip: Ip) -> Value {
    Value::library(Library::Ip(ip))
}

fn of_address(function: &str, ip: Ip) -> Option<Evaluated> {
    Some(Ok(match function {
        "family" => Value::Int(if ip.0.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Value::Bool(ip.0.is_unspecified()),
        "isLoopback" => Value::Bool(ip.0.is_loopback()),
        "isLinkLocalMulticast" => Value::Bool(ip.is_link_local_multicast()),
        "isLinkLocalUnicast" => Value::Bool(ip.is_link_local()),
        "isGlobalUnicast" => Value::Bool(ip.is_global_unicast()),
        _ => return None,
    }))
}

fn of_network(function: &str, cidr: Cidr, rest: &[Value]) -> Option<Evaluated> {
    let other = rest.first();
    Some(match (function, other) {
        ("ip", None) => Ok(wrapped(Ip(cidr.address))),
        ("prefixLength", None) => Ok(Value::Int(i64::from(cidr.prefix))),
        ("masked", None) => Ok(Value::library(Library::Cidr(cidr.masked()))),
        ("containsIP", Some(Value::Text(text))) => Ip::parse(text).map(|ip| Value::Bool(cidr.contains(ip.0))),
        ("containsCIDR", Some(Value::Text(text))) => {
            Cidr::parse(text).map(|other| Value::Bool(cidr.contains_network(other)))
        }
        ("containsIP" | "containsCIDR", Some(Value::Library(other))) => match &**other {
            Library::Ip(ip) if function == "containsIP" => Ok(Value::Bool(cidr.contains(ip.0))),
            Library::Cidr(other) if function == "containsCIDR" => Ok(Value::Bool(cidr.contains_network(*other))),
            _ => return None,
        },
        _ => return None,
    })
}
