//! Where the numbers come from that autoscalers go by: a function, or annotations of the pods. A leaf module.

use apiserver::Object;
use apiserver::quota::Quantity;
use std::fmt;
use std::sync::Arc;

/// On a pod: what it uses of a resource, or what a metric of it is, as in `sim.capstan.dev/usage-cpu: 250m`.
const ANNOTATION_PREFIX: &str = "sim.capstan.dev/usage-";

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub enum Measured<'a> {
    /// What a container of a pod uses of a resource, such as `cpu`.
    Resource {
        /// The pod.
        pod: &'a Object,
        /// The container.
        container: &'a str,
        /// The resource.
        name: &'a str,
    },
    /// A metric of a pod.
    Pods {
        /// The pod.
        pod: &'a Object,
        /// The metric.
        metric: &'a str,
    },
    /// A metric of another object.
    Object {
        /// Its namespace.
        namespace: &'a str,
        /// Its kind.
        kind: &'a str,
        /// Its name.
        name: &'a str,
        /// The metric.
        metric: &'a str,
    },
    /// A metric of something outside.
    External {
        /// The autoscaler's namespace.
        namespace: &'a str,
        /// The metric.
        metric: &'a str,
    },
}

/// What measures, in thousandths; `None` when that is not known.
type Measure = dyn Fn(&Measured<'_>) -> Option<i64> + Send + Sync;

/// A function that measures.
#[derive(Clone)]
pub struct Metrics(Arc<Measure>);

impl Metrics {
    /// Measured by this function.
    #[must_use]
    pub fn by(function: impl Fn(&Measured<'_>) -> Option<i64> + Send + Sync + 'static) -> Self {
        Metrics(Arc::new(function))
    }

    /// Measures.
    #[must_use]
    pub fn measure(&self, what: &Measured<'_>) -> Option<i64> {
        (self.0)(what)
    }
}

impl Default for Metrics {
    /// What pods say of themselves by annotations; a pod's containers share it evenly.
    fn default() -> Self {
        Metrics::by(annotated)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn annotated(what: &Measured<'_>) -> Option<i64> {
    let (pod, name) = match what {
        Measured::Resource { pod, name, .. } => (pod, name),
        Measured::Pods { pod, metric } => (pod, metric),
        Measured::Object { .. } | Measured::External { .. } => return None,
    };
    let said = pod.meta().annotation(&format!("{ANNOTATION_PREFIX}{name}"))?;
    let amount = Quantity::parse(said).ok()?.millis();
    if matches!(what, Measured::Pods { .. }) {
        return Some(amount);
    }
    let containers = pod.get("/spec/containers").and_then(|list| list.as_array().map(Vec::len)).unwrap_or(1);
    Some(amount / i64::try_from(containers.max(1)).unwrap_or(1))
}
