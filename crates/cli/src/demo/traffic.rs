//! The second act of the demo: a Rollout brings out another version behind an Ingress, and requests show who answers.

use crate::failure::Failure;
use crate::{install, terminal};
use api::rollouts::Rollout;
use cluster::ClusterClient;
use ingress::{Answer, Ask, Bound, Ingress};
use object::{Gvk, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The demo's Rollout, with its Services and its Ingress.
const OBJECTS: &str = include_str!("../../../../examples/rollouts/canary-demo.yaml");
/// Its two versions: the one that runs is followed by the other.
const VERSIONS: [&str; 2] = ["registry.example.com/guestbook:1.0", "registry.example.com/guestbook:2.0"];
const NAME: &str = "guestbook";
const NAMESPACE: &str = "default";
const HOST: &str = "guestbook.example.com";
/// How many requests show who answers.
const REQUESTS: u32 = 500;
/// How often the Rollout is read.
const POLL: Duration = Duration::from_millis(100);
/// How long after a step requests are made: routes follow within a few milliseconds.
const SETTLED: Duration = Duration::from_millis(300);

/// What the demo's users see.
pub(super) struct Traffic<'c> {
    client: &'c ClusterClient,
    ingress: Ingress,
    began: Instant,
}

/// Where a Rollout is: what a line is printed for when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stand {
    step: String,
    weight: i32,
    phase: String,
    image: String,
    is_done: bool,
}

impl<'c> Traffic<'c> {
    /// Opens the ingress at an address, or at a free port where that is taken.
    pub(super) async fn open(client: &'c ClusterClient, wished: SocketAddr, began: Instant) -> Result<Self, Failure> {
        let bound = match Bound::take(wished).await {
            Ok(bound) => Ok(bound),
            Err(_) => Bound::take(SocketAddr::new(wished.ip(), 0)).await,
        };
        let bound = bound.map_err(|error| Failure::with_code(1, error.to_string()))?;
        Ok(Traffic { client, ingress: Ingress::serve(client.clone(), bound), began })
    }

    /// Where it is served.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.ingress.address()
    }

    /// Brings the other version out, and prints who answers at each step.
    pub(super) async fn show(&self) -> Result<(), Failure> {
        if self.read().await?.is_none() {
            install::apply(self.client, &objects(VERSIONS[0])?).await?;
        }
        terminal::print(
            "\nRollout guestbook brings out another version behind an Ingress. Of 500 requests are answered by\n\n",
        )?;
        let old = self.follow(|stand| stand.phase == "Healthy").await?.image;
        let next = if old == VERSIONS[0] { VERSIONS[1] } else { VERSIONS[0] };
        install::apply(self.client, &objects(next)?).await?;
        self.follow(|stand| stand.is_done && stand.image == next).await.map(drop)
    }

    /// Prints a line whenever the Rollout has come further, until it has come far enough.
    async fn follow(&self, is_enough: impl Fn(&Stand) -> bool) -> Result<Stand, Failure> {
        let mut last = None;
        loop {
            if let Some(stand) = self.read().await?
                && last.as_ref() != Some(&stand)
            {
                sleep(SETTLED).await;
                let seconds = self.began.elapsed().as_secs_f64();
                let Stand { step, weight, phase, .. } = &stand;
                let line =
                    format!("{seconds:>6.1} s  {phase:<12} step {step}  weight {weight:>3}  {}\n", self.answers());
                terminal::print(&line)?;
                if is_enough(&stand) {
                    return Ok(stand);
                }
                last = Some(stand);
            }
            sleep(POLL).await;
        }
    }

    async fn read(&self) -> Result<Option<Stand>, Failure> {
        let gvk = Gvk::from_api_version(api::names::API_VERSION, api::rollouts::ROLLOUT);
        let found = self.client.get(&gvk, Some(NAMESPACE), NAME).await?;
        found.map(|object| stand(&object)).transpose()
    }

    /// How many requests each version answers.
    fn answers(&self) -> String {
        let ask = Ask::get(HOST, "/");
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..REQUESTS {
            let who = match self.ingress.front().answer(&ask) {
                Answer::Pod(pod) => pod.image.rsplit('/').next().unwrap_or_default().to_owned(),
                _ => "nobody".to_owned(),
            };
            *counts.entry(who).or_default() += 1;
        }
        counts.iter().map(|(who, count)| format!("{who} {count:>3}")).collect::<Vec<_>>().join("  ")
    }
}

fn stand(object: &Object) -> Result<Stand, Failure> {
    let rollout = Rollout::read(object).map_err(|error| Failure::new(error.to_string()))?;
    let (status, canary) = (&rollout.status, rollout.spec.strategy.canary.as_ref());
    let steps = canary.map_or(0, |canary| canary.steps.len());
    let is_observed = status.observed_generation == object.meta().generation.to_string();
    let image = rollout.spec.template.pointer("/spec/containers/0/image").and_then(Value::as_str);
    Ok(Stand {
        step: format!("{}/{steps}", status.current_step_index.unwrap_or_default()),
        weight: status.canary.weights.as_ref().map_or(0, |weights| weights.canary.weight),
        phase: status.phase.clone(),
        image: image.unwrap_or_default().to_owned(),
        is_done: is_observed && status.is_fully_promoted() && status.phase == "Healthy",
    })
}

/// The demo's objects with this version.
fn objects(version: &str) -> Result<Vec<Value>, Failure> {
    let text = OBJECTS.replace(VERSIONS[0], version);
    let parse =
        |document: &str| yaml::parse_one(document.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default());
    let parsed: Result<Vec<Value>, _> = text.split("\n---\n").map(parse).collect();
    let mut parsed = parsed.map_err(|error| Failure::new(format!("examples/rollouts/canary-demo.yaml: {error}")))?;
    parsed.iter_mut().for_each(|object| object["metadata"]["namespace"] = NAMESPACE.into());
    Ok(parsed)
}

/// What to try with it.
pub(super) fn what_to_try(address: Option<SocketAddr>) -> String {
    let Some(address) = address else { return String::new() };
    format!(
        "  for i in $(seq 100); do curl -s -H 'Host: {HOST}' http://{address}/; done | grep -o 'guestbook:[0-9.]*' | sort | uniq -c
  kubectl argo rollouts set image guestbook web=registry.example.com/guestbook:3.0    # and count again
  capstan rollouts get rollout guestbook --watch
"
    )
}
