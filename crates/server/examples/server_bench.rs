//! The server under load, in one process with an embedded cluster and its own clients: lists, filters, streams, pushes.
//! `cargo xtask bench server`. What clients and cluster cost is in the figures of the streams.

use accounts::AttemptLimits;
use applications::{Settings, start_cache};
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write as Written};
use futures::StreamExt;
use object::{Gvk, Object};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use server::{Bound, Door, Options, Scheme, Served, Site};
use signin::{Parts, SignIn, Store};
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NAMESPACE: &str = "argocd";
/// How often each question is asked.
const ASKED: usize = 200;
/// How many pushes are told.
const PUSHES: usize = 1_000;
/// How many applications follow the repository that is pushed to.
const CONCERNED: usize = 3;
const PUSHED: &str = "https://git.example.com/team/pushed";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How much there is.
struct Size {
    applications: usize,
    streams: usize,
    seconds: u64,
}

impl Size {
    fn read() -> Outcome<Self> {
        let mut size = Size { applications: 10_000, streams: 500, seconds: 60 };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
            match &*word {
                "--applications" => size.applications = value.parse()?,
                "--streams" => size.streams = value.parse()?,
                "--seconds" => size.seconds = value.parse()?,
                _ => return Err(format!("{word}: --applications, --streams and --seconds are known").into()),
            }
        }
        Ok(size)
    }
}

struct Stage {
    clock: Clock,
    client: ClusterClient,
    site: Arc<Site>,
    http: Client,
    base: String,
    token: String,
    _served: Served,
    _cluster: embedded::Cluster,
}

fn main() -> Outcome<()> {
    embedded::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let size = Size::read()?;
        let stage = Stage::start(&size).await?;
        say(&format!("{} applications, {} streams\n\n", size.applications, size.streams))?;
        stage.lists().await?;
        stage.streams(&size).await?;
        stage.pushes().await
    })
}

fn say(text: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn row(what: &str, measured: &str, limit: &str) -> Outcome<()> {
    say(&format!("{what:<56} {measured:<28} {limit}\n"))
}

impl Stage {
    async fn start(size: &Size) -> Outcome<Self> {
        let clock = Clock::system();
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await?;
        let client = ClusterClient::from_service(cluster.service(), &clock);
        make(&client, &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})).await?;
        for definition in api::crds() {
            make(&client, &definition).await?;
        }
        let store = Store { client: client.clone(), namespace: NAMESPACE.to_owned() };
        let offload = Offload::pool(1);
        store.ensure(&clock, &offload).await?;
        let cache = start_cache(client.clone(), &Settings::default());
        cache.ready().await;
        let clients = Arc::new(web::Clients::new("capstan-bench", Duration::from_secs(5)));
        let signin = SignIn::new(Parts { clock: clock.clone(), offload, limits: AttemptLimits::default(), clients });
        let site = Site::new(Options {
            namespace: NAMESPACE.to_owned(),
            clusters: Clusters::home(client.clone(), Some(cache)),
            clock: clock.clone(),
            version: "v0".to_owned(),
            door: Arc::new(Door::new(signin, store, clock.clone())),
            tools: None,
            rendered: None,
            scheme: Scheme::Plain,
            exposition: None,
            pushed: None,
        })?;
        let bound = Bound::take(([127, 0, 0, 1], 0).into()).await?;
        let base = format!("http://{}", bound.address);
        let served = bound.serve_plain(&site)?;
        let http = Client::builder().build()?;
        let mut stage =
            Stage { clock, client, site, http, base, token: String::new(), _served: served, _cluster: cluster };
        stage.fill(size.applications).await?;
        stage.sign_in().await?;
        Ok(stage)
    }

    async fn fill(&self, count: usize) -> Outcome<()> {
        for number in 0..count {
            let concerned = number % (count / CONCERNED).max(1) == 0 && number / (count / CONCERNED).max(1) < CONCERNED;
            make(&self.client, &application(number, concerned)).await?;
        }
        while self.site.index.all().len() < count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn sign_in(&mut self) -> Outcome<()> {
        let secret = Gvk::new("", "v1", "Secret");
        let found = self.client.get(&secret, Some(NAMESPACE), "argocd-initial-admin-secret").await?;
        let password = found.map(|object| applications::sources::secret_values(&object)).unwrap_or_default();
        let body = json!({"username": "admin", "password": password.get("password")}).to_string();
        let request = self.http.post(format!("{}/api/v1/session", self.base)).body(body);
        let told: Value =
            serde_json::from_slice(&request.header("content-type", "application/json").send().await?.bytes().await?)?;
        self.token = told["token"].as_str().ok_or("no token")?.to_owned();
        Ok(())
    }

    async fn get(&self, path: &str) -> Outcome<Response> {
        let answer = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
        Ok(answer.error_for_status()?)
    }

    async fn lists(&self) -> Outcome<()> {
        for (what, query, limit) in [
            ("first page of the list", "?limit=100", "≤ 100 ms"),
            ("first page, by health", "?limit=100&sort=health", "≤ 100 ms"),
            ("filter by project", "?limit=100&projects=team-7", "≤ 50 ms"),
            ("filter by label", "?limit=100&selector=team%3Dteam-7", "≤ 50 ms"),
            ("filter by repository", "?limit=100&repo=https://git.example.com/team/app-77", "≤ 50 ms"),
            ("search", "?limit=100&search=app-0777", "≤ 50 ms"),
        ] {
            let mut times = Vec::with_capacity(ASKED);
            for _ in 0..ASKED {
                let began = self.clock.monotonic();
                self.get(&format!("/api/v1/applications{query}")).await?.bytes().await?;
                times.push(self.clock.monotonic() - began);
            }
            row(what, &shown(times), limit)?;
        }
        Ok(())
    }

    /// Everybody follows from now on, as pages do after their list.
    async fn streams(&self, size: &Size) -> Outcome<()> {
        let newest = self.site.index.all().values().map(|entry| entry.revision).max().unwrap_or_default();
        let told = Arc::new(AtomicU64::new(0));
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..size.streams {
            let answer = self.get(&format!("/api/v1/stream/applications?resourceVersion={newest}")).await?;
            let told = Arc::clone(&told);
            readers.spawn(async move {
                let mut body = answer.bytes_stream();
                while let Some(Ok(piece)) = body.next().await {
                    let lines = piece.windows(10).filter(|window| window == b"{\"result\":").count();
                    told.fetch_add(lines as u64, Ordering::Relaxed);
                }
            });
        }
        let (began, spent) = (self.clock.monotonic(), processor_seconds()?);
        let changes = size.seconds * 10;
        for change in 0..changes {
            tokio::time::sleep_until(began + Duration::from_millis(100) * change as u32).await;
            self.change(change).await?;
        }
        tokio::time::sleep_until(began + Duration::from_secs(size.seconds)).await;
        let spent = processor_seconds()? - spent;
        row(
            &format!("{} streams, 10 changes a second for {} s", size.streams, size.seconds),
            &format!("{spent:.1} CPU-s, {} of {} lines", told.load(Ordering::Relaxed), changes * size.streams as u64),
            "≤ 30 CPU-s in 60 s",
        )
    }

    async fn change(&self, number: u64) -> Outcome<()> {
        let name = format!("app-{:05}", number % 100);
        let target = Target::new(Gvk::from_api_version("argoproj.io/v1alpha1", "Application"), Some(NAMESPACE), &name);
        let body = json!({"metadata": {"annotations": {"changed": number.to_string()}}});
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.client.write(&Written::new(target, change)).await?;
        Ok(())
    }

    async fn pushes(&self) -> Outcome<()> {
        let target = |hash: &str| json!({"type": "branch", "name": "main", "target": {"hash": hash}});
        let body = json!({
            "repository": {"full_name": "team/pushed", "name": "pushed", "links": {"html": {"href": PUSHED}}},
            "push": {"changes": [{"new": target("b"), "old": target("a")}]},
        });
        let body = body.to_string();
        let push = || {
            let request = self.http.post(format!("{}/api/webhook", self.base)).header("x-hook-uuid", "u");
            let request = request.header("content-type", "application/json").header("x-event-key", "repo:push");
            request.body(body.clone()).send()
        };
        push().await?.error_for_status()?;
        let began = self.clock.monotonic();
        while self.site.webhooks.refreshes() < CONCERNED as u64
            && self.clock.monotonic() - began < Duration::from_secs(30)
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let refreshes = self.site.webhooks.refreshes();
        let mut times = Vec::with_capacity(PUSHES);
        for _ in 0..PUSHES {
            let began = self.clock.monotonic();
            push().await?.error_for_status()?;
            times.push(self.clock.monotonic() - began);
        }
        row("a push, its answer", &shown(times), "p99 ≤ 5 ms")?;
        row("a push, refreshes asked for", &refreshes.to_string(), &format!("{CONCERNED}"))
    }
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
    format!("p50 {:.1} ms, p99 {:.1} ms", milliseconds(at(50)), milliseconds(at(99)))
}

/// What this process has spent of processors' time.
fn processor_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().ok_or("no fields")?;
    let ticks = |field: usize| -> Outcome<f64> { Ok(fields.split_whitespace().nth(field).ok_or("no field")?.parse()?) };
    // Fields 14 and 15, counted behind the name; a hundred ticks are a second on Linux.
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

async fn make(client: &ClusterClient, value: &Value) -> Outcome<()> {
    let object = Object::from_value(value)?;
    client.write(&Written::new(Target::of(&object), Change::Create(object))).await?;
    Ok(())
}

/// An application with a status of a common size.
fn application(number: usize, is_concerned: bool) -> Value {
    let team = format!("team-{}", number % 40);
    let url =
        if is_concerned { PUSHED.to_owned() } else { format!("https://git.example.com/team/app-{}", number % 1_000) };
    let resource = |kind: &str| {
        json!({"kind": kind, "name": format!("web-{number}"), "namespace": format!("ns-{number}"), "version": "v1",
            "status": "Synced", "health": {"status": "Healthy"}})
    };
    let resources: Vec<Value> = ["ConfigMap", "Deployment", "Ingress", "Secret", "Service"].map(resource).to_vec();
    let health = ["Healthy", "Progressing", "Degraded"][number % 3];
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": format!("app-{number:05}"), "namespace": NAMESPACE, "labels": {"team": team}},
        "spec": {"project": team,
            "source": {"repoURL": url, "path": "deploy", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": format!("ns-{number}")}},
        "status": {"health": {"status": health}, "sync": {"status": "Synced", "revision": "0123456789abcdef0123456789abcdef01234567"},
            "resources": resources}})
}
