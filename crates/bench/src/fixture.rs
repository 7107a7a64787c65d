//! What is installed: the repository's files, the applications, and where each of them ends up.

use api::names;
use object::Gvk;
use serde_json::{Value, json};

/// How many applications share a namespace.
const APPS_PER_NAMESPACE: u32 = 100;

/// The image everything begins with.
pub const FIRST_IMAGE: &str = "registry.example/app:1";

/// The name of application `index`, of its directory and of its objects.
pub fn app_name(index: u32) -> String {
    format!("app-{index:04}")
}

/// The namespace its objects go to.
pub fn namespace(index: u32) -> String {
    format!("bench-{}", index / APPS_PER_NAMESPACE)
}

/// All namespaces that objects of `apps` applications go to.
pub fn namespaces(apps: u32) -> Vec<String> {
    (0..apps.div_ceil(APPS_PER_NAMESPACE)).map(|number| namespace(number * APPS_PER_NAMESPACE)).collect()
}

/// Where the manifest lies that names the image.
pub fn deployment_path(index: u32) -> String {
    format!("{}/deployment.yaml", app_name(index))
}

/// The files of one application's directory.
pub fn files(index: u32) -> [(String, String); 4] {
    let name = app_name(index);
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name } });
    let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": name },
        "spec": { "selector": { "app": name }, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] } });
    let backend = json!({ "service": { "name": name, "port": { "name": "http" } } });
    let ingress = json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": name },
        "spec": { "rules": [{ "host": format!("{name}.example"),
            "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } }] } });
    // JSON is YAML: the files are what a generator would commit.
    let file = |kind: &str, object: &Value| (format!("{name}/{kind}.yaml"), format!("{object:#}\n"));
    [
        (deployment_path(index), deployment(index, FIRST_IMAGE)),
        file("account", &account),
        file("service", &service),
        file("ingress", &ingress),
    ]
}

/// The Deployment's manifest with that image.
pub fn deployment(index: u32, image: &str) -> String {
    let name = app_name(index);
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app: {name}
spec:
  replicas: 0
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      serviceAccountName: {name}
      containers:
      - name: app
        image: {image}
        ports:
        - name: http
          containerPort: 8080
        resources:
          requests:
            cpu: 100m
            memory: 64Mi
"
    )
}

/// The Application object.
pub fn application(index: u32, repository: &str) -> Value {
    json!({
        "apiVersion": names::API_VERSION,
        "kind": names::APPLICATION,
        "metadata": { "name": app_name(index), "namespace": names::DEFAULT_NAMESPACE },
        "spec": {
            "project": names::DEFAULT_PROJECT,
            "source": { "repoURL": repository, "targetRevision": "HEAD", "path": app_name(index) },
            "destination": { "server": names::IN_CLUSTER_SERVER, "namespace": namespace(index) },
            "syncPolicy": {
                "automated": { "prune": true, "selfHeal": true },
                "syncOptions": ["CreateNamespace=true"],
            },
        },
    })
}

/// What an application is to the API.
pub fn application_kind() -> Gvk {
    Gvk::from_api_version(names::API_VERSION, names::APPLICATION)
}

/// What a Deployment is to the API.
pub fn deployment_kind() -> Gvk {
    Gvk::from_api_version("apps/v1", "Deployment")
}
