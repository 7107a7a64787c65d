//! Passwords against their hashes, off the threads that answer requests.

use crate::entropy::Entropy;
use clock::Offload;

/// Cost of new hashes: upstream's own.
const COST: u32 = 10;
/// Dearest hash that is checked: one doubles the work of the one below, and 14 take a second.
const COST_MAX: u32 = 14;
/// Salt and digest, of no password, that are compared with when there is no account.
const DUMMY: &str = "7EqJtq98hPqEX7fNZaFWoOhi5BcZYlmJ8VOBs1WkWqkCv0cGQZ3rK";

/// Hashes a password.
pub(crate) async fn hash(offload: &Offload, entropy: &Entropy, password: String) -> Option<String> {
    let salt = entropy.bytes();
    offload.run(move || bcrypt::hash_with_salt(password, COST, salt).ok().map(|hash| hash.to_string())).await
}

/// A hash that nothing matches, as dear as the dearest of these, so that looking for nobody takes as long.
pub(crate) fn of_nobody<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let dearest = hashes.filter_map(cost).filter(|cost| *cost <= COST_MAX).max().unwrap_or(COST);
    format!("$2a${dearest:02}${DUMMY}")
}

/// Whether the password is the hash's. Without a hash as much is done as with one.
pub(crate) async fn is_right(offload: &Offload, password: String, hash: Option<String>, nobody: String) -> bool {
    offload
        .run(move || match hash.filter(|hash| is_affordable(hash)) {
            Some(hash) => bcrypt::verify(password, &hash).unwrap_or(false),
            None => {
                let _ = bcrypt::verify(password, &nobody);
                false
            }
        })
        .await
}

/// `$2a$10$…` within the dearest cost.
fn is_affordable(hash: &str) -> bool {
    cost(hash).is_some_and(|cost| cost <= COST_MAX)
}

fn cost(hash: &str) -> Option<u32> {
    hash.split('$').nth(2).and_then(|cost| cost.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Were it not a hash, it would be refused at once, and that could be timed.
    #[test]
    fn nobodys_hash_is_one_that_is_worked_on() {
        let cheap = "$2a$04$x";
        for (hashes, start) in
            [(vec![], "$2a$10$"), (vec![cheap], "$2a$04$"), (vec![cheap, "$2b$31$x", "x"], "$2a$04$")]
        {
            let nobody = of_nobody(hashes.into_iter());
            assert!(nobody.starts_with(start), "{nobody}");
            assert!(is_affordable(&nobody));
            assert!(matches!(bcrypt::verify("password", &nobody), Ok(false)), "{nobody}");
        }
    }
}
