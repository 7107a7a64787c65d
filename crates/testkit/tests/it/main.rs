//! The kit's own tests: a toy controller that keeps all laws, and defects of it that each law catches.

mod laws;
mod toy;
