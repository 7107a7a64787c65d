//! What a render gives.

use crate::{Origin, Problem, Reads, SourceType};
use object::Object;

/// The result of rendering one source.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The manifests, in the order of their files or of the tool.
    pub objects: Vec<Manifest>,
    /// What is wrong with the source; when there is anything, the objects are not to be trusted.
    pub problems: Vec<Problem>,
    /// What nobody need act on, in words: a chart that is deprecated, a field that is.
    pub warnings: Vec<String>,
    /// What was read, absences included.
    pub reads: Reads,
    /// Which tool rendered it, where that could be told.
    pub source_type: Option<SourceType>,
}

/// One object and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The object as the source declares it.
    pub object: Object,
    /// Its file and line.
    pub origin: Origin,
}
