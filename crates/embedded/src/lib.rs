//! An in-process Kubernetes: one line in a test, one command on a laptop.
