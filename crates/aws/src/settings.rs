//! What of the process' surroundings says who it is to AWS. A leaf module.

use clock::Clock;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The variables that are read, as AWS' own tools have them.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>
const VARIABLES: [&str; 22] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2",
    "AWS_ENDPOINT_URL_STS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
];

/// What of the process' surroundings says who it is to AWS.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Variables of the environment.
    pub variables: BTreeMap<String, String>,
    /// The folder in which `.aws` may be.
    pub home: Option<PathBuf>,
    /// Time and chance.
    pub clock: Clock,
}

impl Settings {
    /// The surroundings of this process.
    #[must_use]
    pub fn of_process(clock: Clock) -> Self {
        let set = |name: &&str| Some(((*name).to_owned(), std::env::var(name).ok()?));
        Settings { variables: VARIABLES.iter().filter_map(set).collect(), home: std::env::home_dir(), clock }
    }

    /// A variable that is set to something.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
