//! Functions of IP addresses and networks.

use crate::things::{Cidr, Ip};
use crate::value::{Evaluated, Library, Value};

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
        // Compat: a text that is no address is told of as if no function took it.
        ("containsIP", Some(Value::Text(text))) => Ok(Value::Bool(cidr.contains(Ip::parse(text).ok()?.0))),
        ("containsCIDR", Some(Value::Text(text))) => Ok(Value::Bool(cidr.contains_network(Cidr::parse(text).ok()?))),
        ("containsIP" | "containsCIDR", Some(Value::Library(other))) => match &**other {
            Library::Ip(ip) if function == "containsIP" => Ok(Value::Bool(cidr.contains(ip.0))),
            Library::Cidr(other) if function == "containsCIDR" => Ok(Value::Bool(cidr.contains_network(*other))),
            _ => return None,
        },
        _ => return None,
    })
}
