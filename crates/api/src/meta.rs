//! The metadata of our own objects.

use crate::time::Time;
use crate::wire::wire;
use serde_json::Value;
use std::collections::BTreeMap;

wire! {
    /// Metadata of an Application or AppProject.
    pub struct Metadata {
        /// Name.
        pub name: String = "name";
        /// Namespace.
        pub namespace: String = "namespace";
        /// Identity across deletion and creation under the same name.
        pub uid: String = "uid";
        /// Version of this state of the object.
        pub resource_version: String = "resourceVersion";
        /// Counts changes of the object.
        pub generation: i64 = "generation";
        /// Labels.
        pub labels: BTreeMap<String, String> = "labels";
        /// Annotations.
        pub annotations: BTreeMap<String, String> = "annotations";
        /// Finalizers.
        pub finalizers: Vec<String> = "finalizers";
        /// Owners.
        pub owner_references: Vec<Value> = "ownerReferences";
        /// When it was created.
        pub creation_timestamp: Option<Time> = "creationTimestamp";
        /// Since when it is being deleted.
        pub deletion_timestamp: Option<Time> = "deletionTimestamp";
    }
}
