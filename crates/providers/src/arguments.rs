//! Arguments of a run that come from Secrets.

use crate::asker::{Asker, SecretError};
use analysis::needed_secrets;
use api::rollouts::AnalysisRun;
use std::collections::BTreeMap;

/// The values of a run's arguments that come from Secrets of its namespace, by argument.
///
/// # Errors
/// When a Secret or a key of it is not there, or could not be read.
pub(crate) async fn secrets(asker: &Asker, run: &AnalysisRun) -> Result<BTreeMap<String, String>, SecretError> {
    let mut read: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (argument, reference) in needed_secrets(&run.spec.args) {
        if !read.contains_key(reference.name.as_str()) {
            read.insert(&reference.name, asker.secret(&run.metadata.namespace, &reference.name).await?);
        }
        let value = read.get(reference.name.as_str()).and_then(|secret| secret.get(&reference.key));
        let value = value.cloned().ok_or_else(|| {
            SecretError::Missing(format!("key '{}' does not exist in secret '{}'", reference.key, reference.name))
        })?;
        found.insert(argument.to_owned(), value);
    }
    Ok(found)
}
