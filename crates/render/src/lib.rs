//! One source of an application in, its manifests out: which tool renders it, what came from which file and line, what
//! is wrong with it, and what was read. Pure: files come through a [`tree::Tree`], nothing is executed, every input is
//! charged to a [`budget::Budget`].
//!
//! Start reading at [`render`]. Adding a tool means a variant of [`SourceType`], its detection in `detect`, and one
//! module beside `directory`.

mod detect;
mod directory;
mod input;
mod manifest;
mod rendered;

pub use input::{DirectoryOptions, Input, SourceType, Tool};
pub use rendered::{Manifest, Origin, Problem, Rendered};

use budget::Budget;
use tree::{Recording, Tree};

/// Renders one source.
///
/// Guarantees: equal input and equal content at everything in [`Rendered::reads`] give an equal result. When
/// [`Rendered::problems`] is not empty the objects are incomplete and must not be compared or synced.
#[must_use]
pub fn render(input: &Input, tree: &dyn Tree, budget: &mut Budget) -> Rendered {
    let recording = Recording::new(tree);
    let mut rendered = Rendered::default();
    match detect::tool(input, &recording) {
        Ok(Tool::Directory(options)) => {
            rendered.source_type = Some(SourceType::Directory);
            directory::render(input, &options, &recording, budget, &mut rendered);
        }
        Ok(Tool::Unsupported(source_type)) => {
            rendered.source_type = Some(source_type);
            rendered.problems.push(Problem::Unsupported { path: input.path.clone(), source_type });
        }
        Err(problem) => rendered.problems.push(problem),
    }
    rendered.reads = recording.into_reads();
    rendered
}
