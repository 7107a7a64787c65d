//! https and http.

use crate::fixture::{Fixture, open, path, remote, run_git, text};
use crate::http_server::{Behaviour, HttpServer};
use git::{
    Change, ClientCertificate, Credentials, GitSource, PlainHttp, Problem, Proxy, RefScope, Remote, Retry, ServerTrust,
    Trust, Wanted,
};

fn basic(password: &str) -> Credentials {
    Credentials::Basic { username: "user".into(), password: password.into() }
}

fn trusting(server: &HttpServer) -> Remote {
    let trust = Trust { tls: ServerTrust::Only(server.authority.as_str().into()), ..Trust::default() };
    remote(&server.url()).with_trust(trust)
}

/// `user:secret`
const AUTHORIZATION: &str = "Basic dXNlcjpzZWNyZXQ=";

fn guarded() -> Behaviour {
    Behaviour { authorization: Some(AUTHORIZATION.into()), ..Behaviour::default() }
}

#[tokio::test]
async fn over_tls_with_basic_auth_and_a_private_authority() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("app/a.yaml", "a: 1"), ("app/b.yaml", "b: 1")]);
    let server = HttpServer::https(fixture.srv(), guarded()).await;
    let remote = trusting(&server).with_credentials(basic("secret"));
    let (commit, tree) = fixture.open(&remote, "HEAD").await.expect("opened");
    assert_eq!(commit, first);
    assert_eq!(text(&tree, "app/a.yaml"), "a: 1");
    let second = fixture.commit("main", &[("app/a.yaml", "a: 2")]);
    let (commit, after) = fixture.open(&remote, "main").await.expect("opened");
    assert_eq!((commit, text(&after, "app/a.yaml").as_str()), (second, "a: 2"));
    assert_eq!(text(&tree, "app/a.yaml"), "a: 1", "the earlier tree stays as it was");
    let info = fixture.git.commit_info(&remote, second).await.expect("read");
    assert_eq!((info.subject(), info.parents.as_slice(), info.signed), ("A change", &[first][..], false));
    assert_eq!(info.author.display(), "Example Author <author@example.com>");
    assert_eq!(info.author.time.to_string(), "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn wrong_credentials_are_told_from_missing_repositories() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::https(fixture.srv(), guarded()).await;
    for credentials in [Credentials::Anonymous, basic("wrong"), Credentials::Bearer("token".into())] {
        let error = fixture.list(&trusting(&server).with_credentials(credentials)).await.expect_err("refused");
        assert_eq!(error.problem, Problem::Unauthorised { detail: "status 401".into() });
        assert_eq!(error.retry(), Retry::WhenChanged);
        assert!(!error.to_string().contains("wrong") && error.to_string().starts_with(&server.url()), "{error}");
    }
    let mut elsewhere = trusting(&server).with_credentials(basic("secret"));
    elsewhere.url = remote(&format!("{}/none.git", server.base)).url;
    assert_eq!(fixture.list(&elsewhere).await.expect_err("absent").problem, Problem::NotFound);
}

#[tokio::test]
async fn an_unknown_authority_is_refused_unless_anything_goes() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::https(fixture.srv(), Behaviour::default()).await;
    let other = HttpServer::https(fixture.srv(), Behaviour::default()).await;
    let only_other = Trust { tls: ServerTrust::Only(other.authority.as_str().into()), ..Trust::default() };
    let error = fixture.list(&remote(&server.url()).with_trust(only_other)).await.expect_err("refused");
    assert!(matches!(error.problem, Problem::Tls { .. }), "{error}");
    let anything = Trust { tls: ServerTrust::Anything, ..Trust::default() };
    assert_eq!(fixture.list(&remote(&server.url()).with_trust(anything)).await.expect("listed").list.len(), 2);
}

#[tokio::test]
async fn a_client_certificate_opens_doors() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::https(fixture.srv(), Behaviour { client_certificate: true, ..Behaviour::default() }).await;
    let mut remote = trusting(&server);
    assert!(fixture.list(&remote).await.is_err());
    let (certificate, key) = (server.client.0.as_str().into(), server.client.1.as_str().into());
    remote.client_certificate = Some(ClientCertificate { certificate, key });
    assert!(!fixture.list(&remote).await.expect("listed").is_empty());
}

#[tokio::test]
async fn plain_http_works_on_this_machine_and_elsewhere_only_when_allowed() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::http(fixture.srv(), guarded()).await;
    let here = remote(&server.url()).with_credentials(basic("secret"));
    assert!(!fixture.list(&here).await.expect("listed").is_empty());
    let mut elsewhere = remote("http://git.invalid/x").with_credentials(basic("secret"));
    assert_eq!(fixture.list(&elsewhere).await.expect_err("refused").problem, Problem::PlainHttp);
    elsewhere.plain_http = PlainHttp::Allowed;
    let error = fixture.list(&elsewhere).await.expect_err("no such host");
    assert!(matches!(error.problem, Problem::Unreachable { .. } | Problem::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_poll_that_finds_nothing_new_is_one_request() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    let first = fixture.list(&remote).await.expect("listed");
    let before = server.requests().len();
    assert_eq!(fixture.list(&remote).await.expect("listed"), first);
    assert_eq!(&server.requests()[before..], ["POST /repo.git/git-upload-pack"]);
}

#[tokio::test]
async fn a_commit_is_fetched_once_for_all_who_ask_and_not_again_after_a_restart() {
    let fixture = Fixture::new();
    let commit = fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    fixture.list(&remote).await.expect("listed");
    let before = server.requests().len();
    let wanted = Wanted::Commit(commit);
    let asked = (0..100).map(|_| fixture.git.ensure_commit(&remote, &wanted));
    assert!(futures::future::join_all(asked).await.into_iter().all(|found| found == Ok(commit)));
    assert_eq!(server.requests().len(), before + 1);
    let restarted = fixture.restarted();
    let (_, tree) = open(&restarted, &remote, "HEAD").await.expect("opened");
    assert_eq!(text(&tree, "a"), "1");
    let fetches = server.requests().into_iter().skip(before + 1).filter(|line| line.starts_with("POST")).count();
    assert_eq!(fetches, 1, "only the listing");
}

#[tokio::test]
async fn what_one_may_see_is_not_shown_to_another() {
    let fixture = Fixture::new();
    let commit = fixture.commit("main", &[("a", "1")]);
    let server = HttpServer::http(fixture.srv(), guarded()).await;
    let friend = remote(&server.url()).with_credentials(basic("secret"));
    fixture.git.ensure_commit(&friend, &Wanted::Commit(commit)).await.expect("fetched");
    let stranger = remote(&server.url());
    let error = fixture.git.ensure_commit(&stranger, &Wanted::Commit(commit)).await.expect_err("refused");
    assert!(matches!(error.problem, Problem::Unauthorised { .. }), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_without_credentials_for_others() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let target = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let redirect = Behaviour { redirect: Some(target.base.clone()), ..guarded() };
    let server = HttpServer::http(fixture.srv(), redirect).await;
    let remote = remote(&server.url()).with_credentials(basic("secret"));
    let (_, tree) = fixture.open(&remote, "HEAD").await.expect("opened");
    assert_eq!(text(&tree, "a"), "1");
    assert!(server.requests()[0].ends_with("with credentials"));
    assert!(target.requests().len() >= 3 && !target.requests().iter().any(|line| line.contains("with credentials")));
}

#[tokio::test]
async fn redirects_from_https_to_http_are_refused() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let target = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let redirect = Behaviour { redirect: Some(target.base.clone()), ..Behaviour::default() };
    let server = HttpServer::https(fixture.srv(), redirect).await;
    let error = fixture.list(&trusting(&server)).await.expect_err("refused");
    assert!(error.to_string().contains("weaker"), "{error}");
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn old_servers_are_understood() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("a", "1"), ("b", "1")]);
    let server = HttpServer::http(fixture.srv(), Behaviour { version_zero: true, ..Behaviour::default() }).await;
    let remote = remote(&server.url());
    let (commit, tree) = fixture.open(&remote, "HEAD").await.expect("opened");
    assert_eq!((commit, text(&tree, "a").as_str()), (first, "1"));
    let second = fixture.commit("main", &[("a", "2")]);
    let (commit, tree) = fixture.open(&remote, "refs/heads/main").await.expect("opened");
    assert_eq!((commit, text(&tree, "a").as_str(), text(&tree, "b").as_str()), (second, "2", "1"));
    // This one gives out no commits that are not at the tip of a ref: everything is fetched instead.
    let third = fixture.commit("main", &[("a", "3")]);
    fixture.commit("main", &[("a", "4")]);
    fixture.git.ensure_commit(&remote, &Wanted::Commit(third)).await.expect("fetched");
    assert_eq!(text(&fixture.git.tree(&remote, third).await.expect("there"), "a"), "3");
}

#[tokio::test]
async fn commits_are_found_by_their_first_digits() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("a", "1")]);
    fixture.commit("main", &[("a", "2")]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    let (commit, tree) = fixture.open(&remote, &first.to_string()[..9]).await.expect("opened");
    assert_eq!((commit, text(&tree, "a").as_str()), (first, "1"));
    let none = Wanted::Abbreviated("0123456".into());
    let before = server.requests().len();
    for _ in 0..3 {
        let error = fixture.git.ensure_commit(&remote, &none).await.expect_err("no such commit");
        assert_eq!(error.problem, Problem::Gone { what: "commit 0123456".into() });
    }
    assert_eq!(server.requests().len(), before + 3, "three listings, nothing downloaded again");
    let later = fixture.commit("main", &[("a", "3")]);
    fixture.commit("main", &[("a", "4")]);
    let (commit, tree) = fixture.open(&remote, &later.to_string()[..9]).await.expect("opened");
    assert_eq!((commit, text(&tree, "a").as_str()), (later, "3"));
}

#[tokio::test]
async fn tags_lead_to_their_commit() {
    let fixture = Fixture::new();
    let first = fixture.commit("main", &[("a", "1")]);
    fixture.commit("main", &[("a", "2")]);
    run_git(&fixture.repository(), &["tag", "-a", "v1", "-m", "one", &first.to_string()]);
    run_git(&fixture.repository(), &["tag", "light", &first.to_string()]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    for tag in ["v1", "light", "refs/tags/v1"] {
        let (commit, tree) = fixture.open(&remote(&server.url()), tag).await.expect("opened");
        assert_eq!((commit, text(&tree, "a").as_str()), (first, "1"), "{tag}");
    }
}

#[tokio::test]
async fn an_empty_repository_is_empty_until_somebody_commits() {
    let fixture = Fixture::new();
    std::fs::create_dir(fixture.repository()).expect("made");
    run_git(&fixture.repository(), &["init", "-q", "--bare", "-b", "trunk"]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let refs = fixture.list(&remote(&server.url())).await.expect("listed");
    assert!(refs.is_empty());
    assert_eq!(refs.head_target.as_deref(), Some("refs/heads/trunk"));
    let commit = fixture.commit("trunk", &[("a", "1")]);
    assert_eq!(fixture.open(&remote(&server.url()), "HEAD").await.expect("opened").0, commit);
}

#[tokio::test]
async fn rewritten_history_and_deleted_branches_are_clear() {
    let fixture = Fixture::new();
    let base = fixture.commit("main", &[("a", "1")]);
    let lost = fixture.commit("main", &[("a", "lost")]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let remote = remote(&server.url());
    fixture.open(&remote, "main").await.expect("opened");
    run_git(&fixture.repository(), &["update-ref", "refs/heads/main", &base.to_string()]);
    let kept = fixture.commit("main", &[("a", "kept")]);
    let (commit, tree) = fixture.open(&remote, "main").await.expect("opened");
    assert_eq!((commit, text(&tree, "a").as_str()), (kept, "kept"));
    let before = fixture.git.ensure_commit(&remote, &Wanted::Commit(lost)).await;
    assert_eq!(before, Ok(lost), "what was fetched stays readable");
    run_git(&fixture.repository(), &["update-ref", "refs/heads/other", &base.to_string()]);
    run_git(&fixture.repository(), &["update-ref", "-d", "refs/heads/main"]);
    let refs = fixture.git.list_refs(&remote, &RefScope::default()).await.expect("listed");
    let error = git::resolve(&refs, "main").expect_err("gone");
    assert_eq!(error.to_string(), "unable to resolve 'main' to a commit SHA");
    let never = git::Oid::from_bytes([0xab; 20]);
    let error = fixture.git.ensure_commit(&remote, &Wanted::Commit(never)).await.expect_err("no such commit");
    assert!(matches!(error.problem, Problem::Gone { .. }), "{error}");
}

#[tokio::test]
async fn large_files_are_left_on_servers_that_allow_it() {
    let fixture = Fixture::with(|options| options.limits.blob_bytes_max = 1000);
    let large = "x".repeat(100_000);
    fixture.commit("main", &[("large", Change::File(large)), ("small", Change::from("s"))]);
    run_git(&fixture.repository(), &["config", "uploadpack.allowFilter", "true"]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let (_, tree) = fixture.open(&remote(&server.url()), "HEAD").await.expect("opened");
    assert_eq!(text(&tree, "small"), "s");
    let error = tree.read(&path("large"), 1 << 20).expect_err("left out");
    assert_eq!(error.to_string(), "large: larger than 1000 bytes");
}

#[tokio::test]
async fn a_pack_that_is_too_large_is_refused() {
    let fixture = Fixture::with(|options| options.limits.pack_bytes_max = 10_000);
    let noise: String = (0..20_000_u64).map(|n| char::from(33 + ((n * n * 2_654_435_761) >> 13) as u8 % 90)).collect();
    fixture.commit("main", &[("noise", Change::File(noise))]);
    let server = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let Err(error) = fixture.open(&remote(&server.url()), "HEAD").await else { panic!("too large") };
    assert_eq!(error.problem, Problem::TooLarge { what: "the pack in bytes", limit: 10_000 });
}

#[tokio::test]
async fn a_proxy_is_used_except_for_hosts_it_is_not_for() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let proxy = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let mut far = remote("http://git.invalid/repo.git");
    far.plain_http = PlainHttp::Allowed;
    far.proxy = Some(Proxy { url: proxy.base.as_str().into(), no_proxy: None });
    let (_, tree) = fixture.open(&far, "HEAD").await.expect("opened through the proxy");
    assert_eq!(text(&tree, "a"), "1");
    far.proxy = Some(Proxy { url: proxy.base.as_str().into(), no_proxy: Some("git.invalid".into()) });
    let before = proxy.requests().len();
    assert!(fixture.list(&far).await.is_err());
    assert_eq!(proxy.requests().len(), before);
}

#[tokio::test]
async fn a_server_that_no_longer_greets_as_before_is_asked_anew() {
    let fixture = Fixture::new();
    fixture.commit("main", &[("a", "1")]);
    let first = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let second = HttpServer::http(fixture.srv(), Behaviour::default()).await;
    let door =
        HttpServer::http(fixture.srv(), Behaviour { redirect: Some(first.base.clone()), ..Behaviour::default() }).await;
    let remote = remote(&door.url());
    fixture.list(&remote).await.expect("listed");
    first.turn_away();
    door.redirect_to(&second.base);
    fixture.list(&remote).await.expect("listed at the new place");
    assert!(second.requests().iter().any(|line| line.starts_with("POST")));
}
