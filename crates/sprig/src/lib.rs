//! Sprig's functions for Go templates, all 211 names of release 3.3.0, as `github.com/Masterminds/sprig/v3` behaves:
//! results, error texts and quirks. Helm and notifications build their function sets on [`functions`].
//!
//! Pure: the present, chance and the local zone come from a [`Sources`] that the caller puts into the run's state; keys
//! and certificates are drawn from its seed. Everything that can grow is paid for from the run's budget first.
//!
//! Start reading at [`functions`] and the tables in `functions/`; the other modules are the Go libraries that Sprig leans
//! on, one each, and know nothing of templates unless their name says so.

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
