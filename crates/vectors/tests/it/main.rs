//! The recorded cases against the API server in memory.

use apiserver::{ApiServer, User};
use clock::Clock;
use std::path::Path;
use tower::ServiceExt;
use vectors::{Known, load, replay};

type Request = http::Request<http_body_util::Full<bytes::Bytes>>;

/// Who sent the recorded requests: an administrator with a client certificate of this hash.
fn recorder() -> User {
    let certificate = "X509SHA256=ede3d04e8a3593b685bfe3d7d89fc3d36fba2de8f74369e6178aba0ef2640b27";
    let mut user = User::default();
    user.extra.insert("authentication.kubernetes.io/credential-id".to_owned(), vec![certificate.to_owned()]);
    user
}

#[tokio::test(start_paused = true)]
async fn recorded_answers_are_met() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let needs_controllers = Known::parse(include_str!("../../needs-controllers.txt"));
    let mut cases = load(&root.join("cases")).expect("the recorded cases");
    cases.retain(|case| !needs_controllers.contains(&case.name));
    let known = Known::parse(include_str!("../../known-unmet.txt"));
    assert_eq!(known.without_reason(), Vec::<&str>::new(), "every case of the list has a reason");
    let start = "2026-01-01T00:00:00Z".parse().expect("a time");
    let report = replay(&cases, async || {
        let server = ApiServer::in_memory(Clock::simulated(start, 7));
        ServiceExt::<Request>::map_request(server, |mut request: Request| {
            request.extensions_mut().insert(recorder());
            request
        })
    })
    .await;
    print!("{}", report.summary());
    let verdict = report.verdict(&known);
    assert!(verdict.is_fine(), "{verdict:#?}");
}
