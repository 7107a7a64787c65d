//! Which names a release may have.

/// Why a name will not do; the words are Helm's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// None is given.
    #[error("no name provided")]
    Missing,
    /// Not a name of Kubernetes, or too long.
    #[error(
        "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and \
         the length must not be longer than 53"
    )]
    Invalid,
}

/// The longest name: Kubernetes' 63 less room for what charts append.
const LENGTH_MAX: usize = 53;

/// Checks a release's name.
///
/// # Errors
/// When it is missing, too long, or not made of lower case letters, digits, dashes and dots in the right places.
pub fn check_release_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Missing);
    }
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let ends = bytes.first().zip(bytes.last());
        ends.is_some_and(|(first, last)| alphanumeric(*first) && alphanumeric(*last))
            && bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
    };
    if name.len() > LENGTH_MAX || !name.split('.').all(is_label) {
        return Err(NameError::Invalid);
    }
    Ok(())
}
