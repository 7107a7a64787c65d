//! Helm's own functions, beside Sprig's.
//!
//! What differs from render to render — whether this is a lint, what `lookup` finds — is read from the state of the run
//! ([`Setting`]), so that one table of functions serves all renders of a profile and templates stay compiled.

mod include;
mod lookup;
mod required;
mod serial;
mod setting;

pub(crate) use include::without_no_value_anywhere;
pub(crate) use required::{MESSAGE_BEGIN, MESSAGE_END, Refusal, Told};

pub(crate) use setting::Setting;
pub use setting::{Empty, Lookup};

use crate::profile::Profile;
use gotemplate::FuncMap;
use std::sync::{Arc, OnceLock};

/// The functions of a profile.
pub(crate) fn table(profile: Profile) -> Arc<FuncMap> {
    static TABLES: [OnceLock<Arc<FuncMap>>; 3] = [const { OnceLock::new() }; 3];
    TABLES[profile as usize].get_or_init(|| Arc::new(make(profile))).clone()
}

fn make(profile: Profile) -> FuncMap {
    let mut functions = sprig::functions();
    // A render reads no environment.
    functions.remove("env");
    functions.remove("expandenv");
    include::add(&mut functions);
    lookup::add(&mut functions);
    required::add(&mut functions);
    serial::add(&mut functions, profile);
    functions
}
