//! `namespace`.

use super::field_spec::{Field, Make};
use crate::id::Id;
use crate::kustomization::FieldSpec;
use crate::node::{Node, Scalar, set_field, set_scalar};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use std::collections::BTreeMap;

/// Which namespace objects get, and how.
pub(crate) struct Namespace<'t> {
    pub name: &'t str,
    /// Only where none is set.
    pub unset_only: bool,
    pub subjects: Subjects,
}

/// Which subjects of role bindings follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Subjects {
    /// Those named `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    AllServiceAccounts,
    None,
}

impl Subjects {
    /// # Errors
    /// For a mode that does not exist.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "" | "defaultOnly" => Ok(Subjects::DefaultOnly),
            "allServiceAccounts" => Ok(Subjects::AllServiceAccounts),
            "none" => Ok(Subjects::None),
            other => Err(Problem::invalid(format!(
                "invalid value {other:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \"allServiceAccounts\""
            ))),
        }
    }
}

const METADATA_NAMESPACE: &str = "metadata/namespace";
const METADATA_NAME: &str = "metadata/name";
const SUBJECT_NAMESPACE: &str = "subjects/namespace";

/// Puts every object that can have a namespace into one.
///
/// # Errors
/// When two objects become one, or a namespace field holds something else than a plain value.
pub(crate) fn namespace(resources: &mut ResMap, namespace: &Namespace<'_>, specs: &[FieldSpec]) -> Result<()> {
    if namespace.name.is_empty() {
        return Ok(());
    }
    let metadata = FieldSpec { path: METADATA_NAMESPACE.to_owned(), create: true, ..FieldSpec::default() };
    let metadata = Field::new(&metadata);
    let specs: Vec<Field> = specs.iter().filter(|spec| spec.path != METADATA_NAMESPACE).map(Field::new).collect();
    let items = resources.rename_mut();
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    for resource in items.iter() {
        *ids.entry(resource.id().key()).or_default() += 1;
    }
    for resource in items.iter_mut().filter(|resource| !resource.is_gone() && !resource.from_chart) {
        resource.remember_id();
        let before = resource.id().key();
        one(resource, namespace, &metadata, &specs)?;
        if let Some(count) = ids.get_mut(&before) {
            *count -= 1;
        }
        let count = ids.entry(resource.id().key()).or_default();
        *count += 1;
        if *count != 1 {
            let id = resource.id().to_string();
            return Err(Problem::invalid(format!("namespace transformation produces ID conflict: {id}")));
        }
    }
    Ok(())
}

fn one(resource: &mut Resource, namespace: &Namespace<'_>, metadata: &Field, specs: &[Field]) -> Result<()> {
    let id = resource.id();
    let (cluster, core) = (id.is_cluster_scoped(), resource.api_version() == "v1");
    let binding = is_role_binding(&id);
    let mut set = |node: &mut Node| set(node, namespace);
    if !cluster {
        metadata.apply(resource, Make::Text, &mut set)?;
    }
    if binding {
        subjects(resource, namespace)?;
    }
    for field in specs {
        let path = field.spec.path.as_str();
        let of_binding = matches!(&*field.spec.gvk.kind, "RoleBinding" | "ClusterRoleBinding");
        // Only core Namespaces are named after the namespace.
        if path == METADATA_NAME && !core || binding && of_binding && path == SUBJECT_NAMESPACE {
            continue;
        }
        field
            .apply(resource, Make::Text, &mut set)
            .map_err(|problem| problem.within("namespace transformation failed"))?;
    }
    Ok(())
}

fn set(node: &mut Node, namespace: &Namespace<'_>) -> Result<()> {
    if namespace.unset_only && !node.is_null() && !node.text().is_empty() {
        return Ok(());
    }
    set_scalar(node, Scalar::string(namespace.name))
}

fn is_role_binding(id: &Id<'_>) -> bool {
    matches!(id.kind, "RoleBinding" | "ClusterRoleBinding")
}

fn subjects(resource: &mut Resource, namespace: &Namespace<'_>) -> Result<()> {
    let (field, expected) = match namespace.subjects {
        Subjects::None => return Ok(()),
        Subjects::DefaultOnly => ("name", "default"),
        Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
    };
    let subjects = match resource.node.get_mut("subjects") {
        None => return Ok(()),
        Some(node) if node.is_null() => return Ok(()),
        Some(Node::Seq(subjects)) => subjects,
        Some(_) => {
            return Err(Problem::invalid("setting namespace on (cluster)role binding subjects: expected a list"));
        }
    };
    for subject in subjects {
        if subject.get(field).map(Node::text) != Some(expected) {
            continue;
        }
        match subject.get_mut("namespace") {
            Some(old) => set(old, namespace)?,
            None => set_field(subject, "namespace", Scalar::string(namespace.name))?,
        }
    }
    Ok(())
}
