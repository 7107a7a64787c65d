//! Prometheus: queries of an instant and of a span, by its HTTP API v1.
//!
//! <https://prometheus.io/docs/prometheus/latest/querying/api/>

use crate::asker::Asker;
use crate::{oauth2, sigv4};
use analysis::answers::{Understood, prometheus};
use api::rollouts::{PrometheusMetric, PrometheusRangeQuery};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use budget::{Budget, Limits};
use expr::condition::instant;
use jiff::{SignedDuration, Timestamp};
use outbound::{Call, Reply, header, server};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use std::time::Duration;
use url::Url;
use url::form_urlencoded::Serializer;

/// Where the address comes from when the metric gives none.
pub(crate) const ADDRESS: &str = "ARGO_ROLLOUTS_PROMETHEUS_ADDRESS";
/// For how many seconds an answer is waited for when the metric does not say.
const TIMEOUT_SECONDS: i64 = 30;
/// What an expression of a time may use: far more than any needs.
const LIMITS: Limits = Limits { fuel: 100_000, bytes: 1 << 20, depth: 64 };

/// Asks.
///
/// # Errors
/// When the metric is not complete, there was no answer, or it is none that can be used.
pub(crate) async fn measure(asker: &Asker, metric: &PrometheusMetric) -> Result<Understood, String> {
    let answer = answer(asker, metric).await?;
    let mut understood = prometheus(&answer.body)?;
    let measured = &mut understood.measured;
    measured.as_of = measured.as_of.and_then(|as_of| as_of.checked_add(answer.behind).ok());
    Ok(understood)
}

/// What Prometheus answered.
pub(crate) struct Answer {
    pub body: Vec<u8>,
    /// How long ago the span that was asked for ended: what it holds is as fresh as it can be.
    pub behind: SignedDuration,
}

/// Asks, and gives the answer as it came.
///
/// # Errors
/// As [`measure`].
pub(crate) async fn answer(asker: &Asker, metric: &PrometheusMetric) -> Result<Answer, String> {
    let timeout = metric.timeout.unwrap_or(TIMEOUT_SECONDS);
    let seconds = u64::try_from(timeout).map_err(|_| "prometheus timeout should not be negative".to_owned())?;
    let asked = Asked::of(metric, asker.clock.now())?;
    let base = address(asker, metric)?;
    let mut call = Call::get(endpoint(&base, asked.path), Duration::from_secs(seconds));
    if metric.insecure {
        call.trust = web::ServerTrust::Anything;
    }
    let call = identified(asker, call, metric).await?;
    let reply = ask(asker, call, &base, metric, &asked.form).await?;
    Ok(Answer { body: understandable(reply)?, behind: asked.behind })
}

/// What is asked.
struct Asked {
    path: &'static str,
    form: String,
    /// How long before now the span ends.
    behind: SignedDuration,
}

impl Asked {
    fn of(metric: &PrometheusMetric, now: Timestamp) -> Result<Self, String> {
        let mut form = Serializer::new(String::new());
        form.append_pair("query", &metric.query);
        let Some(range) = &metric.range_query else {
            form.append_pair("time", &seconds(now));
            return Ok(Asked { path: "api/v1/query", form: form.finish(), behind: SignedDuration::ZERO });
        };
        let (start, end, step) = span(range, now)?;
        form.append_pair("start", &seconds(start)).append_pair("end", &seconds(end)).append_pair("step", &step);
        let behind = now.duration_since(end).max(SignedDuration::ZERO);
        Ok(Asked { path: "api/v1/query_range", form: form.finish(), behind })
    }
}

fn span(range: &PrometheusRangeQuery, now: Timestamp) -> Result<(Timestamp, Timestamp, String), String> {
    let time = |name: &str, text: &str| {
        instant(text, now, &mut Budget::new(LIMITS))
            .map_err(|error| format!("failed to parse rangeQuery.{name} as time: {error}"))
    };
    let step = sprig::duration::parse(&range.step)
        .map_err(|error| format!("failed to parse rangeQuery.step as duration: {error}"))?;
    let step = SignedDuration::from_nanos(step).as_secs_f64();
    Ok((time("start", &range.start)?, time("end", &range.end)?, format!("{step}")))
}

/// Seconds since 1970 with their fraction, as Prometheus reads them.
fn seconds(time: Timestamp) -> String {
    let millis = time.as_millisecond();
    if millis % 1000 == 0 { (millis / 1000).to_string() } else { format!("{}.{:03}", millis / 1000, millis % 1000) }
}

fn address(asker: &Asker, metric: &PrometheusMetric) -> Result<Url, String> {
    let text = if metric.address.is_empty() { asker.variable(ADDRESS).unwrap_or_default() } else { &metric.address };
    if text.is_empty() {
        return Err("prometheus address is not configured".to_owned());
    }
    outbound::url(text).map_err(|_| "prometheus address is not is url format".to_owned())
}

fn endpoint(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// The call in the name of whom the metric says.
async fn identified(asker: &Asker, mut call: Call, metric: &PrometheusMetric) -> Result<Call, String> {
    for given in &metric.headers {
        let (name, value) = header(&given.key, &given.value)?;
        call.headers.insert(name, value);
    }
    let basic = &metric.authentication.basic_auth;
    if !basic.username.is_empty() || !basic.password.is_empty() {
        let missing = |what: &str| Err(format!("missing mandatory parameter in metric for basic auth setup: {what}"));
        if basic.username.is_empty() {
            return missing("username");
        }
        if basic.password.is_empty() {
            return missing("password");
        }
        // Compat: a header that was given stays.
        if !call.headers.contains_key(AUTHORIZATION) {
            let pair = STANDARD.encode(format!("{}:{}", basic.username, basic.password));
            call = call.header(AUTHORIZATION.as_str(), &format!("Basic {pair}"))?;
        }
    }
    oauth2::authorized(&asker.http, call, &metric.authentication.oauth2).await
}

/// Compat: as Prometheus' own client, a POST first, and a GET where that is not understood.
async fn ask(
    asker: &Asker,
    mut call: Call,
    base: &Url,
    metric: &PrometheusMetric,
    form: &str,
) -> Result<Reply, String> {
    let get = {
        let mut get = call.clone();
        get.url.set_query(Some(form));
        get
    };
    call.method = Method::POST;
    call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    call.body = Some(form.as_bytes().to_vec());
    let signs = metric.address.contains("aps-workspaces") && is_signed(metric);
    let sign = async |call: Call| match signs {
        true => sigv4::signed(asker, call, "aps", &metric.authentication.sigv4).await,
        false => Ok(call),
    };
    let reply = asker.http.send(sign(call).await?).await?;
    if matches!(reply.status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) {
        let reply = asker.http.send(sign(get).await?).await;
        return reply.map_err(|error| format!("{}: {error}", server(base)));
    }
    Ok(reply)
}

fn is_signed(metric: &PrometheusMetric) -> bool {
    let config = &metric.authentication.sigv4;
    !(config.region.is_empty() && config.profile.is_empty() && config.role_arn.is_empty())
}

/// The body of an answer that Prometheus itself gave: of success, or of an error that it explains.
fn understandable(reply: Reply) -> Result<Vec<u8>, String> {
    let status = reply.status.as_u16();
    match status {
        200..300 | 400 | 422 => Ok(reply.body),
        401..500 => Err(format!("client_error: client error: {status}")),
        500.. => Err(format!("server_error: server error: {status}")),
        _ => Err(format!("bad_response: bad response code {status}")),
    }
}
