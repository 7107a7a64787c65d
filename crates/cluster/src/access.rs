//! How a cluster is reached, said piece by piece, as a Secret declares it, instead of by a kubeconfig.

use crate::overrides::{Token, Trust};
use crate::transport::ConnectError;
use kube::config::{
    AuthInfo, Cluster, Context, KubeConfigOptions, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext,
};

/// The one name in a kubeconfig that is made here.
const NAME: &str = "declared";

/// How a cluster is reached and who we are to it. It prints without its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The address of the API server.
    pub server: String,
    /// The token to be known by.
    pub token: Option<Token>,
    /// The user of basic authentication.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Token>,
    /// The certificates of authorities that are trusted: PEM in base64.
    pub authorities: Option<String>,
    /// The client's certificate: PEM in base64.
    pub certificate: Option<String>,
    /// The key of that certificate: PEM in base64.
    pub key: Option<Token>,
    /// The name that the server's certificate must bear.
    pub server_name: Option<String>,
    /// Whether the server may show any certificate.
    pub trust: Trust,
    /// The proxy to the server.
    pub proxy: Option<String>,
}

impl Access {
    /// The client settings it comes to.
    pub(crate) async fn config(&self) -> Result<kube::Config, ConnectError> {
        let wrong = |cause: String| ConnectError::Client { server: self.server.clone(), cause };
        let options = KubeConfigOptions::default();
        kube::Config::from_custom_kubeconfig(self.kubeconfig(), &options)
            .await
            .map_err(|error| wrong(error.to_string()))
    }

    fn kubeconfig(&self) -> Kubeconfig {
        let cluster = Cluster {
            server: Some(self.server.clone()),
            insecure_skip_tls_verify: Some(self.trust == Trust::Anything),
            certificate_authority_data: self.authorities.clone(),
            tls_server_name: self.server_name.clone(),
            proxy_url: self.proxy.clone(),
            ..Cluster::default()
        };
        let secret = |token: &Option<Token>| token.as_ref().map(|token| token.0.clone().into());
        let account = AuthInfo {
            username: self.user.clone(),
            password: secret(&self.password),
            token: secret(&self.token),
            client_certificate_data: self.certificate.clone(),
            client_key_data: secret(&self.key),
            ..AuthInfo::default()
        };
        let context = Context { cluster: NAME.to_owned(), user: Some(NAME.to_owned()), ..Context::default() };
        Kubeconfig {
            clusters: vec![NamedCluster { name: NAME.to_owned(), cluster: Some(cluster), ..NamedCluster::default() }],
            auth_infos: vec![NamedAuthInfo {
                name: NAME.to_owned(),
                auth_info: Some(account),
                ..NamedAuthInfo::default()
            }],
            contexts: vec![NamedContext { name: NAME.to_owned(), context: Some(context), ..NamedContext::default() }],
            current_context: Some(NAME.to_owned()),
            ..Kubeconfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_declared_reaches_the_client() {
        let access = Access {
            server: "https://far.example.org:6443/base".to_owned(),
            token: Some(Token::from("s3cret")),
            server_name: Some("far".to_owned()),
            trust: Trust::Anything,
            ..Access::default()
        };
        let config = access.config().await.expect("a usable declaration");
        assert_eq!(config.cluster_url.to_string(), "https://far.example.org:6443/base");
        assert!(config.accept_invalid_certs);
        assert_eq!(config.tls_server_name.as_deref(), Some("far"));
        assert!(config.auth_info.token.is_some());
        assert!(!format!("{access:?}").contains("s3cret"), "secrets do not print");
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_told_without_its_content() {
        let access = Access {
            server: "https://far.example.org".to_owned(),
            authorities: Some("no base64 !!".to_owned()),
            ..Access::default()
        };
        let error = access.config().await.expect_err("it is refused").to_string();
        assert!(error.contains("https://far.example.org") && !error.contains("no base64"), "{error}");
    }
}
