//! Names of images, as the distribution project spells and completes them.

use std::fmt;

/// `registry/repository:tag@digest`. Prints as it is pulled: without a registry where none was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    /// Host and port; `None` for Docker Hub, unless its name was spelled out.
    pub registry: Option<String>,
    /// The path below it. Docker Hub's `library/` is left out unless it was spelled out.
    pub repository: String,
    /// The tag.
    pub tag: Option<String>,
    /// `sha256:…`.
    pub digest: Option<String>,
}

/// A text that is no name of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// There is no repository, or one with characters that none has.
    #[error(
        "{0:?} is not the name of an image: a repository is lower-case letters, digits and single separators, in parts divided by `/`"
    )]
    Repository(String),
    /// The tag is too long or has characters that none has.
    #[error("{0:?} is not a tag: at most 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`")]
    Tag(String),
    /// The digest has another form.
    #[error("{0:?} is not a digest: `sha256:` and 64 hexadecimal digits are expected")]
    Digest(String),
}

/// Docker Hub, which names without a registry mean.
pub(crate) const DOCKER_HUB: &str = "docker.io";
const TAG_LENGTH_MAX: usize = 128;
const REPOSITORY_LENGTH_MAX: usize = 255;

impl ImageReference {
    /// Reads a name.
    ///
    /// # Errors
    /// When a part is not what it should be.
    pub fn parse(text: &str) -> Result<ImageReference, ReferenceError> {
        let reference = ImageReference::split(text)?;
        if let Some(tag) = &reference.tag
            && !is_tag(tag)
        {
            return Err(ReferenceError::Tag(tag.clone()));
        }
        Ok(reference)
    }

    /// Reads a name whose tag is a constraint: `app:~1.2`, `app:>=1, <3`.
    ///
    /// # Errors
    /// As [`ImageReference::parse`], but for the tag.
    pub fn parse_constrained(text: &str) -> Result<ImageReference, ReferenceError> {
        ImageReference::split(text)
    }

    fn split(text: &str) -> Result<ImageReference, ReferenceError> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest.to_owned())),
            Some((_, digest)) => return Err(ReferenceError::Digest(digest.to_owned())),
            None => (text, None),
        };
        let (registry, rest) = match name.split_once('/') {
            Some((host, rest)) if is_registry(host) => (Some(host), rest),
            _ => (None, name),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag.to_owned())),
            None => (rest, None),
        };
        if !is_repository(repository) {
            return Err(ReferenceError::Repository(text.to_owned()));
        }
        let short = repository.strip_prefix("library/").filter(|_| registry == Some(DOCKER_HUB));
        let repository = short.unwrap_or(repository).to_owned();
        Ok(ImageReference { registry: registry.map(str::to_owned), repository, tag, digest })
    }

    /// Registry and repository: what is pulled, without which of its versions.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// `tag`, `tag@digest`, or `latest@digest` where the tag is left out.
    #[must_use]
    pub fn version(&self) -> String {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (Some(tag), None) => tag.clone(),
            (None, Some(digest)) => format!("latest@{digest}"),
            (None, None) => String::new(),
        }
    }

    /// Whether both are versions of one image. `docker.io/` and `library/` are what is meant where nothing is said.
    #[must_use]
    pub fn is_same_image(&self, other: &ImageReference) -> bool {
        self.completed() == other.completed()
    }

    fn completed(&self) -> (&str, &str) {
        let registry = self.registry.as_deref().unwrap_or(DOCKER_HUB);
        let repository = self.repository.as_str();
        let short = repository.strip_prefix("library/").filter(|_| registry == DOCKER_HUB);
        (registry, short.unwrap_or(repository))
    }

    /// The repository as its registry's API names it, below `namespace` where it has but one part.
    #[must_use]
    pub fn repository_path(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) if !self.repository.contains('/') => format!("{namespace}/{}", self.repository),
            _ => self.repository.clone(),
        }
    }

    /// The same image in another version.
    #[must_use]
    pub fn with_version(&self, tag: Option<String>, digest: Option<String>) -> ImageReference {
        ImageReference { registry: self.registry.clone(), repository: self.repository.clone(), tag, digest }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

/// What stands before the first `/` is a registry if it looks like a host; otherwise it is an organisation.
fn is_registry(host: &str) -> bool {
    host == "localhost" || host.contains(['.', ':']) || host.chars().any(|c| c.is_ascii_uppercase())
}

fn is_repository(text: &str) -> bool {
    text.len() <= REPOSITORY_LENGTH_MAX && !text.is_empty() && text.split('/').all(is_component)
}

/// Lower-case words divided by `.`, `_`, `__` or hyphens.
fn is_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = text.split(is_word).filter(|separator| !separator.is_empty());
    let known = |separator: &str| matches!(separator, "." | "_" | "__") || separator.chars().all(|c| c == '-');
    text.starts_with(is_word) && text.ends_with(is_word) && separators.into_iter().all(known)
}

fn is_tag(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    begins && text.len() <= TAG_LENGTH_MAX && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}
