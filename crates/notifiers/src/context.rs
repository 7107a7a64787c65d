//! What every service is reached with: requests and their answers, time, and where vendors' servers are.

use crate::authorities::Authorities;
use crate::error::SendError;
use crate::options::Fields;
use clock::Clock;
use cluster::ClusterClient;
use outbound::{Call, Http, NamedBy, Network, Reply, header, server, url};
use reqwest::{Method, StatusCode};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use web::{Reach, ServerTrust, pause_asked};

/// How long one request may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// How much of an answer a message shows.
const SHOWN_BYTES: usize = 300;

/// Variables of the environment that say who this process is to Google; those for AWS are the crate `aws`' to know.
const OF_GOOGLE: [&str; 2] = ["GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST"];

/// What services are reached with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where requests may go.
    pub network: Network,
    /// Variables of the environment, by name.
    pub variables: BTreeMap<String, String>,
    /// The folder in which people's own files of AWS may be.
    pub home: Option<PathBuf>,
    /// The authorities of servers whose certificates the machine's own do not vouch for.
    pub authorities: Authorities,
    /// Where the servers of vendors are whose address is no option, by type of service: for tests, and for those who go
    /// through a gateway.
    pub endpoints: BTreeMap<String, String>,
}

impl Options {
    /// Without any surroundings.
    #[must_use]
    pub fn new(network: Network) -> Self {
        let (variables, endpoints, authorities) = (BTreeMap::new(), BTreeMap::new(), Authorities::default());
        Options { network, variables, home: None, authorities, endpoints }
    }

    /// With what of this process' surroundings concerns services.
    #[must_use]
    pub fn of_process(network: Network) -> Self {
        let aws = aws::Settings::of_process(Clock::system());
        let set = |name: &&str| std::env::var(name).ok().map(|value| ((*name).to_owned(), value));
        let variables = aws.variables.into_iter().chain(OF_GOOGLE.iter().filter_map(set)).collect();
        Options { variables, home: aws.home, ..Options::new(network) }
    }
}

/// What every service is reached with.
pub(crate) struct Context {
    http: Http,
    cluster: ClusterClient,
    options: Options,
    /// Who this process is to AWS.
    pub aws: aws::Identity,
    pub clock: Clock,
}

/// A request to be.
pub(crate) struct Request<'r> {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'r str, String)>,
    pub body: Body,
    /// Whether any certificate is accepted.
    pub trust: ServerTrust,
}

/// What is sent.
pub(crate) enum Body {
    Nothing,
    Json(Json),
    Text(String),
    Form(Vec<(&'static str, String)>),
}

impl<'r> Request<'r> {
    /// A POST.
    pub fn post(url: impl Into<String>, body: Body) -> Self {
        Request { method: Method::POST, url: url.into(), headers: Vec::new(), body, trust: ServerTrust::System }
    }

    /// The same with a header more.
    pub fn header(mut self, name: &'r str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, trusting as the service's options say.
    pub fn trusting(mut self, options: Fields<'_>) -> Self {
        self.trust = trust(options);
        self
    }
}

/// Which certificates a service's options accept.
pub(crate) fn trust(options: Fields<'_>) -> ServerTrust {
    if options.is("insecureSkipVerify") { ServerTrust::Anything } else { ServerTrust::System }
}

impl Context {
    pub fn new(cluster: ClusterClient, options: Options) -> Self {
        let http = Http::new(options.network, cluster.clone());
        let (clock, variables, home) = (cluster.clock().clone(), options.variables.clone(), options.home.clone());
        let aws = aws::Identity::new(aws::Settings { variables, home, clock: clock.clone() });
        Context { http, clock, cluster, options, aws }
    }

    /// A variable of the environment that is set to something.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.options.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where a vendor's server is.
    pub fn endpoint<'e>(&'e self, kind: &str, usual: &'e str) -> &'e str {
        self.options.endpoints.get(kind).map_or(usual, String::as_str)
    }

    /// How far away the host of an address may be that a service's options name.
    pub async fn reach(&self, url: &Url) -> Reach {
        self.options.network.reach(url, NamedBy::Object, &self.cluster).await
    }

    /// Sends a request; whatever its status, the answer is the result.
    pub async fn ask(&self, request: Request<'_>) -> Result<Reply, SendError> {
        self.ask_within(request, TIMEOUT).await
    }

    /// The same within another time.
    pub async fn ask_within(&self, request: Request<'_>, timeout: Duration) -> Result<Reply, SendError> {
        let mut call = call(request, timeout)?;
        call.trust = self.trusting(call.trust, call.url.host_str().unwrap_or_default());
        self.http.send(call).await.map_err(SendError::from)
    }

    /// Which certificates of a host are accepted: compat: where authorities are configured for it, only theirs.
    pub fn trusting(&self, asked: ServerTrust, host: &str) -> ServerTrust {
        match asked {
            ServerTrust::System => self.options.authorities.of(host).map_or(ServerTrust::System, ServerTrust::Only),
            other => other,
        }
    }

    /// Sends a request that must be answered with success.
    pub async fn post(&self, request: Request<'_>) -> Result<Reply, SendError> {
        let asked = url(&request.url).map(|url| server(&url)).unwrap_or_default();
        let reply = self.ask(request).await?;
        if reply.status.is_success() { Ok(reply) } else { Err(refused(&asked, &reply)) }
    }
}

/// The request as it is sent.
pub(crate) fn call(request: Request<'_>, timeout: Duration) -> Result<Call, SendError> {
    let mut call = Call::get(url(&request.url)?, timeout);
    call.method = request.method;
    call.trust = request.trust;
    match request.body {
        Body::Nothing => {}
        Body::Json(body) => {
            let method = call.method.clone();
            call = call.posting(&body);
            call.method = method;
        }
        Body::Text(text) => call.body = Some(text.into_bytes()),
        Body::Form(pairs) => {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            call = call.header("content-type", "application/x-www-form-urlencoded")?;
            call.body = Some(text.into_bytes());
        }
    }
    for (name, value) in request.headers {
        let (name, value) = header(name, &value)?;
        call.headers.insert(name, value);
    }
    Ok(call)
}

/// An answer that is no success, as an error. Who asked redacts what is secret.
pub(crate) fn refused(asked: &str, reply: &Reply) -> SendError {
    let text = String::from_utf8_lossy(&reply.body);
    let text: String = text.chars().take(SHOWN_BYTES).map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    let status = reply.status;
    let what = match (status, text.trim()) {
        (status, "") => format!("{asked} answered {status}"),
        (status, text) => format!("{asked} answered {status}: {text}"),
    };
    SendError::Failed { message: what, after: pause_asked(status.as_u16(), &reply.headers) }
}

/// Whether a status asks to try again.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}
