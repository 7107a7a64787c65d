//! Chart archives.

use super::refused;
use budget::Budget;
use flate2::Compression;
use flate2::write::GzEncoder;
use helm::Profile;
use std::io::Write;
use tar::{Builder, EntryType, Header};

fn load(archive: &[u8]) -> String {
    match helm::load_archive(archive, Profile::default(), &mut Budget::default()) {
        Ok(loaded) => format!("the chart {:?}", loaded.chart.metadata.name),
        Err(error) => error.to_string(),
    }
}

fn packed(fill: impl FnOnce(&mut Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    fill(&mut builder);
    builder.into_inner().and_then(GzEncoder::finish).expect("memory takes what is written")
}

fn add(builder: &mut Builder<GzEncoder<Vec<u8>>>, name: &str, kind: EntryType, size: u64) {
    let mut header = Header::new_ustar();
    // As a hostile writer would: the library itself refuses such names.
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("/etc/passwd").expect("a short name");
    }
    header.set_cksum();
    builder.append(&header, std::io::Read::take(std::io::repeat(0), size)).expect("memory takes what is written");
}

/// So many thousand entries: gzip streams one after another are one stream.
fn repeated(kind: EntryType, name: &str, thousands: usize) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_cksum();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    (0..1_000).for_each(|_| encoder.write_all(header.as_bytes()).expect("room"));
    encoder.finish().expect("room").repeat(thousands)
}

#[test]
fn nothing_is_read_behind_the_last_entry_that_is_allowed() {
    let _turn = super::turn();
    // What follows is no gzip stream, which would be told if anyone looked at it.
    let broken = b"no gzip stream".repeat(1_000);
    let kinds = [(EntryType::Regular, "app/x"), (EntryType::Directory, "app/x/")];
    for (kind, name) in kinds {
        let archive = [repeated(kind, name, 21), broken.clone()].concat();
        refused("entries and then nonsense", "20000", || load(&archive));
    }
    let archive = [repeated(EntryType::Regular, "app/x", 19), broken].concat();
    let told = load(&archive);
    assert!(!told.contains("20000"), "{told}");
}

#[test]
fn names_are_not_read_at_any_length() {
    let _turn = super::turn();
    for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader, EntryType::XGlobalHeader] {
        let archive = packed(|tar| {
            add(tar, "././@LongLink", kind, 60 << 20);
            add(tar, "app/x", EntryType::Regular, 1);
        });
        refused("a name of sixty megabytes", "a header larger than 65536 bytes", || load(&archive));
    }
}

#[test]
fn archives_are_bounded_and_hold_files_only() {
    let _turn = super::turn();
    let file = |name: &'static str| packed(|tar| add(tar, name, EntryType::Regular, 1));
    let kind = |kind| packed(|tar| add(tar, "app/x", kind, 0));
    let cases = [
        (
            "more entries than allowed",
            "20000",
            packed(|tar| (0..20_001).for_each(|i| add(tar, &format!("app/{i}"), EntryType::Regular, 0))),
        ),
        ("a million files", "20000", repeated(EntryType::Regular, "app/x", 1_000)),
        ("a million folders", "20000", repeated(EntryType::Directory, "app/x/", 1_000)),
        ("a million long names", "20000", repeated(EntryType::XGlobalHeader, "pax", 1_000)),
        ("one large file", "5242880", packed(|tar| add(tar, "app/x", EntryType::Regular, 6 << 20))),
        (
            "many large files",
            "limit: bytes",
            packed(|tar| (0..16).for_each(|i| add(tar, &format!("app/{i}"), EntryType::Regular, 5 << 20))),
        ),
        ("a name outside", "", file("../x")),
        ("an absolute name", "", file("/etc/passwd")),
        ("a symbolic link", "", kind(EntryType::Symlink)),
        ("a hard link", "", kind(EntryType::Link)),
        ("a device", "", kind(EntryType::Char)),
    ];
    for (name, expected, archive) in cases {
        refused(name, expected, || load(&archive));
    }
}

#[test]
fn what_is_packed_to_explode_is_stopped_while_it_unpacks() {
    let _turn = super::turn();
    // A stream of zeros has no end of archive that would stop a reader.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    let mut one = Header::new_ustar();
    one.set_size(1 << 40);
    one.set_entry_type(EntryType::Regular);
    one.as_mut_bytes()[..5].copy_from_slice(b"app/x");
    one.set_cksum();
    encoder.write_all(one.as_bytes()).expect("room");
    (0..16).for_each(|_| encoder.write_all(&zeros).expect("room"));
    let archive = encoder.finish().expect("room");
    refused("a file of a tebibyte", "larger than the maximum file size", || load(&archive));
}
