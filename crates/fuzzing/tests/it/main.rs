//! Every corpus and its mutations through every target, and what bad inputs cost.

mod cost;
mod measure;
mod replay;
