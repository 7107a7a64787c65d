//! What is known of Kubernetes' types: fields, merge keys, list types, defaults.
