//! The language, by its library, with what differs from the original mended. Knows neither pipes nor processes; files
//! come through [`Files`].
//!
//! Start reading at [`evaluate`].

mod failure;
mod files;
mod message;
mod overrides;
mod parse_yaml;
mod sources;

mod load;

mod callbacks;
mod evaluate;

pub(crate) use evaluate::{Program, evaluate};
pub(crate) use files::Files;
