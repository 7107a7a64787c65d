//! Which of a repository's tags is the one to run.

use api::Glob;
use goversion::{Constraints, Release, Version};
use jiff::Timestamp;
use regex::Regex;

/// A tag of a repository, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// When its image was built; known where the rule asks for it ([`Rule::needs_metadata`]).
    pub created: Option<Timestamp>,
    /// `sha256:…` of its manifest; known where the rule asks for it ([`Strategy::Digest`]).
    pub digest: Option<String>,
}

/// How versions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// The highest semantic version.
    #[default]
    Semver,
    /// The image that was built last.
    NewestBuild,
    /// The last name in the order of bytes.
    Alphabetical,
    /// One tag that moves; its digest is what is run.
    Digest,
}

impl Strategy {
    /// Reads a name, the two former ones included.
    ///
    /// # Errors
    /// Names what was read and what there is. Upstream would go on with `semver`.
    pub fn parse(text: &str) -> Result<Strategy, String> {
        match text.to_ascii_lowercase().as_str() {
            "semver" => Ok(Strategy::Semver),
            "newest-build" | "latest" => Ok(Strategy::NewestBuild),
            "alphabetical" | "name" => Ok(Strategy::Alphabetical),
            "digest" => Ok(Strategy::Digest),
            _ => Err(format!("{text:?} is not an update strategy: semver, newest-build, alphabetical and digest are")),
        }
    }
}

/// What an application follows of a repository.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// How versions are ordered.
    pub strategy: Strategy,
    /// With [`Strategy::Semver`] a range, with [`Strategy::Digest`] the tag that moves.
    constraint: String,
    range: Option<Constraints>,
    allow: Allow,
    ignore: Vec<Glob>,
}

#[derive(Debug, Clone, Default)]
enum Allow {
    #[default]
    Any,
    Matching(Regex),
}

/// Longest compiled form of an expression over tags.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;

impl Rule {
    /// A rule of its four parts as they are written: `allow` is empty, `any` or `regexp:…`, `ignore` are globs.
    ///
    /// # Errors
    /// When a part cannot be read. Upstream follows nothing or everything then; saying it is kinder than either.
    pub fn new(strategy: Strategy, constraint: &str, allow: &str, ignore: &[String]) -> Result<Rule, String> {
        let range = match (strategy, constraint) {
            // Compat: no range is any release, so pre-releases stay out.
            (Strategy::Semver, "") => Some(parse_range("*")?),
            (Strategy::Semver, range) => Some(parse_range(range)?),
            (Strategy::Digest, "") => {
                return Err("strategy digest follows one tag, and none is named: write image:tag".to_owned());
            }
            _ => None,
        };
        let ignore = ignore.iter().map(|pattern| parse_glob(pattern)).collect::<Result<_, _>>()?;
        Ok(Rule { strategy, constraint: constraint.to_owned(), range, allow: parse_allow(allow)?, ignore })
    }

    /// The constraint as it was written; empty for none.
    #[must_use]
    pub fn constraint(&self) -> &str {
        &self.constraint
    }

    /// Whether the time of every tag's build must be known.
    #[must_use]
    pub fn needs_metadata(&self) -> bool {
        self.strategy == Strategy::NewestBuild
    }

    /// Whether a tag is one to consider.
    #[must_use]
    pub fn admits(&self, name: &str) -> bool {
        let allowed = match &self.allow {
            Allow::Any => true,
            Allow::Matching(expression) => expression.is_match(name),
        };
        allowed && !self.ignore.iter().any(|pattern| pattern.matches(name)) && self.satisfies(name)
    }

    fn satisfies(&self, name: &str) -> bool {
        match (self.strategy, &self.range) {
            (Strategy::Semver, Some(range)) => version(name).is_some_and(|version| range.check(&version)),
            (Strategy::Digest, _) => name == self.constraint,
            _ => true,
        }
    }

    /// The newest of the tags that are admitted. Of equal versions (`1.0` and `v1.0`) the last in the order of names.
    #[must_use]
    pub fn newest<'t>(&self, tags: &'t [Tag]) -> Option<&'t Tag> {
        let admitted = tags.iter().filter(|tag| self.admits(&tag.name));
        match self.strategy {
            Strategy::Semver => admitted
                .filter_map(|tag| Some((version(&tag.name)?, tag)))
                .max_by(|(a, left), (b, right)| a.compare(b).then_with(|| left.name.cmp(&right.name)))
                .map(|(_, tag)| tag),
            Strategy::NewestBuild => {
                admitted.filter(|tag| tag.created.is_some()).max_by_key(|tag| (tag.created, &tag.name))
            }
            Strategy::Alphabetical | Strategy::Digest => admitted.max_by_key(|tag| &tag.name),
        }
    }
}

fn version(name: &str) -> Option<Version> {
    Version::parse(name, Release::default()).ok()
}

fn parse_range(text: &str) -> Result<Constraints, String> {
    Constraints::parse(text, Release::default())
        .map_err(|error| format!("{text:?} is not a range of versions: {error}"))
}

fn parse_glob(pattern: &str) -> Result<Glob, String> {
    let glob = Glob::shell(pattern);
    if glob.is_valid() { Ok(glob) } else { Err(format!("{pattern:?} is not a pattern of tags")) }
}

fn parse_allow(text: &str) -> Result<Allow, String> {
    if text.is_empty() || text.eq_ignore_ascii_case("any") {
        return Ok(Allow::Any);
    }
    let (kind, expression) = text.split_once(':').unwrap_or((text, ""));
    if !kind.eq_ignore_ascii_case("regexp") {
        return Err(format!("{text:?} does not say which tags are allowed: `any` and `regexp:<expression>` do"));
    }
    let compiled = regex::RegexBuilder::new(expression).size_limit(EXPRESSION_BYTES_MAX).build();
    compiled.map(Allow::Matching).map_err(|_| format!("{expression:?} is not a regular expression"))
}
