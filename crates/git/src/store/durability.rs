//! Tests: a full disk, or a crash, at any step of taking a pack in and of repacking.

use super::checked::Checked;
use super::disk::Disk;
use super::git_tree::{GitTree, Omitted};
use super::mirror::Mirror;
use super::objects::Objects;
use super::repack::{reachable, write_pack};
use crate::builder::{Layout, NewCommit, commit_files};
use crate::change::Change;
use crate::commit::Signature;
use crate::error::Problem;
use crate::oid::Oid;
use crate::options::GitLimits;
use crate::store::read_commit;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tree::{Tree, TreePath};

const KEY: &str = "https://git.example/shop";

/// A server's repository: every commit replaces the content of so many files.
struct Server {
    directory: tempfile::TempDir,
    files: usize,
    made: usize,
}

impl Server {
    fn new(files: usize) -> Self {
        Server { directory: tempfile::tempdir().expect("a directory"), files, made: 0 }
    }

    /// One more commit, and a pack of it alone, as a shallow fetch brings it.
    fn commit(&mut self) -> (Oid, Vec<u8>) {
        self.made += 1;
        let change =
            |file: usize| (format!("app/{file}.yaml"), Change::File(format!("file: {file}\nmade: {}\n", self.made)));
        let author = Signature { name: "A".into(), email: "a@example.com".into(), time: jiff::Timestamp::UNIX_EPOCH };
        let changes = (0..self.files).map(change).collect();
        let commit = NewCommit { branch: "main".into(), message: format!("{}", self.made), author, changes };
        let id = commit_files(self.directory.path(), Layout::Bare, &commit).expect("committed");
        let objects = Objects::open(&self.directory.path().join("objects")).expect("opened");
        let ids = reachable(&objects, &BTreeSet::from([id])).expect("whole");
        let mut pack = Vec::new();
        write_pack(&objects, &ids, u64::MAX, Path::new("pack"), &mut pack).expect("packed");
        (id, pack)
    }
}

/// What a fetch does with what it got.
fn bring(mirror: &Mirror, commit: Oid, pack: &[u8]) -> Result<(), Problem> {
    mirror.move_edge(&[commit], &[])?;
    mirror.take_in(&mut Cursor::new(pack), &GitLimits::default())?;
    mirror.check_files(commit)?;
    mirror.mark_complete(commit)
}

/// Every file of a commit that the mirror calls complete.
fn read_all(mirror: &Mirror, commit: Oid, files: usize) {
    assert!(mirror.has(commit), "{commit} is not here");
    read_tree(&tree(mirror, commit), files);
}

fn tree(mirror: &Mirror, commit: Oid) -> GitTree {
    let objects = mirror.objects();
    let (_, root) = read_commit(&objects, commit).expect("readable").expect("there");
    GitTree::new(objects, root, Omitted::Nothing)
}

fn read_tree(tree: &GitTree, files: usize) {
    let names = tree.list(&TreePath::parse("app").expect("a path")).expect("a directory");
    assert_eq!(names.len(), files);
    for (name, _) in names {
        let path = TreePath::parse(&format!("app/{name}")).expect("a path");
        tree.read(&path, 1000).expect("a file that can be read");
    }
}

/// A disk that is full from step `number` on, until told otherwise; counts the steps.
fn filling(number: usize) -> (Disk, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(number));
    let counter = Arc::clone(&left);
    let probe = move |_| match counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::from(io::ErrorKind::StorageFull)),
    };
    (Disk::probed(Arc::new(probe)), left)
}

const NEVER: usize = usize::MAX / 2;

/// Runs `work` on a mirror with a first commit, on a disk that fills at every step it makes, and again when there is
/// room. Gives the number of steps.
fn fills_anywhere(files: usize, work: impl Fn(&Mirror, (Oid, &[u8])) -> Result<(), Problem>) -> usize {
    let mut server = Server::new(files);
    let ((first, first_pack), (second, second_pack)) = (server.commit(), server.commit());
    for number in 0.. {
        let data = tempfile::tempdir().expect("a directory");
        let (disk, left) = filling(NEVER);
        let mirror = Mirror::open_on(disk, data.path(), KEY).expect("opened");
        bring(&mirror, first, &first_pack).expect("room enough");
        left.store(number, Ordering::SeqCst);
        let outcome = work(&mirror, (second, &second_pack));
        let steps = number - left.load(Ordering::SeqCst).min(number);
        left.store(NEVER, Ordering::SeqCst);
        read_all(&mirror, first, files);
        match outcome {
            Ok(()) => return steps,
            Err(Problem::DiskFull { path }) => assert!(path.starts_with(&*data.path().to_string_lossy()), "{path}"),
            Err(other) => panic!("step {number}: {other}"),
        }
        assert!(!incoming(data.path()), "step {number} leaves half a pack");
        work(&mirror, (second, &second_pack)).unwrap_or_else(|problem| panic!("step {number}, tried again: {problem}"));
        drop(mirror);
        let mirror = Mirror::open(data.path(), KEY).expect("opened");
        read_all(&mirror, first, files);
    }
    unreachable!("the disk is large enough at last")
}

fn incoming(data: &Path) -> bool {
    let mirror = fs::read_dir(data).expect("read").next().expect("a mirror").expect("read").path();
    fs::read_dir(mirror.join("objects")).expect("read").flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("incoming") || name.starts_with(".tmp")
    })
}

#[test]
fn a_disk_may_fill_at_any_step_of_a_fetch() {
    for (files, steps_min) in [(3, 8), (110, 6)] {
        let steps = fills_anywhere(files, |mirror, (commit, pack)| {
            let brought = bring(mirror, commit, pack);
            assert_eq!(brought.is_ok(), mirror.has(commit), "it is here or it is not");
            if brought.is_ok() {
                read_all(mirror, commit, files);
            }
            brought
        });
        assert!(steps >= steps_min, "{steps} steps seen");
    }
}

#[test]
fn a_disk_may_fill_at_any_step_of_a_repack() {
    for (files, steps_min) in [(3, 8), (110, 8)] {
        let steps = fills_anywhere(files, |mirror, (commit, pack)| {
            // Room for this one: the fetch is another test's.
            if !mirror.has(commit) {
                bring(mirror, commit, pack)?;
            }
            mirror.repack(&BTreeSet::new(), &GitLimits::default())
        });
        assert!(steps >= steps_min, "{steps} steps seen");
    }
}

/// Looks at what lies on the disk right before every step: what a crash there would leave.
fn snapshots(data: &Path) -> (Disk, Arc<Mutex<Vec<tempfile::TempDir>>>) {
    let taken: Arc<Mutex<Vec<tempfile::TempDir>>> = Arc::default();
    let (data, own) = (data.to_owned(), Arc::clone(&taken));
    let probe = move |_| {
        let copy = tempfile::tempdir().expect("a directory");
        copy_all(&data, copy.path()).expect("copied");
        own.lock().expect("no panic").push(copy);
        Ok(())
    };
    (Disk::probed(Arc::new(probe)), taken)
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?
        } else {
            fs::copy(entry.path(), target).map(drop)?
        }
    }
    Ok(())
}

/// What holds after a crash: what is called complete is, nothing half lies about, and the fetch can be made again.
fn is_right(copy: &Path, must: &[Oid], again: (Oid, &[u8]), files: usize) {
    let mirror = Mirror::open(copy, KEY).expect("opened after the crash");
    assert!(!incoming(copy), "what was half written is swept away");
    for commit in must {
        assert!(mirror.has(*commit), "{commit} was lost");
    }
    for commit in mirror.with_prefix("") {
        read_all(&mirror, commit, files);
    }
    bring(&mirror, again.0, again.1).expect("fetched again");
    read_all(&mirror, again.0, files);
    mirror.repack(&BTreeSet::new(), &GitLimits::default()).expect("repacked");
    read_all(&mirror, again.0, files);
}

#[test]
fn a_crash_at_any_step_of_a_fetch_leaves_a_mirror_that_is_right() {
    for files in [3, 110] {
        let mut server = Server::new(files);
        let ((first, first_pack), (second, second_pack)) = (server.commit(), server.commit());
        let data = tempfile::tempdir().expect("a directory");
        bring(&Mirror::open(data.path(), KEY).expect("opened"), first, &first_pack).expect("brought");
        let (disk, taken) = snapshots(data.path());
        let mirror = Mirror::open_on(disk, data.path(), KEY).expect("opened");
        bring(&mirror, second, &second_pack).expect("brought");
        let taken = std::mem::take(&mut *taken.lock().expect("no panic"));
        assert!(taken.len() >= 6, "{} steps seen", taken.len());
        taken.iter().for_each(|copy| is_right(copy.path(), &[first], (second, &second_pack), files));
    }
}

#[test]
fn a_crash_at_any_step_of_a_repack_leaves_a_mirror_that_is_right() {
    for files in [3, 110] {
        let mut server = Server::new(files);
        let commits: Vec<(Oid, Vec<u8>)> = (0..3).map(|_| server.commit()).collect();
        let data = tempfile::tempdir().expect("a directory");
        let mirror = Mirror::open(data.path(), KEY).expect("opened");
        commits.iter().for_each(|(commit, pack)| bring(&mirror, *commit, pack).expect("brought"));
        drop(mirror);
        let (disk, taken) = snapshots(data.path());
        let mirror = Mirror::open_on(disk, data.path(), KEY).expect("opened");
        let kept: Vec<Oid> = commits.iter().map(|(commit, _)| *commit).collect();
        mirror.repack(&kept.iter().copied().collect(), &GitLimits::default()).expect("repacked");
        let taken = std::mem::take(&mut *taken.lock().expect("no panic"));
        assert!(taken.len() >= 6, "{} steps seen", taken.len());
        let again = (kept[2], &*commits[2].1);
        taken.iter().for_each(|copy| is_right(copy.path(), &kept, again, files));
    }
}

#[test]
fn a_repack_keeps_what_is_in_use_and_lets_go_of_the_rest() {
    let mut server = Server::new(110);
    let data = tempfile::tempdir().expect("a directory");
    let mirror = Mirror::open(data.path(), KEY).expect("opened");
    let commits: Vec<Oid> = (0..22)
        .map(|_| {
            let (commit, pack) = server.commit();
            bring(&mirror, commit, &pack).expect("brought");
            commit
        })
        .collect();
    drop(mirror);
    let size = |path: &Path| -> u64 {
        fs::read_dir(path).expect("read").flatten().map(|entry| entry.metadata().expect("there").len()).sum()
    };
    let mirror = Mirror::open(data.path(), KEY).expect("opened");
    let packs = fs::read_dir(data.path()).expect("read").next().expect("a mirror").expect("read").path();
    let packs = packs.join("objects/pack");
    let (before, (pinned, asked)) = (size(&packs), (commits[0], commits[1]));
    assert!(mirror.has(asked), "this one somebody asks for");
    // Trees that were made before, one of which was not read yet.
    let (early, opened) = (tree(&mirror, pinned), tree(&mirror, commits[21]));
    read_tree(&opened, 110);
    mirror.repack(&BTreeSet::from([pinned]), &GitLimits::default()).expect("repacked");
    let here: BTreeSet<Oid> = mirror.with_prefix("").into_iter().collect();
    let wanted: BTreeSet<Oid> = commits[6..].iter().chain([&pinned, &asked]).copied().collect();
    assert_eq!(here, wanted, "in use, asked for, and the latest sixteen");
    here.iter().for_each(|commit| read_all(&mirror, *commit, 110));
    read_tree(&early, 110);
    read_tree(&opened, 110);
    assert!(size(&packs) < before * 4 / 5, "{} of {before} bytes are left", size(&packs));
    assert_eq!(fs::read_dir(&packs).expect("read").count(), 2, "one pack and its index");
    let (haves, shallow) = mirror.haves();
    assert_eq!(haves, shallow, "what came before them is not here");
    // Once more: there is nothing to do, and nothing is lost.
    mirror.repack(&here, &GitLimits::default()).expect("repacked");
    drop(mirror);
    let mirror = Mirror::open(data.path(), KEY).expect("opened");
    here.iter().for_each(|commit| read_all(&mirror, *commit, 110));
    let mut checked = Checked::default();
    here.iter().for_each(|commit| checked.check(&mirror.objects(), *commit).expect("whole"));
}

#[test]
fn a_repack_is_due_at_gits_own_bounds() {
    let data = tempfile::tempdir().expect("a directory");
    let mirror = Mirror::open(data.path(), KEY).expect("opened");
    assert!(!mirror.is_cluttered());
    let path = fs::read_dir(data.path()).expect("read").next().expect("a mirror").expect("read").path();
    fs::create_dir_all(path.join("objects/17")).expect("made");
    for number in 0..27 {
        fs::write(path.join("objects/17").join(format!("{number:038x}")), "").expect("written");
    }
    assert!(mirror.is_cluttered(), "27 of 256 directories are some 6,900 objects");
    fs::remove_dir_all(path.join("objects/17")).expect("removed");
    for number in 0..51 {
        fs::write(path.join(format!("objects/pack/pack-{number}.pack")), "").expect("written");
    }
    assert!(mirror.is_cluttered(), "51 packs");
}
