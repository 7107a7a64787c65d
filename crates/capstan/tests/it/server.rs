//! The server as people and scripts meet it: signing in, syncing, rolling back, tokens of projects, a push that a forge
//! tells of; through the program linked as `argocd`.

use crate::stage::Stage;
use crate::transcript::{Ended, capstan, linked};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  image: registry.example/web:1.0\n";

/// A stage with a server, and the program linked as `argocd` in its folder.
struct Session {
    stage: Stage,
    address: String,
}

impl Session {
    async fn start() -> Self {
        let mut stage = Stage::start("up --api 127.0.0.1:0 --ui 127.0.0.1:0").await;
        let address = stage.noted("web page and API on http://", ',');
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_capstan"), stage.folder.path().join("argocd")).expect("linked");
        Session { stage, address }
    }

    fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, &[])
    }

    fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = linked(&self.stage.folder.path().join("argocd"), self.stage.folder.path());
        let output = command.args(words).envs(variables.iter().copied()).output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let code = output.status.code().expect("an exit code");
        Ended { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// What a command prints; it must succeed.
    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let ended = self.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(ended.code, 0, "argocd {line}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    }

    /// What a command complains; it must fail as argocd does.
    #[track_caller]
    fn fails(&self, line: &str) -> String {
        let ended = self.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(ended.code, 20, "argocd {line}: {}{}", ended.stdout, ended.stderr);
        ended.stderr
    }

    /// The initial password: by kubectl as the handbook says it, or by a client where there is no kubectl.
    async fn password(&self) -> String {
        if let Some(kubectl) = crate::kubectl::kubectl() {
            let kubeconfig = self.stage.folder.path().join(".capstan/kubeconfig");
            let line =
                "kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath=\"{.data.password}\" | base64 -d";
            let line = line.replacen("kubectl", &kubectl.display().to_string(), 1);
            let output = std::process::Command::new("sh").args(["-c", &line]).env("KUBECONFIG", kubeconfig).output();
            let output = output.expect("a shell runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            return String::from_utf8(output.stdout).expect("text");
        }
        let secret = object::Gvk::new("", "v1", "Secret");
        let found = self.stage.client.get(&secret, Some("argocd"), "argocd-initial-admin-secret").await;
        let found = found.expect("readable").expect("it is there");
        let coded = found.get("/data/password").expect("a password");
        let coded = coded.as_str().expect("text").to_owned();
        let mut decode = std::process::Command::new("base64");
        let child = decode.arg("-d").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = child.spawn().expect("base64 runs");
        child.stdin.take().expect("its input").write_all(coded.as_bytes()).expect("written");
        String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("text")
    }

    async fn login(&self) {
        let password = self.password().await;
        let said = self.ok(&format!("login {} --plaintext --username admin --password {password}", self.address));
        assert_eq!(said, format!("'admin:login' logged in successfully\nContext '{}' updated\n", self.address));
    }

    /// Sends a request as a forge does; the status of the answer and its body.
    fn http(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        let request =
            format!("{head}\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}", self.address);
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.split(' ').nth(1).expect("a status").parse().expect("a number"), body.to_owned())
    }

    fn counted(&self, name: &str) -> u64 {
        let (_, metrics) = self.http("GET /metrics HTTP/1.0", "");
        let line = metrics.lines().find(|line| line.split([' ', '{']).next() == Some(name));
        let value = line.and_then(|line| line.rsplit(' ').next());
        value.map_or(0, |value| value.parse().expect("a number"))
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.stage.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    async fn image(&self, namespace: &str) -> Option<Value> {
        let gvk = object::Gvk::new("", "v1", "ConfigMap");
        let found = self.stage.client.get(&gvk, Some(namespace), "web").await.expect("readable");
        found.and_then(|object| object.get("/data/image"))
    }

    fn application(&self, name: &str, project: &str, revision: &str) -> Value {
        let mut app = self.stage.application(name);
        app["spec"]["project"] = json!(project);
        app["spec"]["source"]["targetRevision"] = json!(revision);
        app["spec"]["destination"]["namespace"] = json!(name);
        app
    }
}

#[tokio::test]
async fn somebody_signs_in_syncs_and_rolls_back() {
    let session = Session::start().await;
    session.stage.commit("2026-01-01", "First", &[("dev/settings.yaml", SETTINGS)]);
    session.stage.create(&session.application("web", "default", "main")).await;
    let wrong = session.fails(&format!("login {} --plaintext --username admin --password wrong", session.address));
    assert_eq!(wrong, "argocd: Invalid username or password\n");
    session.login().await;
    assert!(session.ok("account get-user-info").starts_with("Logged In: true\nUsername: admin\nIssuer: argocd\n"));
    assert_eq!(session.ok("app list -o name"), "argocd/web\n");
    let diff = session.run(&["app", "diff", "web"]);
    assert_eq!(diff.code, 1, "{}{}", diff.stdout, diff.stderr);
    assert!(diff.stdout.contains("===== /ConfigMap web/web ======"), "{}", diff.stdout);
    session.ok("app sync web --timeout 300");
    session.ok("app wait web --sync --health --operation --timeout 300");
    assert_eq!(session.image("web").await, Some(json!("registry.example/web:1.0")));
    assert_eq!(session.ok("app diff web"), "");
    assert!(session.ok("app explain web").contains("waits for nothing"));
    assert!(session.ok("app actions list web").starts_with("GROUP"));
    let next = SETTINGS.replace(":1.0", ":1.1");
    session.stage.commit("2026-01-02", "Second", &[("dev/settings.yaml", &next)]);
    session.ok("app get web --refresh");
    session.ok("app sync web --timeout 300");
    session.ok("app wait web --sync --health --operation --timeout 300");
    assert_eq!(session.image("web").await, Some(json!("registry.example/web:1.1")));
    session.ok("app rollback web 0 --timeout 300");
    session.ok("app wait web --health --operation --timeout 300");
    assert_eq!(session.image("web").await, Some(json!("registry.example/web:1.0")));
    session.ok(&format!("logout {}", session.address));
    let out = session.fails("app list");
    assert_eq!(out, "argocd: no session information; sign in with `argocd login`\n");
}

#[tokio::test]
async fn a_token_of_a_project_syncs_that_project_and_nothing_else() {
    let session = Session::start().await;
    session.stage.commit("2026-01-01", "First", &[("dev/settings.yaml", SETTINGS)]);
    session.login().await;
    let settings = ["--dest", "https://kubernetes.default.svc,*", "--src", "*", "--allow-cluster-resource", "*/*"];
    for project in ["shop", "bank"] {
        let words = [&["proj", "create", project], &settings[..4]].concat();
        let made = session.run(&words);
        assert_eq!(made.code, 0, "{}", made.stderr);
        session.ok(&format!("proj allow-cluster-resource {project} * *"));
        session.stage.create(&session.application(project, project, "main")).await;
    }
    session.ok("proj role create shop ci");
    session.ok("proj role add-policy shop ci --action get --object *");
    session.ok("proj role add-policy shop ci --action sync --object *");
    let token = session.ok("proj role create-token shop ci --token-only").trim_end().to_owned();
    let listed = session.ok("proj list -o name");
    assert_eq!(listed, "bank\ndefault\nshop\n");
    let other = tempfile::tempdir().expect("a folder");
    let config = other.path().join("config").display().to_string();
    let options = format!("--server {} --plaintext --config {config}", session.address);
    let as_token = |line: &str| {
        let variables = [("ARGOCD_AUTH_TOKEN", &*token), ("ARGOCD_OPTS", &*options)];
        session.run_with(&line.split(' ').collect::<Vec<_>>(), &variables)
    };
    let synced = as_token("app sync shop --timeout 300");
    assert_eq!(synced.code, 0, "{}{}", synced.stdout, synced.stderr);
    let waited = as_token("app wait shop --sync --health --operation --timeout 300");
    assert_eq!(waited.code, 0, "{}{}", waited.stdout, waited.stderr);
    assert_eq!(session.image("shop").await, Some(json!("registry.example/web:1.0")));
    assert_eq!(as_token("app list -o name").stdout, "argocd/shop\n");
    // Every role may read its own project.
    assert_eq!(as_token("proj list -o name").stdout, "shop\n");
    assert_eq!(as_token("cluster list -o server").stdout, "");
    for line in ["app delete shop --yes", "proj delete shop --yes", "proj role create bank thief", "proj get bank"] {
        let refused = as_token(line);
        assert_eq!((refused.code, &*refused.stderr), (20, "argocd: permission denied\n"), "{line}: {}", refused.stdout);
    }
    // What may not be seen is not there, whether it is or not.
    for name in ["bank", "missing"] {
        let refused = as_token(&format!("app sync {name}"));
        assert_eq!(refused.code, 20, "{}", refused.stdout);
        let said = refused.stderr.replace(name, "NAME");
        assert!(said.contains("NAME") && said.contains("not found"), "{said}");
    }
    assert_eq!(session.image("bank").await, None, "nobody synced it");
    let issued = session.ok("proj role list-tokens shop ci --unixtime");
    let issued = issued.lines().nth(1).and_then(|row| row.split_whitespace().nth(1)).expect("a token").to_owned();
    session.ok(&format!("proj role delete-token shop ci {issued} --yes"));
    let ended = as_token("app list");
    assert_eq!(ended.code, 20, "a token that was taken back: {}", ended.stdout);
}

/// What a push to `qa` looks like from Bitbucket Cloud.
fn bitbucket_push(repository: &str, before: &str, after: &str) -> String {
    let target = |hash: &str| json!({"type": "branch", "name": "qa", "target": {"hash": hash}});
    json!({
        "repository": {"full_name": "team/shop", "name": "shop", "links": {"html": {"href": repository}}},
        "push": {"changes": [{"new": target(after), "old": target(before)}]},
    })
    .to_string()
}

#[tokio::test]
async fn a_push_that_replaces_a_tag_by_sed_is_told_by_bitbucket_and_synced() {
    let session = Session::start().await;
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "argocd-secret", "namespace": "argocd"}});
    session.stage.patch(&secret, json!({"stringData": {"webhook.bitbucket.uuid": "{the-uuid}"}})).await;
    let first = session.stage.commit_to("qa", "2026-01-01", "First", &[("dev/settings.yaml", SETTINGS)]);
    let mut app = session.application("web", "default", "qa");
    app["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
    session.stage.create(&app).await;
    session.login().await;
    session.ok("app wait web --sync --health --operation --timeout 300");
    assert_eq!(session.image("web").await, Some(json!("registry.example/web:1.0")));
    // The push: what a pipeline does.
    let file = session.file("settings.yaml", SETTINGS);
    let mut sed = std::process::Command::new("sed");
    let sed = sed.args(["s#registry.example/web:1.0#registry.example/web:1.1#", &file]);
    let changed = String::from_utf8(sed.output().expect("sed runs").stdout).expect("text");
    assert!(changed.contains("web:1.1"), "{changed}");
    let second = session.stage.commit_to("qa", "2026-01-02", "Second", &[("dev/settings.yaml", &changed)]);
    // Bitbucket tells of it: whoever does not know the secret is not listened to.
    let body = bitbucket_push(&format!("file://{}", session.stage.repository().display()), &first, &second);
    let head = |uuid: &str| {
        format!(
            "POST /api/webhook HTTP/1.1\r\nContent-Type: application/json\r\nX-Event-Key: repo:push\r\nX-Hook-UUID: {uuid}"
        )
    };
    let asked = "capstan_webhook_refreshes_total";
    let (status, refused) = session.http(&head("{another}"), &body);
    assert!((400..500).contains(&status), "{status} {refused}");
    assert!(!refused.contains("the-uuid"), "{refused}");
    assert_eq!(session.counted(asked), 0);
    let (status, answer) = session.http(&head("{the-uuid}"), &body);
    assert_eq!(status, 200, "{answer}");
    // The revision that was pushed is synced: `wait` ends as soon as the server's stream says so.
    session.until_synced(&second).await;
    assert_eq!(session.image("web").await, Some(json!("registry.example/web:1.1")));
    assert_eq!(session.counted(asked), 1, "one push, one application, one refresh");
}

impl Session {
    /// Follows the server's stream until the application `web` is synced to a revision.
    async fn until_synced(&self, revision: &str) {
        let token = self.token();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        // Generous: a loaded machine comes this far in its own time.
        stream.set_read_timeout(Some(std::time::Duration::from_secs(300))).expect("a limit");
        let request = format!(
            "GET /api/v1/stream/applications?name=web HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("sent");
        for line in std::io::BufRead::lines(std::io::BufReader::new(stream)) {
            let line = line.expect("the stream tells within its limit");
            let Ok(told) = serde_json::from_str::<Value>(&line) else { continue };
            let sync = &told["result"]["application"]["status"]["sync"];
            if sync["status"] == "Synced" && sync["revision"] == revision {
                return;
            }
        }
        panic!("the stream ended before {revision} was synced");
    }

    fn token(&self) -> String {
        let path = self.stage.folder.path().join(".config/argocd/config");
        let text = std::fs::read_to_string(path).expect("logins are kept");
        let line = text.lines().find_map(|line| line.trim().trim_start_matches("- ").strip_prefix("auth-token: "));
        line.expect("a token").to_owned()
    }
}

#[test]
fn linked_as_argocd_it_answers_to_that_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("argocd");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_capstan"), &link).expect("linked");
    let run = |words: &str| {
        let output = linked(&link, folder.path()).args(words.split(' ')).output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, _, usage) = run("app get");
    assert_eq!(code, Some(2), "{usage}");
    assert!(usage.contains("Usage: argocd app get"), "{usage}");
    let (code, _, error) = run("account list");
    assert_eq!(code, Some(20));
    assert!(error.starts_with("argocd: ") && error.contains("`argocd login SERVER`"), "{error}");
    let (code, version, _) = run("version --client --short");
    assert_eq!((code, version), (Some(0), format!("argocd: v{}\n", env!("CARGO_PKG_VERSION"))));
    let (_, completion, _) = run("completion bash");
    assert!(completion.contains("argocd"), "the script is for that name");
    let own = capstan(folder.path()).args(["account", "list"]).output().expect("the program runs");
    let own = String::from_utf8_lossy(&own.stderr).into_owned();
    assert!(own.starts_with("capstan: ") && own.contains("`capstan login SERVER`"), "{own}");
}
