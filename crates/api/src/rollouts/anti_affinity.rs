//! Keeping two versions on different nodes. A leaf module.

use crate::wire::wire;

wire! {
    /// Keeps pods of two versions off the same node; exactly one is given.
    pub struct AntiAffinity {
        /// If possible.
        pub preferred: Option<PreferredAntiAffinity> = "preferredDuringSchedulingIgnoredDuringExecution";
        /// In any case.
        pub required: Option<RequiredAntiAffinity> = "requiredDuringSchedulingIgnoredDuringExecution";
    }

    /// Keeps pods of two versions off the same node if possible.
    pub struct PreferredAntiAffinity {
        /// How much it matters, 1 to 100.
        pub weight: i32 = "weight" required;
    }

    /// Keeps pods of two versions off the same node in any case.
    pub struct RequiredAntiAffinity {
    }
}
