//! Where metrics are measured: one block for each kind of provider.

use crate::int_or_string::IntOrString;
use crate::wire::wire;
use serde_json::Value;
use std::collections::BTreeMap;

wire! {
    /// Where a metric is measured; exactly one is given.
    pub struct MetricProvider {
        /// Prometheus.
        pub prometheus: Option<PrometheusMetric> = "prometheus";
        /// Kayenta.
        pub kayenta: Option<KayentaMetric> = "kayenta";
        /// Any web service that answers with JSON.
        pub web: Option<WebMetric> = "web";
        /// Datadog.
        pub datadog: Option<DatadogMetric> = "datadog";
        /// Wavefront.
        pub wavefront: Option<WavefrontMetric> = "wavefront";
        /// New Relic.
        pub new_relic: Option<NewRelicMetric> = "newRelic";
        /// A Job of Kubernetes that fails or does not.
        pub job: Option<JobMetric> = "job";
        /// CloudWatch.
        pub cloud_watch: Option<CloudWatchMetric> = "cloudWatch";
        /// Graphite.
        pub graphite: Option<GraphiteMetric> = "graphite";
        /// InfluxDB.
        pub influxdb: Option<InfluxdbMetric> = "influxdb";
        /// SkyWalking.
        pub skywalking: Option<SkyWalkingMetric> = "skywalking";
        /// Plugins by name.
        pub plugin: BTreeMap<String, Value> = "plugin";
    }

    /// A query of Prometheus.
    pub struct PrometheusMetric {
        /// Where it answers.
        pub address: String = "address";
        /// The query.
        pub query: String = "query";
        /// Who asks.
        pub authentication: Authentication = "authentication";
        /// For how many seconds an answer is waited for; 30 when not given.
        pub timeout: Option<i64> = "timeout";
        /// Certificates are not checked.
        pub insecure: bool = "insecure";
        /// Headers of the request.
        pub headers: Vec<WebMetricHeader> = "headers";
        /// The query is one over a span of time.
        pub range_query: Option<PrometheusRangeQuery> = "rangeQuery";
    }

    /// The span of a query.
    pub struct PrometheusRangeQuery {
        /// Expression of its beginning.
        pub start: String = "start";
        /// Expression of its end.
        pub end: String = "end";
        /// Its resolution.
        pub step: String = "step";
    }

    /// Who asks; at most one is given.
    pub struct Authentication {
        /// Signatures of AWS.
        pub sigv4: Sigv4Config = "sigv4";
        /// OAuth 2 with the client's own credentials.
        pub oauth2: OAuth2Config = "oauth2";
        /// Name and password.
        pub basic_auth: BasicAuthConfig = "basicAuth";
    }

    /// Signatures of AWS.
    pub struct Sigv4Config {
        /// The region.
        pub region: String = "region";
        /// The profile.
        pub profile: String = "profile";
        /// The role.
        pub role_arn: String = "roleArn";
    }

    /// OAuth 2 with the client's own credentials.
    pub struct OAuth2Config {
        /// Where tokens come from.
        pub token_url: String = "tokenUrl";
        /// The client.
        pub client_id: String = "clientId";
        /// Its secret.
        pub client_secret: String = "clientSecret";
        /// What is asked for.
        pub scopes: Vec<String> = "scopes";
    }

    /// Name and password.
    pub struct BasicAuthConfig {
        /// The name.
        pub username: String = "username";
        /// The password.
        pub password: String = "password";
    }

    /// A request to a web service.
    pub struct WebMetric {
        /// GET, POST or PUT; GET when not given.
        pub method: String = "method";
        /// Where it answers.
        pub url: String = "url" required;
        /// Headers of the request.
        pub headers: Vec<WebMetricHeader> = "headers";
        /// Its body as text.
        pub body: String = "body";
        /// For how many seconds an answer is waited for; 10 when not given.
        pub timeout_seconds: i64 = "timeoutSeconds";
        /// Where in the answer the value stands.
        pub json_path: String = "jsonPath";
        /// Certificates are not checked.
        pub insecure: bool = "insecure";
        /// Its body as JSON.
        pub json_body: Value = "jsonBody";
        /// Who asks.
        pub authentication: Authentication = "authentication";
    }

    /// A header of a request.
    pub struct WebMetricHeader {
        /// Its name.
        pub key: String = "key" required;
        /// Its value.
        pub value: String = "value" required;
    }

    /// A Job of Kubernetes.
    pub struct JobMetric {
        /// Further metadata of it.
        pub metadata: Value = "metadata";
        /// What it is.
        pub spec: Value = "spec" required;
    }

    /// A query of Datadog.
    pub struct DatadogMetric {
        /// The span it is over; 5m when not given.
        pub interval: String = "interval";
        /// The query.
        pub query: String = "query";
        /// Several queries by name.
        pub queries: BTreeMap<String, String> = "queries";
        /// What they are put together by.
        pub formula: String = "formula";
        /// v1 or v2; v1 when not given.
        pub api_version: String = "apiVersion";
        /// How values of the span become one.
        pub aggregator: String = "aggregator";
        /// The Secret with keys and address.
        pub secret_ref: SecretReference = "secretRef";
        /// How long an answer is waited for; 10s when not given.
        pub request_timeout: String = "requestTimeout";
    }

    /// A Secret.
    pub struct SecretReference {
        /// Its name.
        pub name: String = "name";
        /// It is in the AnalysisRun's namespace rather than the controller's.
        pub namespaced: bool = "namespaced";
    }

    /// A query of Wavefront.
    pub struct WavefrontMetric {
        /// Where it answers.
        pub address: String = "address";
        /// The query.
        pub query: String = "query";
    }

    /// A query of New Relic.
    pub struct NewRelicMetric {
        /// The Secret with account and keys.
        pub profile: String = "profile";
        /// The query.
        pub query: String = "query" required;
        /// For how many seconds an answer is waited for.
        pub timeout: Option<i64> = "timeout";
    }

    /// A query of Graphite.
    pub struct GraphiteMetric {
        /// Where it answers.
        pub address: String = "address";
        /// The query.
        pub query: String = "query";
    }

    /// A query of InfluxDB.
    pub struct InfluxdbMetric {
        /// The Secret with address and token.
        pub profile: String = "profile";
        /// The query.
        pub query: String = "query";
    }

    /// A query of SkyWalking.
    pub struct SkyWalkingMetric {
        /// Where it answers.
        pub address: String = "address";
        /// The query.
        pub query: String = "query";
        /// The span it is over.
        pub interval: String = "interval";
    }

    /// Queries of CloudWatch.
    pub struct CloudWatchMetric {
        /// The span they are over.
        pub interval: String = "interval";
        /// The queries.
        pub metric_data_queries: Vec<CloudWatchMetricDataQuery> = "metricDataQueries" required;
    }

    /// One query of CloudWatch.
    pub struct CloudWatchMetricDataQuery {
        /// Its name among the others.
        pub id: String = "id";
        /// An expression over the others.
        pub expression: Option<String> = "expression";
        /// What it is called.
        pub label: Option<String> = "label";
        /// The statistic.
        pub metric_stat: Option<CloudWatchMetricStat> = "metricStat";
        /// Its resolution in seconds.
        pub period: Option<IntOrString> = "period";
        /// Whether it is part of the answer.
        pub return_data: Option<bool> = "returnData";
    }

    /// A statistic of CloudWatch.
    pub struct CloudWatchMetricStat {
        /// Of what.
        pub metric: CloudWatchMetricStatMetric = "metric";
        /// Its resolution in seconds.
        pub period: IntOrString = "period";
        /// Which.
        pub stat: String = "stat";
        /// In which unit.
        pub unit: String = "unit";
    }

    /// A metric of CloudWatch.
    pub struct CloudWatchMetricStatMetric {
        /// What narrows it down.
        pub dimensions: Vec<CloudWatchMetricStatMetricDimension> = "dimensions";
        /// Its name.
        pub metric_name: String = "metricName";
        /// Its namespace.
        pub namespace: Option<String> = "namespace";
    }

    /// A dimension of a metric of CloudWatch.
    pub struct CloudWatchMetricStatMetricDimension {
        /// Its name.
        pub name: String = "name";
        /// Its value.
        pub value: String = "value";
    }

    /// A judgement of Kayenta.
    pub struct KayentaMetric {
        /// Where it answers.
        pub address: String = "address" required;
        /// The application.
        pub application: String = "application" required;
        /// The configuration.
        pub canary_config_name: String = "canaryConfigName" required;
        /// The account of metrics.
        pub metrics_account_name: String = "metricsAccountName" required;
        /// The account of configurations.
        pub configuration_account_name: String = "configurationAccountName" required;
        /// The account of storage.
        pub storage_account_name: String = "storageAccountName" required;
        /// When it is good.
        pub threshold: KayentaThreshold = "threshold" required;
        /// What is compared.
        pub scopes: Vec<KayentaScope> = "scopes" required;
        /// Whether it looks back.
        pub lookback: bool = "lookback";
    }

    /// When a judgement is good.
    pub struct KayentaThreshold {
        /// From this score on.
        pub pass: i64 = "pass" required;
        /// Below this score it is bad.
        pub marginal: i64 = "marginal" required;
    }

    /// What Kayenta compares.
    pub struct KayentaScope {
        /// Its name.
        pub name: String = "name" required;
        /// The one side.
        pub control_scope: KayentaScopeDetail = "controlScope" required;
        /// The other.
        pub experiment_scope: KayentaScopeDetail = "experimentScope" required;
    }

    /// One side of what Kayenta compares.
    pub struct KayentaScopeDetail {
        /// What.
        pub scope: String = "scope" required;
        /// Where.
        pub region: String = "region" required;
        /// Its resolution.
        pub step: i64 = "step" required;
        /// From when.
        pub start: String = "start";
        /// Until when.
        pub end: String = "end";
    }
}
