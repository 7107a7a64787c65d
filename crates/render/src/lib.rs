//! One source of an application in, its manifests out: which tool renders it, what came from which file and line, what
//! is wrong with it, and what was read. Pure: files come through a [`tree::Tree`], nothing is executed, every input is
//! charged to a [`budget::Budget`].
//!
//! Start reading at [`render_in`]. Adding a tool means a variant of [`SourceType`], its detection in `detect`, and one
//! module beside `directory`. A render is one unit of work without ties to others: callers run as many side by side as
//! they have threads.

mod input;
mod jsonnet;
mod origin;
mod problem;
mod reads;
mod rendered;
mod surroundings;

mod detect;
mod environment;
mod overrides;
mod work;

mod directory;

pub use input::{ApplicationFacts, Input, Settings, SourceType};
pub use jsonnet::{Imports, Jsonnet, JsonnetError, Program, Variable, VariableValue};
pub use origin::Origin;
pub use problem::Problem;
pub use reads::Reads;
pub use rendered::{Manifest, Rendered};
pub use surroundings::Surroundings;

use budget::Budget;
use environment::Environment;
use tree::{Recording, Tree, TreePath};
use work::Work;

/// Renders one source at a commit whose name does not matter.
#[must_use]
pub fn render(input: &Input, tree: &dyn Tree, budget: &mut Budget) -> Rendered {
    render_in(input, &Surroundings::of(tree, ""), budget)
}

/// Renders one source.
///
/// Guarantees: equal input, and surroundings in which [`Rendered::reads`] hold, give an equal result. When
/// [`Rendered::problems`] is not empty the objects are incomplete and must not be compared or synced.
#[must_use]
pub fn render_in(input: &Input, surroundings: &Surroundings<'_>, budget: &mut Budget) -> Rendered {
    let tree = Recording::new(surroundings.tree);
    let environment = Environment::new(input, surroundings.revision);
    let mut rendered = Rendered::default();
    let begun = Begun { input, tree: &tree, environment: &environment, jsonnet: surroundings.jsonnet };
    if let Err(problem) = begun.run(budget, &mut rendered) {
        rendered.problems.push(problem);
    }
    let revision = environment.used_revision();
    rendered.reads = Reads { own: tree.into_reads(), revision };
    rendered
}

/// What a render begins with.
struct Begun<'b> {
    input: &'b Input,
    tree: &'b Recording<'b>,
    environment: &'b Environment<'b>,
    jsonnet: Option<&'b dyn Jsonnet>,
}

impl Begun<'_> {
    fn run(&self, budget: &mut Budget, rendered: &mut Rendered) -> Result<(), Problem> {
        let Begun { input, tree, environment, jsonnet } = *self;
        let path = TreePath::parse(&input.source.path)?;
        let directory = detect::directory(&path, tree)?;
        let source = overrides::apply(input, &directory, tree, budget)?;
        let tool = detect::tool(&source, input, &directory, tree)?;
        rendered.source_type = Some(tool);
        let mut work = Work { input, source, path, tree, environment, jsonnet, budget, rendered };
        match tool {
            SourceType::Directory => directory::render(&mut work),
            SourceType::Plugin => {
                let name = work.source.plugin.as_ref().map(|plugin| plugin.name.clone()).unwrap_or_default();
                Err(Problem::Plugin { path: work.path.clone(), name })
            }
            SourceType::Helm | SourceType::Kustomize => {
                Err(Problem::Unsupported { path: work.path.clone(), source_type: tool })
            }
        }
    }
}
