//! Who answers at the ports of pods.

use apiserver::Object;
use tokio::io::DuplexStream;

/// Who answers connections to ports of pods: what a pod stands for runs in this process.
pub trait PodPorts: Send + Sync + std::fmt::Debug {
    /// Whether anything listens at that port of the pod.
    fn listens(&self, pod: &Object, port: u16) -> bool;

    /// Converses with whoever has connected to that port.
    fn converse(&self, pod: &Object, port: u16, stream: DuplexStream);
}
