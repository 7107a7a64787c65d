//! Fields that name other objects follow when those are renamed.
//!
//! Only renamed objects can be meant, and they are looked up by the name that is written in the field: no object is
//! compared with all others.

use super::field_spec::{Field, Make};
use crate::config::NameReferences;
use crate::id::{Gvk, Id};
use crate::node::{Node, Scalar, set_field};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use budget::Budget;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Lets all references follow.
///
/// # Errors
/// When a reference may mean several objects, or a field that should hold a name holds something else.
pub(crate) fn fix_references(resources: &mut ResMap, references: &[NameReferences], budget: &mut Budget) -> Result<()> {
    let candidates = Candidates::new(resources);
    if candidates.by_name.is_empty() {
        // Nothing can follow, but what cannot be read is still told.
        return resources.iter().try_for_each(|resource| bound_namespaces(resource).map(drop));
    }
    let mut fields: BTreeMap<Gvk, Rc<Vec<(Field, Gvk)>>> = BTreeMap::new();
    for at in 0..resources.len() {
        let referrer = resources.get(at);
        let original = referrer.original_id();
        let gvk = Gvk { group: original.group.into(), version: original.version.into(), kind: original.kind.into() };
        let fields = Rc::clone(fields.entry(gvk).or_insert_with_key(|gvk| Rc::new(fields_of(gvk, references))));
        if fields.is_empty() {
            continue;
        }
        let mut fixer = Fixer::new(referrer, &candidates)?;
        let mut node = std::mem::replace(&mut resources.get_mut(at).node, Node::map());
        let result = fixer.all(&mut node, &fields, budget);
        resources.get_mut(at).node = node;
        result?;
    }
    Ok(())
}

/// The fields of a kind that hold names, each with the kind it names.
fn fields_of(gvk: &Gvk, references: &[NameReferences]) -> Vec<(Field, Gvk)> {
    let mut fields = Vec::new();
    for reference in references {
        for spec in reference.referrers.iter().filter(|spec| gvk.is_selected_by(&spec.gvk)) {
            let mut field = Field::new(spec);
            // It has been chosen by the original type; the current one need not fit.
            field.spec.gvk = Gvk::default();
            fields.push((field, reference.target.clone()));
        }
    }
    fields
}

/// What one renamed object is called, as of before any reference was changed.
struct Candidate {
    name: Box<str>,
    namespace: Box<str>,
    kind: Box<str>,
    effective_namespace: Box<str>,
    original_namespace: Box<str>,
    cluster: bool,
    group: Box<str>,
    version: Box<str>,
    previous_kinds: Vec<(Box<str>, Box<str>)>,
    prefixes: Vec<Box<str>>,
    suffixes: Vec<Box<str>>,
    id: String,
}

struct Candidates {
    all: Vec<Candidate>,
    by_name: BTreeMap<Box<str>, Vec<usize>>,
    /// The namespaces objects first lived in, each with those they live in now.
    original_namespaces: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl Candidates {
    fn new(resources: &ResMap) -> Self {
        let mut candidates =
            Candidates { all: Vec::new(), by_name: BTreeMap::new(), original_namespaces: BTreeMap::new() };
        for resource in resources.iter() {
            let (now, original) = (resource.id(), resource.original_id());
            let namespaces: &mut BTreeSet<Box<str>> =
                candidates.original_namespaces.entry(original.effective_namespace().into()).or_default();
            namespaces.insert(now.effective_namespace().into());
            if resource.previous.is_empty() {
                continue;
            }
            let at = candidates.all.len();
            candidates.all.push(candidate(resource));
            let names: BTreeSet<&str> = resource.previous.iter().map(|previous| &*previous.name).collect();
            for name in names {
                candidates.by_name.entry(name.into()).or_default().push(at);
            }
        }
        candidates
    }
}

fn candidate(resource: &Resource) -> Candidate {
    let id = resource.id();
    Candidate {
        name: id.name.into(),
        namespace: id.namespace.into(),
        kind: id.kind.into(),
        effective_namespace: id.effective_namespace().into(),
        original_namespace: resource.original_id().effective_namespace().into(),
        cluster: id.is_cluster_scoped(),
        group: id.group.into(),
        version: id.version.into(),
        previous_kinds: resource.previous.iter().map(|p| (p.name.clone(), p.kind.clone())).collect(),
        prefixes: resource.prefixes.clone(),
        suffixes: resource.suffixes.clone(),
        id: id.to_string(),
    }
}

impl Candidate {
    /// Whether it was ever of the type `gvk` selects.
    fn was(&self, gvk: &Gvk) -> bool {
        self.previous_kinds.iter().any(|(_, kind)| {
            gvk.selects(&Id { group: &self.group, version: &self.version, kind, name: "", namespace: "" })
        })
    }

    fn shares_affixes(&self, referrer: &Resource, allow_none: bool) -> bool {
        shares_end(&self.prefixes, &referrer.prefixes, allow_none)
            && shares_end(&self.suffixes, &referrer.suffixes, allow_none)
    }
}

/// Whether the shorter list is the end of the longer one.
fn shares_end(a: &[Box<str>], b: &[Box<str>], allow_none: bool) -> bool {
    if allow_none && (a.is_empty() || b.is_empty()) {
        return true;
    }
    if a.is_empty() || b.is_empty() {
        return a.is_empty() && b.is_empty();
    }
    a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
}

struct Fixer<'c> {
    candidates: &'c Candidates,
    referrer: Resource,
    namespace: Box<str>,
    cluster: bool,
    /// Namespaces of the service accounts that a role binding names.
    bound_namespaces: BTreeSet<String>,
    role: Option<Gvk>,
}

impl<'c> Fixer<'c> {
    fn new(referrer: &Resource, candidates: &'c Candidates) -> Result<Self> {
        let id = referrer.id();
        let role = referrer.node.get("roleRef").and_then(|role| {
            let text = |field: &str| role.get(field).map(|value| Box::from(value.text()));
            Some(Gvk { group: text("apiGroup")?, version: "".into(), kind: text("kind")? })
        });
        Ok(Fixer {
            candidates,
            namespace: id.effective_namespace().into(),
            cluster: id.is_cluster_scoped(),
            bound_namespaces: bound_namespaces(referrer)?,
            role,
            referrer: slim(referrer),
        })
    }

    fn all(&mut self, node: &mut Node, fields: &[(Field, Gvk)], budget: &mut Budget) -> Result<()> {
        let mut holder = Resource { node: std::mem::replace(node, Node::map()), ..self.referrer.clone() };
        let mut result = Ok(());
        for (field, target) in fields {
            let role = if field.spec.path.ends_with("roleRef/name") { self.role.clone() } else { None };
            result = field.apply(&mut holder, Make::Nothing, &mut |node| {
                budget.spend(1)?;
                self.set(node, target, role.as_ref())
            });
            if result.is_err() {
                break;
            }
        }
        *node = holder.node;
        result.map_err(|problem| problem.within("updating name reference"))
    }

    fn set(&self, node: &mut Node, target: &Gvk, role: Option<&Gvk>) -> Result<()> {
        match node {
            node if node.is_null() => Ok(()),
            Node::Scalar(scalar) => {
                if let Some(found) = self.referral(&scalar.text, None, target, role)?
                    && *found.name != *scalar.text
                {
                    *scalar = Scalar { style: scalar.style, ..Scalar::plain(&found.name) };
                }
                Ok(())
            }
            Node::Map(_) => self.set_map(node, target, role),
            Node::Seq(items) => items.iter_mut().try_for_each(|item| match item {
                Node::Seq(_) => Err(Problem::invalid("is expected to be either a string or a map of string")),
                item => self.set(item, target, role),
            }),
        }
    }

    fn set_map(&self, node: &mut Node, target: &Gvk, role: Option<&Gvk>) -> Result<()> {
        let name = node.get("name").ok_or_else(|| Problem::invalid("path config error; no 'name' field in node"))?;
        let name = name.text().to_owned();
        let namespace = node.get("namespace").map(|namespace| namespace.text().to_owned());
        let Some(found) = self.referral(&name, Some(namespace.as_deref()), target, role)? else { return Ok(()) };
        if *found.name == *name && found.namespace.is_empty() {
            return Ok(());
        }
        set_field(node, "name", Scalar::plain(&found.name))?;
        if found.namespace.is_empty() {
            return Ok(());
        }
        set_field(node, "namespace", Scalar::plain(&found.namespace))
    }

    /// The object that `name` meant before it was renamed. For a mapping, `in_namespace` is what it says of the
    /// namespace.
    fn referral(
        &self,
        name: &str,
        in_namespace: Option<Option<&str>>,
        target: &Gvk,
        role: Option<&Gvk>,
    ) -> Result<Option<&'c Candidate>> {
        let Some(places) = self.candidates.by_name.get(name) else { return Ok(None) };
        let mut found: Vec<&'c Candidate> = places
            .iter()
            .map(|at| &self.candidates.all[*at])
            .filter(|candidate| self.may_see(candidate))
            .filter(|candidate| in_namespace.flatten().is_none_or(|namespace| self.lives_in(candidate, namespace)))
            .filter(|candidate| candidate.was(target) && role.is_none_or(|role| candidate.was(role)))
            .filter(|candidate| self.same_namespace(candidate))
            .collect();
        if found.len() != 1 {
            found.retain(|candidate| candidate.shares_affixes(&self.referrer, true));
            if found.len() > 1 {
                found.retain(|candidate| candidate.shares_affixes(&self.referrer, false));
            }
        }
        let Some(first) = found.first().copied() else { return Ok(None) };
        let same = |other: &&Candidate| {
            other.name == first.name && (in_namespace.is_none() || other.namespace == first.namespace)
        };
        if found.iter().all(same) {
            return Ok(Some(first));
        }
        let ids: Vec<&str> = found.iter().map(|candidate| candidate.id.as_str()).collect();
        Err(Problem::invalid(format!("found multiple possible referrals: {}", ids.join(", "))))
    }

    /// Whether the referrer can name objects there at all.
    fn may_see(&self, candidate: &Candidate) -> bool {
        self.cluster
            || candidate.cluster
            || candidate.effective_namespace == self.namespace
            || self.bound_namespaces.contains(&*candidate.namespace)
    }

    fn same_namespace(&self, candidate: &Candidate) -> bool {
        self.cluster
            || candidate.cluster
            || &*candidate.kind == "ServiceAccount"
            || candidate.effective_namespace == self.namespace
    }

    /// Whether the candidate lives, or first lived, in the namespace that a mapping names.
    fn lives_in(&self, candidate: &Candidate, namespace: &str) -> bool {
        let first_there = self.candidates.original_namespaces.get(namespace);
        let visible = |now: &str| self.cluster || *now == *self.namespace || self.bound_namespaces.contains(now);
        if first_there.is_some_and(|namespaces| namespaces.iter().any(|now| visible(now))) {
            *candidate.original_namespace == *namespace
        } else {
            *candidate.effective_namespace == *namespace
        }
    }
}

/// The referrer without its content.
fn slim(resource: &Resource) -> Resource {
    let mut slim = Resource::new(Node::map(), std::sync::Arc::clone(&resource.origin));
    slim.prefixes.clone_from(&resource.prefixes);
    slim.suffixes.clone_from(&resource.suffixes);
    slim
}

fn bound_namespaces(referrer: &Resource) -> Result<BTreeSet<String>> {
    let mut namespaces = BTreeSet::new();
    if referrer.kind() != "RoleBinding" || referrer.id().is_cluster_scoped() {
        return Ok(namespaces);
    }
    for subject in referrer.node.get("subjects").and_then(Node::as_seq).into_iter().flatten() {
        let (Some(namespace), Some(kind)) = (subject.get("namespace"), subject.get("kind")) else { continue };
        if kind.text() != "ServiceAccount" {
            continue;
        }
        if namespace.is_null() {
            let id = referrer.id().to_string();
            return Err(Problem::invalid(format!("Invalid Input: namespace is blank for resource {id:?}\n")));
        }
        namespaces.insert(namespace.text().to_owned());
    }
    Ok(namespaces)
}
