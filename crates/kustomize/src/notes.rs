//! Notes on objects that say where they come from and what changed them, when `buildMetadata` asks for them.

use crate::problem::Result;
use crate::provenance::{ORIGIN, Provenance, TRANSFORMATIONS};
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Notes where generated objects come from, unless they say so already.
pub(crate) fn note_origin(resources: &mut [Resource], origin: Option<&Provenance>) {
    let Some(origin) = origin else { return };
    for resource in resources.iter_mut().filter(|resource| resource.annotation(ORIGIN).is_none()) {
        resource.set_annotation(ORIGIN, &origin.text());
    }
}

/// Notes on every object that a transformer has run.
///
/// # Errors
/// Never; it is fallible for those who chain it.
pub(crate) fn note_transformation(resources: &mut ResMap, transformer: &Provenance) -> Result<()> {
    let entry = transformer.text();
    let mut lines = entry.lines();
    let mut item = format!("- {}\n", lines.next().unwrap_or_default());
    for line in lines {
        item.push_str(&format!("  {line}\n"));
    }
    for resource in resources.iter_mut().filter(|resource| !resource.is_gone()) {
        match resource.annotation(ORIGIN) {
            None => resource.set_annotation(ORIGIN, &entry),
            Some(_) => {
                let before = resource.annotation(TRANSFORMATIONS).unwrap_or_default();
                let all = format!("{before}{item}");
                resource.set_annotation(TRANSFORMATIONS, &all);
            }
        }
    }
    Ok(())
}
