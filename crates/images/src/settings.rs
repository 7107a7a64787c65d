//! What is said of images, in layers: of all, of an application, of one image.

use crate::platform::Platform;
use crate::reference::ImageReference;
use crate::strategy::{Rule, Strategy};
use serde::{Deserialize, Serialize};

/// `commonUpdateSettings`. What is absent is said by the layer above.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// `semver`, `newest-build`, `alphabetical` or `digest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_strategy: Option<String>,
    /// Whether an image that does not run yet is updated too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_update: Option<bool>,
    /// `any` or `regexp:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_tags: Option<String>,
    /// Globs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_tags: Option<Vec<String>>,
    /// A source of credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_secret: Option<String>,
    /// `os/architecture`, all of which an image must be built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<String>>,
}

impl Settings {
    /// These settings, and what they leave out from the layer above.
    #[must_use]
    pub fn over(&self, above: &Settings) -> Settings {
        Settings {
            update_strategy: self.update_strategy.clone().or_else(|| above.update_strategy.clone()),
            force_update: self.force_update.or(above.force_update),
            allow_tags: self.allow_tags.clone().or_else(|| above.allow_tags.clone()),
            ignore_tags: self.ignore_tags.clone().or_else(|| above.ignore_tags.clone()),
            pull_secret: self.pull_secret.clone().or_else(|| above.pull_secret.clone()),
            platforms: self.platforms.clone().or_else(|| above.platforms.clone()),
        }
    }
}

/// Where a version is written: `manifestTargets`. One of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManifestTarget {
    /// Parameters of a chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helm: Option<HelmTarget>,
    /// An image of a kustomization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kustomize: Option<KustomizeTarget>,
}

/// The values of a chart that name an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmTarget {
    /// Of its name; `image.name` unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of its tag; `image.tag` unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Of both in one; the two above then do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
}

/// The image that a kustomization replaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KustomizeTarget {
    /// Its name in the manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One entry of `images`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageConfig {
    /// A short name.
    pub alias: String,
    /// `image[:constraint]`.
    pub image_name: String,
    /// What is said of this image alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_update_settings: Option<Settings>,
    /// Where its version is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_targets: Option<ManifestTarget>,
}

/// An image that an application follows, complete.
#[derive(Debug, Clone)]
pub struct TrackedImage {
    /// Its short name; empty for none.
    pub alias: String,
    /// Registry and repository; the constraint is in the rule.
    pub image: ImageReference,
    /// Which of its tags is the one to run.
    pub rule: Rule,
    /// Whether it is updated though it does not run.
    pub force_update: bool,
    /// Where its credentials come from; `None` for the registry's own.
    pub pull_secret: Option<String>,
    /// What it must be built for; none is what the process runs on.
    pub platforms: Vec<Platform>,
    /// Where its version is written.
    pub target: ManifestTarget,
}

/// Something wrong with what is said of one image. The other images go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("image {image:?}: {message}")]
pub struct Problem {
    /// Alias or name.
    pub image: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl TrackedImage {
    /// Completes an entry by the layer above.
    ///
    /// # Errors
    /// When a part of it cannot be read.
    pub fn new(config: &ImageConfig, above: &Settings) -> Result<TrackedImage, Problem> {
        let settings = config.common_update_settings.clone().unwrap_or_default().over(above);
        TrackedImage::read(config, &settings).map_err(|message| {
            let image = if config.alias.is_empty() { &config.image_name } else { &config.alias };
            Problem { image: image.clone(), message }
        })
    }

    fn read(config: &ImageConfig, settings: &Settings) -> Result<TrackedImage, String> {
        let written = ImageReference::parse_constrained(&config.image_name).map_err(|error| error.to_string())?;
        let strategy = settings.update_strategy.as_deref().map_or(Ok(Strategy::default()), Strategy::parse)?;
        let (allow, ignore) = (settings.allow_tags.as_deref().unwrap_or_default(), settings.ignore_tags.as_deref());
        let constraint = written.tag.as_deref().unwrap_or_default();
        let rule = Rule::new(strategy, constraint, allow, ignore.unwrap_or_default())?;
        let platforms = settings.platforms.iter().flatten().map(|text| Platform::parse(text));
        let target = config.manifest_targets.clone().unwrap_or_default();
        if target.helm.is_some() && target.kustomize.is_some() {
            return Err("helm and kustomize are both named as targets; one of them is expected".to_owned());
        }
        Ok(TrackedImage {
            alias: config.alias.clone(),
            image: written.with_version(None, None),
            rule,
            force_update: settings.force_update.unwrap_or(false),
            pull_secret: settings.pull_secret.clone(),
            platforms: platforms.collect::<Result<_, _>>()?,
            target,
        })
    }

    /// The names of the chart's values: name and tag, or both in one.
    #[must_use]
    pub fn helm_values(&self) -> HelmValues<'_> {
        let helm = self.target.helm.as_ref();
        if let Some(spec) = helm.and_then(|helm| helm.spec.as_deref()).map(str::trim) {
            return HelmValues::Whole(spec);
        }
        let name = helm.and_then(|helm| helm.name.as_deref()).map_or("image.name", str::trim);
        let tag = helm.and_then(|helm| helm.tag.as_deref()).map_or("image.tag", str::trim);
        HelmValues::Parts { name, tag }
    }
}

/// The values that hold an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelmValues<'a> {
    /// One for name and tag.
    Whole(&'a str),
    /// One each.
    Parts {
        /// Of the name.
        name: &'a str,
        /// Of the tag.
        tag: &'a str,
    },
}
