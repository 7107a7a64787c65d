//! Kustomizations drawn by chance: a base or two, an overlay or two, sometimes a component. A seed names one.

use crate::case::LIMITS;
use crate::draw::Draw;
use crate::features;
use crate::manifests::manifest;
use crate::peer::Peer;
use crate::verdict::{Tally, Verdict, keep, ours};
use crate::world::World;
use anyhow::Result;
use budget::Budget;
use kustomize::Options;
use std::collections::BTreeMap;
use std::path::Path;
use tree::{MemoryTree, TreePath};

type Files = BTreeMap<String, String>;

/// Compares so many, from a seed on.
pub fn compare(peer: &Peer, seed: u64, count: u64, kept: Option<&Path>) -> Result<()> {
    let mut tally = Tally::default();
    for seed in seed..seed.saturating_add(count) {
        let files = draw(seed);
        let scratch = tempfile::tempdir()?;
        write(&files, scratch.path())?;
        let theirs = peer.build(&scratch.path().join("top"), &[])?;
        let at = TreePath::parse("top")?;
        let tree = MemoryTree::from_files(files.clone());
        let ours = ours(&kustomize::build(&tree, &at, &Options::default(), &mut Budget::new(LIMITS)));
        let verdict = tally.note(&format!("seed {seed}"), &ours, &theirs)?;
        if let (Some(kept), false) = (kept, matches!(verdict, Verdict::Same | Verdict::BothFail)) {
            let folder = kept.join(format!("seed-{seed}"));
            write(&files, &folder)?;
            keep(&folder, &ours, &theirs)?;
        }
    }
    tally.finish()
}

fn write(files: &Files, folder: &Path) -> Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)?;
    }
    Ok(())
}

/// The files of one seed; what is built is `top`.
fn draw(seed: u64) -> Files {
    let draw = &mut Draw(seed);
    let mut files = Files::new();
    let mut below = vec!["../base".to_owned()];
    let mut world = World::default();
    layer(&Layer { name: "base", below: &[], own: 1 + draw.below(6) }, draw, &mut world, &mut files);
    if draw.happens(20) {
        let own = 1 + draw.below(3);
        let mut second = World::default();
        layer(&Layer { name: "second", below: &[], own }, draw, &mut second, &mut files);
        world.0.extend(second.0);
        below.push("../second".to_owned());
    }
    if draw.happens(30) {
        layer(&Layer { name: "middle", below: &below, own: draw.below(2) }, draw, &mut world, &mut files);
        below = vec!["../middle".to_owned()];
    }
    let component = draw.happens(20);
    let own = draw.below(3);
    let mut top = world.clone();
    layer(&Layer { name: "top", below: &below, own }, draw, &mut top, &mut files);
    if component {
        let own = draw.below(2);
        layer(&Layer { name: "part", below: &[], own }, draw, &mut top, &mut files);
        if let Some(text) = files.get_mut("part/kustomization.yaml") {
            text.insert_str(0, "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
        }
        if let Some(text) = files.get_mut("top/kustomization.yaml") {
            text.push_str("components: [../part]\n");
        }
    }
    files
}

/// A kustomization to draw.
struct Layer<'a> {
    name: &'a str,
    /// The kustomizations it builds on.
    below: &'a [String],
    /// How many files of resources it has itself.
    own: usize,
}

/// A directory with a kustomization, resources of its own, and the files that generators may ask for.
fn layer(layer: &Layer<'_>, draw: &mut Draw, world: &mut World, files: &mut Files) {
    let Layer { name, below, own } = *layer;
    let mut resources = below.to_vec();
    for at in 0..own {
        let mut text = manifest(draw, world);
        if draw.happens(25) {
            text.push_str("---\n");
            text.push_str(&manifest(draw, world));
        }
        resources.push(format!("r{at}.yaml"));
        files.insert(format!("{name}/r{at}.yaml"), text);
    }
    let mut text = String::new();
    if !resources.is_empty() {
        text.push_str(&format!("resources: [{}]\n", resources.join(", ")));
    }
    text.push_str(&features::fields(draw, world));
    files.insert(format!("{name}/kustomization.yaml"), text);
    files.insert(format!("{name}/data.txt"), "some data\n".to_owned());
    files.insert(format!("{name}/lines.txt"), "one\ntwo  \n\tthree: 3\n".to_owned());
    files.insert(format!("{name}/some.env"), "# env\nE1=one\nE2=\"two\"\n\nE3=\n".to_owned());
}
