//! A Kubernetes cluster as the controllers see it: discovery, cache, writes.
