//! Tests of the cluster as its users meet it.

mod in_process;
