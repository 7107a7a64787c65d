//! The addresses that services hold: data only, given out by the pipeline.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// What is given out, and to which service (`namespace/name`). An address whose service is gone counts as free.
#[derive(Debug, Default)]
pub struct Addresses {
    /// Who has what.
    pub holders: BTreeMap<Address, Holder>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// A cluster IP.
    Ip(Ipv4Addr),
    /// A node port.
    Port(u16),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The service, as `namespace/name`.
    pub service: Box<str>,
    /// Taken by a write that is not committed yet.
    pub is_in_flight: bool,
}
