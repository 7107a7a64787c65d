//! One context of a kubeconfig, as far as a registered cluster needs it.

use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use budget::Budget;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A cluster and an account, as a kubeconfig names them.
#[derive(Debug)]
pub(super) struct Context {
    pub server: String,
    /// `tlsClientConfig` without the account.
    pub tls: Value,
    /// `proxyUrl`; empty for none.
    pub proxy: String,
    /// The account's part of `tlsClientConfig`.
    pub certificate: Value,
    /// The account's token; empty for none.
    pub token: String,
}

/// Where the kubeconfig is: as the flag says, else `$KUBECONFIG`, else in the home directory.
pub(super) fn path(flag: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let variable = std::env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
    let from_variable = || variable.as_ref().and_then(|value| std::env::split_paths(value).next());
    let at_home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".kube/config"));
    flag.or_else(from_variable)
        .or_else(at_home)
        .ok_or_else(|| Failure::new("name a kubeconfig with --source-kubeconfig"))
}

/// The context called `name` of the kubeconfig at `path`.
pub(super) fn context(path: &Path, name: &str) -> Result<Context, Failure> {
    let wrong = |why: &str| Failure::new(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(&error.to_string()))?;
    let config = yaml::parse_one(&bytes, yaml::Dialect::V2, &mut Budget::default());
    let config = config.map_err(|error| wrong(&error.to_string()))?;
    let Some(context) = named(&config, "contexts", name) else {
        let all: Vec<&str> = names(&config, "contexts").collect();
        return Err(wrong(&format!("no context is called {name:?}; there are: {}", all.join(", "))));
    };
    let cluster = named(&config, "clusters", text(&context["context"], "cluster"));
    let cluster = &cluster.ok_or_else(|| wrong(&format!("the context {name} names no cluster")))?["cluster"];
    let user = named(&config, "users", text(&context["context"], "user")).map(|user| user["user"].clone());
    let user = user.unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new("."));
    let data = |of: &Value, key: &str| data(of, key, folder).map_err(|why| wrong(&why));
    let mut tls = json!({"insecure": cluster["insecure-skip-tls-verify"] == json!(true)});
    put(&mut tls, "caData", data(cluster, "certificate-authority")?);
    put(&mut tls, "serverName", text(cluster, "tls-server-name").to_owned());
    let mut certificate = json!({});
    put(&mut certificate, "certData", data(&user, "client-certificate")?);
    put(&mut certificate, "keyData", data(&user, "client-key")?);
    Ok(Context {
        server: text(cluster, "server").trim_end_matches('/').to_owned(),
        tls,
        proxy: text(cluster, "proxy-url").to_owned(),
        certificate,
        token: text(&user, "token").to_owned(),
    })
}

fn put(value: &mut Value, key: &str, text: String) {
    if !text.is_empty() {
        value[key] = json!(text);
    }
}

/// What `KEY-data` says, or what the file at `KEY` holds, in base64.
fn data(of: &Value, key: &str, folder: &Path) -> Result<String, String> {
    let given = text(of, &format!("{key}-data"));
    let file = text(of, key);
    if !given.is_empty() || file.is_empty() {
        return Ok(given.to_owned());
    }
    let bytes = std::fs::read(folder.join(file)).map_err(|error| format!("{key}: {file}: {error}"))?;
    Ok(STANDARD.encode(bytes))
}

fn named<'v>(config: &'v Value, list: &str, name: &str) -> Option<&'v Value> {
    config.get(list)?.as_array()?.iter().find(|item| text(item, "name") == name)
}

fn names<'v>(config: &'v Value, list: &str) -> impl Iterator<Item = &'v str> {
    config.get(list).and_then(Value::as_array).into_iter().flatten().map(|item| text(item, "name"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
clusters:
- {name: c, cluster: {server: 'https://far:6443/', certificate-authority: ca.pem, tls-server-name: inner}}
users:
- {name: u, user: {client-certificate-data: Y2VydA==, client-key-data: a2V5, token: t0ken}}
contexts:
- {name: far, context: {cluster: c, user: u}}
";

    #[test]
    fn a_context_is_read_with_the_files_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config"), CONFIG).expect("written");
        std::fs::write(folder.path().join("ca.pem"), "ca").expect("written");
        let found = context(&folder.path().join("config"), "far").expect("it is there");
        assert_eq!((&*found.server, &*found.token), ("https://far:6443", "t0ken"));
        assert_eq!(found.tls, json!({"insecure": false, "caData": "Y2E=", "serverName": "inner"}));
        assert_eq!(found.certificate, json!({"certData": "Y2VydA==", "keyData": "a2V5"}));
        let error = context(&folder.path().join("config"), "near").expect_err("there is none").to_string();
        assert!(error.ends_with("no context is called \"near\"; there are: far"), "{error}");
    }
}
