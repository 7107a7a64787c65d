//! Names of images, registries and credentials.

use images::{ImageReference, PullSecret, Registries};

/// name → registry, repository, tag, digest; the forms of the distribution project's own documentation of references.
#[test]
fn names_are_taken_apart() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let check = |text: &str, registry: Option<&str>, repository: &str, tag: Option<&str>, with_digest: bool| {
        let image = ImageReference::parse(text).expect(text);
        let expected = ImageReference {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: with_digest.then(|| digest.clone()),
        };
        assert_eq!(image, expected, "{text}");
    };
    check("nginx", None, "nginx", None, false);
    check("nginx:1.25", None, "nginx", Some("1.25"), false);
    check("org/app:v1", None, "org/app", Some("v1"), false);
    check("docker.io/library/nginx:1", Some("docker.io"), "nginx", Some("1"), false);
    check("library/nginx:1", None, "library/nginx", Some("1"), false);
    check("ghcr.io/org/team/app", Some("ghcr.io"), "org/team/app", None, false);
    check("localhost:5000/app:v1", Some("localhost:5000"), "app", Some("v1"), false);
    check("localhost/app", Some("localhost"), "app", None, false);
    check(&format!("quay.io/app@{digest}"), Some("quay.io"), "app", None, true);
    check(&format!("quay.io/app:v1@{digest}"), Some("quay.io"), "app", Some("v1"), true);
    check("a__b/c-d.e_f", None, "a__b/c-d.e_f", None, false);
}

#[test]
fn names_print_as_they_are_pulled() {
    for text in ["nginx", "nginx:1.25", "ghcr.io/org/app:v1", "localhost:5000/app:v1"] {
        assert_eq!(ImageReference::parse(text).expect(text).to_string(), text);
    }
}

#[test]
fn what_is_no_name_is_refused_with_the_form_expected() {
    for text in [
        "",
        "Nginx",
        "a//b",
        "-a",
        "a-",
        "a..b",
        "a___b",
        "app:",
        "app:-x",
        "app:a b",
        "app@sha256:12",
        "ghcr.io/",
        ":v1",
        "a:b:c",
    ] {
        assert!(ImageReference::parse(text).is_err(), "{text}");
    }
    let told = ImageReference::parse("app@sha256:12").expect_err("a short digest").to_string();
    assert_eq!(told, "\"sha256:12\" is not a digest: `sha256:` and 64 hexadecimal digits are expected");
}

#[test]
fn docker_hub_is_what_is_meant_where_nothing_is_said() {
    let same = |a: &str, b: &str| ImageReference::parse(a).expect(a).is_same_image(&ImageReference::parse(b).expect(b));
    assert!(same("nginx:1", "docker.io/library/nginx:2"));
    assert!(same("library/nginx", "nginx"));
    assert!(!same("ghcr.io/library/nginx", "ghcr.io/nginx"));
    assert!(!same("nginx", "ghcr.io/nginx"));
}

#[test]
fn credentials_come_from_secrets_of_the_application_alone() {
    let parse = |text: &str| PullSecret::parse_of_application(text, "argocd");
    let docker = PullSecret::DockerConfig { namespace: "argocd".into(), name: "reg".into() };
    assert_eq!(parse("pullsecret:argocd/reg"), Ok(docker));
    let field = PullSecret::Field { namespace: "argocd".into(), name: "reg".into(), field: "creds".into() };
    assert_eq!(parse("secret:argocd/reg#creds"), Ok(field));
    assert_eq!(PullSecret::parse("env:REG"), Ok(PullSecret::Environment("REG".into())));
    assert_eq!(PullSecret::parse("ext:/login.sh"), Ok(PullSecret::Program("/login.sh".into())));
    let told = |text: &str| parse(text).expect_err(text).to_string();
    assert!(told("secret:other/reg#creds").contains("in namespace \"other\""));
    assert!(told("ext:/scripts/login.sh").contains("an application may not"));
    assert!(told("env:AWS_SECRET_ACCESS_KEY").contains("an application may not"));
    for text in ["", "secret", "secret:", "secret:argocd/reg", "pullsecret:reg", "pullsecret:a/b/c", "vault:x"] {
        assert!(told(text).contains("does not name credentials"), "{text}");
    }
}

const REGISTRIES: &str = "
registries:
- name: Docker Hub
  prefix: docker.io
  api_url: https://registry-1.docker.io
  credentials: secret:foo/bar#creds
  defaultns: library
- name: Ours
  prefix: registry.example.com:5000
  api_url: https://registry.example.com:5000
  ping: no
  insecure: yes
  credsexpire: 5h
  tagsortmode: latest-first
  limit: 5
  default: true
";

#[test]
fn registries_are_found_by_their_prefix() {
    let parse = |text: &str| Registries::parse(text, &mut budget::Budget::default());
    let registries = parse(REGISTRIES).expect("a configuration");
    let of = |image: &str| registries.of(&ImageReference::parse(image).expect(image));
    assert_eq!(of("registry.example.com:5000/app").limit, 5);
    assert_eq!(of("app").name, "Ours");
    assert_eq!(of("docker.io/app").credentials, "secret:foo/bar#creds");
    assert_eq!(of("quay.io/app").api_url, "https://quay.io");
    let hub = Registries::default().of(&ImageReference::parse("nginx").expect("a name"));
    assert_eq!((hub.api_url.as_str(), hub.defaultns.as_str()), ("https://registry-1.docker.io", "library"));
    let nginx = ImageReference::parse("nginx").expect("a name");
    assert_eq!(nginx.repository_path(Some("library")), "library/nginx");

    let told = |text: &str| parse(text).expect_err(text).to_string();
    assert!(told("registries: [{name: a, api_url: ''}]").contains("\"a\" has no api_url"));
    assert!(told("registries: [{name: a, api_url: x, colour: red}]").contains("colour"));
    assert!(
        told("registries: [{name: a, api_url: x}, {name: b, api_url: z}]")
            .contains("\"a\" and \"b\" are both the default")
    );
    assert!(
        told("registries: [{name: a, api_url: x, prefix: p, tagsortmode: random}]").contains("tagsortmode \"random\"")
    );
    assert!(parse("").is_ok());
}
