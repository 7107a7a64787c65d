//! Who a tracked object belongs to, as the users of the cache define it.

use crate::Keep;
use object::Meta;
use std::fmt;
use std::sync::Arc;

/// The owner of tracked objects: for Argo CD, one application instance. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance(Arc<str>);

impl Instance {
    /// The instance called `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Instance(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads ownership out of metadata.
pub trait Ownership: Send + Sync + 'static {
    /// The instance that tracks this object; `None` when nobody does. Asked for every object that is seen, so it must
    /// be quick.
    fn instance_of(&self, meta: &Meta) -> Option<Instance>;

    /// How much of an object's text to keep. Roots of an instance should be kept at least without managed fields.
    fn keep(&self, meta: &Meta) -> Keep {
        if self.instance_of(meta).is_some() { Keep::WithoutManagedFields } else { Keep::Metadata }
    }
}

/// Kinds that a cache does not follow. `*` stands for any group or kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// API group.
    pub group: Box<str>,
    /// Kind.
    pub kind: Box<str>,
}

impl Excluded {
    /// That kind of that group.
    #[must_use]
    pub fn new(group: &str, kind: &str) -> Self {
        Excluded { group: group.into(), kind: kind.into() }
    }

    /// Whether it speaks of this kind.
    #[must_use]
    pub fn matches(&self, group: &str, kind: &str) -> bool {
        (&*self.group == "*" || &*self.group == group) && (&*self.kind == "*" || &*self.kind == kind)
    }

    /// What no cache should follow: kinds that change all the time and that nobody keeps in Git.
    #[must_use]
    pub fn usual() -> Vec<Excluded> {
        const USUAL: &[(&str, &[&str])] = &[
            ("", &["Event", "Endpoints"]),
            ("events.k8s.io", &["Event"]),
            ("discovery.k8s.io", &["EndpointSlice"]),
            ("coordination.k8s.io", &["Lease"]),
            ("metrics.k8s.io", &["*"]),
            ("certificates.k8s.io", &["CertificateSigningRequest"]),
            ("cert-manager.io", &["CertificateRequest"]),
            ("cilium.io", &["CiliumIdentity", "CiliumEndpoint", "CiliumEndpointSlice"]),
            ("reports.kyverno.io", &["*"]),
            ("wgpolicyk8s.io", &["*"]),
        ];
        let kinds = |(group, kinds): &(&str, &'static [&str])| {
            let group = (*group).to_owned();
            kinds.iter().map(move |kind| Excluded::new(&group, kind))
        };
        USUAL.iter().flat_map(kinds).collect()
    }
}
