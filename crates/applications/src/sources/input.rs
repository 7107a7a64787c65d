//! From an application's sources to what is wanted of each: which repository, what the renderer is told, which of the
//! others it may refer to.

use super::credentials::Repositories;
use super::lender::Lender;
use super::needs::ChartName;
use super::origin::Origin;
use super::seen::Wanted;
use api::ApplicationSource;
use cluster::ClusterId;
use git::Reach;
use render::{ApplicationFacts, Input, Settings};
use std::collections::BTreeMap;
use tree::TreePath;

/// What is asked of all sources of one application.
pub struct Ask<'a> {
    /// Whose sources they are.
    pub application: ApplicationFacts,
    /// How sources are rendered.
    pub settings: &'a Settings,
    /// How repositories are reached.
    pub repositories: &'a Repositories,
    /// Whether the application declares a list of sources.
    pub has_several: bool,
    /// The cluster they are rendered for.
    pub cluster: ClusterId,
}

/// What is wanted of each source at its revision, or in words why nothing can be.
#[must_use]
pub fn wanted(ask: &Ask<'_>, sources: &[(ApplicationSource, String)]) -> Vec<Result<Wanted, String>> {
    let lenders = lenders(ask, sources);
    let one = |(source, revision): &(ApplicationSource, String)| {
        let lenders = lenders.as_ref().map_err(Clone::clone)?;
        let input = source_input(ask, source)?;
        let refs = if uses_refs(source) { lenders.clone() } else { BTreeMap::new() };
        Ok(Wanted {
            origin: origin(ask, source, revision)?,
            input,
            revision: revision.clone(),
            refs,
            cluster: ask.cluster.clone(),
        })
    };
    sources.iter().map(one).collect()
}

/// Where a source comes from.
fn origin(ask: &Ask<'_>, source: &ApplicationSource, revision: &str) -> Result<Origin, String> {
    let project = &ask.application.project;
    if source.chart.is_empty() {
        let remote = ask.repositories.remote(&source.repo_url, project);
        return remote.map(Origin::Repository).map_err(|error| error.to_string());
    }
    if revision.trim().is_empty() {
        let (chart, url) = (&source.chart, &source.repo_url);
        return Err(format!(
            "spec.source.targetRevision is required: which version of chart {chart} of {url} is wanted"
        ));
    }
    let pass_credentials = source.helm.as_ref().is_some_and(|helm| helm.pass_credentials);
    // Whoever may write the application has named this very host, as they may name a repository's.
    let name = ChartName { chart: &source.chart, version: revision, pass_credentials, reach: Reach::Private };
    ask.repositories.chart(&source.repo_url, &name, project).map(Origin::Chart)
}

/// The sources with a name by which others may refer to their files.
fn lenders(ask: &Ask<'_>, sources: &[(ApplicationSource, String)]) -> Result<BTreeMap<String, Lender>, String> {
    let mut lenders = BTreeMap::new();
    for (source, revision) in sources.iter().filter(|(source, _)| ask.has_several && !source.ref_name.is_empty()) {
        let name = &source.ref_name;
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return Err(format!("sources.ref {name} cannot contain any special characters except '_' and '-'"));
        }
        let lender = if source.chart.is_empty() {
            let remote = ask.repositories.remote(&source.repo_url, &ask.application.project);
            let remote = remote.map_err(|error| error.to_string())?;
            Lender::Repository { remote, revision: revision.clone() }
        } else {
            Lender::Chart
        };
        if lenders.insert(name.clone(), lender).is_some() {
            return Err("invalid sources: multiple sources had the same `ref` key".to_owned());
        }
    }
    Ok(lenders)
}

/// Whether the source names files of others.
fn uses_refs(source: &ApplicationSource) -> bool {
    let Some(helm) = &source.helm else { return false };
    let parameters = helm.file_parameters.iter().map(|parameter| &parameter.path);
    helm.value_files.iter().chain(parameters).any(|file| file.starts_with('$'))
}

/// What to render for this source; `None` when the source only lends its files to others (`ref`).
fn source_input(ask: &Ask<'_>, source: &ApplicationSource) -> Result<Option<Input>, String> {
    if source.is_ref_only() {
        return Ok(None);
    }
    if !source.chart.is_empty() && !source.path.is_empty() {
        // Compat: a chart is rendered from its own root.
        return Ok(Some(input(ask, &ApplicationSource { path: String::new(), ..source.clone() })));
    }
    TreePath::parse(&source.path).map_err(|error| error.to_string())?;
    source.explicit_type()?;
    Ok(Some(input(ask, source)))
}

fn input(ask: &Ask<'_>, source: &ApplicationSource) -> Input {
    Input {
        source: source.clone(),
        application: ask.application.clone(),
        is_one_of_several: ask.has_several,
        settings: ask.settings.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn ask(sources: &[Value]) -> Vec<Result<Wanted, String>> {
        let repositories = Repositories::default();
        let ask = Ask {
            application: ApplicationFacts::default(),
            settings: &Settings::default(),
            repositories: &repositories,
            has_several: sources.len() > 1,
            cluster: ClusterId::home(),
        };
        let read = |source: &Value| {
            let source: ApplicationSource = serde_json::from_value(source.clone()).expect("a source");
            let revision = source.target_revision.clone();
            (source, revision)
        };
        wanted(&ask, &sources.iter().map(read).collect::<Vec<_>>())
    }

    const URL: &str = "https://git.example/r.git";

    #[test]
    fn several_tools_are_too_many() {
        assert!(ask(&[json!({"repoURL": URL, "path": "a", "directory": {"recurse": true}})])[0].is_ok());
        let two = ask(&[json!({"repoURL": URL, "path": "a", "helm": {}, "kustomize": {}})]);
        assert_eq!(two, [Err("multiple application sources defined: Kustomize,Helm".into())]);
    }

    #[test]
    fn sources_lend_their_files_to_those_that_ask() {
        let values = json!({"repoURL": URL, "ref": "values", "targetRevision": "main"});
        let chart = json!({"repoURL": URL, "path": "a", "helm": {"valueFiles": ["$values/x.yaml"]}});
        let plain = json!({"repoURL": URL, "path": "b", "helm": {"valueFiles": ["x.yaml"]}});
        let all = ask(&[values.clone(), chart, plain]);
        let [Ok(values_wanted), Ok(chart), Ok(plain)] = &all[..] else { panic!("{all:?}") };
        assert_eq!(values_wanted.input, None, "it only lends");
        let remote = values_wanted.origin.repository().expect("a repository").clone();
        let lender = Lender::Repository { remote, revision: "main".into() };
        assert_eq!(chart.refs, BTreeMap::from([("values".to_owned(), lender)]));
        assert!(plain.refs.is_empty());
        assert!(ask(&[values.clone(), values])[0].is_err(), "the same name twice");
        assert!(ask(&[json!({"repoURL": URL, "ref": "a/b"}), json!({"repoURL": URL, "path": "a"})])[1].is_err());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(ask(&[json!({"repoURL": URL, "path": "../.."})])[0].is_err());
        let told = ask(&[json!({"repoURL": URL, "chart": "redis"})])[0].clone().expect_err("no version");
        assert!(told.starts_with("spec.source.targetRevision is required"), "{told}");
    }
}
