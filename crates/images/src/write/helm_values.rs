//! Values of a chart.

use super::WriteError;
use crate::reference::ImageReference;
use crate::settings::{HelmValues, TrackedImage};
use budget::Budget;
use yamledit::{Document, Kind, Path};

/// A file of values with the versions of `images` in it. Comments and layout stay; keys that are missing are added.
///
/// A name that stands there without its registry keeps being written so.
///
/// # Errors
/// When the file cannot be edited, or a value is named in a way that is none.
pub fn helm_values(
    text: &str,
    images: &[(&TrackedImage, &ImageReference)],
    budget: &mut Budget,
) -> Result<String, WriteError> {
    let mut document = Document::parse(text, budget)?;
    for (tracked, version) in images {
        match tracked.helm_values() {
            HelmValues::Whole(place) => set(&mut document, place, &version.to_string(), budget)?,
            HelmValues::Parts { name, tag } => {
                if !version.version().is_empty() {
                    set(&mut document, tag, &version.version(), budget)?;
                }
                let name_path = path(&document, name)?;
                let spelled = as_spelled(document.scalar(&name_path), version);
                write(&mut document, &name_path, &spelled, budget)?;
            }
        }
    }
    Ok(document.text().to_owned())
}

fn set(document: &mut Document, place: &str, text: &str, budget: &mut Budget) -> Result<(), WriteError> {
    let path = path(document, place)?;
    write(document, &path, text, budget)
}

fn write(document: &mut Document, path: &Path, text: &str, budget: &mut Budget) -> Result<(), WriteError> {
    if document.scalar(path) != Some(text) || document.kind(path) != Some(Kind::Scalar) {
        document.set(path, text, budget)?;
    }
    Ok(())
}

/// The name with its registry, unless it stands there without one.
fn as_spelled(written: Option<&str>, version: &ImageReference) -> String {
    let short = written.and_then(|text| ImageReference::parse(text).ok()).is_some_and(|image| image.registry.is_none());
    if short { version.repository.clone() } else { version.name() }
}

/// `a.b[0].c` as a path; a key that has dots in it is that key where it stands at the root.
fn path(document: &Document, place: &str) -> Result<Path, WriteError> {
    let literal = Path::default().key(place);
    if document.kind(&literal).is_some() {
        return Ok(literal);
    }
    let wrong = || WriteError::Place(place.to_owned());
    let mut path = Path::default();
    for part in place.split('.') {
        let (key, positions) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
        if key.is_empty() {
            return Err(wrong());
        }
        path = path.key(key);
        if positions.is_empty() && part.contains('[') {
            return Err(wrong());
        }
        for position in positions.split_terminator(']') {
            let digits = position.strip_prefix('[').unwrap_or(position);
            path = path.index(digits.parse().map_err(|_| wrong())?);
        }
    }
    Ok(path)
}
