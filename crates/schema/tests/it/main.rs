//! The types of Kubernetes and of custom resources.

mod builtin;
mod structural;
