//! Addresses and networks.

use crate::field::{Errors, Path};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const NO_ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NO_NETWORK: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// An IP address.
pub fn address(path: &Path<'_>, text: &str, errors: &mut Errors) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let message = if has_leading_zeros(text) { "must not have leading 0s" } else { NO_ADDRESS };
    errors.invalid_text(path, text, message);
    None
}

/// Whether it would be an IPv4 address without the zeros in front of its numbers.
fn has_leading_zeros(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_byte =
        |part: &&str| !part.is_empty() && part.len() <= 3 && part.parse::<u16>().is_ok_and(|number| number <= 255);
    parts.len() == 4 && parts.iter().all(is_byte)
}

/// An address with the number of bits that are the network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let is_plain = bits.bytes().all(|byte| byte.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0'));
        let bits: u8 = bits.parse().ok().filter(|_| is_plain)?;
        (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some(Network { address, bits })
    }

    /// Whether all of `other` lies in this one and this one is larger.
    pub fn strictly_contains(self, other: Network) -> bool {
        self.bits < other.bits && self.contains(other.address)
    }

    /// Whether the address lies in it.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// A network.
pub fn network(path: &Path<'_>, text: &str, errors: &mut Errors) -> Option<Network> {
    let network = Network::parse(text);
    if network.is_none() {
        errors.invalid_text(path, text, NO_NETWORK);
    }
    network
}

/// An address that endpoints may have: none that means something only on one machine.
pub fn endpoint_address(path: &Path<'_>, text: &str, errors: &mut Errors) {
    let Some(address) = address(path, text, errors) else { return };
    let unspecified = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    if unspecified.contains(&address) {
        errors.invalid_text(path, text, format!("may not be unspecified ({text})"));
    }
    if address.is_loopback() {
        errors.invalid_text(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (link_local, link_local_multicast) = match address {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0 == 0xfe80, v6.segments()[0] & 0xff0f == 0xff02),
    };
    if link_local {
        errors.invalid_text(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if link_local_multicast {
        errors.invalid_text(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}
