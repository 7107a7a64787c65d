//! `demo`: everything at once, for somebody who has just cloned the project.

mod traffic;

use crate::connection::DEFAULT_DATA;
use crate::controllers::Controllers;
use crate::embedded_cluster::{ClusterFlags, explain, whereabouts};
use crate::failure::Failure;
use crate::{install, signals, terminal, up};
use api::{Application, HealthStatusCode, SyncStatusCode};
use clap::Args;
use clock::Clock;
use cluster::ClusterClient;
use embedded::Cluster;
use git::{Change, Layout, NewCommit, Signature, commit_files};
use object::Gvk;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use traffic::Traffic;

/// The flags of `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the demo's cluster and repository
    #[arg(long, value_name = "DIR", default_value_os_t = Path::new(DEFAULT_DATA).join("demo"))]
    data: PathBuf,
    /// Address to serve the Kubernetes API on; when it is taken, the next free port is used
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6443")]
    api: SocketAddr,
    /// Address to serve the demo's Ingress on; when it is taken, a free port is used
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8088")]
    ingress: SocketAddr,
    /// Begin anew instead of going on with the last demo
    #[arg(long)]
    fresh: bool,
    /// End after success instead of staying until Ctrl-C
    #[arg(long)]
    exit: bool,
    /// Give up after this many seconds without success
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
}

/// The files of the demo's repository: those of the first example.
const FILES: [(&str, &str); 2] = [
    ("dev/deployment.yaml", include_str!("../../../examples/first-app/repository/dev/deployment.yaml")),
    ("dev/service.yaml", include_str!("../../../examples/first-app/repository/dev/service.yaml")),
];

/// The demo's application; its repository is filled in.
const APPLICATION: &str = include_str!("../../../examples/first-app/application.yaml");

/// How many ports above the taken one are tried.
const PORTS_TRIED: u16 = 50;

/// How often the application is read while its progress is shown.
const POLL: Duration = Duration::from_millis(100);

impl Demo {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        let began = clock.monotonic();
        let mut flags =
            ClusterFlags { data: self.data.clone(), api: self.api, fresh: self.fresh, nodes: 2, pod_delay_ms: 200 };
        let cluster = start(&mut flags, clock).await?;
        let controllers = up::start_in(&cluster, clock, &flags).await?;
        terminal::print(&format!("A Kubernetes cluster is up, with Capstan in it.\n\n{}\n", whereabouts(&cluster)))?;
        let repository = self.repository(clock)?;
        let client = ClusterClient::from_service(cluster.service(), clock);
        let application = application(&repository)?;
        install::apply(&client, &[application]).await?;
        let shown = repository.display();
        terminal::print(&format!("Application myapp follows directory dev of the Git repository {shown}\n\n"))?;
        let limit = Duration::from_secs(self.timeout);
        let settled = tokio::time::timeout(limit, follow(&client, &controllers, began));
        tokio::select! {
            settled = settled => settled.map_err(|_| self.gave_up(&controllers))??,
            stopped = signals::stop() => return finish(controllers, cluster, stopped).await,
        }
        let traffic = Traffic::open(&client, self.ingress, began).await?;
        tokio::select! {
            shown = tokio::time::timeout(limit, traffic.show()) => shown.map_err(|_| self.rollout_gave_up())??,
            stopped = signals::stop() => return finish(controllers, cluster, stopped).await,
        }
        terminal::print(&what_to_try(&cluster, &repository))?;
        terminal::print(&format!("{}\n", traffic::what_to_try(traffic.address())))?;
        let stopped = if self.exit { Ok(()) } else { signals::stop().await };
        finish(controllers, cluster, stopped).await
    }

    /// The demo's repository, made from the example unless it is there from before.
    fn repository(&self, clock: &Clock) -> Result<PathBuf, Failure> {
        let path = self.data.join("repository");
        if self.fresh && path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        if !path.join(".git").exists() {
            let changes = FILES.map(|(path, content)| (path.to_owned(), Change::File(content.into())));
            let author =
                Signature { name: "Capstan".to_owned(), email: "demo@capstan.invalid".to_owned(), time: clock.now() };
            let commit = NewCommit {
                branch: "main".to_owned(),
                message: "The first version of myapp".to_owned(),
                author,
                changes: changes.into(),
            };
            commit_files(&path, Layout::WorkingDirectory, &commit)
                .map_err(|error| Failure::with_code(1, error.to_string()))?;
        }
        Ok(std::path::absolute(path)?)
    }

    fn rollout_gave_up(&self) -> Failure {
        let seconds = self.timeout;
        Failure::with_code(
            1,
            format!("Rollout guestbook is not brought out after {seconds} s: capstan rollouts explain guestbook"),
        )
    }

    fn gave_up(&self, controllers: &Controllers) -> Failure {
        let waiting = controllers
            .views
            .of(applications::NAME)
            .into_iter()
            .flat_map(|(_, view)| view.waiting.into_iter().chain(view.error));
        let waiting: Vec<String> = waiting.collect();
        let seconds = self.timeout;
        Failure::with_code(1, format!("myapp is not Synced and Healthy after {seconds} s: {}", waiting.join("; ")))
    }
}

async fn finish(controllers: Controllers, cluster: Cluster, stopped: Result<(), Failure>) -> Result<(), Failure> {
    controllers.stop().await;
    cluster.stop().await;
    stopped
}

/// Starts the cluster on the wished port or the next free one above it.
async fn start(flags: &mut ClusterFlags, clock: &Clock) -> Result<Cluster, Failure> {
    let wished = flags.api;
    loop {
        match flags.start(clock).await {
            Ok(cluster) => return Ok(cluster),
            Err(error) => {
                let next = flags.api.port().checked_add(1).filter(|next| next - wished.port() <= PORTS_TRIED);
                let (Some(taken), Some(next)) = (error.taken_address(), next) else { return Err(explain(&error)) };
                terminal::note(&format!("{taken} is taken by another program; trying port {next}"));
                flags.api.set_port(next);
            }
        }
    }
}

fn application(repository: &Path) -> Result<Value, Failure> {
    let text = APPLICATION.replace("REPOSITORY", &json!(format!("file://{}", repository.display())).to_string());
    yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default())
        .map_err(|error| Failure::new(format!("examples/first-app/application.yaml: {error}")))
}

/// Prints one line whenever something about the application changes, until it is Synced and Healthy.
async fn follow(client: &ClusterClient, controllers: &Controllers, began: tokio::time::Instant) -> Result<(), Failure> {
    let gvk = Gvk::from_api_version(api::names::API_VERSION, api::names::APPLICATION);
    let mut last = String::new();
    loop {
        if let Some(object) = client.get(&gvk, Some(api::names::DEFAULT_NAMESPACE), "myapp").await? {
            let app = Application::read(&object).map_err(|error| Failure::new(error.to_string()))?;
            let (line, settled) = progress(&app, controllers);
            if line != last {
                terminal::print(&format!("{:>6.1} s  {line}\n", began.elapsed().as_secs_f64()))?;
                last = line;
            }
            if settled {
                return Ok(());
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Where the application is, in a line, and whether it has arrived.
fn progress(app: &Application, controllers: &Controllers) -> (String, bool) {
    let (sync, health) = (app.status.sync_code(), app.status.health_code());
    let arrived = sync == SyncStatusCode::Synced && health == HealthStatusCode::Healthy;
    let view = controllers.views.of(applications::NAME).into_iter().find(|(key, _)| key.ends_with("myapp"));
    let waiting = view.map(|(_, view)| view.waiting.join("; ")).unwrap_or_default();
    let conditions: Vec<&str> = app.status.conditions.iter().map(|condition| condition.message.as_str()).collect();
    let details = if conditions.is_empty() { waiting } else { conditions.join("; ") };
    let details = if arrived || details.is_empty() { String::new() } else { format!("  {details}") };
    (format!("{:<10} {:<12}{details}", sync.as_str(), health.as_str()).trim_end().to_owned(), arrived)
}

fn what_to_try(cluster: &Cluster, repository: &Path) -> String {
    let kubeconfig = cluster.kubeconfig().and_then(|kubeconfig| kubeconfig.path());
    let kubeconfig = kubeconfig.map(|path| path.display().to_string()).unwrap_or_default();
    let repository = repository.display();
    format!(
        "
myapp is Synced and Healthy. Try, in another terminal:

  export KUBECONFIG={kubeconfig}
  kubectl -n myapp get pods
  kubectl -n myapp scale deployment myapp-deployment --replicas 4    # goes back to 2
  kubectl -n myapp delete service myapp-service                      # comes back

  cd {repository}
  sed -i s/:1.0/:1.2/ dev/deployment.yaml && git commit -qam 'Release 1.2'
  capstan app get myapp; capstan app history myapp

"
    )
}
