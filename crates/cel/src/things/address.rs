//! IP addresses and networks.

use crate::error::EvalError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ip(pub(crate) IpAddr);

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
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
    pub(crate) fn parse(text: &str) -> Result<Self, EvalError> {
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

    pub(crate) fn is_global_unicast(self) -> bool {
        let is_special =
            self.0.is_unspecified() || self.0.is_loopback() || self.0.is_multicast() || self.is_link_local();
        !is_special && self.0 != IpAddr::V4(Ipv4Addr::BROADCAST)
    }

    pub(crate) fn is_link_local(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
    }

    pub(crate) fn is_link_local_multicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.octets()[..3] == [224, 0, 0],
            IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
        }
    }
}

impl Cidr {
    pub(crate) fn parse(text: &str) -> Result<Self, EvalError> {
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

    pub(crate) fn masked(self) -> Self {
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

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && Cidr { address, ..self }.masked() == self.masked()
    }

    pub(crate) fn contains_network(self, other: Cidr) -> bool {
        other.prefix >= self.prefix && self.contains(other.address)
    }
}
