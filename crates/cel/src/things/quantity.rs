//! Kubernetes' quantities, such as `500m` and `1Gi`.

use defaults::Quantity as Amount;

/// A quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity(pub(crate) Amount);
