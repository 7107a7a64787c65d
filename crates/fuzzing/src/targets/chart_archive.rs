//! Chart archives. An input that is not compressed is taken for the archive within: so mutations reach its headers.

use crate::limits::budget;
use flate2::Compression;
use flate2::write::GzEncoder;
use helm::Profile;
use std::io::Write;
use tree::{Tree, TreePath};

pub(crate) const TOKENS: &[&str] = &[
    "ustar\u{0}00",
    "ustar  \u{0}",
    "../",
    "/etc/passwd",
    "chart/Chart.yaml",
    "chart/templates/",
    "\\",
    "C:\\",
    "0000644\u{0}",
    "00000000000\u{0}",
    "77777777777\u{0}",
    "2",
    "5",
    "L",
    "x",
    "g",
    "path=",
    "30 path=chart/../../x\n",
    "name: a\n",
    "version: 1.0.0\n",
    "dependencies:\n- name: a\n  version: 1\n",
    "charts/a-1.tgz",
    "\u{0}",
];

const GZIP: &[u8] = &[0x1f, 0x8b];

pub(crate) fn run(input: &[u8]) {
    let packed = if input.starts_with(GZIP) { input.to_vec() } else { compress(input) };
    let _ = helm::load_archive(&packed, Profile::default(), &mut budget());
    if let Ok(tree) = helm::unpack(&packed, &mut budget()) {
        // Paths are of the type that cannot lead outside; all of them can be listed.
        assert!(tree.list(&TreePath::root()).is_ok());
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("invariant: memory takes what is written")
}
