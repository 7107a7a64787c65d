//! `create analysisrun`: a run made of a template.

use super::ending::failed;
use super::session::{Named, Session};
use super::strict;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::names::LABEL_INSTANCE_ID;
use api::rollouts::{ANALYSIS_RUN, ANALYSIS_TEMPLATE, CLUSTER_ANALYSIS_TEMPLATE};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The flags of `create analysisrun`.
#[derive(Debug, Args)]
pub(super) struct CreateAnalysisRun {
    /// Use the specified name for the run
    #[arg(long)]
    name: Option<String>,
    /// Use the specified generateName for the run
    #[arg(long)]
    generate_name: Option<String>,
    /// Instance-ID for the AnalysisRun
    #[arg(long)]
    instance_id: Option<String>,
    /// Arguments to the parameter template
    #[arg(short, long = "argument", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Create an AnalysisRun from an AnalysisTemplate or ClusterAnalysisTemplate in the cluster
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Create an AnalysisRun from an AnalysisTemplate or ClusterAnalysisTemplate in a local file
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,
    /// Use a ClusterAnalysisTemplate instead of a AnalysisTemplate
    #[arg(long)]
    global: bool,
}

impl CreateAnalysisRun {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        if self.from.is_some() == self.from_file.is_some() {
            return Err(failed("one of --from or --from-file must be specified"));
        }
        let given = self.given()?;
        let template = self.template(session).await?;
        let metadata = self.metadata(&template, &session.namespace)?;
        let mut spec = template["spec"].clone();
        let args = merged(given, spec["args"].as_array().map(Vec::as_slice))?;
        if !args.is_empty() {
            spec["args"] = Value::Array(args);
        }
        let run = json!({
            "apiVersion": api::names::API_VERSION, "kind": ANALYSIS_RUN, "metadata": metadata, "spec": spec,
        });
        let created = session.create(strict::object(&run)?).await?;
        terminal::print(&format!("analysisrun.{}/{} created\n", api::names::GROUP, created.name()))
    }

    async fn template(&self, session: &Session) -> Result<Value, Failure> {
        match (&self.from, &self.from_file) {
            (Some(name), None) => {
                let kind = if self.global { CLUSTER_ANALYSIS_TEMPLATE } else { ANALYSIS_TEMPLATE };
                Ok(session.get(Named { kind, name }).await?.value())
            }
            (None, Some(path)) => {
                let document = strict::documents(path)?.into_iter().next();
                document.ok_or_else(|| failed(format!("{}: there is nothing in it", path.display())))
            }
            _ => Err(failed("one of --from or --from-file must be specified")),
        }
    }

    fn metadata(&self, template: &Value, namespace: &str) -> Result<Value, Failure> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let own = template.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let mut metadata = match (given(&self.name), given(&self.generate_name), own) {
            (Some(name), _, _) => json!({"name": name}),
            (None, Some(prefix), _) => json!({"generateName": prefix}),
            (None, None, "") => return Err(failed("name is invalid")),
            (None, None, own) => json!({"generateName": format!("{own}-")}),
        };
        metadata["namespace"] = namespace.into();
        // Compat: the run is the template under another kind, with what people wrote on it.
        for field in ["labels", "annotations"] {
            if let Some(written) = template.pointer(&format!("/metadata/{field}")).filter(|it| it.is_object()) {
                metadata[field] = written.clone();
            }
        }
        if let Some(id) = given(&self.instance_id) {
            metadata["labels"] = json!({LABEL_INSTANCE_ID: id});
        }
        Ok(metadata)
    }

    fn given(&self) -> Result<Vec<(&str, &str)>, Failure> {
        let one = |text: &'_ String| text.split_once('=').is_some();
        if !self.arguments.iter().all(one) {
            return Err(failed("arguments must be in the form NAME=VALUE"));
        }
        Ok(self.arguments.iter().filter_map(|text| text.split_once('=')).collect())
    }
}

/// The arguments of the template with the values given; without any of its own, those given.
fn merged(given: Vec<(&str, &str)>, own: Option<&[Value]>) -> Result<Vec<Value>, Failure> {
    let Some(own) = own else {
        return Ok(given.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect());
    };
    let mut args = own.to_vec();
    for (name, value) in given {
        if let Some(arg) = args.iter_mut().find(|arg| arg["name"] == name) {
            arg["value"] = value.into();
        }
    }
    let unresolved = args.iter().find(|arg| arg["value"].is_null() && arg["valueFrom"].is_null());
    match unresolved.and_then(|arg| arg["name"].as_str()) {
        Some(name) => Err(failed(format!("args.{name} was not resolved"))),
        None => Ok(args),
    }
}
