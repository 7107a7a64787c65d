//! JSON as Go's `encoding/json` writes and reads it: keys sorted, `<`, `>` and `&` escaped unless raw, every number that
//! is read a `float64`.

mod decode;

pub use decode::{Decoded, decode};
pub use gotemplate::json::{Layout, encode, float};
