//! Where the credentials of a registry come from.

/// A source of credentials, as `pullsecret:argocd/registry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullSecret {
    /// A Secret with `.dockerconfigjson`: the entry of the registry is used.
    DockerConfig {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A field of a Secret that holds `user:password`.
    Field {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key of its data.
        field: String,
    },
    /// A variable of the environment that holds `user:password`.
    Environment(String),
    /// A program that prints `user:password`.
    Program(String),
}

/// A source that cannot be used. Never quotes more than the source's own text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullSecretError {
    /// Another form.
    #[error(
        "{0:?} does not name credentials: pullsecret:<namespace>/<name>, secret:<namespace>/<name>#<field>, env:<variable> and ext:<program> do"
    )]
    Form(String),
    /// It belongs to the process, and applications may not have it.
    #[error(
        "{0:?} belongs to the process: registries.conf may name it, an application may not; put the credentials into a Secret and name it as secret:<namespace>/<name>#<field>"
    )]
    OfProcess(String),
    /// It belongs to another namespace.
    #[error(
        "the Secret of {secret:?} is in namespace {namespace:?}, the application is not: credentials of other namespaces are not used"
    )]
    Namespace {
        /// As it was written.
        secret: String,
        /// The Secret's namespace.
        namespace: String,
    },
}

impl PullSecret {
    /// Reads a source.
    ///
    /// # Errors
    /// When its form is another.
    pub fn parse(text: &str) -> Result<PullSecret, PullSecretError> {
        let form = || PullSecretError::Form(text.to_owned());
        let (kind, rest) = text.split_once(':').filter(|(_, rest)| !rest.is_empty()).ok_or_else(form)?;
        match kind.to_ascii_lowercase().as_str() {
            "pullsecret" => {
                let (namespace, name) = named(rest).ok_or_else(form)?;
                Ok(PullSecret::DockerConfig { namespace, name })
            }
            "secret" => {
                let (secret, field) = rest.split_once('#').filter(|(_, field)| !field.is_empty()).ok_or_else(form)?;
                let (namespace, name) = named(secret).ok_or_else(form)?;
                Ok(PullSecret::Field { namespace, name, field: field.to_owned() })
            }
            "env" => Ok(PullSecret::Environment(rest.to_owned())),
            "ext" => Ok(PullSecret::Program(rest.to_owned())),
            _ => Err(form()),
        }
    }

    /// Reads a source that an application names: Secrets of other namespaces are not its to use, nor are the process'
    /// variables and programs, whose words would go to whatever registry the application names.
    ///
    /// # Errors
    /// As [`PullSecret::parse`], and when it is not the application's to use.
    pub fn parse_of_application(text: &str, application_namespace: &str) -> Result<PullSecret, PullSecretError> {
        let secret = PullSecret::parse(text)?;
        match &secret {
            PullSecret::DockerConfig { namespace, .. } | PullSecret::Field { namespace, .. }
                if namespace != application_namespace =>
            {
                Err(PullSecretError::Namespace { secret: text.to_owned(), namespace: namespace.clone() })
            }
            PullSecret::Environment(_) | PullSecret::Program(_) => Err(PullSecretError::OfProcess(text.to_owned())),
            _ => Ok(secret),
        }
    }
}

fn named(text: &str) -> Option<(String, String)> {
    let (namespace, name) = text.split_once('/')?;
    let complete = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
    complete.then(|| (namespace.to_owned(), name.to_owned()))
}
