//! What watching and reading repositories costs: `cargo bench -p git`.
//!
//! One repository with a thousand applications of four files each, as in the benchmark of the whole program.

use clock::Offload;
use divan::Bencher;
use git::{
    Change, GitSource, Layout, NewCommit, Oid, RefScope, Remote, Repositories, RepositoriesOptions, Signature, Wanted,
    commit_files,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use tree::{ReadSet, Recording, Tree, TreePath};

const APPLICATIONS: usize = 1000;
const FILES: [&str; 4] = ["deployment.yaml", "service.yaml", "ingress.yaml", "account.yaml"];

fn main() {
    divan::main();
}

struct Bench {
    dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    remote: Remote,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let all = (0..APPLICATIONS).flat_map(|app| FILES.map(|file| (app, file)));
        let changes = all.map(|(app, file)| (format!("apps/app-{app:04}/{file}"), content(app, file, 0))).collect();
        commit(dir.path(), changes);
        let remote = Remote::parse(&dir.path().display().to_string()).expect("a path");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        Bench { dir, runtime, remote }
    }

    fn source(&self) -> Repositories {
        Repositories::new(RepositoriesOptions::new(self.dir.path().join("unused")), Offload::Inline)
    }

    fn tree(&self, source: &Repositories, commit: Oid) -> Arc<dyn Tree> {
        self.runtime.block_on(async {
            let commit = source.ensure_commit(&self.remote, &Wanted::Commit(commit)).await.expect("there");
            source.tree(&self.remote, commit).await.expect("read")
        })
    }

    fn head(&self, source: &Repositories) -> Oid {
        let scope = RefScope::default();
        let refs = self.runtime.block_on(source.list_refs(&self.remote, &scope)).expect("listed");
        refs.get("HEAD").expect("a commit").commit()
    }
}

fn content(app: usize, file: &str, version: usize) -> Change {
    Change::File(format!("# {file} of application {app}, version {version}\n{}", "key: value\n".repeat(60)))
}

fn commit(path: &Path, changes: Vec<(String, Change)>) -> Oid {
    let author = Signature { name: "A".into(), email: "a@example.com".into(), time: jiff::Timestamp::UNIX_EPOCH };
    let commit = NewCommit { branch: "main".into(), message: "m".into(), author, changes };
    commit_files(path, Layout::Bare, &commit).expect("committed")
}

fn read_application(tree: &dyn Tree, app: usize) -> ReadSet {
    let recording = Recording::new(tree);
    let directory = TreePath::parse(&format!("apps/app-{app:04}")).expect("a path");
    for (name, _) in recording.list(&directory).expect("listed") {
        divan::black_box(recording.read(&directory.child(&name), 1 << 20).expect("read"));
    }
    recording.into_reads()
}

/// A look at the files of a local repository that did not change.
#[divan::bench]
fn mark_of_a_local_repository(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let source = bench.source();
    bencher.bench_local(|| source.change_mark(&bench.remote));
}

/// Listing a local repository's refs.
#[divan::bench]
fn list_a_local_repository(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let source = bench.source();
    bencher.bench_local(|| bench.head(&source));
}

/// Listing and reading all files of a thousand applications, with nothing cached.
#[divan::bench(sample_count = 20)]
fn read_a_thousand_applications(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let head = bench.head(&bench.source());
    bencher.with_inputs(|| bench.source()).bench_local_values(|source| {
        let tree = bench.tree(&source, head);
        (0..APPLICATIONS).map(|app| read_application(&*tree, app).len()).sum::<usize>()
    });
}

/// Finding the one application of a thousand that a commit touched.
#[divan::bench(sample_count = 20)]
fn find_what_a_commit_touched(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let source = bench.source();
    let before = bench.tree(&source, bench.head(&source));
    let reads: Vec<ReadSet> = (0..APPLICATIONS).map(|app| read_application(&*before, app)).collect();
    let mut version = 0;
    let next = || {
        version += 1;
        commit(bench.dir.path(), vec![(format!("apps/app-0500/{}", FILES[0]), content(500, FILES[0], version))])
    };
    bencher.with_inputs(next).bench_local_values(|head| {
        let after = bench.tree(&source, head);
        reads.iter().filter(|reads| !reads.unchanged_in(&*after).expect("read")).count()
    });
}

/// A poll over http that finds nothing new: one request on a connection that is open already.
#[divan::bench]
fn poll_over_http(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let (source, remote) = (bench.source(), Remote::parse(&canned_server()).expect("a URL"));
    let scope = RefScope::default();
    bencher.bench_local(|| bench.runtime.block_on(source.list_refs(&remote, &scope)).expect("listed"));
}

/// A server with one branch that answers without thinking.
fn canned_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/x", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|socket| drop(std::thread::spawn(|| serve(socket))))
    });
    url
}

fn serve(socket: TcpStream) {
    let _ = socket.set_nodelay(true);
    let mut reader = BufReader::new(socket.try_clone().expect("a socket"));
    loop {
        let (mut first, mut length) = (String::new(), 0);
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
        }
        let _ = std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink());
        let (kind, body) = if first.starts_with("GET") {
            (
                "advertisement",
                "001e# service=git-upload-pack\n0000000eversion 2\n0013ls-refs=unborn\n0012fetch=shallow\n0000",
            )
        } else {
            (
                "result",
                "0050aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HEAD symref-target:refs/heads/main\n003daaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa refs/heads/main\n0000",
            )
        };
        let head = format!("content-type: application/x-git-upload-pack-{kind}\r\ncontent-length: {}", body.len());
        let _ = (&socket).write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes());
    }
}
