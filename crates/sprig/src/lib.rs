//! Sprig's functions for Go templates, all 211 names of release 3.3.0, as `github.com/Masterminds/sprig/v3` behaves:
//! results, error texts and quirks. Helm and notifications build their function sets on [`functions`].
//!
//! # What it guarantees
//! - **The original's answers**, results and errors, for every function, held to it by `tests/cases` (each function with
//!   arguments of every sort, regular expressions out of pieces) and compared by the thousand by `cargo xtask oracle
//!   sprig`.
//! - **Everything read is an input.** The present, chance, the local zone and the release of the version library come from
//!   a [`Sources`] that the caller puts into the run's state. The same seed gives the same passwords, keys and
//!   certificates, which are real ones (RSA, DSA, ECDSA, Ed25519; X.509). The environment and the network are refused.
//! - **Everything that can grow is paid for first**, from the run's budget: bytes, steps (a slow key costs about a step for
//!   each microsecond), and room for what lists and maps hold. A pattern's compiled size is bounded, and matching takes
//!   time linear in the text.
//!
//! # Where it differs
//! - `keys`, `values` and everything else that Go gives in any order comes sorted by bytes.
//! - `slice` of a list ends at its length; in Go it can reach into the room behind it.
//! - Time zones are those built in, not the machine's.
//!
//! Argo CD's sets are in [`argo`]. Start reading at [`functions`] and the tables in `functions/`; the other modules are the
//! Go libraries that Sprig leans on, one each, and know nothing of templates unless their name says so.

pub mod argo;
mod cast;
mod certificate_object;
mod codec;
mod crypto;
mod decimal;
mod define;
pub mod duration;
mod functions;
pub mod json;
mod merge;
mod path;
mod print;
pub mod re2;
mod runes;
mod semver_object;
mod shape;
mod sources;
pub mod time;
mod time_object;
mod url;
mod words;

pub use cast::{to_float64, to_int64};
pub use certificate_object::CertificateObject;
pub use semver_object::VersionObject;
pub use sources::{Chance, Hosts, Sources};
pub use time_object::TimeObject;

use gotemplate::{Definition, FuncMap};

/// All functions by their names.
#[must_use]
pub fn functions() -> FuncMap {
    let mut map = FuncMap::default();
    for table in tables() {
        map.extend(table);
    }
    map
}

fn tables() -> [&'static [Definition]; 12] {
    use functions::{
        conversion, dates, defaults, dicts, encoding, lists, math, reflection, regexes, secrets, strings, urls,
    };
    [
        strings::TABLE,
        conversion::TABLE,
        math::TABLE,
        lists::TABLE,
        dicts::TABLE,
        defaults::TABLE,
        reflection::TABLE,
        dates::TABLE,
        encoding::TABLE,
        regexes::TABLE,
        secrets::TABLE,
        urls::TABLE,
    ]
}
