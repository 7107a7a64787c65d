//! Archives made by hand, well-formed and not.

use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use tar::{Builder, EntryType, Header};

/// An archive of entries: raw name, type, link target, content.
#[derive(Default)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// With a Chart.yaml in it.
    pub fn chart() -> Self {
        Packed::default().file("app/Chart.yaml", b"apiVersion: v2\nname: app\nversion: 1.0.0\n")
    }

    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(name.as_bytes(), EntryType::Regular, "", content)
    }

    /// Names are written as they are: the library that writes archives would refuse the bad ones.
    pub fn entry(mut self, name: &[u8], kind: EntryType, target: &str, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        let padding = content.len().next_multiple_of(512) - content.len();
        self.0.extend(std::iter::repeat_n(0, padding));
        self
    }

    /// Gzipped, with the two empty blocks at the end.
    pub fn gzipped(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(&self.0).expect("memory takes it");
        out.finish().expect("memory takes it")
    }
}

/// Charts in charts, `depth` of them, each an archive in the next.
pub fn nested(depth: usize) -> Vec<u8> {
    let mut inner = Packed::chart().gzipped();
    for _ in 0..depth {
        inner = Packed::chart().file("app/charts/app-1.0.0.tgz", &inner).gzipped();
    }
    inner
}

/// What the library that reads archives would write: used to show that the good ones are read.
pub fn ordinary() -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in [
        ("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n"),
        ("app/values.yaml", "a: {b: [1, two, 3.5]}\nn: null\n"),
        ("app/templates/a.yaml", "kind: A\nmetadata: {name: {{ .Values.a.b | first }}}\n"),
        ("app/templates/_h.tpl", "{{ define \"h\" }}{{ . | quote }}{{ end }}"),
        ("app/values.schema.json", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\"}}}"),
    ] {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, name, content.as_bytes()).expect("memory takes it");
    }
    builder.into_inner().and_then(GzEncoder::finish).expect("memory takes it")
}
