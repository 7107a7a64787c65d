//! A browser, and the little of the WebDriver protocol that these cases need.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(120);
/// How elements are named in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser; ends with this. All that is asked of it panics when it cannot be done.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    // Held: it must have somewhere to write to.
    _said: BufReader<ChildStdout>,
    port: String,
    session: String,
    client: reqwest::Client,
    // Its profile; goes with it.
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session, not with its driver.
        let path = self.session.split_once("/session/").map_or("", |(_, session)| session);
        if let Ok(mut stream) = TcpStream::connect(format!("127.0.0.1:{}", self.port)) {
            let request = format!("DELETE /session/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts one; `None` when this machine has none.
    pub async fn start() -> Option<Self> {
        // Another may have been installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut command = Command::new("chromedriver");
        let started = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = started else {
            eprintln!("skipped: there is no chromedriver");
            return None;
        };
        let mut said = BufReader::new(driver.stdout.take().expect("its output"));
        let port = loop {
            let mut line = String::new();
            assert_ne!(said.read_line(&mut line).expect("text"), 0, "it tells its port");
            if let Some((_, port)) = line.trim_end().trim_end_matches('.').rsplit_once("successfully on port ") {
                break port.to_owned();
            }
        };
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": arguments},
        }}});
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let address = format!("http://127.0.0.1:{port}/session");
        let sent = client.post(&address).header("content-type", "application/json").body(wanted.to_string());
        let answer: Value =
            serde_json::from_str(&sent.send().await.expect("an answer").text().await.expect("text")).expect("JSON");
        let session = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}"));
        Some(Browser { session: format!("{address}/{session}"), driver, _said: said, port, client, _profile: profile })
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.session)).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer").text().await.expect("text");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert!(answer["value"].get("error").is_none(), "{path}: {}", answer["value"]);
        answer["value"].clone()
    }

    /// Goes to an address.
    pub async fn open(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// What a function gives in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    /// Waits until a function gives true in the page.
    pub async fn until(&self, script: &str) {
        let waited = timeout(AT_MOST, async {
            while self.run(script).await != json!(true) {
                sleep(Duration::from_millis(100)).await;
            }
        });
        if waited.await.is_err() {
            let page = self.run("return document.body.innerText").await;
            panic!("never: {script}\n{}", page.as_str().unwrap_or_default());
        }
    }

    /// Waits until the page says something.
    pub async fn until_said(&self, text: &str) {
        self.until(&format!("return document.body.innerText.includes({})", json!(text))).await;
    }

    async fn find(&self, selector: &str) -> String {
        let found = self.post("element", json!({"using": "css selector", "value": selector})).await;
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Clicks where somebody would.
    pub async fn click(&self, selector: &str) {
        let there = format!("const it = document.querySelector({}); return !!it && !it.disabled", json!(selector));
        self.until(&there).await;
        let element = self.find(selector).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Types into a field what is to stand there.
    pub async fn fill(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        self.post(&format!("element/{element}/clear"), json!({})).await;
        self.post(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    /// Presses keys.
    pub async fn press(&self, keys: &str) {
        let steps = keys
            .chars()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]);
        let actions = json!([{"type": "key", "id": "keyboard", "actions": steps.collect::<Vec<_>>()}]);
        self.post("actions", json!({ "actions": actions })).await;
    }

    /// Sends a command of Chrome's own protocol.
    pub async fn chrome(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    /// What was complained of in the page since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "browser"})).await;
        let messages = log.as_array().expect("a list").iter();
        messages.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Keeps a picture of the whole page.
    pub async fn picture(&self, path: &Path) {
        let shot = self.chrome("Page.captureScreenshot", json!({"captureBeyondViewport": true})).await;
        let bytes = STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64");
        std::fs::write(path, bytes).expect("written");
    }
}
