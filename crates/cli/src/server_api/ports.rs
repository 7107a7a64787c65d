//! Connections to the pod that stands for this process: what `kubectl port-forward` brings.

use super::objects::NAME;
use embedded::{Object, PodPorts};
use server::Either;
use tokio::io::DuplexStream;

/// The pod that stands for this process.
#[derive(Debug)]
pub(super) struct OwnPod {
    pub namespace: String,
    /// The only port that listens.
    pub port: u16,
    /// Who converses.
    pub either: Either,
}

impl PodPorts for OwnPod {
    fn listens(&self, pod: &Object, port: u16) -> bool {
        let label = pod.meta().labels.get("app.kubernetes.io/name");
        port == self.port && pod.namespace() == Some(&self.namespace) && label.is_some_and(|name| **name == *NAME)
    }

    fn converse(&self, _: &Object, _: u16, stream: DuplexStream) {
        tokio::spawn(self.either.clone().converse(stream));
    }
}
