//! What belongs to a control plane: its ConfigMaps, Secrets, projects, applications and sets of them.

use crate::app::explain;
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use api::Glob;
use api::names::{API_VERSION, APP_PROJECT, APPLICATION};
use applications::sources::{CONFIG, KNOWN_HOSTS, OWN_SECRET, SECRET_TYPE, TLS_CERTS};
use cluster::{ErrorClass, ListQuery};
use object::{Gvk, Meta, Object};

/// The ConfigMap with who may do what.
const RBAC: &str = "argocd-rbac-cm";

/// The kind that makes applications; it need not be served.
const APPLICATION_SET: &str = "ApplicationSet";

/// All of it, in the order in which it can be made again. Applications of other namespaces belong to it where a glob of
/// `namespaces` fits theirs.
pub(super) async fn all(control_plane: &ControlPlane, namespaces: &[String]) -> Result<Vec<Object>, Failure> {
    let ControlPlane { client, namespace, .. } = control_plane;
    let failed = |error| explain(error, "read the data of the control plane");
    let own = ListQuery::in_namespace(namespace);
    let core = |kind: &str| Gvk::new("", "v1", kind);
    let mut all = Vec::new();
    for name in [CONFIG, RBAC, KNOWN_HOSTS, TLS_CERTS] {
        all.extend(client.get(&core("ConfigMap"), Some(namespace), name).await.map_err(failed)?);
    }
    let secrets = client.list(&core("Secret"), &own).await.map_err(failed)?;
    all.extend(secrets.into_iter().filter(|secret| is_secret(secret.meta())));
    let argo = |kind: &str| Gvk::from_api_version(API_VERSION, kind);
    all.extend(client.list(&argo(APP_PROJECT), &own).await.map_err(failed)?);
    let everywhere = if namespaces.is_empty() { own } else { ListQuery::default() };
    let globs: Vec<Glob> = namespaces.iter().map(|pattern| Glob::new(pattern, &[])).collect();
    let is_own = |object: &Object| {
        let there = object.namespace().unwrap_or_default();
        there == namespace || globs.iter().any(|glob| glob.matches(there))
    };
    for kind in [APPLICATION, APPLICATION_SET] {
        match client.list(&argo(kind), &everywhere).await {
            Ok(objects) => all.extend(objects.into_iter().filter(is_own)),
            Err(error) if kind == APPLICATION_SET && error.class == ErrorClass::UnknownKind => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(all)
}

/// Whether a Secret is the control plane's.
fn is_secret(meta: &Meta) -> bool {
    *meta.name == *OWN_SECRET
        || meta.labels.contains_key(SECRET_TYPE)
        || meta.annotation("managed-by") == Some("argocd.argoproj.io")
}

/// How people name an object: group, kind and name.
pub(super) fn named(object: &Object) -> String {
    let gvk = object.gvk();
    format!("{}/{} {}", gvk.group, gvk.kind, object.name())
}
