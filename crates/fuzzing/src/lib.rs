//! Entry points for fuzzers: each takes any bytes, does with them what the program does with such input from outside, and
//! panics when something does not hold. `fuzz/` drives them with libFuzzer; the tests of this crate replay every corpus
//! and its seeded mutations on a stable compiler.
//!
//! Start reading at [`TARGETS`]. Adding a target means a module below `targets`, a line here, a file in
//! `fuzz/fuzz_targets` and a folder of seeds in `fuzz/corpus`.

mod files;
mod limits;
mod mutation;

mod targets;

pub use limits::LIMITS;
pub use mutation::Mutator;

use targets::{chart_archive, directory, kustomization, patches, template_execute, template_parse, values, yaml_text};

/// Something that reads input from outside.
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Runs it on an input. Panics when something does not hold.
    pub run: fn(&[u8]),
    /// Pieces that its language is made of, for mutations.
    pub tokens: &'static [&'static str],
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "template_parse", run: template_parse::run, tokens: template_parse::TOKENS },
    Target { name: "template_execute", run: template_execute::run, tokens: template_parse::TOKENS },
    Target { name: "yaml_text", run: yaml_text::run, tokens: yaml_text::TOKENS },
    Target { name: "chart_archive", run: chart_archive::run, tokens: chart_archive::TOKENS },
    Target { name: "values", run: values::run, tokens: values::TOKENS },
    Target { name: "kustomization", run: kustomization::run, tokens: kustomization::TOKENS },
    Target { name: "patches", run: patches::run, tokens: patches::TOKENS },
    Target { name: "directory", run: directory::run, tokens: directory::TOKENS },
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
