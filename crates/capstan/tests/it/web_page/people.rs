//! Somebody in front of a browser, and the cluster behind the page.

use crate::stage::Stage;
use browser::{Browser, check};
use object::Gvk;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(240);
/// The password that the reader is given.
pub const PASSWORD: &str = "let-me-in-please";

/// A browser, the program that serves the page, and a client of its cluster.
pub struct Desk {
    pub stage: Stage,
    pub browser: Browser,
    pub url: String,
}

impl Desk {
    /// Two applications, one with a Rollout that waits for somebody twice; `None` where there is no browser.
    pub async fn start() -> Option<Self> {
        embedded::install_crypto_provider();
        let browser = Browser::start().await?;
        let mut stage = Stage::start("up --api 127.0.0.1:0 --ui 127.0.0.1:0").await;
        let url = stage.noted("web page and API on ", ',');
        let desk = Desk { stage, browser, url };
        desk.commit("2026-01-01", "first", 1);
        let mut shop = desk.stage.application("shop");
        shop["spec"]["syncPolicy"]["syncOptions"] = json!(["CreateNamespace=true"]);
        desk.stage.create(&shop).await;
        let mut checkout = desk.stage.application("checkout");
        checkout["spec"]["source"]["path"] = json!("checkout");
        checkout["spec"]["destination"]["namespace"] = json!("checkout");
        checkout["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
        desk.stage.create(&checkout).await;
        desk.until_app("checkout", "Synced", "Healthy").await;
        desk.until_app("shop", "OutOfSync", "Missing").await;
        Some(desk)
    }

    /// Commits what both applications declare.
    pub fn commit(&self, day: &str, value: &str, version: u32) {
        let pods = |name: &str, image: String| json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "web", "image": image}]}});
        let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"value": value}});
        let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pods("web", "shop/web:1".to_owned())}});
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
        let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]);
        let canary = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "checkout"},
            "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "checkout"}},
                "template": pods("checkout", format!("shop/checkout:{version}")), "strategy": {"canary": {"steps": steps}}}});
        let text = |all: &[&Value]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n---\n");
        let (shop, checkout) = (text(&[&settings, &web, &service]), text(&[&canary]));
        self.stage.commit(day, value, &[("dev/all.yaml", &shop), ("checkout/all.yaml", &checkout)]);
    }

    /// An object as it is; null when it is not.
    pub async fn get(&self, kind: (&str, &str), namespace: &str, name: &str) -> Value {
        let gvk = Gvk::from_api_version(kind.0, kind.1);
        let found = self.stage.client.get(&gvk, Some(namespace), name).await.expect("readable");
        found.map(|own| own.value()).unwrap_or_default()
    }

    /// Waits until an object is as wanted.
    pub async fn until(&self, kind: (&str, &str), at: (&str, &str), what: &str, holds: impl Fn(&Value) -> bool) {
        let waited = tokio::time::timeout(AT_MOST, async {
            while !holds(&self.get(kind, at.0, at.1).await) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        if waited.await.is_err() {
            let mut object = self.get(kind, at.0, at.1).await;
            object["metadata"]["managedFields"] = Value::Null;
            assert!(holds(&object), "{} never was {what}: {object:#}", at.1);
        }
    }

    /// Waits until an application is as wanted, and nothing is done to it.
    pub async fn until_app(&self, name: &str, sync: &str, health: &str) {
        let holds = |app: &Value| {
            app["status"]["sync"]["status"] == sync
                && app["status"]["health"]["status"] == health
                && app["operation"].is_null()
                && app["status"]["operationState"]["phase"] != "Running"
        };
        self.until(APPLICATION, ("argocd", name), &format!("{sync} and {health}"), holds).await;
    }

    /// Merges into an object.
    pub async fn patch(&self, kind: (&str, &str), at: (&str, &str), body: Value) {
        let value = json!({"apiVersion": kind.0, "kind": kind.1, "metadata": {"namespace": at.0, "name": at.1}});
        self.stage.patch(&value, body).await;
    }

    /// The password that the first start has made.
    pub async fn password(&self) -> String {
        let secret = self.get(("v1", "Secret"), "argocd", "argocd-initial-admin-secret").await;
        let object = object::Object::from_value(&secret).expect("the Secret is there");
        applications::sources::secret_values(&object)["password"].clone()
    }

    /// Goes to a page of the program.
    pub async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.url)).await;
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str, password: &str) {
        self.open("/applications").await;
        self.browser.until_said("Sign in").await;
        self.browser.fill("#username", name).await;
        self.browser.fill("#password", password).await;
        self.browser.click(".sign-in button").await;
        self.browser.until("return location.pathname === '/applications'").await;
    }

    /// Clicks what a function finds in the page.
    pub async fn click_found(&self, find: &str) {
        self.browser.until(&format!("const it = {find}; return !!it && !it.disabled")).await;
        self.browser.run(&format!("({find}).click(); return true")).await;
    }

    /// A picture of the page that is open, after it has been looked over.
    pub async fn look(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&folder).expect("a folder");
        self.browser.picture(&folder.join(format!("{name}.png"))).await;
        check(&self.browser, name).await;
    }
}

/// An Application.
pub const APPLICATION: (&str, &str) = ("argoproj.io/v1alpha1", "Application");
/// A Rollout.
pub const ROLLOUT: (&str, &str) = ("argoproj.io/v1alpha1", "Rollout");
/// A ConfigMap.
pub const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");
