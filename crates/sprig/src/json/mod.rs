//! JSON as Go's `encoding/json` writes and reads it: keys sorted, `<`, `>` and `&` escaped unless raw, every number that
//! is read a `float64`.

mod decode;
mod encode;

pub use decode::{Decoded, decode};
pub use encode::{Layout, encode, float};
