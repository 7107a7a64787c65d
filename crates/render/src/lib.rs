//! Sources in, manifests with their origin out.
