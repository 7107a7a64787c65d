//! Registries asked over loopback.
