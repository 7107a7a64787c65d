//! The `pod-template-hash` that Kubernetes itself computes: FNV-32a over Go's dump of the typed template.
//!
//! The hash depends on the names, order and types of the fields of the Go structs, which
//! `pod_template_types.txt` lists as of Kubernetes 1.36. Existing clusters, dashboards and rollouts recognise
//! ReplicaSets by these names, so they must be the real ones.

mod fnv;
mod go_dump;
mod go_quantity;
mod go_types;

use fnv::Fnv32a;
use serde_json::Value;

/// Kubernetes' alphabet for generated names: no vowels and nothing easily misread.
const SAFE_ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// The hash of a defaulted pod template, as it stands in a ReplicaSet's name and labels.
///
/// Assumption: quantities are in canonical form, as an API server stores them.
#[must_use]
pub fn pod_template_hash(template: &Value, collision_count: Option<i64>) -> String {
    let mut hash = Fnv32a::new();
    go_dump::dump(&mut hash, "v1.PodTemplateSpec", template);
    if let Some(count) = collision_count {
        let low = u32::try_from(count).unwrap_or(u32::MAX);
        hash.write(&u64::from(low).to_le_bytes());
    }
    safe_encode(&hash.sum().to_string())
}

/// The hash in the name of a `ControllerRevision` with this data: FNV-32 over its JSON as Go writes it, keys sorted, and
/// the collision count, which is 0.
#[must_use]
pub(crate) fn revision_hash(data: &Value) -> String {
    let mut hash: u32 = 0x811c_9dc5;
    let text = data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    for byte in text.bytes().chain([b'0']) {
        hash = hash.wrapping_mul(0x0100_0193) ^ u32::from(byte);
    }
    safe_encode(&hash.to_string())
}

/// Replaces every character by one of the name alphabet.
fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| char::from(SAFE_ALPHABET[usize::from(byte) % SAFE_ALPHABET.len()])).collect()
}
