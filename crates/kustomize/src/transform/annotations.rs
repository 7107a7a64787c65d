//! `commonAnnotations`.

use super::labels::labels;
use crate::kustomization::FieldSpec;
use crate::problem::Result;
use crate::resmap::ResMap;
use std::collections::BTreeMap;

/// Adds annotations to every object.
///
/// # Errors
/// When a field that should hold annotations holds something else.
pub(crate) fn annotations(
    resources: &mut ResMap,
    annotations: &BTreeMap<String, String>,
    specs: &[FieldSpec],
) -> Result<()> {
    labels(resources, annotations, specs)
}
