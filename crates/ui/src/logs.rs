//! What containers have written, bounded in lines and bytes.

use crate::problem::Problem;
use cluster::{ClusterClient, Request};
use look::segment;
use object::Object;
use serde_json::Value;

/// So many lines are asked for.
pub const LINES_MAX: usize = 1_000;
/// So many bytes are asked for.
const BYTES_MAX: usize = 1 << 20;

/// What is asked of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogQuery {
    /// Which container; empty for the first.
    pub container: String,
    /// Whether the one before the last restart is meant.
    pub previous: bool,
    /// Only lines with these words.
    pub words: String,
}

/// The containers of a pod.
pub fn containers(pod: &Object) -> Vec<String> {
    let value = pod.value();
    let lists = ["/spec/containers", "/spec/initContainers"];
    let all = lists.iter().filter_map(|own| value.pointer(own)).filter_map(Value::as_array).flatten();
    all.filter_map(|own| own["name"].as_str()).map(str::to_owned).collect()
}

/// The last lines of a container.
pub async fn lines(client: &ClusterClient, pod: &Object, query: &LogQuery) -> Result<Vec<String>, Problem> {
    let known = containers(pod);
    let container = match known.iter().find(|own| **own == query.container).or(known.first()) {
        Some(container) => container,
        None => return Err(Problem::missing()),
    };
    let (namespace, name) = (segment(pod.namespace().unwrap_or_default()), segment(pod.name()));
    let uri = format!(
        "/api/v1/namespaces/{namespace}/pods/{name}/log?container={}&tailLines={LINES_MAX}&limitBytes={BYTES_MAX}&timestamps=true&previous={}",
        segment(container),
        query.previous,
    );
    // Compat: a log is no JSON, and servers refuse to be asked for it as such.
    let request = Request { accept: "*/*", ..Request::get_path(uri) };
    let bytes = client.send(&request).await?;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(BYTES_MAX)]).into_owned();
    let words = query.words.to_lowercase();
    let is_meant = |line: &&str| words.is_empty() || line.to_lowercase().contains(&words);
    let mut found: Vec<String> = text.lines().filter(is_meant).map(str::to_owned).collect();
    let skipped = found.len().saturating_sub(LINES_MAX);
    Ok(found.split_off(skipped))
}
