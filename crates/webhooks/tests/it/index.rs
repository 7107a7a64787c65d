//! Which applications a push concerns.

use std::collections::BTreeSet;
use std::sync::Arc;
use tree::{MemoryTree, Recording, Tree, TreePath};
use webhooks::{
    Concern, DefaultBranch, Files, ImagePush, Index, Push, RefChange, Rendered, Source, SourceRole, generate_paths,
};

fn source(repository: &str, target: &str) -> Source {
    Source { repository: repository.to_owned(), target_revision: target.to_owned(), ..Source::default() }
}

fn push(repository: &str, branch: &str, default: DefaultBranch, files: &[&str]) -> Push {
    let files = match files {
        [] => Files::Unknown,
        files => Files::Known(files.iter().map(|file| (*file).to_owned()).collect()),
    };
    let change = RefChange {
        name: branch.to_owned(),
        before: Some("before".to_owned()),
        after: Some("after".to_owned()),
        default_branch: default,
    };
    Push { repositories: vec![repository.to_owned()], changes: vec![change], files }
}

fn is_concerned(source: Source, push: &Push) -> bool {
    is_concerned_after(source, push, None)
}

/// The same where it is known what the last render read; the source stands second, and is asked about by that place.
fn is_concerned_after(asked: Source, push: &Push, rendered: Option<Arc<Rendered>>) -> bool {
    let mut index = Index::default();
    index.set("app", vec![source("https://elsewhere.example/x", "main"), asked]);
    let known = |app: &&str, place: usize| rendered.clone().filter(|_| (*app, place) == ("app", 1));
    !index.affected(push, known).is_empty()
}

/// Nobody knows what was read.
fn unknown<K>(_: &K, _: usize) -> Option<Arc<Rendered>> {
    None
}

/// Upstream's own regular expression for a page's address, and what it makes of addresses of sources.
#[test]
fn addresses_of_one_repository() {
    let page = "https://github.com/Org/Repo";
    for (address, expected) in [
        ("https://github.com/org/repo", true),
        ("https://github.com/org/repo.git", true),
        ("https://github.com/org/repo/", true),
        ("http://github.com/org/repo", true),
        ("https://user@github.com/org/repo.git", true),
        ("git@github.com:org/repo.git", true),
        ("git@github.com:org/repo", true),
        ("ssh://git@github.com/org/repo.git", true),
        ("ssh://git@github.com:22/org/repo.git", true),
        ("ssh://git@ssh.github.com:443/org/repo.git", true),
        ("git@altssh.github.com:443/org/repo.git", true),
        ("org-1234@github.com:org/repo.git", true),
        ("github.com/org/repo", true),
        ("GITHUB.com/ORG/repo", true),
        ("https://github.com:8443/org/repo.git", true),
        ("https://github.com/org/repo2", false),
        ("https://github.com/org/repo/sub", false),
        ("https://github.com/org", false),
        ("https://github.comx/org/repo", false),
        ("https://xgithub.com/org/repo", false),
        ("https://www.github.com/org/repo", false),
        ("https://user:password@github.com/org/repo", false),
        ("git://github.com/org/repo", false),
        ("https://evil.com/https://github.com/org/repo", false),
        ("https://evil.com?github.com/org/repo", false),
        ("", false),
        ("file:///github.com/org/repo", false),
    ] {
        let concerned = is_concerned(source(address, ""), &push(page, "main", DefaultBranch::Yes, &[]));
        assert_eq!(concerned, expected, "{address}");
    }
}

#[test]
fn addresses_that_senders_give() {
    let source = |address: &str| source(address, "main");
    for (address, pushed, expected) in [
        ("https://bitbucket.example.com/scm/proj/repo.git", "https://bitbucket.example.com/scm/proj/repo.git", true),
        (
            "ssh://git@bitbucket.example.com:7999/proj/repo.git",
            "ssh://git@bitbucket.example.com:7999/proj/repo.git",
            true,
        ),
        ("ssh://git@bitbucket.example.com:7999/proj/repo", "ssh://git@bitbucket.example.com:7999/proj/repo.git", true),
        ("git@bitbucket.example.com:7999/proj/repo.git", "ssh://git@bitbucket.example.com:7999/proj/repo.git", true),
        ("git@ssh.dev.azure.com:v3/org/project/repo", "https://dev.azure.com/org/project/_git/repo", true),
        (
            "https://org@dev.azure.com/org/my%20project/_git/repo",
            "https://dev.azure.com/org/my%20project/_git/repo",
            true,
        ),
        ("http://localhost:3000/gogs/webhooks", "http://localhost:3000/gogs/webhooks", true),
        ("http://localhost/gogs/webhooks", "http://localhost:3000/gogs/webhooks", true),
        ("https://git.example.com/a.b/c", "https://git.example.com/aXb/c", false),
        ("https://git.example.com/.*", "https://git.example.com/anything", false),
        ("https://git.example.com/anything", "https://git.example.com/.*", false),
        ("https://git.example.com/a", "not an address", false),
        ("https://git.example.com/a", "", false),
        ("https://git.example.com/a", "git@git.example.com:a", false),
    ] {
        let push = push(pushed, "main", DefaultBranch::Yes, &[]);
        assert_eq!(is_concerned(source(address), &push), expected, "{address} {pushed}");
    }
}

#[test]
fn revisions_that_are_followed() {
    use DefaultBranch::{No, Unknown, Yes};
    for (target, branch, default, expected) in [
        ("", "main", Yes, true),
        ("HEAD", "main", Yes, true),
        ("HEAD", "qa", No, false),
        ("", "qa", Unknown, true),
        ("qa", "qa", No, true),
        ("main", "qa", No, false),
        ("main", "main", Unknown, true),
        ("refs/heads/qa", "qa", No, true),
        ("refs/tags/v1.2.3", "v1.2.3", No, true),
        ("feature/x", "feature/x", No, true),
        ("x", "feature/x", No, false),
        ("1.*", "1.4.2", No, true),
        ("1.*", "v1.4.2", No, true),
        ("1.*", "2.0.0", No, false),
        ("~1.2.0", "1.2.9", No, true),
        (">=1.0.0 <2.0.0", "1.9.0", No, true),
        (">=1.0.0", "1.9.0-rc.1", No, false),
        ("1.*", "main", No, false),
        ("8f3a2c1", "main", Yes, false),
    ] {
        let push = push("https://x.example/a", branch, default, &[]);
        assert_eq!(is_concerned(source("https://x.example/a", target), &push), expected, "{target} {branch}");
    }
}

/// Upstream looks at the first change of a push only; the others count as well.
#[test]
fn every_change_of_a_push_counts() {
    let mut push = push("https://x.example/a", "main", DefaultBranch::No, &[]);
    let mut second = push.changes[0].clone();
    second.name = "qa".to_owned();
    push.changes.push(second);
    assert!(is_concerned(source("https://x.example/a", "qa"), &push));
}

/// The table of upstream's documentation of `argocd.argoproj.io/manifest-generate-paths`, and its edges.
#[test]
fn generate_paths_against_files() {
    for (annotation, path, file, expected) in [
        (".", "guestbook", "guestbook/app.yaml", true),
        (".", "guestbook", "guestbook2/app.yaml", false),
        (".", "guestbook", "other/app.yaml", false),
        ("/guestbook", "x", "guestbook/app.yaml", true),
        ("/guestbook", "x", "guestbook", true),
        (".;../shared", "my-application", "shared/a.yaml", true),
        (". ; /shared ", "my-application", "shared/a.yaml", true),
        (".;../shared", "my-application", "my-application/a.yaml", true),
        (".;../shared", "my-application", "other/a.yaml", false),
        ("/shared/*-secret.yaml", "x", "shared/my-secret.yaml", true),
        ("/shared/*-secret.yaml", "x", "shared/my-secret.yml", false),
        ("/shared/*-secret.yaml", "x", "shared/deep/my-secret.yaml", false),
        ("/shared/[a-c]?.yaml", "x", "shared/bx.yaml", true),
        ("/shared/[^a-c]?.yaml", "x", "shared/bx.yaml", false),
        ("/shared/\\*.yaml", "x", "shared/*.yaml", true),
        ("/shared/\\*.yaml", "x", "shared/a.yaml", false),
        ("/", "x", "anything/at/all", true),
        ("../../..", "a", "anything", true),
        (" ; ", "a", "other", true),
        ("", "a", "other", true),
        ("dir with spaces", "a", "a/dir with spaces/f", true),
        ("/a", "x", "/a/b", true),
        ("/a", "x", "./a/../a/b", true),
        ("/[", "x", "[", true),
        ("/[", "x", "x", false),
        ("/**/x", "y", "a/b/x", false),
    ] {
        let mut source = source("https://x.example/a", "main");
        source.generate_paths = generate_paths(annotation, path);
        let push = push("https://x.example/a", "main", DefaultBranch::No, &[file]);
        assert_eq!(is_concerned(source, &push), expected, "{annotation:?} from {path}: {file}");
    }
}

#[test]
fn unknown_files_concern_everybody_who_follows() {
    let mut narrow = source("https://x.example/a", "main");
    narrow.generate_paths = vec!["only/here".to_owned()];
    assert!(is_concerned(narrow.clone(), &push("https://x.example/a", "main", DefaultBranch::No, &[])));
    assert!(!is_concerned(narrow, &push("https://x.example/a", "main", DefaultBranch::No, &["elsewhere"])));
}

fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a path")
}

/// A render that read one file, looked for another, and listed a folder.
fn rendered(revision: &str) -> Arc<Rendered> {
    let files = [
        ("app/kustomization.yaml", "a"),
        ("app/base/one.yaml", "b"),
        ("lib/values.yaml", "c"),
        ("other/x", "d"),
        ("empty/.keep", ""),
    ];
    let mut tree = MemoryTree::new();
    for (name, text) in files {
        tree.insert_file(path(name), text);
    }
    let recording = Recording::new(&tree);
    let stop = budget::Budget::default().bytes_left();
    recording.read(&path("app/kustomization.yaml"), stop).expect("a file");
    assert!(recording.entry(&path("app/Kustomization")).expect("an answer").is_none());
    assert!(recording.entry(&path("app/components/extra")).expect("an answer").is_none());
    recording.list(&path("app/base")).expect("a folder");
    assert!(recording.entry(&path("app")).expect("an answer").is_some());
    assert!(recording.entry(&path("empty")).expect("an answer").is_some());
    Arc::new(Rendered { revision: revision.to_owned(), reads: recording.into_reads() })
}

#[test]
fn what_a_render_read_decides_where_the_application_says_nothing() {
    for (file, expected) in [
        ("app/kustomization.yaml", true),
        ("app/Kustomization", true),
        ("app/base/two.yaml", true),
        ("app/base/deep/three.yaml", true),
        ("app/components/extra/kustomization.yaml", true),
        ("app/README.md", false),
        ("empty/.keep", true),
        ("lib/values.yaml", false),
        ("other/x", false),
        ("README.md", false),
    ] {
        let mut source = source("https://x.example/a", "main");
        let push = push("https://x.example/a", "main", DefaultBranch::No, &[file]);
        assert_eq!(is_concerned_after(source.clone(), &push, Some(rendered("before"))), expected, "{file}");
        // Nobody knows what was read.
        assert!(is_concerned(source.clone(), &push), "{file}");
        // Commits between the one that was rendered and the one that was pushed onto may have touched anything.
        assert!(is_concerned_after(source.clone(), &push, Some(rendered("another"))), "{file}");
        // What the application says itself goes before.
        source.generate_paths = vec!["nowhere".to_owned()];
        assert!(!is_concerned_after(source, &push, Some(rendered("before"))), "{file}");
    }
}

#[test]
fn applications_come_change_and_go() {
    let mut index = Index::default();
    index.set(1, vec![source("https://x.example/a", "main"), source("https://x.example/b", "main")]);
    index.set(2, vec![source("git@x.example:a.git", "main")]);
    let keys = |index: &Index<i32>, repository: &str| {
        let push = push(repository, "main", DefaultBranch::No, &[]);
        index.affected(&push, unknown).into_keys().collect::<BTreeSet<i32>>()
    };
    assert_eq!(keys(&index, "https://x.example/a"), BTreeSet::from([1, 2]));
    assert_eq!(keys(&index, "https://x.example/b"), BTreeSet::from([1]));
    index.set(1, vec![source("https://x.example/c", "main")]);
    assert_eq!(keys(&index, "https://x.example/a"), BTreeSet::from([2]));
    assert_eq!(keys(&index, "https://x.example/c"), BTreeSet::from([1]));
    index.remove(&2);
    assert!(keys(&index, "https://x.example/a").is_empty());
    assert_eq!(index.len(), 1);
    index.remove(&1);
    assert!(index.is_empty());
}

#[test]
fn a_dry_source_asks_for_hydration() {
    let mut index = Index::default();
    let dry = Source { role: SourceRole::Dry, ..source("https://x.example/a", "main") };
    index.set("app", vec![dry, source("https://x.example/a", "main")]);
    let push = push("https://x.example/a", "main", DefaultBranch::No, &[]);
    assert_eq!(index.affected(&push, unknown).into_iter().collect::<Vec<_>>(), [("app", Concern::Hydrate)]);
}

#[test]
fn images_and_charts_in_registries() {
    for (repository, chart, target, expected) in [
        ("oci://ghcr.io/org/chart", "", "1.2.3", true),
        ("oci://GHCR.io/Org/Chart/", "", "1.*", true),
        ("ghcr.io/org", "chart", "1.2.3", true),
        ("oci://ghcr.io/org", "chart", "~1.2", true),
        ("oci://ghcr.io/org", "other", "1.2.3", false),
        ("oci://ghcr.io/org/chart", "", "2.*", false),
        ("https://ghcr.io/org/chart", "", "1.2.3", false),
    ] {
        let mut index = Index::default();
        index.set("app", vec![Source { chart: chart.to_owned(), ..source(repository, target) }]);
        let image = ImagePush {
            registry: "ghcr.io".to_owned(),
            repository: "org/chart".to_owned(),
            tag: "1.2.3".to_owned(),
            digest: None,
        };
        assert_eq!(!index.affected_by_image(&image).is_empty(), expected, "{repository} {chart} {target}");
    }
}

/// Ten thousand applications in two thousand repositories: the push is looked up, not searched for.
#[test]
fn three_of_ten_thousand() {
    let mut index = Index::default();
    for n in 0..10_000_u32 {
        index.set(n, vec![source(&format!("https://git.example.com/org/repo-{}.git", n / 3), "main")]);
    }
    let push = push("https://git.example.com/org/repo-1234", "main", DefaultBranch::Yes, &[]);
    assert_eq!(index.affected(&push, unknown).into_keys().collect::<Vec<_>>(), [3702, 3703, 3704]);
}
