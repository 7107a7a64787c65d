//! Every corpus and its mutations through every target, and what bad inputs cost.

mod measure;
mod replay;
