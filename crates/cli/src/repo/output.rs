//! How repositories and their credentials are printed.

use clap::ValueEnum;

/// What `-o` may say of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Json,
    Yaml,
    Wide,
    Url,
}
