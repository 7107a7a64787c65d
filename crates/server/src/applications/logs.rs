//! What the containers of an application's pods have written: one line of JSON for each line.

use super::place::Place;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use axum::body::Body;
use bytes::Bytes;
use cluster::Request;
use object::{Gvk, Object};
use serde_json::json;
use std::convert::Infallible;

/// Compat: the logs of so many pods are merged at most, unless the setting says otherwise.
const PODS_MAX: usize = 10;

/// So many bytes are read of one container.
const BYTES_MAX: usize = 4 << 20;

/// One line of a log.
struct Line {
    stamp: String,
    text: String,
    pod: String,
}

/// The logs of the pods that the query selects.
pub async fn logs(call: Call) -> Result<Reply, Problem> {
    let place = Place::of(&call)?;
    let pods = pods(&call, &place);
    let most = call.site.plane.now().config.get("server.maxPodLogsToRender").and_then(|text| text.parse().ok());
    let most = most.unwrap_or(PODS_MAX);
    if pods.is_empty() {
        return Err(Problem::invalid("no pods of the application match"));
    }
    if pods.len() > most {
        return Err(Problem::invalid("max pods to view logs are reached. Please provide more granular query"));
    }
    let mut lines = Vec::new();
    for pod in &pods {
        lines.extend(read(&call, &place, pod).await?);
    }
    // Compat: lines of several pods are merged by their stamps.
    lines.sort_by(|a, b| a.stamp.cmp(&b.stamp));
    let filter = LineFilter::read(call.asked.query("filter"), call.asked.query("matchCase") == "true");
    let mut text = String::new();
    for line in lines.iter().filter(|line| filter.takes(&line.text)) {
        let entry = json!({"result": {"content": line.text, "timeStamp": line.stamp, "timeStampStr": line.stamp,
            "podName": line.pod, "last": false}});
        text.push_str(&entry.to_string());
        text.push('\n');
    }
    let last = lines.last().map(|line| line.stamp.clone()).unwrap_or_default();
    text.push_str(&json!({"result": {"content": "", "timeStampStr": last, "last": true}}).to_string());
    text.push('\n');
    Ok(Reply::Lines(Body::from_stream(futures::stream::iter([Ok::<_, Infallible>(Bytes::from(text))]))))
}

/// The pods of the tree that the query selects: a pod itself, or what one resource owns.
fn pods(call: &Call, place: &Place) -> Vec<Object> {
    let named = match call.asked.part("podName") {
        "" => call.asked.query("podName"),
        name => name,
    };
    let query = |name: &str| call.asked.query(name);
    let nodes = place.nodes();
    let (kind, name, group) = (query("kind"), query("resourceName"), query("group"));
    let mut chosen: std::collections::BTreeSet<Box<str>> = std::collections::BTreeSet::new();
    let mut pods = Vec::new();
    // Parents come before what they own.
    for node in &nodes {
        let object = &node.cached.object;
        let gvk = object.gvk();
        let is_named = (kind.is_empty() || *gvk.kind == *kind)
            && (group.is_empty() || *gvk.group == *group)
            && (name.is_empty() || object.name() == name);
        let is_below = node.parents.iter().any(|parent| chosen.contains(&parent.meta().uid));
        if is_named || is_below {
            chosen.insert(object.meta().uid.clone());
            let is_pod = gvk.group.is_empty() && &*gvk.kind == "Pod";
            let is_there = query("namespace").is_empty() || object.namespace() == Some(query("namespace"));
            if is_pod && is_there && (named.is_empty() || object.name() == named) {
                pods.push(object.clone());
            }
        }
    }
    pods
}

async fn read(call: &Call, place: &Place, pod: &Object) -> Result<Vec<Line>, Problem> {
    let resource = place.client.resource(&Gvk::new("", "v1", "Pod")).await?;
    let request = Request::get(&resource, pod.namespace(), pod.name());
    let mut query = vec![("timestamps", "true".to_owned()), ("limitBytes", BYTES_MAX.to_string())];
    for (own, kubernetes) in [
        ("container", "container"),
        ("tailLines", "tailLines"),
        ("sinceSeconds", "sinceSeconds"),
        ("previous", "previous"),
    ] {
        let value = call.asked.query(own);
        if !value.is_empty() && value != "0" {
            query.push((kubernetes, value.to_owned()));
        }
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let request = Request { uri: format!("{}/log?{query}", request.uri), accept: "*/*", ..request };
    let bytes = place.client.send(&request).await?;
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| {
        let (stamp, text) = line.split_once(' ').unwrap_or(("", line));
        Line { stamp: stamp.to_owned(), text: text.to_owned(), pod: pod.name().to_owned() }
    };
    Ok(text.lines().map(line).collect())
}

/// Which lines are wanted: those that hold a text, or with `!` in front those that do not.
struct LineFilter {
    text: String,
    is_inverse: bool,
    is_exact: bool,
}

impl LineFilter {
    fn read(text: &str, is_exact: bool) -> Self {
        let (text, is_inverse) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
        let text = if is_exact { text.to_owned() } else { text.to_lowercase() };
        LineFilter { text, is_inverse, is_exact }
    }

    fn takes(&self, line: &str) -> bool {
        if self.text.is_empty() {
            return true;
        }
        let holds = if self.is_exact { line.contains(&self.text) } else { line.to_lowercase().contains(&self.text) };
        holds != self.is_inverse
    }
}
