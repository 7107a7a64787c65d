//! What came of a cycle, as a value: for the command line, for events, conditions and metrics.

use images::Hold;
use serde::Serialize;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The applications that follow images.
    pub applications: Vec<OfApplication>,
    /// What was pushed, or would be.
    pub commits: Vec<Commit>,
    /// What is wrong with the settings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// One application.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfApplication {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The ImageUpdater that selects it, as `namespace/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updater: Option<String>,
    /// Its images.
    pub images: Vec<OfImage>,
    /// What is wrong with the whole of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// What is held back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
}

/// One image of an application.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfImage {
    /// Its short name.
    pub alias: String,
    /// Registry and repository.
    pub image: String,
    /// semver, newest-build, alphabetical or digest.
    pub strategy: &'static str,
    /// The constraint.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub constraint: String,
    /// What runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
    /// The newest that is admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// What came of it.
    pub state: State,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// What came of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum State {
    /// No registry was asked.
    Followed,
    /// The newest runs.
    Current,
    /// A newer version is to be written.
    Newer,
    /// A newer version was written.
    Updated,
    /// A newer version is written already, and not running yet.
    Written,
    /// The newest was taken back.
    Held,
    /// The application runs no such image.
    NotLive,
    /// No tag is admitted.
    NoTag,
    /// It failed.
    Failed,
}

impl State {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            State::Followed => "Followed",
            State::Current => "Current",
            State::Newer => "Newer",
            State::Updated => "Updated",
            State::Written => "Written",
            State::Held => "Held",
            State::NotLive => "NotLive",
            State::NoTag => "NoTag",
            State::Failed => "Failed",
        }
    }
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// Its name; `None` for one that was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// For which applications, as `namespace/name`.
    pub applications: Vec<String>,
    /// Its message.
    pub message: String,
    /// What it changes.
    pub files: Vec<File>,
    /// Where it is asked to be merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_request: Option<String>,
}

/// One file that a commit changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its path.
    pub path: String,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
}
