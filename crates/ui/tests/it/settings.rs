//! What is set up is changed on the pages: through the API, as whoever looks, and read back from the cluster.

use crate::server::{PASSWORD, Server};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repositories_are_connected_and_disconnected() {
    let server = Server::start().await;
    let admin = server.visitor("admin", &server.password().await).await;
    let url = "https://example.org/shop.git";
    let page = admin
        .done(
            "/settings/repositories/connect",
            &[
                ("kind", "repository"),
                ("type", "git"),
                ("url", url),
                ("name", "shop <b>"),
                ("username", "me"),
                ("password", "s3cret"),
            ],
        )
        .await;
    assert!(page.contains(url) && page.contains("shop &lt;b&gt;") && page.contains("password"), "{page}");
    assert!(!page.contains("s3cret"));
    let declared = server.declared("repository").await;
    assert_eq!(
        declared[0]["values"],
        json!({"url": url, "type": "git", "name": "shop <b>", "username": "me", "password": "s3cret"})
    );
    let (status, said) = admin.send("/settings/repositories/connect", &[("kind", "repository"), ("url", url)]).await;
    assert_eq!(status, 400, "{said}");
    let with_user = "https://somebody:t0ken@example.org/";
    let page = admin
        .done(
            "/settings/repositories/connect",
            &[("kind", "repo-creds"), ("url", with_user), ("sshPrivateKey", "a\r\nb")],
        )
        .await;
    assert!(page.contains("credentials for all that begin so") && !page.contains("t0ken"), "{page}");
    let template = server.declared("repo-creds").await;
    assert_eq!(template[0]["values"]["sshPrivateKey"], "a\nb\n");

    let reader = server.visitor_with_password("reader", &admin).await;
    assert!(reader.page("/settings/repositories").await.contains(url));
    let secret = declared[0]["name"].as_str().expect("a name");
    for (path, fields) in [
        ("/settings/repositories/connect", vec![("kind", "repository"), ("url", "https://example.org/other.git")]),
        ("/settings/repositories/disconnect", vec![("secret", secret)]),
    ] {
        let (status, said) = reader.send(path, &fields).await;
        assert_eq!(status, 403, "{said}");
        assert!(said.contains("You may not"), "{said}");
    }
    assert_eq!(admin.send("/settings/repositories/disconnect", &[("secret", "argocd-secret")]).await.0, 404);
    for all in [&declared, &template] {
        admin.done("/settings/repositories/disconnect", &[("secret", all[0]["name"].as_str().expect("a name"))]).await;
    }
    assert!(!admin.page("/settings/repositories").await.contains("class=\"row setting\""));
    assert!(server.declared("repository").await.is_empty() && server.declared("repo-creds").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_are_made_changed_and_deleted() {
    let server = Server::start().await;
    let admin = server.visitor("admin", &server.password().await).await;
    let fields = [
        ("name", "shop"),
        ("description", "All <i>shops</i>"),
        ("sources", "https://example.org/a\r\nhttps://example.org/b"),
        ("destinations", "* shop\r\nfar cart"),
        ("clusterwide", "on"),
    ];
    let page = admin.done("/settings/projects/create", &fields).await;
    assert!(page.contains("All &lt;i&gt;shops&lt;/i&gt;"), "{page}");
    let made = server.project("shop").await.expect("made");
    assert_eq!(
        made["spec"],
        json!({
            "description": "All <i>shops</i>", "sourceRepos": ["https://example.org/a", "https://example.org/b"],
            "destinations": [{"server": "*", "namespace": "shop"}, {"name": "far", "namespace": "cart"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        })
    );
    let version = made["metadata"]["resourceVersion"].as_str().expect("a version");
    let change = |version| {
        [("name", "shop"), ("version", version), ("description", "Shops"), ("sources", "*"), ("destinations", "* shop")]
    };
    admin.done("/settings/projects/change", &change(version)).await;
    // Two people had the form open: the second is told instead of undoing what the first did.
    let (status, said) = admin.send("/settings/projects/change", &change(version)).await;
    assert_eq!(status, 409, "{said}");
    assert!(said.contains("Somebody has changed it meanwhile"), "{said}");
    let changed = server.project("shop").await.expect("it is there");
    assert_eq!(
        changed["spec"]["clusterResourceWhitelist"],
        json!([{"group": "*", "kind": "*"}]),
        "what the form does not name stays"
    );
    let version = changed["metadata"]["resourceVersion"].as_str().expect("a version");
    let spec = "sourceRepos: ['*']\nroles:\n- name: deployer\n  policies: ['p, proj:shop:deployer, applications, sync, shop/*, allow']\n";
    admin.done("/settings/projects/spec", &[("name", "shop"), ("version", version), ("spec", spec)]).await;
    assert_eq!(server.project("shop").await.expect("it is there")["spec"]["roles"][0]["name"], "deployer");
    for (wrong, status) in
        [(": [", 400), ("a", 400), ("syncWindows: [{kind: allow, schedule: bad, duration: 1h}]", 400)]
    {
        let version = server.project("shop").await.expect("it is there")["metadata"]["resourceVersion"].clone();
        let fields = [("name", "shop"), ("version", version.as_str().expect("text")), ("spec", wrong)];
        assert_eq!(admin.send("/settings/projects/spec", &fields).await.0, status, "{wrong}");
    }
    let reader = server.visitor_with_password("reader", &admin).await;
    assert_eq!(reader.send("/settings/projects/create", &[("name", "other")]).await.0, 403);
    assert_eq!(reader.send("/settings/projects/delete", &[("name", "shop"), ("confirm", "shop")]).await.0, 403);
    assert_eq!(admin.send("/settings/projects/delete", &[("name", "shop"), ("confirm", "sho")]).await.0, 400);
    assert_eq!(admin.send("/settings/projects/delete", &[("name", "none"), ("confirm", "none")]).await.0, 404);
    admin.done("/settings/projects/delete", &[("name", "shop"), ("confirm", "shop")]).await;
    assert!(server.project("shop").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clusters_are_named_labelled_and_removed() {
    let server = Server::start().await;
    let admin = server.visitor("admin", &server.password().await).await;
    let address = "https://far.example.org:6443";
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "far", "namespace": "argocd",
        "labels": {"argocd.argoproj.io/secret-type": "cluster", "old": "1"}, "annotations": {"managed-by": "argocd.argoproj.io"}},
        "stringData": {"name": "far", "server": address, "config": "{\"bearerToken\":\"s3cret\"}"}});
    server.make(secret).await;
    admin.until_said("/settings/clusters", address).await;
    let page = admin
        .done(
            "/settings/clusters/change",
            &[("server", address), ("name", "near"), ("labels", "region=eu\r\ntier = a")],
        )
        .await;
    assert!(page.contains("near") && page.contains("region=eu, tier=a") && !page.contains("s3cret"), "{page}");
    let declared = &server.declared("cluster").await[0];
    assert_eq!(declared["labels"], json!({"argocd.argoproj.io/secret-type": "cluster", "region": "eu", "tier": "a"}));
    assert_eq!(declared["values"]["config"], "{\"bearerToken\":\"s3cret\"}", "what opens it stays");
    assert_eq!(
        admin.send("/settings/clusters/change", &[("server", address), ("name", "x"), ("labels", "bad")]).await.0,
        400
    );
    let reader = server.visitor_with_password("reader", &admin).await;
    assert_eq!(reader.send("/settings/clusters/change", &[("server", address), ("name", "x")]).await.0, 403);
    assert_eq!(reader.send("/settings/clusters/remove", &[("server", address), ("confirm", "near")]).await.0, 403);
    assert_eq!(admin.send("/settings/clusters/remove", &[("server", address), ("confirm", "far")]).await.0, 400);
    admin.done("/settings/clusters/remove", &[("server", address), ("confirm", "near")]).await;
    assert!(server.declared("cluster").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_are_changed_and_tokens_made_once_shown_and_revoked() {
    let server = Server::start().await;
    let password = server.password().await;
    let admin = server.visitor("admin", &password).await;
    let reader = server.visitor_with_password("reader", &admin).await;
    let (status, page) =
        admin.send("/settings/accounts/token", &[("name", "reader"), ("id", "ci"), ("seconds", "3600")]).await;
    assert_eq!(status, 200, "{page}");
    let token = page.split("<code>").nth(1).and_then(|own| own.split("</code>").next()).expect("a token").to_owned();
    assert_eq!(token.split('.').count(), 3, "{page}");
    let page = admin.page("/settings/accounts").await;
    assert!(page.contains("<code>ci</code>") && !page.contains(&token), "{page}");
    for (path, fields) in [
        ("/settings/accounts/token", vec![("name", "admin"), ("seconds", "0")]),
        ("/settings/accounts/revoke", vec![("name", "admin"), ("id", "ci")]),
        (
            "/settings/accounts/password",
            vec![("name", "admin"), ("current", PASSWORD), ("new", "another-one"), ("again", "another-one")],
        ),
    ] {
        let (status, said) = reader.send(path, &fields).await;
        assert_eq!(status, 403, "{path}: {said}");
    }
    let page = admin.done("/settings/accounts/revoke", &[("name", "reader"), ("id", "ci")]).await;
    assert!(!page.contains("<code>ci</code>"), "{page}");

    let fields = |current, new, again| [("name", "reader"), ("current", current), ("new", new), ("again", again)];
    assert_eq!(
        admin.send("/settings/accounts/password", &fields(&password, "one-password", "other-password")).await.0,
        400
    );
    let (status, said) =
        admin.send("/settings/accounts/password", &fields("wrong", "one-password", "one-password")).await;
    assert!(status >= 400, "{said}");
    let (status, said) =
        admin.send("/settings/accounts/password", &fields(&password, "one-password", "one-password")).await;
    assert_eq!(status, 200, "{said}");
    server.visitor("reader", "one-password").await;
}

const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_are_trusted_and_no_longer() {
    let server = Server::start().await;
    let admin = server.visitor("admin", &server.password().await).await;
    let lines = format!("# a remark\r\ngit.example.org ssh-ed25519 {KEY}\r\n");
    let page = admin.done("/settings/certificates/hosts", &[("keys", &lines)]).await;
    assert!(page.contains("<b>git.example.org</b>") && page.contains("ssh-ed25519"), "{page}");
    let pem = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----";
    let page = admin.done("/settings/certificates/tls", &[("host", "tls.example.org"), ("pem", pem)]).await;
    assert!(page.contains("<b>tls.example.org</b>"), "{page}");
    assert_eq!(admin.send("/settings/certificates/hosts", &[("keys", "nothing")]).await.0, 400);
    assert_eq!(admin.send("/settings/certificates/tls", &[("host", "x"), ("pem", "no")]).await.0, 400);
    let reader = server.visitor_with_password("reader", &admin).await;
    let ssh = [("host", "git.example.org"), ("kind", "ssh"), ("sub", "ssh-ed25519")];
    assert_eq!(reader.send("/settings/certificates/remove", &ssh).await.0, 403);
    assert_eq!(reader.send("/settings/certificates/hosts", &[("keys", &lines)]).await.0, 403);
    let page = admin.done("/settings/certificates/remove", &ssh).await;
    assert!(!page.contains("<b>git.example.org</b>") && page.contains("<b>tls.example.org</b>"), "{page}");
    let page = admin.done("/settings/certificates/remove", &[("host", "tls.example.org"), ("kind", "https")]).await;
    assert!(!page.contains("<b>tls.example.org</b>"), "{page}");
}
