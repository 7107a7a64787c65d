//! One file for each thing that reads input from outside.

pub(crate) mod chart_archive;
pub(crate) mod directory;
pub(crate) mod kustomization;
pub(crate) mod patches;
pub(crate) mod template_execute;
pub(crate) mod template_parse;
pub(crate) mod values;
pub(crate) mod yaml_text;
