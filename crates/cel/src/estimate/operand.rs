//! Operands of calls, and how large data at a place can be.

use crate::declare::Declared;
use crate::size::Range;
use crate::syntax::ACCUMULATOR;
use crate::ty::Type;

/// A place in the data: a variable and steps below it.
pub(super) type Path = Vec<String>;

/// An operand as the cost of a call looks at it.
pub(super) struct Operand {
    pub size: Option<Range>,
    pub path: Option<Path>,
    pub ty: Type,
    pub cost: Range,
    /// The number it is, where it is written as one.
    pub number: Option<i64>,
}

/// How large the schema lets the data at a place be.
pub(super) fn size_of_data(data: &Declared, path: &[String]) -> Option<Range> {
    let (root, steps) = path.split_first()?;
    if root == ACCUMULATOR {
        return None;
    }
    let mut at = data.clone();
    for step in steps {
        at = at.below(step)?;
    }
    Some(Range { min: 0, max: at.elements_max })
}
