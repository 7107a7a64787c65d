//! Passwords against their hashes, off the threads that answer requests.

use crate::entropy::Entropy;
use clock::Offload;

/// Cost of new hashes: upstream's own.
const COST: u32 = 10;
/// Dearest hash that is checked: one doubles the work of the one below, and 14 take a second.
const COST_MAX: u32 = 14;
/// Compared with when there is no account, so that the answer takes as long. It is of no password.
const DUMMY: &str = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5BcZYlmJ8VOBs1WkWqkCv0cGQZ3rK";

/// Hashes a password.
pub(crate) async fn hash(offload: &Offload, entropy: &Entropy, password: String) -> Option<String> {
    let salt = entropy.bytes();
    offload.run(move || bcrypt::hash_with_salt(password, COST, salt).ok().map(|hash| hash.to_string())).await
}

/// Whether the password is the hash's. Takes about as long for no hash as for any.
pub(crate) async fn is_right(offload: &Offload, password: String, hash: Option<String>) -> bool {
    offload
        .run(move || match hash.filter(|hash| is_affordable(hash)) {
            Some(hash) => bcrypt::verify(password, &hash).unwrap_or(false),
            None => {
                let _ = bcrypt::verify(password, DUMMY);
                false
            }
        })
        .await
}

/// `$2a$10$…` within the dearest cost.
fn is_affordable(hash: &str) -> bool {
    hash.split('$').nth(2).and_then(|cost| cost.parse::<u32>().ok()).is_some_and(|cost| cost <= COST_MAX)
}
