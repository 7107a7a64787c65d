//! The flags of `capstan render`.

use super::show::Output;
use crate::outside::OutsideFlags;
use api::{Application, ApplicationSource, ApplicationSourceDirectory, ApplicationSourceHelm, HelmParameter};
use clap::Args;
use std::path::PathBuf;

/// The flags of `capstan render`.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Directory to render as it lies here: a chart, a kustomization, or manifests
    #[arg(value_name = "DIR", default_value = ".", conflicts_with = "file")]
    pub directory: PathBuf,
    /// Render the Applications in this file instead, `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read the Applications' sources from this working copy instead of their repositories
    #[arg(long, value_name = "DIR", requires = "file")]
    pub local: Option<PathBuf>,
    /// Render the source at this branch, tag or commit
    #[arg(long, value_name = "REVISION", requires = "file", conflicts_with = "local")]
    pub revision: Option<String>,
    /// Name of the application of DIR: its release, and what build variables say
    #[arg(long, value_name = "NAME", default_value = "release-name", conflicts_with = "file")]
    pub app_name: String,
    /// Project of the application of DIR
    #[arg(long, value_name = "NAME", default_value = "default", conflicts_with = "file")]
    pub project: String,
    /// Namespace that the application of DIR goes to
    #[arg(
        short,
        long,
        value_name = "NAMESPACE",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "file"
    )]
    pub namespace: String,
    /// Values file of the chart in DIR, as an Application names it; may be given several times
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub values: Vec<String>,
    /// Value of the chart in DIR, as KEY=VALUE
    #[arg(long = "set", short = 'p', value_name = "KEY=VALUE", value_parser = parameter, conflicts_with = "file")]
    pub set: Vec<HelmParameter>,
    /// As --set, the value always a string
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameter, conflicts_with = "file")]
    pub set_string: Vec<HelmParameter>,
    /// Read the directories below DIR too
    #[arg(long, conflicts_with = "file")]
    pub directory_recurse: bool,
    /// Version of Kubernetes that charts are told
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub kube_version: String,
    /// Versions of Kubernetes' API that charts are told; may be given several times
    #[arg(long, value_name = "VERSION")]
    pub api_versions: Vec<String>,
    #[command(flatten)]
    pub outside: OutsideFlags,
    /// Format of the output
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    pub output: Output,
    /// Print the file and the line that each object comes from, instead of the objects
    #[arg(long)]
    pub explain: bool,
}

fn parameter(text: &str) -> Result<HelmParameter, String> {
    let (name, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok(HelmParameter { name: name.to_owned(), value: value.to_owned(), ..HelmParameter::default() })
}

impl Render {
    /// The application of a directory, at `path` in its working copy.
    pub(super) fn application(&self, path: &str, repo_url: &str) -> Application {
        let strings = self.set_string.iter().map(|one| HelmParameter { force_string: true, ..one.clone() });
        let helm = ApplicationSourceHelm {
            value_files: self.values.clone(),
            parameters: self.set.iter().cloned().chain(strings).collect(),
            ..ApplicationSourceHelm::default()
        };
        let says_helm = !helm.value_files.is_empty() || !helm.parameters.is_empty();
        let directory = ApplicationSourceDirectory { recurse: true, ..ApplicationSourceDirectory::default() };
        let source = ApplicationSource {
            repo_url: repo_url.to_owned(),
            path: if path.is_empty() { ".".to_owned() } else { path.to_owned() },
            helm: says_helm.then_some(helm),
            directory: self.directory_recurse.then_some(directory),
            ..ApplicationSource::default()
        };
        let mut application = Application::default();
        application.metadata.name.clone_from(&self.app_name);
        application.metadata.namespace = api::names::DEFAULT_NAMESPACE.to_owned();
        application.spec.project.clone_from(&self.project);
        application.spec.destination.namespace.clone_from(&self.namespace);
        application.spec.source = Some(source);
        application
    }
}
