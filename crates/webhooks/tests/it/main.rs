//! Deliveries as the senders document them, proofs, hostile bodies, and what a push concerns.

mod deliveries;
mod hostile;
mod index;
mod proofs;
mod storm;

use std::collections::BTreeMap;
use webhooks::{BODY_BYTES_MAX, Delivery, Event, Files, Refusal, Secrets, receive};

/// A delivery in a file: the page that documents it, headers and parameters, the body, what is made of it.
struct Case {
    name: String,
    headers: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    body: Vec<u8>,
    expected: String,
}

fn cases() -> Vec<Case> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| case(file)).collect()
}

fn case(file: &std::path::Path) -> Case {
    let text = std::fs::read_to_string(file).expect("a case");
    let mut parts = text.split("---\n");
    let (head, body, expected) = (parts.next(), parts.next(), parts.next());
    let head = head.expect("a head");
    assert!(head.starts_with("page: https://"), "{} names the page it is from", file.display());
    let pairs = |kind: &str| {
        let lines = head.lines().filter_map(|line| line.strip_prefix(kind)?.trim().split_once(": "));
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    Case {
        name: file.file_stem().expect("a name").to_string_lossy().into_owned(),
        headers: pairs("header"),
        query: pairs("query"),
        body: body.expect("a body").into(),
        expected: expected.expect("what is made of it").to_owned(),
    }
}

/// Every registry has the same secret; forges have none unless a test says so.
fn secrets() -> Secrets {
    let registries = ["docker", "quay", "harbor", "acr", "aliyun-acr", "cloudevents"];
    Secrets::read(|key| {
        registries.iter().any(|name| key == format!("webhook.{name}.secret")).then(|| "s3cret".to_owned())
    })
}

impl Case {
    fn receive(&self, body: &[u8]) -> Result<Event, Refusal> {
        receive(&Delivery { headers: &self.headers, query: &self.query, body }, &secrets(), BODY_BYTES_MAX)
    }
}

/// What was received, as text.
fn told(received: &Result<Event, Refusal>) -> String {
    let some = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    match received {
        Err(refusal) => format!("refused {}: {refusal}\n", refusal.status()),
        Ok(Event::Nothing(why)) => format!("nothing: {why}\n"),
        Ok(Event::Images(images)) => {
            let line = |image: &webhooks::ImagePush| {
                format!("image {} {} {} {}\n", image.registry, image.repository, image.tag, some(&image.digest))
            };
            images.iter().map(line).collect()
        }
        Ok(Event::Push(push)) => {
            let mut text = "push\n".to_owned();
            text.extend(push.repositories.iter().map(|address| format!("repository {address}\n")));
            text.extend(push.changes.iter().map(|change| {
                let (before, after) = (some(&change.before), some(&change.after));
                format!("change {} {before}..{after} default {:?}\n", change.name, change.default_branch)
            }));
            match &push.files {
                Files::Unknown => text.push_str("files unknown\n"),
                Files::Known(files) => text.extend(files.iter().map(|file| format!("file {file}\n"))),
            }
            text
        }
    }
}
