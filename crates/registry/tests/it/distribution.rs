//! The distribution project's own registry, where it is installed: pushed to and read over the same protocol.

use crate::packaged::{PROGRAM, push, start};
use crate::stage::client;
use images::{ImageReference, Registries};
use registry::{Login, Registry, Repository};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use web::Reach;

#[tokio::test]
async fn images_pushed_to_it_are_found() {
    if !Path::new(PROGRAM).exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (_running, address) = start(folder.path());
    let base = format!("http://{address}/v2");
    // The first client of the adapter chooses the cryptography that this one uses too.
    let _ = web::Clients::new("test", Duration::from_secs(5))
        .get(&base.parse().expect("a URL"), &web::ClientKind { reach: Reach::Anywhere, ..web::ClientKind::default() });
    let http = reqwest::Client::builder().build().expect("a client");
    let mut digests = Vec::new();
    for (tag, created) in [("1.0.0", "2026-01-01T00:00:00Z"), ("1.1.0", "2026-01-02T00:00:00Z")] {
        digests.push(push(&http, &format!("{base}/org/app"), tag, created).await);
    }
    let image = ImageReference::parse(&format!("{address}/org/app")).expect("an image");
    let registry =
        Registry::new(&Registries::default().of(&image), Login::Anonymous, Reach::Anywhere).expect("a registry");
    let app = Repository::new(Arc::new(registry), &image);
    let client = client();
    let mut tags = client.tags(&app).await.expect("tags").to_vec();
    tags.sort();
    assert_eq!(tags, ["1.0.0", "1.1.0"]);
    assert_eq!(client.digest(&app, "1.1.0").await.expect("a digest"), digests[1]);
    let build = client.build(&app, "1.0.0").await.expect("a build");
    assert_eq!(build.digest, digests[0]);
    assert_eq!(build.created.map(|at| at.to_string()).as_deref(), Some("2026-01-01T00:00:00Z"));
}
