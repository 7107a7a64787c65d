//! Image updates, whole: a registry and a repository on this machine, an embedded cluster.
