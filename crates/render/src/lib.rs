//! One source of an application in, its manifests out: which tool renders it, what came from which file and line, what
//! is wrong with it, and what was read. Pure: files come through a [`tree::Tree`], nothing is executed, every input is
//! charged to a [`budget::Budget`].
//!
//! Start reading at [`render_in`]. Adding a tool means a variant of [`SourceType`], its detection in `detect`, and one
//! module beside `directory`. A render is one unit of work without ties to others: callers run as many side by side as
//! they have threads.

mod build_options;
mod capabilities;
mod chart_files;
mod chart_problem;
mod elsewhere;
mod input;
mod jsonnet;
mod kustomization_problem;
mod origin;
mod problem;
mod reads;
mod rendered;
mod surroundings;
mod workshop;

mod detect;
mod environment;
mod overrides;
mod refs;
mod work;

mod chart;
mod directory;
mod kustomization;

pub use build_options::BuildOptions;
pub use capabilities::{Capabilities, CapabilitiesId};
pub use chart_files::{ChartFiles, unpack_chart};
pub use chart_problem::ChartProblem;
pub use elsewhere::{ChartPlace, Elsewhere, Fetched, Request};
pub use input::{ApplicationFacts, Input, Settings, SourceType};
pub use jsonnet::{Imports, Jsonnet, JsonnetError, Program, Variable, VariableValue};
pub use kustomization_problem::KustomizationProblem;
pub use kustomize::Repository;
pub use origin::Origin;
pub use problem::Problem;
pub use reads::{Reads, RefReads};
pub use rendered::{Manifest, Rendered};
pub use surroundings::{Lent, Surroundings};
pub use workshop::Workshop;

use budget::Budget;
use elsewhere::Asked;
use environment::Environment;
use refs::Refs;
use tree::{Recording, Tree, TreePath};
use work::{Around, Cluster, Work};

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
    let around = Around {
        refs: Refs::new(&surroundings.refs),
        elsewhere: Asked::new(surroundings.elsewhere),
        cluster: Cluster { known: surroundings.capabilities, is_asked: Default::default() },
        jsonnet: surroundings.jsonnet,
        workshop: surroundings.workshop,
        committed_seconds: surroundings.committed_seconds,
        salt: surroundings.salt,
    };
    let mut rendered = Rendered::default();
    let begun = Begun { input, tree: &tree, environment: &environment, around: &around };
    if let Err(problem) = begun.run(budget, &mut rendered) {
        rendered.problems.push(problem);
    }
    rendered.reads = Reads {
        own: tree.into_reads(),
        revision: environment.used_revision(),
        capabilities: around.cluster.asked(),
        refs: around.refs.into_reads(),
        elsewhere: around.elsewhere.into_asked(),
    };
    rendered
}

/// What a render begins with.
struct Begun<'b> {
    input: &'b Input,
    tree: &'b Recording<'b>,
    environment: &'b Environment<'b>,
    around: &'b Around<'b>,
}

impl Begun<'_> {
    fn run(&self, budget: &mut Budget, rendered: &mut Rendered) -> Result<(), Problem> {
        let Begun { input, tree, environment, around } = *self;
        let path = TreePath::parse(&input.source.path)?;
        let directory = detect::directory(&path, tree)?;
        let source = overrides::apply(input, &directory, tree, budget)?;
        let tool = detect::tool(&source, input, &directory, tree)?;
        rendered.source_type = Some(tool);
        let mut work = Work { input, source, path, around, tree, environment, budget, rendered };
        match tool {
            SourceType::Directory => directory::render(&mut work),
            SourceType::Helm => chart::render(&mut work),
            SourceType::Kustomize => kustomization::render(&mut work),
            SourceType::Plugin => {
                let name = work.source.plugin.as_ref().map(|plugin| plugin.name.clone()).unwrap_or_default();
                Err(Problem::Plugin { path: work.path.clone(), name })
            }
        }
    }
}
