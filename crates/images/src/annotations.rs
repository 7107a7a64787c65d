//! What an Application says by annotations under `argocd-image-updater.argoproj.io/`.

use crate::settings::{HelmTarget, ImageConfig, KustomizeTarget, ManifestTarget, Problem, Settings, TrackedImage};
use crate::target::WriteBackConfig;
use std::collections::BTreeMap;

/// What stands before every one of them.
pub const PREFIX: &str = "argocd-image-updater.argoproj.io/";
/// The images that are followed.
pub const IMAGE_LIST: &str = "argocd-image-updater.argoproj.io/image-list";

type Annotations = BTreeMap<String, String>;

/// The images an application follows, and what is wrong with the others; nothing without [`IMAGE_LIST`].
///
/// `above` is what an `ImageUpdater` says of all; annotations of the whole application go over it, those of an alias
/// over these.
#[must_use]
pub fn images(annotations: &Annotations, above: &Settings) -> (Vec<TrackedImage>, Vec<Problem>) {
    let list = annotations.get(IMAGE_LIST).map_or("", String::as_str);
    let of_application = settings(annotations, "");
    let (mut images, mut problems) = (Vec::new(), Vec::new());
    for entry in entries(list) {
        let entry = of_application.clone().and_then(|settings| image(annotations, entry, &settings.over(above)));
        match entry {
            Ok(image) => images.push(image),
            Err(problem) => problems.push(problem),
        }
    }
    (images, problems)
}

/// Where versions are written.
#[must_use]
pub fn write_back(annotations: &Annotations) -> WriteBackConfig {
    let said = |name| text(annotations, "", name);
    WriteBackConfig {
        method: said("write-back-method"),
        branch: said("git-branch"),
        repository: said("git-repository"),
        target: said("write-back-target"),
    }
}

/// The entries of a list, whose constraints may have commas in them: `app:>=1, <3, other` is two images.
fn entries(list: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let continues =
            part.starts_with(['<', '>', '=', '!', '~', '^']) || part.starts_with(|c: char| c.is_ascii_digit());
        match entries.last_mut().filter(|entry| continues && entry.contains(':')) {
            Some(entry) => *entry = format!("{entry}, {part}"),
            None => entries.push(part.to_owned()),
        }
    }
    entries
}

fn image(annotations: &Annotations, entry: String, above: &Settings) -> Result<TrackedImage, Problem> {
    // The alias ends before the name, a constraint's `=` comes after it.
    let (alias, name) = match entry.split_once('=') {
        Some((alias, name)) if !alias.contains([':', '/']) => (alias.trim(), name.trim()),
        _ => ("", entry.as_str()),
    };
    let mut config = ImageConfig { alias: alias.to_owned(), image_name: name.to_owned(), ..ImageConfig::default() };
    if !alias.is_empty() {
        config.common_update_settings = Some(settings(annotations, alias)?);
        config.manifest_targets = Some(target(annotations, alias));
    }
    TrackedImage::new(&config, above)
}

fn settings(annotations: &Annotations, alias: &str) -> Result<Settings, Problem> {
    let said = |name| text(annotations, alias, name);
    let list =
        |text: String| text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
    let force_update = said("force-update").map(|text| parse_bool(&text)).transpose();
    let force_update = force_update.map_err(|message| Problem { image: alias.to_owned(), message })?;
    Ok(Settings {
        update_strategy: said("update-strategy"),
        force_update,
        allow_tags: said("allow-tags"),
        ignore_tags: said("ignore-tags").map(list),
        pull_secret: said("pull-secret"),
        // Compat: platforms are said of one image, never of the whole application.
        platforms: said("platforms").filter(|_| !alias.is_empty()).map(list),
    })
}

fn target(annotations: &Annotations, alias: &str) -> ManifestTarget {
    let said = |name| text(annotations, alias, name);
    let (name, tag, spec) = (said("helm.image-name"), said("helm.image-tag"), said("helm.image-spec"));
    let helm = (name.is_some() || tag.is_some() || spec.is_some()).then_some(HelmTarget { name, tag, spec });
    let kustomize = said("kustomize.image-name").map(|name| KustomizeTarget { name: Some(name) });
    ManifestTarget { helm, kustomize }
}

fn text(annotations: &Annotations, alias: &str, name: &str) -> Option<String> {
    let dot = if alias.is_empty() { "" } else { "." };
    let text = annotations.get(&format!("{PREFIX}{alias}{dot}{name}"))?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What Go's `strconv.ParseBool` takes.
fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("force-update is {text:?}; true or false is expected")),
    }
}
