//! The pods of a share. A leaf module.

/// The pods a share of the traffic needs, rounded up.
#[must_use]
pub fn pods_for_weight(replicas: i64, weight: i64, weight_max: i64) -> i64 {
    if weight_max <= 0 {
        return 0;
    }
    let product = weight.saturating_mul(replicas);
    product.div_euclid(weight_max) + i64::from(product.rem_euclid(weight_max) != 0)
}
