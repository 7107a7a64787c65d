//! `up`, `cluster up` and `run`: processes that stay.

use crate::connection::Connection;
use crate::controllers::{Controllers, Kind, Replicas, Setup};
use crate::dashboard_at::{self, DashboardAt};
use crate::embedded_cluster::{ClusterFlags, explain, whereabouts};
use crate::failure::Failure;
use crate::image_updates::{ImagesFlags, ImagesSetup};
use crate::load_balancers::AwsFlags;
use crate::rollouts::RolloutAdmission;
use crate::server_api::{self, Reached, ServerAt};
use crate::{install, metrics_server, signals, terminal};
use clap::Args;
use clock::Clock;
use cluster::ClusterClient;
use ingress::{Bound, COUNTS_PATH, Ingress};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The flags of `up`.
#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    cluster: ClusterFlags,
    /// Serve the controllers' metrics on this address
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Serve the Rollouts dashboard on this address; `off` goes without
    #[arg(long, value_name = "ADDRESS", default_value_t = DashboardAt::usual())]
    dashboard: DashboardAt,
    /// Serve the API on this address; `off` goes without
    #[arg(long, value_name = "ADDRESS", default_value_t = ServerAt::local())]
    ui: ServerAt,
    /// Serve HTTP on this address as the cluster's Ingresses and routes say, answered by its simulated pods
    #[arg(long, value_name = "ADDRESS")]
    ingress: Option<SocketAddr>,
}

impl Up {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        // The address first: a taken port must cost nothing.
        let entrance = match self.ingress {
            Some(address) => Some(Bound::take(address).await.map_err(refused_entrance)?),
            None => None,
        };
        let board = self.dashboard.take().await?;
        let api = self.ui.take().await?;
        let cluster = self.cluster.start(clock).await.map_err(|error| explain(&error))?;
        let controllers = start_in(&cluster, clock, &self.cluster).await?;
        serve_metrics(self.metrics, &controllers).await?;
        let client = ClusterClient::from_service(cluster.service(), clock);
        // Both end with this command.
        let _board = dashboard_at::serve(board, &client, clock)?;
        let namespace = api::names::DEFAULT_NAMESPACE;
        let api = server_api::serve(api, &client, clock, (&controllers, namespace, Reached::Locally)).await?;
        if let Some(api) = &api {
            server_api::show(&cluster, &client, namespace, api).await?;
        }
        let ingress = entrance.map(|entrance| Ingress::serve(client, entrance));
        if let Some(address) = ingress.as_ref().and_then(Ingress::address) {
            terminal::note(&format!("ingress on http://{address}, what pods have counted on {COUNTS_PATH}"));
        }
        terminal::print(&format!("capstan is ready\n\n{}", whereabouts(&cluster)))?;
        signals::stop().await?;
        terminal::note("stopping; once more to give up at once");
        tokio::select! {
            () = async { controllers.stop().await; cluster.stop().await } => {}
            _ = signals::stop() => {}
        }
        Ok(())
    }
}

/// An ingress that did not start, with the next step.
fn refused_entrance(error: ingress::StartError) -> Failure {
    let next = match error {
        ingress::StartError::PortTaken(_) => ": --ingress 127.0.0.1:0 takes a free one",
        ingress::StartError::Listen { .. } => "",
    };
    Failure::with_code(1, format!("{error}{next}"))
}

/// Installs what the controllers need into an embedded cluster and starts them on it, in this process.
pub(crate) async fn start_in(
    cluster: &embedded::Cluster,
    clock: &Clock,
    flags: &ClusterFlags,
) -> Result<Controllers, Failure> {
    cluster.service().add_admission(Arc::new(RolloutAdmission));
    let client = ClusterClient::from_service(cluster.service(), clock);
    let namespace = api::names::DEFAULT_NAMESPACE;
    install::apply(&client, &install::foundations(namespace)).await?;
    Controllers::start(Setup {
        client,
        clock: clock.clone(),
        data: &flags.data,
        namespace: namespace.to_owned(),
        application_namespaces: Vec::new(),
        rollouts: rollouts::Settings::default(),
        balancers: None,
        replicas: Replicas::One,
        kinds: &Kind::ALL,
        network: providers::Network::Anywhere,
        images: ImagesSetup { programs: None, reach: web::Reach::Anywhere },
        self_service: notify::SelfService::Off,
    })
    .await
}

async fn serve_metrics(address: Option<SocketAddr>, controllers: &Controllers) -> Result<(), Failure> {
    if let Some(address) = address {
        let served = metrics_server::serve(address, metrics_server::exposition(controllers)).await?;
        terminal::note(&format!("metrics on http://{served}/metrics"));
    }
    Ok(())
}

/// The flags of `cluster up`.
#[derive(Debug, Args)]
pub(crate) struct ClusterUp {
    #[command(flatten)]
    cluster: ClusterFlags,
}

impl ClusterUp {
    pub(crate) async fn run(&self, clock: &Clock) -> Result<(), Failure> {
        let cluster = self.cluster.start(clock).await.map_err(|error| explain(&error))?;
        terminal::print(&format!("capstan is ready\n\n{}", whereabouts(&cluster)))?;
        signals::stop().await?;
        tokio::select! {
            () = cluster.stop() => {}
            _ = signals::stop() => {}
        }
        Ok(())
    }
}

/// The flags of `run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Namespace of the control plane
    #[arg(long, default_value = api::names::DEFAULT_NAMESPACE)]
    namespace: String,
    /// Namespaces besides whose Applications are dealt with: globs, or regular expressions between slashes
    #[arg(long, value_delimiter = ',', value_name = "NAMESPACES")]
    application_namespaces: Vec<String>,
    /// Folder for mirrors of repositories
    #[arg(long, value_name = "DIR", default_value = crate::connection::DEFAULT_DATA)]
    data: PathBuf,
    /// Serve the controllers' metrics on this address
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Serve the API, encrypted, on this address; `off` goes without
    #[arg(long, value_name = "ADDRESS", default_value_t = ServerAt::everywhere())]
    ui: ServerAt,
    /// What to deal with
    #[arg(long, value_enum, value_delimiter = ',', default_value = "applications,rollouts,images")]
    controllers: Vec<Kind>,
    /// Let namespaces hold configurations of notifications of their own
    #[arg(long)]
    self_service_notification_enabled: bool,
    #[command(flatten)]
    rollouts: RolloutsFlags,
    #[command(flatten)]
    images: ImagesFlags,
}

/// Which Rollouts are dealt with.
#[derive(Debug, Args)]
struct RolloutsFlags {
    /// Only Rollouts labelled with this id; without it, only those that have no such label
    #[arg(long, value_name = "ID", default_value = "")]
    instance_id: String,
    /// Only Rollouts of this namespace
    #[arg(long, value_name = "NAMESPACE")]
    rollouts_namespace: Option<String>,
    /// Let metrics ask private addresses too, besides the public internet and Services of the cluster
    #[arg(long)]
    analysis_private_addresses: bool,
    #[command(flatten)]
    aws: AwsFlags,
}

impl RolloutsFlags {
    fn network(&self) -> providers::Network {
        if self.analysis_private_addresses { providers::Network::Private } else { providers::Network::Guarded }
    }

    fn settings(&self) -> rollouts::Settings {
        rollouts::Settings {
            namespace: self.rollouts_namespace.as_deref().map(Into::into),
            instance_id: self.instance_id.as_str().into(),
            target_group_binding: Some(self.aws.binding_version().into()),
        }
    }
}

impl Run {
    fn self_service(&self) -> notify::SelfService {
        if self.self_service_notification_enabled { notify::SelfService::On } else { notify::SelfService::Off }
    }

    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let client = match in_cluster(connection, clock) {
            Some(client) => client,
            None => connection.client(clock).await?,
        };
        let gvk = object::Gvk::from_api_version(api::names::API_VERSION, api::names::APPLICATION);
        client.resource(&gvk).await.map_err(|error| {
            Failure::with_code(
                1,
                format!("{error}; install what is needed with `capstan install | kubectl apply -f -`"),
            )
        })?;
        let bound = self.ui.take().await?;
        let controllers = Controllers::start(Setup {
            client: client.clone(),
            clock: clock.clone(),
            data: &self.data,
            namespace: self.namespace.clone(),
            application_namespaces: self.application_namespaces.clone(),
            rollouts: self.rollouts.settings(),
            balancers: self.rollouts.aws.balancers(clock),
            replicas: Replicas::Many,
            kinds: &self.controllers,
            network: self.rollouts.network(),
            images: self.images.setup(),
            self_service: self.self_service(),
        })
        .await?;
        serve_metrics(self.metrics, &controllers).await?;
        // It ends with this command.
        let _api =
            server_api::serve(bound, &client, clock, (&controllers, &self.namespace, Reached::Everywhere)).await?;
        terminal::print("capstan is ready\n")?;
        signals::stop().await?;
        tokio::select! {
            () = controllers.stop() => {}
            _ = signals::stop() => {}
        }
        Ok(())
    }
}

/// The pod's own cluster, where no other is named and this is a pod.
fn in_cluster(connection: &Connection, clock: &Clock) -> Option<ClusterClient> {
    let named = connection.kubeconfig.is_some() || connection.context.is_some();
    let is_pod = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    if named || !is_pod {
        return None;
    }
    ClusterClient::in_cluster(clock).ok()
}
