//! What each application follows: by its annotations, or by the ImageUpdater that selects it. Pure.

use crate::notes::Notes;
use api::image_updater::{
    ApplicationRef, CommonUpdateSettings, ImageUpdater, ImagesVerification, LabelSelector, PullRequest, SecretRef,
};
use api::{Application, ApplicationSource, Glob};
use images::write::SourceKind;
use images::{
    ImageConfig, ImageReference, ManifestTarget, Method, Problem, Settings, TrackedImage, WriteBack, WriteBackConfig,
    annotations,
};
use std::collections::BTreeMap;

/// One application that follows images.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// As it was read.
    pub application: Application,
    /// The ImageUpdater that selects it, by namespace and name; `None` for its own annotations.
    pub updater: Option<(String, String)>,
    /// What it follows.
    pub images: Vec<Image>,
    /// What is wrong with the rest.
    pub problems: Vec<Problem>,
    /// Which of its sources is written to, and how that is rendered.
    pub source: Option<(usize, SourceKind)>,
    /// Where versions are written.
    pub write_back: Result<WriteBack, String>,
    /// Whether somebody is asked to merge what is pushed.
    pub pull_request: Option<PullRequest>,
    /// The images that run.
    pub live: Vec<ImageReference>,
    /// What is noted on it.
    pub notes: Notes,
}

/// One image that is followed.
#[derive(Debug, Clone)]
pub struct Image {
    /// What is followed.
    pub tracked: TrackedImage,
    /// The key that must have signed it: namespace, Secret, key.
    pub signed_by: Option<(String, SecretRef)>,
}

impl Followed {
    /// The source that is written to.
    #[must_use]
    pub fn source(&self) -> Option<(&ApplicationSource, SourceKind)> {
        let (index, kind) = self.source?;
        sources(&self.application).get(index).map(|source| (*source, kind))
    }

    /// `namespace/name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// The applications that follow images. Annotations count in the control plane's namespace.
#[must_use]
pub fn follow(applications: &[Application], updaters: &[ImageUpdater], control_plane: &str) -> Vec<Followed> {
    let mut all = Vec::new();
    for application in applications {
        let namespace = application.metadata.namespace.as_str();
        let own = updaters.iter().filter(|updater| updater.metadata.namespace == namespace);
        let selected = own.into_iter().find_map(|updater| {
            let rule = updater.spec.application_refs.iter().find(|rule| selects(rule, application));
            rule.map(|rule| (updater, rule))
        });
        let followed = match selected {
            Some((updater, rule)) => Some(by_updater(application, updater, rule, control_plane)),
            None if namespace == control_plane => by_annotations(application, None, control_plane),
            None => None,
        };
        all.extend(followed.filter(|followed| !followed.images.is_empty() || !followed.problems.is_empty()));
    }
    all
}

fn selects(rule: &ApplicationRef, application: &Application) -> bool {
    Glob::shell(&rule.name_pattern).matches(&application.metadata.name)
        && rule.label_selectors.as_ref().is_none_or(|selector| fits(selector, &application.metadata.labels))
}

fn fits(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let is_exact = selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value));
    is_exact
        && selector.match_expressions.iter().all(|demand| {
            let value = labels.get(&demand.key);
            let is_one = value.is_some_and(|value| demand.values.contains(value));
            match demand.operator.as_str() {
                "In" => is_one,
                "NotIn" => !is_one,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                // A demand that nobody knows is met by nobody.
                _ => false,
            }
        })
}

fn by_annotations(
    application: &Application,
    updater: Option<(String, String)>,
    control_plane: &str,
) -> Option<Followed> {
    let said = &application.metadata.annotations;
    if !said.contains_key(annotations::IMAGE_LIST) {
        return None;
    }
    let (tracked, problems) = annotations::images(said, &Settings::default());
    let images = tracked.into_iter().map(|tracked| Image { tracked, signed_by: None }).collect();
    Some(Followed { updater, images, problems, ..followed(application, &annotations::write_back(said), control_plane) })
}

fn by_updater(
    application: &Application,
    updater: &ImageUpdater,
    rule: &ApplicationRef,
    control_plane: &str,
) -> Followed {
    let key = (updater.metadata.namespace.clone(), updater.metadata.name.clone());
    let spec = &updater.spec;
    if rule.use_annotations {
        let none = || followed(application, &WriteBackConfig::default(), control_plane);
        return by_annotations(application, Some(key.clone()), control_plane)
            .unwrap_or_else(|| Followed { updater: Some(key), ..none() });
    }
    let above = settings(spec.common_update_settings.as_ref());
    let of_rule = settings(rule.common_update_settings.as_ref()).over(&above);
    let (mut images, mut problems) = (Vec::new(), Vec::new());
    for config in &rule.images {
        let own = ImageConfig {
            alias: config.alias.clone(),
            image_name: config.image_name.clone(),
            common_update_settings: config.common_update_settings.as_ref().map(|own| settings(Some(own))),
            manifest_targets: config.manifest_targets.as_ref().map(target),
        };
        if config.manifest_targets.as_ref().is_some_and(|target| target.plugin.is_some()) {
            let message =
                "versions are not written to variables of plugins; name a helm or kustomize target".to_owned();
            problems.push(Problem { image: config.alias.clone(), message });
            continue;
        }
        let levels = [&config.images_verification, &rule.images_verification, &spec.images_verification];
        let signed_by = verification(levels.into_iter().flatten().next());
        match (TrackedImage::new(&own, &of_rule), signed_by) {
            (Ok(tracked), Ok(secret)) => {
                images.push(Image { tracked, signed_by: secret.map(|secret| (key.0.clone(), secret)) });
            }
            (Err(problem), _) => problems.push(problem),
            (_, Err(message)) => problems.push(Problem { image: config.alias.clone(), message }),
        }
    }
    let (write_back, pull_request) = write_back(updater, rule);
    Followed { updater: Some(key), images, problems, pull_request, ..followed(application, &write_back, control_plane) }
}

fn verification(said: Option<&ImagesVerification>) -> Result<Option<SecretRef>, String> {
    match said.filter(|said| said.enabled != Some(false)) {
        None => Ok(None),
        Some(ImagesVerification { cosign_key: Some(secret), .. }) => Ok(Some(secret.clone())),
        Some(_) => Err("signatures are asked for, and no cosignKey says whose".to_owned()),
    }
}

fn write_back(updater: &ImageUpdater, rule: &ApplicationRef) -> (WriteBackConfig, Option<PullRequest>) {
    let said = rule.write_back_config.as_ref().or(updater.spec.write_back_config.as_ref());
    let Some(said) = said else { return (WriteBackConfig::default(), None) };
    let git = said.git_config.clone().unwrap_or_default();
    let config = WriteBackConfig {
        method: said.method.clone(),
        branch: git.branch,
        repository: git.repository,
        target: git.write_back_target,
    };
    (config, git.pull_request)
}

fn settings(said: Option<&CommonUpdateSettings>) -> Settings {
    let said = said.cloned().unwrap_or_default();
    Settings {
        update_strategy: said.update_strategy,
        force_update: said.force_update,
        allow_tags: said.allow_tags,
        ignore_tags: said.ignore_tags,
        pull_secret: said.pull_secret,
        platforms: said.platforms,
    }
}

fn target(said: &api::image_updater::ManifestTarget) -> ManifestTarget {
    let value = serde_json::to_value(said).unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

fn followed(application: &Application, write_back: &WriteBackConfig, control_plane: &str) -> Followed {
    let metadata = &application.metadata;
    let source = source(application);
    let path = source.and_then(|(index, _)| sources(application).get(index).map(|source| source.path.clone()));
    let namespace = (metadata.namespace != control_plane).then_some(metadata.namespace.as_str());
    let resolved = write_back.resolve(&metadata.name, namespace, &path.unwrap_or_default());
    let summary = application.status.summary.clone().unwrap_or_default();
    let live = summary.images.iter().filter_map(|image| ImageReference::parse(image).ok());
    Followed {
        namespace: metadata.namespace.clone(),
        name: metadata.name.clone(),
        application: application.clone(),
        updater: None,
        images: Vec::new(),
        problems: Vec::new(),
        source,
        write_back: resolved.map_err(|error| error.to_string()),
        pull_request: None,
        live: live.collect(),
        notes: Notes::read(&metadata.annotations),
    }
}

/// All sources of an application.
#[must_use]
pub fn sources(application: &Application) -> Vec<&ApplicationSource> {
    match application.spec.sources.as_slice() {
        [] => application.spec.source.iter().collect(),
        several => several.iter().collect(),
    }
}

/// The first source that Helm or Kustomize renders, as the last comparison found it.
fn source(application: &Application) -> Option<(usize, SourceKind)> {
    let status = &application.status;
    let known = |index: usize| match status.source_types.get(index) {
        Some(kind) => kind.as_str(),
        None => status.source_type.as_str(),
    };
    sources(application).iter().enumerate().find_map(|(index, source)| {
        let is_only_ref = !source.ref_name.is_empty() && source.path.is_empty() && source.chart.is_empty();
        match known(index) {
            _ if is_only_ref => None,
            "Helm" => Some((index, SourceKind::Helm)),
            "Kustomize" => Some((index, SourceKind::Kustomize)),
            _ if source.helm.is_some() || !source.chart.is_empty() => Some((index, SourceKind::Helm)),
            _ if source.kustomize.is_some() => Some((index, SourceKind::Kustomize)),
            _ => None,
        }
    })
}

/// Whether versions are written by commits.
#[must_use]
pub fn is_by_git(followed: &Followed) -> bool {
    matches!(&followed.write_back, Ok(WriteBack { method: Method::Git { .. }, .. }))
}
