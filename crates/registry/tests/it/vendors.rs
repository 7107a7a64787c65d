//! Registries of vendors, imitated by what their own pages say of them: who gives tokens to whom, what is asked for, and
//! what is told besides.

use crate::stage::{DAYS, client, me};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use images::{ImageReference, Registries};
use ociserver::{Behaviour, Canned, Image, Server};
use registry::{Login, Problem, Registry, Repository, login_of};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use web::Reach;

/// What the token servers give.
const TOKEN: &str = "granted";

/// A query, and who asked.
type Noted = (String, Option<String>);

/// Decoded parameters, and who asked.
type Asking = (Vec<(String, String)>, Option<String>);

/// A registry, and the server of its tokens on another port, which notes who asked it for what.
struct Vendor {
    registry: Server,
    tokens: Server,
    asked: Arc<Mutex<Vec<Noted>>>,
}

fn status(status: u16, body: &Value) -> Canned {
    Canned { status, body: body.to_string().into(), ..Canned::default() }
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

impl Vendor {
    /// A registry that sends to `path` of its token server, as `service`; that gives `answer` to who shows `wanted`, and to
    /// everybody where nothing is wanted.
    async fn new((path, service): (&'static str, &'static str), wanted: Option<String>, answer: Value) -> Vendor {
        let (registry, tokens) = (Server::start().await.expect("a port"), Server::start().await.expect("a port"));
        let asked: Arc<Mutex<Vec<Noted>>> = Arc::default();
        let noted = Arc::clone(&asked);
        tokens.behave(Behaviour::by_request(move |request| {
            noted.lock().expect("no panic").push((request.query.to_owned(), request.authorization.map(str::to_owned)));
            let is_known = request.path == path && request.authorization == wanted.as_deref();
            Some(if is_known {
                status(200, &answer)
            } else {
                status(401, &json!({"errors": [{"code": "UNAUTHORIZED"}]}))
            })
        }));
        let realm = format!("{}{path}", tokens.url());
        registry.behave(Behaviour::by_request(move |request| {
            let name = request.path.trim_start_matches("/v2/").split("/tags/").next().unwrap_or_default();
            let name = name.split("/manifests/").next().unwrap_or_default();
            let challenge = format!("Bearer realm=\"{realm}\",service=\"{service}\",scope=\"repository:{name}:pull\"");
            let is_known = request.authorization == Some(&*format!("Bearer {TOKEN}"));
            (!is_known).then(|| Canned { headers: vec![("www-authenticate", challenge)], ..status(401, &json!({})) })
        }));
        Vendor { registry, tokens, asked }
    }

    /// An image of it, as people write it, reached as `registries.conf` says.
    fn repository(&self, image: &str, more: &str, login: Login) -> Repository {
        repository(&self.registry, image, more, login)
    }

    /// What the token server was asked: parameters, decoded, and who asked.
    fn asked(&self) -> Vec<Asking> {
        let asked = std::mem::take(&mut *self.asked.lock().expect("no panic"));
        let read = |query: &str| url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        asked.into_iter().map(|(query, who)| (read(&query), who)).collect()
    }
}

fn repository(server: &Server, image: &str, more: &str, login: Login) -> Repository {
    let image = ImageReference::parse(image).expect("an image");
    let prefix = image.registry.as_deref().unwrap_or("docker.io");
    let text =
        format!("registries:\n- {{name: it, prefix: '{prefix}', api_url: '{}', limit: 1000{more}}}\n", server.url());
    let registries = Registries::parse(&text, &mut budget::Budget::default()).expect("a configuration");
    let registry = Registry::new(&registries.of(&image), login, Reach::Anywhere).expect("a registry");
    Repository::new(Arc::new(registry), &image)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// <https://docs.docker.com/reference/api/registry/auth/>, <https://docs.docker.com/docker-hub/usage/pulls/>
#[tokio::test]
async fn docker_hub_gives_tokens_elsewhere_and_tells_how_much_is_left() {
    let token = json!({"token": TOKEN, "access_token": TOKEN, "expires_in": 300, "issued_at": DAYS[0]});
    let hub = Vendor::new(("/token", "registry.docker.io"), None, token).await;
    hub.registry.push("library/nginx", "1.27", &Image::new(DAYS[0], "one"));
    let nginx = hub.repository("nginx", ", defaultns: library", Login::Anonymous);
    let client = client();
    assert_eq!(*client.tags(&nginx).await.expect("tags"), ["1.27"], "below library/");
    assert_eq!(
        hub.asked(),
        [(vec![pair("service", "registry.docker.io"), pair("scope", "repository:library/nginx:pull")], None)]
    );
    client.digest(&nginx, "1.27").await.expect("a digest");
    assert_eq!(hub.asked(), [], "the token is good for five minutes");
    hub.registry.behave(Behaviour::new(|_, _| {
        let headers = vec![("ratelimit-limit", "100;w=21600".into()), ("ratelimit-remaining", "0;w=21600".into())];
        let body =
            json!({"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your pull rate limit."}]});
        Some(Canned { headers, ..status(429, &body) })
    }));
    let told = client.digest(&nginx, "1.27").await.expect_err("too much").problem;
    assert!(matches!(told, Problem::Busy { status: 429, wait } if wait >= Duration::from_secs(1)), "{told}");
    let _ = hub.registry.take_requests();
    client.digest(&nginx, "1.27").await.expect_err("a pause");
    assert_eq!(hub.registry.take_requests(), [] as [String; 0], "it is left alone");
}

/// <https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry>
#[tokio::test]
async fn ghcr_gives_tokens_to_everybody_and_to_personal_tokens() {
    let token = json!({"token": TOKEN});
    let public = Vendor::new(("/token", "ghcr.io"), None, token.clone()).await;
    public.registry.push("org/app", "v1", &Image::new(DAYS[0], "one"));
    let app = public.repository("ghcr.io/org/app", "", Login::Anonymous);
    assert_eq!(*client().tags(&app).await.expect("tags"), ["v1"]);
    let private = Vendor::new(("/token", "ghcr.io"), Some(basic("someone:ghp_token")), token).await;
    private.registry.push("org/app", "v2", &Image::new(DAYS[0], "one"));
    let login = Login::parse("someone:ghp_token").expect("a login");
    assert_eq!(*client().tags(&private.repository("ghcr.io/org/app", "", login)).await.expect("tags"), ["v2"]);
    let refused =
        client().tags(&private.repository("ghcr.io/org/app", "", Login::Anonymous)).await.expect_err("private");
    assert!(matches!(refused.problem, Problem::Unauthorised { .. }), "{refused}");
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html>: `AWS` and a password of twelve hours.
#[tokio::test]
async fn ecr_wants_a_password_and_tells_that_it_is_over() {
    let ecr = Server::start().await.expect("a port");
    ecr.push("team/app", "v1", &Image::new(DAYS[0], "one"));
    let wanted = basic("AWS:this-hour");
    let over = basic("AWS:last-night");
    ecr.behave(Behaviour::by_request(move |request| match request.authorization {
        Some(said) if said == wanted => None,
        Some(said) if said == over => {
            let message = "Your authorization token has expired. Reauthenticate and try again.";
            Some(status(403, &json!({"errors": [{"code": "DENIED", "message": message}]})))
        }
        _ => {
            let challenge =
                "Basic realm=\"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"";
            Some(Canned { headers: vec![("www-authenticate", challenge.into())], ..status(401, &json!({})) })
        }
    }));
    let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";
    let of = |password: &str| {
        let login = Login::Basic { username: "AWS".into(), password: password.into() };
        repository(&ecr, image, "", login)
    };
    assert_eq!(*client().tags(&of("this-hour")).await.expect("tags"), ["v1"]);
    let told = client().tags(&of("last-night")).await.expect_err("over");
    assert!(matches!(told.problem, Problem::Unauthorised { .. }) && !told.to_string().contains("last-night"), "{told}");
    let told = client().tags(&repository(&ecr, image, "", Login::Anonymous)).await.expect_err("nobody").to_string();
    assert!(told.contains("the registry wants a user name and password"), "{told}");
}

/// <https://cloud.google.com/artifact-registry/docs/docker/authentication#json-key>,
/// <https://cloud.google.com/container-registry/docs/reference/docker-api>: the list says when each tag was built.
#[tokio::test]
async fn googles_registries_take_a_key_and_tell_when_tags_were_built() {
    let key = json!({"type": "service_account", "private_key": "-----BEGIN: a\nkey-----\n"}).to_string();
    let google = Vendor::new(
        ("/v2/token", "gcr.io"),
        Some(basic(&format!("_json_key:{key}"))),
        json!({"token": TOKEN, "expires_in": 3599}),
    )
    .await;
    let login = Login::parse(&format!("_json_key:{key}")).expect("a key with colons in it");
    let app = google.repository("europe-docker.pkg.dev/project/shop/app", "", login);
    let of = |tags: &[&str], at: &str| json!({"imageSizeBytes": "1", "layerId": "", "mediaType": "x", "tag": tags, "timeCreatedMs": at, "timeUploadedMs": "1"});
    let list = json!({"child": [], "name": "project/shop/app", "tags": ["v1", "v2", "old"],
        "manifest": {"sha256:a": of(&["v1"], "1767225600000"), "sha256:b": of(&["v2"], "1767312000000"),
            "sha256:c": of(&["old"], "-62135596800000"), "sha256:d": of(&[], "1767312000000")}});
    google.registry.behave(Behaviour::by_request({
        let realm = format!("{}/v2/token", google.tokens.url());
        move |request| {
            let challenge = format!("Bearer realm=\"{realm}\",service=\"gcr.io\"");
            Some(match request.authorization {
                Some(said) if said == format!("Bearer {TOKEN}") => status(200, &list),
                _ => Canned { headers: vec![("www-authenticate", challenge)], ..status(401, &json!({})) },
            })
        }
    }));
    let listing = client().listing(&app).await.expect("a list");
    assert_eq!(*listing.tags, ["v1", "v2", "old"]);
    let created: Vec<(&str, String)> = listing.created.iter().map(|(tag, at)| (tag.as_str(), at.to_string())).collect();
    assert_eq!(created, [("v1", DAYS[0].to_owned()), ("v2", DAYS[1].to_owned())], "who gives no time is not listed");
}

/// <https://docs.redhat.com/en/documentation/red_hat_quay/3/html/use_red_hat_quay/allow-robot-access-user-repo>
#[tokio::test]
async fn quay_takes_robots_and_turns_pages() {
    let token = json!({"token": TOKEN});
    let quay = Vendor::new(("/v2/auth", "quay.io"), Some(basic("org+robot:secret")), token).await;
    for number in 0..1500 {
        quay.registry.push("org/app", &format!("v{number}"), &Image::new(DAYS[0], "one"));
    }
    let login = Login::parse("org+robot:secret").expect("a login");
    let app = quay.repository("quay.io/org/app", "", login);
    assert_eq!(client().tags(&app).await.expect("tags").len(), 1500);
    assert_eq!(quay.asked().len(), 1, "one token for all pages");
}

/// <https://goharbor.io/docs/2.12.0/working-with-projects/project-configuration/create-robot-accounts/>
#[tokio::test]
async fn harbor_takes_robots_whose_names_have_dollars() {
    let (user, token) = ("robot$shop+ci", json!({"token": TOKEN, "expires_in": 1800, "issued_at": DAYS[0]}));
    let harbor =
        Vendor::new(("/service/token", "harbor-registry"), Some(basic(&format!("{user}:s3cret"))), token).await;
    harbor.registry.push("shop/web/app", "v1", &Image::new(DAYS[0], "one"));
    // As `kubectl create secret docker-registry` writes it.
    let auth = STANDARD.encode(format!("{user}:s3cret"));
    let docker = json!({"auths": {"https://harbor.example": {"auth": auth}}}).to_string();
    let login = login_of(&docker, "harbor.example", "harbor.example").expect("a login");
    let app = harbor.repository("harbor.example/shop/web/app", "", login);
    assert_eq!(*client().tags(&app).await.expect("tags"), ["v1"]);
    let asked = harbor.asked();
    assert_eq!(asked[0].0, [pair("service", "harbor-registry"), pair("scope", "repository:shop/web/app:pull")]);
}

/// <https://docs.gitlab.com/user/packages/container_registry/authenticate_with_container_registry/>
#[tokio::test]
async fn gitlab_gives_tokens_at_its_web_page() {
    let token = json!({"token": TOKEN});
    let gitlab = Vendor::new(("/jwt/auth", "container_registry"), Some(basic("me:secret")), token.clone()).await;
    gitlab.registry.push("group/sub/project/app", "v1", &Image::new(DAYS[0], "one"));
    let name = "registry.gitlab.example/group/sub/project/app";
    assert_eq!(*client().tags(&gitlab.repository(name, "", me())).await.expect("tags"), ["v1"]);
    let asked = gitlab.asked();
    assert_eq!(asked[0].0[1], pair("scope", "repository:group/sub/project/app:pull"));
    // A token is given to everybody; the registry then says that it is not enough.
    let everybody = Vendor::new(("/jwt/auth", "container_registry"), None, json!({"token": "for nothing"})).await;
    let told = client().tags(&everybody.repository(name, "", Login::Anonymous)).await.expect_err("not enough");
    assert!(matches!(told.problem, Problem::Unauthorised { .. }), "{told}");
    assert_eq!(everybody.asked().len(), 1, "it is not asked for again and again");
}
