//! The function sets that Argo CD makes of Sprig's: for ApplicationSets, for what is written beside hydrated manifests and
//! behind deep links, and for notifications. None of them reads the environment.
//!
//! What a template may ask about the world (commits, an application's details) is handed in as data: [`Facts`].
//! Start reading at [`application_set`] and [`notification_values`].

mod git_url;
mod names;
mod notification;
mod yaml_text;

pub use git_url::{as_https, full_name};
pub use notification::{CommitMetadata, Facts, notification_values};

use crate::define::{bytes, row, rows};
use gotemplate::{Definition, FuncMap, Type};

/// What an ApplicationSet's templates may call when `goTemplate` is set.
#[must_use]
pub fn application_set() -> FuncMap {
    let mut functions = hydration();
    functions.extend(OF_APPLICATION_SETS);
    functions
}

/// What READMEs and commit messages of hydrated manifests, and deep links, may call.
#[must_use]
pub fn hydration() -> FuncMap {
    let mut functions = notification();
    functions.remove("getHostByName");
    functions
}

/// What a notification's templates may call; what they may also read is [`notification_values`].
#[must_use]
pub fn notification() -> FuncMap {
    let mut functions = crate::functions();
    functions.remove("env");
    functions.remove("expandenv");
    functions
}

const OF_APPLICATION_SETS: &[Definition] = &[
    row("normalize", &[Type::String], Type::String, |call, args| {
        call.spend(args.bytes(0).len())?;
        Ok(bytes(names::normalized(args.bytes(0))))
    }),
    rows("slugify", &[], Type::Any, Type::String, names::slugify),
    row("toYaml", &[Type::Any], Type::String, yaml_text::to_yaml),
    row("fromYaml", &[Type::String], Type::MAP, yaml_text::from_yaml),
    row("fromYamlArray", &[Type::String], Type::LIST, yaml_text::from_yaml_array),
];
