//! Git's wire protocol, version 2 with version 0 as the fallback: what is said, over any stream of bytes.
//!
//! Everything here is bounded: lines by the protocol, answers by a count of bytes, and waiting by the pace. Start
//! reading at [`greeting`]; [`list`], [`fetch`] and [`push`] are the requests.

pub(crate) mod fetch;
pub(crate) mod greeting;
pub(crate) mod list;
pub(crate) mod pkt;
pub(crate) mod push;
pub(crate) mod service;
