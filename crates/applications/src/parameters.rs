//! What the ConfigMap `argocd-cmd-params-cm` says: how the controller is started. Read once, at the start.

use crate::configuration::Data;
use crate::settings::Settings;
use jiff::SignedDuration;

/// The ConfigMap.
pub const PARAMETERS: &str = "argocd-cmd-params-cm";

/// The settings with what the ConfigMap says, and what of it cannot be read. Keys that mean nothing here are left aside.
#[must_use]
pub fn with_parameters(base: &Settings, data: &Data) -> (Settings, Vec<String>) {
    let mut settings = base.clone();
    let mut problems = Vec::new();
    for (key, text) in data {
        let text = text.trim();
        match (key.as_str(), seconds(text)) {
            ("application.namespaces", _) => settings.application_namespaces.extend(namespaces(text)),
            ("controller.diff.server.side", _) => settings.comparison.server_side = text == "true",
            ("controller.sync.timeout.seconds", Some(limit)) => {
                settings.operation_limit = (limit > SignedDuration::ZERO).then_some(limit);
            }
            ("controller.repo.error.grace.period.seconds", Some(grace)) => settings.grace = grace,
            ("controller.sync.timeout.seconds" | "controller.repo.error.grace.period.seconds", None) => {
                problems.push(format!("{PARAMETERS}: {key}: a number of seconds was expected"));
            }
            _ => {}
        }
    }
    (settings, problems)
}

/// A list with commas between.
#[must_use]
pub fn namespaces(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).map(str::to_owned).collect()
}

fn seconds(text: &str) -> Option<SignedDuration> {
    text.parse::<u32>().ok().map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[(&str, &str)]) -> (Settings, Vec<String>) {
        let data = entries.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        with_parameters(&Settings::default(), &data)
    }

    #[test]
    fn applications_may_live_in_other_namespaces_by_pattern() {
        let (settings, _) = read(&[("application.namespaces", "team-*, /^dev[0-9]$/,")]);
        let deals_with = |namespace: &str| settings.deals_with(namespace);
        assert!(deals_with("argocd") && deals_with("team-a") && deals_with("dev7"));
        assert!(!deals_with("other") && !deals_with("dev77") && !deals_with(""));
        assert!(!Settings::default().deals_with("team-a"));
    }

    #[test]
    fn times_are_seconds_and_what_is_none_is_named() {
        let (settings, problems) = read(&[
            ("controller.sync.timeout.seconds", "90"),
            ("controller.repo.error.grace.period.seconds", "soon"),
            ("controller.diff.server.side", "true"),
        ]);
        assert_eq!(settings.operation_limit, Some(SignedDuration::from_secs(90)));
        assert_eq!(settings.grace, Settings::default().grace);
        assert!(settings.comparison.server_side);
        assert_eq!(
            problems,
            ["argocd-cmd-params-cm: controller.repo.error.grace.period.seconds: a number of seconds was expected"]
        );
        assert_eq!(read(&[("controller.sync.timeout.seconds", "0")]).0.operation_limit, None);
    }
}
