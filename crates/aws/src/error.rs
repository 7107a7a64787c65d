//! What goes wrong. A leaf module. No message holds keys, tokens or what a file says.

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are no keys.
    #[error("no AWS credentials: {0}")]
    NoKeys(String),
    /// There is no region.
    #[error("no AWS region: set AWS_REGION of the controller")]
    NoRegion,
    /// Nobody answered.
    #[error("{host} cannot be reached: {cause}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// Why there was no answer.
        cause: String,
    },
    /// The service refused.
    #[error("{action}: {code}: {message}")]
    Refused {
        /// What was asked.
        action: String,
        /// The service's code of the error.
        code: String,
        /// Its words.
        message: String,
        /// Its status.
        status: u16,
    },
    /// The answer is none that was asked for.
    #[error("{action} was answered by something else: {what}")]
    Malformed {
        /// What was asked.
        action: String,
        /// What is wrong with the answer.
        what: String,
    },
}

/// The codes by which services say that they are asked too often.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const THROTTLED: [&str; 9] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "LimitExceededException",
    "SlowDown",
];

impl Error {
    /// Whether the same may be answered when it is asked again in a while.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Error::Unreachable { .. } => true,
            Error::Refused { code, status, .. } => {
                *status == 429 || *status >= 500 || THROTTLED.contains(&code.as_str())
            }
            Error::NoKeys(_) | Error::NoRegion | Error::Malformed { .. } => false,
        }
    }
}
