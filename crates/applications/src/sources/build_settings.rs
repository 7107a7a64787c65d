//! What the control plane's ConfigMap `argocd-cm` says about rendering. Read anew whenever it changes.

use render::{BuildOptions, Settings, SourceType};
use std::collections::BTreeMap;

/// The ConfigMap.
pub const CONFIG: &str = "argocd-cm";

/// Options of `kustomize build` for all kustomizations, and in front of a version's name for those that name it.
const BUILD_OPTIONS: &str = "kustomize.buildOptions";

/// Keys by which a version of Kustomize is a program of its own.
const PROGRAMS: [&str; 2] = ["kustomize.path.", "kustomize.version."];

/// The keys that switch tools off.
const SWITCHES: [(&str, SourceType); 3] = [
    ("kustomize.enable", SourceType::Kustomize),
    ("helm.enable", SourceType::Helm),
    ("jsonnet.enable", SourceType::Directory),
];

/// What is declared about rendering, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BuildSettings(BTreeMap<String, String>);

impl BuildSettings {
    /// The keys that concern rendering.
    pub fn read(data: BTreeMap<String, String>) -> Self {
        let concerns = |key: &str| {
            key.starts_with(BUILD_OPTIONS)
                || key == VALUE_FILE_SCHEMES
                || PROGRAMS.iter().any(|program| key.starts_with(program))
                || SWITCHES.iter().any(|(switch, _)| key == *switch)
        };
        BuildSettings(data.into_iter().filter(|(key, _)| concerns(key)).collect())
    }

    /// `base`, with what is declared.
    pub fn over(&self, base: &Settings) -> Settings {
        let mut settings = base.clone();
        let get = |key: &str| self.0.get(key).map(|text| text.trim());
        for (key, tool) in SWITCHES {
            match get(key) {
                Some("false") if !settings.disabled.contains(&tool) => settings.disabled.push(tool),
                Some("true") => settings.disabled.retain(|disabled| *disabled != tool),
                _ => {}
            }
        }
        if let Some(options) = get(BUILD_OPTIONS) {
            settings.build_options = BuildOptions::parse(options);
        }
        if let Some(schemes) = get(VALUE_FILE_SCHEMES) {
            let schemes = schemes.split(',').map(str::trim).filter(|scheme| !scheme.is_empty());
            settings.value_file_schemes = schemes.map(str::to_owned).collect();
        }
        for (key, text) in &self.0 {
            if let Some(version) = key.strip_prefix(BUILD_OPTIONS).and_then(|rest| rest.strip_prefix('.')) {
                let options = BuildOptions::parse(text).map_err(|why| format!("{key}: {why}"));
                settings.build_options_of.entry(version.to_owned()).or_insert(options);
            }
            if let Some(version) = PROGRAMS.iter().find_map(|program| key.strip_prefix(program)) {
                settings.build_options_of.insert(version.to_owned(), Err(program(key, version)));
            }
        }
        settings
    }
}

/// The schemes that addresses of values files may have.
const VALUE_FILE_SCHEMES: &str = "helm.valuesFileSchemes";

fn program(key: &str, version: &str) -> String {
    format!(
        "{key} names a program, and nothing is executed to render: one version of Kustomize is built in; leave `version` \
         empty, or replace the key by {BUILD_OPTIONS}.{version}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(settings: &Settings) -> bool {
        settings.build_options.as_ref().is_ok_and(|options| options.managed_by_label)
    }

    fn read(data: &[(&str, &str)]) -> Settings {
        let data = data.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        BuildSettings::read(data).over(&Settings::default())
    }

    #[test]
    fn every_key_about_rendering_has_its_effect() {
        assert_eq!(read(&[("url", "https://x"), ("helm.enable", "yes")]), Settings::default());
        let off = read(&[("kustomize.enable", "false"), ("helm.enable", "false"), ("jsonnet.enable", "false")]);
        assert_eq!(off.disabled, [SourceType::Kustomize, SourceType::Helm, SourceType::Directory]);
        assert!(options(&read(&[(BUILD_OPTIONS, "--enable-managedby-label")])));
        assert!(read(&[(BUILD_OPTIONS, "--enable-exec")]).build_options.is_err());
        assert_eq!(read(&[(VALUE_FILE_SCHEMES, "https, s3")]).value_file_schemes, ["https", "s3"]);
        assert!(read(&[(VALUE_FILE_SCHEMES, "")]).value_file_schemes.is_empty());
    }

    #[test]
    fn versions_are_options_and_never_programs() {
        let data = [
            ("kustomize.buildOptions.v1", "--load-restrictor LoadRestrictionsNone"),
            ("kustomize.buildOptions.v2", ""),
            ("kustomize.path.v2", "/bin/k"),
            ("kustomize.version.v3", "/bin/k"),
            ("kustomize.buildOptions.v4", "--enable-exec"),
        ];
        let of = read(&data).build_options_of;
        assert!(of["v1"].is_ok());
        let told = |version: &str| of[version].clone().expect_err("refused");
        assert!(told("v2").starts_with("kustomize.path.v2 names a program"), "{}", told("v2"));
        assert!(told("v3").starts_with("kustomize.version.v3 names a program"), "{}", told("v3"));
        assert!(told("v4").starts_with("kustomize.buildOptions.v4: --enable-exec runs programs"), "{}", told("v4"));
    }
}
