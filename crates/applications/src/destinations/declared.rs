//! Clusters as Secrets of the control plane declare them.

use crate::sources::{SECRET_TYPE, secret_values};
use cluster::{Access, ClusterScoped, Token, Trust};
use object::Object;
use serde::Deserialize;

/// What the label says of a Secret that declares a cluster.
const CLUSTER: &str = "cluster";

/// A cluster as a Secret declares it. It prints without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSecret {
    /// The Secret's name.
    pub secret: Box<str>,
    /// The cluster's name; its address where it has none.
    pub name: String,
    /// The address of its API server, without a slash at the end.
    pub server: String,
    /// The project it belongs to; empty for all.
    pub project: String,
    /// The only namespaces that are looked at; empty for all.
    pub namespaces: Vec<Box<str>>,
    /// Whether kinds outside of namespaces are looked at where only some namespaces are.
    pub cluster_scoped: ClusterScoped,
    /// How it is reached, or why what is declared cannot be used.
    pub access: Result<Access, String>,
}

/// The clusters that Secrets declare, by the Secrets' names; other objects are left aside.
#[must_use]
pub fn read_clusters<'o>(objects: impl IntoIterator<Item = &'o Object>) -> Vec<ClusterSecret> {
    let is_cluster = |object: &&Object| {
        &*object.gvk().kind == "Secret"
            && object.meta().labels.get(SECRET_TYPE).is_some_and(|label| **label == *CLUSTER)
    };
    let mut clusters: Vec<ClusterSecret> = objects.into_iter().filter(is_cluster).filter_map(read).collect();
    clusters.sort_by(|a, b| a.secret.cmp(&b.secret));
    clusters
}

/// One of them; `None` where not even an address is declared.
fn read(object: &Object) -> Option<ClusterSecret> {
    let mut values = secret_values(object);
    let mut take = |key: &str| values.remove(key).map(|text| text.trim().to_owned()).unwrap_or_default();
    let server = take("server").trim_end_matches('/').to_owned();
    if server.is_empty() {
        tracing::warn!("the Secret {} declares a cluster without an address: it needs the key server", object.name());
        return None;
    }
    let name = Some(take("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| server.clone());
    let namespaces = take("namespaces");
    let namespaces = namespaces.split(',').map(str::trim).filter(|own| !own.is_empty()).map(Into::into).collect();
    let cluster_scoped =
        if take("clusterResources") == "true" { ClusterScoped::Followed } else { ClusterScoped::LeftOut };
    let access = access(&server, &take("config"));
    Some(ClusterSecret {
        secret: object.name().into(),
        name,
        server,
        project: take("project"),
        namespaces,
        cluster_scoped,
        access,
    })
}

/// The key `config`, as far as it is used here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    username: String,
    password: String,
    bearer_token: String,
    tls_client_config: Tls,
    #[serde(rename = "awsAuthConfig")]
    aws: Option<serde::de::IgnoredAny>,
    #[serde(rename = "execProviderConfig")]
    exec: Option<serde::de::IgnoredAny>,
    #[serde(rename = "proxyUrl")]
    proxy: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Tls {
    insecure: bool,
    server_name: String,
    cert_data: String,
    key_data: String,
    ca_data: String,
}

/// How the cluster is reached.
///
/// # Errors
/// In words, without what is declared.
fn access(server: &str, config: &str) -> Result<Access, String> {
    let config: Config = match config {
        "" => Config::default(),
        text => serde_json::from_str(text).map_err(|error| {
            format!("the key config is no JSON of the expected form (line {}, column {})", error.line(), error.column())
        })?,
    };
    let instead = "use bearerToken or a client certificate in tlsClientConfig";
    if config.aws.is_some() {
        return Err(format!("awsAuthConfig is not supported yet: {instead}"));
    }
    if config.exec.is_some() {
        return Err(format!("execProviderConfig is not supported, for nothing is executed: {instead}"));
    }
    let Tls { insecure, server_name, cert_data, key_data, ca_data } = config.tls_client_config;
    // Compat: upstream's client refuses this too, and says so as late as here.
    if insecure && !ca_data.is_empty() {
        return Err("tlsClientConfig says insecure and names caData: leave one of them out".to_owned());
    }
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let secret = |text: String| some(text).map(|text| Token::from(text.as_str()));
    Ok(Access {
        server: server.to_owned(),
        token: secret(config.bearer_token),
        user: some(config.username),
        password: secret(config.password),
        authorities: some(ca_data),
        certificate: some(cert_data),
        key: secret(key_data),
        server_name: some(server_name),
        trust: if insecure { Trust::Anything } else { Trust::Verified },
        proxy: some(config.proxy),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use base64::Engine as _;
    use serde_json::{Value, json};

    pub fn secret(name: &str, data: &[(&str, &str)]) -> Object {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let data: serde_json::Map<String, Value> =
            data.iter().map(|(key, text)| ((*key).to_owned(), json!(encode(text)))).collect();
        let value = json!({
            "apiVersion": "v1", "kind": "Secret", "data": data,
            "metadata": {"name": name, "namespace": "argocd", "labels": {SECRET_TYPE: "cluster"}},
        });
        Object::from_value(&value).expect("an object")
    }

    fn one(data: &[(&str, &str)]) -> ClusterSecret {
        read_clusters([&secret("far", data)]).pop().expect("a cluster")
    }

    #[test]
    fn every_key_has_its_place() {
        let config = r#"{"bearerToken": "t0ken", "username": "u", "password": "p4ss", "proxyUrl": "http://proxy",
            "tlsClientConfig": {"serverName": "inner", "certData": "Y2VydA==", "keyData": "a2V5", "caData": "Y2E="}}"#;
        let far = one(&[
            ("name", "far"),
            ("server", "https://far.example.org:6443/"),
            ("namespaces", "shop, cart"),
            ("clusterResources", "true"),
            ("project", "team"),
            ("config", config),
        ]);
        assert_eq!((&*far.name, &*far.server, &*far.project), ("far", "https://far.example.org:6443", "team"));
        assert_eq!(far.namespaces, [Box::from("shop"), Box::from("cart")]);
        assert_eq!(far.cluster_scoped, ClusterScoped::Followed);
        let access = far.access.clone().expect("usable");
        assert_eq!(access.token, Some(Token::from("t0ken")));
        assert_eq!((access.user.as_deref(), access.password), (Some("u"), Some(Token::from("p4ss"))));
        assert_eq!(access.server_name.as_deref(), Some("inner"));
        assert_eq!((access.certificate.as_deref(), access.key), (Some("Y2VydA=="), Some(Token::from("a2V5"))));
        assert_eq!((access.authorities.as_deref(), access.trust), (Some("Y2E="), Trust::Verified));
        assert_eq!(access.proxy.as_deref(), Some("http://proxy"));
        let printed = format!("{far:?}");
        assert!(!printed.contains("t0ken") && !printed.contains("p4ss") && !printed.contains("a2V5"), "{printed}");
    }

    #[test]
    fn a_cluster_without_a_name_is_called_by_its_address() {
        let far = one(&[("server", "https://far"), ("config", "{}")]);
        assert_eq!((&*far.name, far.cluster_scoped), ("https://far", ClusterScoped::LeftOut));
        assert_eq!(read_clusters([&secret("none", &[("name", "x")])]), []);
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_content() {
        let why = |config: &str| one(&[("server", "https://far"), ("config", config)]).access.expect_err("refused");
        assert_eq!(
            why("{\"bearerToken\": s3cret}"),
            "the key config is no JSON of the expected form (line 1, column 17)"
        );
        assert!(why(r#"{"awsAuthConfig": {"clusterName": "c"}}"#).starts_with("awsAuthConfig is not supported yet"));
        assert!(why(r#"{"execProviderConfig": {"command": "c"}}"#).starts_with("execProviderConfig is not supported"));
        assert!(why(r#"{"tlsClientConfig": {"insecure": true, "caData": "Y2E="}}"#).contains("leave one of them out"));
        let open = one(&[("server", "https://far"), ("config", r#"{"tlsClientConfig": {"insecure": true}}"#)]);
        assert_eq!(open.access.expect("usable").trust, Trust::Anything);
    }
}
