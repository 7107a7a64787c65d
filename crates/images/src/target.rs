//! Where versions are written.

/// What is said of writing back, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteBackConfig {
    /// `argocd`, `git` or `git:<credentials>`.
    pub method: Option<String>,
    /// `base` or `base:template of the branch to push`.
    pub branch: Option<String>,
    /// Another repository than the application's own.
    pub repository: Option<String>,
    /// `kustomization[:path]`, `helmvalues[:path]` or a file.
    pub target: Option<String>,
}

/// What writing back means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteBack {
    /// How.
    pub method: Method,
    /// Which file, in the repository.
    pub target: FileTarget,
}

/// How versions are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Into the Application itself.
    Application,
    /// By a commit.
    Git {
        /// `None` for the repository's own credentials, or the Secret `namespace/name`.
        secret: Option<String>,
        /// `None` for the application's own.
        repository: Option<String>,
        /// `None` for what the application follows.
        base: Option<String>,
        /// Template of the branch that is pushed; `None` to push to the base.
        push: Option<String>,
    },
}

/// The file that holds versions: paths from the repository's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileTarget {
    /// Parameters of the application, which every render of its directory reads.
    Parameters(String),
    /// The `images` of the kustomization in this directory.
    Kustomization(String),
    /// Values of a chart.
    HelmValues(String),
}

/// Something wrong with what is said of writing back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteBackError {
    /// Another method.
    #[error("{0:?} is not a way to write back: argocd, git, git:repocreds and git:secret:<namespace>/<name> are")]
    Method(String),
    /// More than one colon.
    #[error("{0:?} does not name branches: <base> or <base>:<template of the branch to push> is expected")]
    Branch(String),
    /// Parameters must not replace a kustomization.
    #[error("{0:?} is a kustomization and would be replaced: write kustomization:<directory> to set its images")]
    Overwrites(String),
    /// It leaves the repository.
    #[error("{0:?} leads out of the repository")]
    Outside(String),
}

/// Names of files that Kustomize takes for its own.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

impl WriteBackConfig {
    /// Reads what was written, for an application whose source is in directory `path`.
    ///
    /// `namespace` is given for an application outside of the control plane's namespace: its name is then part of the file's.
    ///
    /// # Errors
    /// When a part cannot be read or leads out of the repository.
    pub fn resolve(&self, application: &str, namespace: Option<&str>, path: &str) -> Result<WriteBack, WriteBackError> {
        let method = self.method()?;
        let file = match namespace {
            Some(namespace) => format!(".argocd-source-{namespace}_{application}.yaml"),
            None => format!(".argocd-source-{application}.yaml"),
        };
        let target = match (&method, self.target.as_deref()) {
            (Method::Application, _) | (_, None) => FileTarget::Parameters(join(path, &file)?),
            (_, Some(target)) => self.file(target, path)?,
        };
        Ok(WriteBack { method, target })
    }

    fn method(&self) -> Result<Method, WriteBackError> {
        let text = self.method.as_deref().unwrap_or("argocd").trim();
        let secret = match text {
            "argocd" => return Ok(Method::Application),
            "git" | "git:repocreds" => None,
            _ => match text.strip_prefix("git:secret:") {
                Some(secret) if secret.split('/').filter(|part| !part.is_empty()).count() == 2 => {
                    Some(secret.to_owned())
                }
                _ => return Err(WriteBackError::Method(text.to_owned())),
            },
        };
        let (base, push) = self.branches()?;
        Ok(Method::Git { secret, repository: self.repository.clone(), base, push })
    }

    fn branches(&self) -> Result<(Option<String>, Option<String>), WriteBackError> {
        let Some(text) = self.branch.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok((None, None));
        };
        let said = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        match text.split_once(':') {
            None => Ok((said(text), None)),
            Some((_, push)) if push.contains(':') => Err(WriteBackError::Branch(text.to_owned())),
            Some((base, push)) => Ok((said(base), said(push))),
        }
    }

    fn file(&self, target: &str, path: &str) -> Result<FileTarget, WriteBackError> {
        if let Some(directory) = prefixed(target, "kustomization") {
            return Ok(FileTarget::Kustomization(join(path, directory.unwrap_or("."))?));
        }
        if let Some(file) = prefixed(target, "helmvalues") {
            return Ok(FileTarget::HelmValues(join(path, file.unwrap_or("values.yaml"))?));
        }
        let name = target.rsplit('/').next().unwrap_or(target);
        if KUSTOMIZATIONS.contains(&name) {
            return Err(WriteBackError::Overwrites(target.to_owned()));
        }
        // Compat: a file without a prefix is named from the repository's root.
        Ok(FileTarget::Parameters(join("", target)?))
    }
}

/// What follows `prefix:`; `Some(None)` for the prefix alone.
fn prefixed<'t>(target: &'t str, prefix: &str) -> Option<Option<&'t str>> {
    let rest = target.strip_prefix(prefix)?;
    match rest.strip_prefix(':') {
        Some(path) => Some((!path.is_empty()).then_some(path)),
        None => rest.is_empty().then_some(None),
    }
}

/// `file` below `directory`, or below the root when it begins with `/`.
fn join(directory: &str, file: &str) -> Result<String, WriteBackError> {
    let (start, file_parts) = match file.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (directory, file),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(file_parts.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(|| WriteBackError::Outside(file.to_owned()))?;
            }
            part if part.contains('\0') => return Err(WriteBackError::Outside(file.to_owned())),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}
