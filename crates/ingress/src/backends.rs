//! Who stands behind a backend now: Services by their EndpointSlices, pods by their labels. Pure.

use crate::objects::{ENDPOINT_SLICE, Objects, SERVICE};
use crate::pods::Pod;
use crate::reading::{list, namespace, text, texts};
use crate::route::{Backend, Port};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The label of an EndpointSlice that names its Service.
const OF_SERVICE: &str = "/metadata/labels/kubernetes.io~1service-name";

/// Who stands behind a backend.
#[derive(Debug, Clone, Default)]
pub struct Stands {
    /// Where requests may be sent.
    pub endpoints: Vec<Endpoint>,
    /// Why there is nobody.
    pub problem: Option<String>,
}

/// Where a request may be sent: who is there, if anybody.
pub type Endpoint = Option<Arc<Pod>>;

/// Everybody there is.
pub struct Everybody<'o> {
    objects: &'o Objects,
    pods: BTreeMap<String, Arc<Pod>>,
    slices: BTreeMap<(&'o str, &'o str), Vec<&'o Value>>,
    known: BTreeMap<Backend, Arc<Stands>>,
}

impl<'o> Everybody<'o> {
    /// Of these objects, with these pods.
    pub fn of(objects: &'o Objects, pods: Vec<Arc<Pod>>) -> Self {
        let mut slices: BTreeMap<(&str, &str), Vec<&Value>> = BTreeMap::new();
        for slice in objects.all(ENDPOINT_SLICE) {
            slices.entry((namespace(slice), text(slice, OF_SERVICE))).or_default().push(slice);
        }
        let pods = pods.into_iter().map(|pod| (pod.address.clone(), pod)).collect();
        Everybody { objects, pods, slices, known: BTreeMap::new() }
    }

    /// Who stands behind a backend.
    pub fn behind(&mut self, backend: &Backend) -> Arc<Stands> {
        if let Some(known) = self.known.get(backend) {
            return Arc::clone(known);
        }
        let mut stands = match backend {
            Backend::Service { namespace, name, port, labels } => self.of_service(namespace, name, port, labels),
            Backend::Pods { namespace, labels } => self.of_labels(namespace, labels),
        };
        if stands.endpoints.is_empty() && stands.problem.is_none() {
            stands.problem = Some(format!("{backend} has no ready endpoints"));
        }
        let stands = Arc::new(stands);
        self.known.insert(backend.clone(), Arc::clone(&stands));
        stands
    }

    fn of_service(&self, namespace: &str, name: &str, port: &Port, labels: &BTreeMap<String, String>) -> Stands {
        let nobody = |problem: String| Stands { problem: Some(problem), ..Stands::default() };
        let Some(service) = self.objects.find(SERVICE, namespace, name) else {
            return nobody(format!("Service {namespace}/{name} is not there"));
        };
        if !has_port(service, port) {
            return nobody(format!("Service {namespace}/{name} has no such port: {port:?}"));
        }
        let slices = self.slices.get(&(namespace, name)).into_iter().flatten();
        let ready = slices.flat_map(|slice| list(slice, "/endpoints")).filter(|endpoint| is_ready(endpoint));
        let endpoints =
            ready.flat_map(|endpoint| texts(endpoint, "/addresses")).map(|address| self.pods.get(address).cloned());
        let wanted =
            |endpoint: &Endpoint| labels.is_empty() || endpoint.as_ref().is_some_and(|pod| has_labels(pod, labels));
        Stands { endpoints: endpoints.filter(wanted).collect(), problem: None }
    }

    fn of_labels(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Stands {
        let is_one = |pod: &&Arc<Pod>| pod.is_ready && pod.identity.namespace == namespace && has_labels(pod, labels);
        let pods = self.pods.values().filter(|_| !labels.is_empty()).filter(is_one);
        Stands { endpoints: pods.cloned().map(Some).collect(), problem: None }
    }
}

fn has_labels(pod: &Pod, labels: &BTreeMap<String, String>) -> bool {
    labels.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
}

fn has_port(service: &Value, port: &Port) -> bool {
    let is_it = |it: &Value| match port {
        Port::Any => true,
        Port::Number(number) => it["port"].as_u64() == Some(*number),
        Port::Named(name) => text(it, "/name") == name,
    };
    *port == Port::Any || list(service, "/spec/ports").iter().any(is_it)
}

/// Whether an endpoint takes requests. Kubernetes reads no word as yes.
fn is_ready(endpoint: &Value) -> bool {
    endpoint.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true)
}
