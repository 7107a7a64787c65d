//! What expressions and templates ask about the world: commits and an application's details. It is found out beforehand; what
//! was asked for and not known is noted, so that whoever evaluates can find it out and evaluate again.

use crate::functions::{bytes, function, text};
use expr::{Type, Value};
use gotemplate::{Function, GoObject, Map as GoMap, Signature, Type as GoType, Value as GoValue};
use serde_json::Value as Json;
use sprig::argo::CommitMetadata;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What is known, and what was asked for besides.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    commits: BTreeMap<String, Result<CommitMetadata, String>>,
    details: Option<Result<Json, String>>,
    asked: Arc<Mutex<Wanted>>,
}

/// What was asked for and is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Commits.
    pub commits: BTreeSet<String>,
    /// The application's details.
    pub details: bool,
}

impl Wanted {
    /// Whether that is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty() && !self.details
    }
}

impl Facts {
    /// A commit is known, or why it cannot be.
    pub fn add_commit(&mut self, sha: &str, commit: Result<CommitMetadata, String>) {
        self.commits.insert(sha.to_owned(), commit);
    }

    /// The application's details are known, or why they cannot be.
    pub fn set_details(&mut self, details: Result<Json, String>) {
        self.details = Some(details);
    }

    /// What was asked for and is not known, and forgets that.
    #[must_use]
    pub fn take_wanted(&self) -> Wanted {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn want(&self, wish: impl FnOnce(&mut Wanted)) {
        wish(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn commit(&self, sha: &str) -> Result<CommitMetadata, String> {
        let known = self.commits.get(sha).cloned();
        known.unwrap_or_else(|| {
            self.want(|wanted| wanted.commits.extend([sha.to_owned()]));
            Err(format!("commit {sha:?} is not known"))
        })
    }

    fn details(&self) -> Result<Json, String> {
        self.details.clone().unwrap_or_else(|| {
            self.want(|wanted| wanted.details = true);
            Err("the application's details are not known".to_owned())
        })
    }

    /// What is known, for the functions that templates share.
    pub(crate) fn known(&self) -> sprig::argo::Facts {
        sprig::argo::Facts::default()
    }

    /// `repo` of templates: the shared functions, and those that ask.
    pub(crate) fn as_template(&self, object: &Json, shared: &GoValue) -> GoValue {
        let GoValue::Map(shared) = shared else { return GoValue::Nil };
        let (commits, details, problem) = (self.clone(), self.clone(), missing(object));
        let commit = Function::closure(Signature::new(&[GoType::String], GoType::Any), move |_, arguments| {
            problem.clone().map_or(Ok(()), Err)?;
            Ok(GoValue::object(commits.commit(&arguments.text(0).to_string())?))
        });
        let details = Function::closure(Signature::new(&[], GoType::Any), move |_, _| {
            Ok(GoValue::object(Details(details.details()?)))
        });
        let function = |function: Function| GoValue::Func(Arc::new(function));
        let mut entries = shared.entries();
        entries.retain(|(name, _)| !matches!(name.as_bytes(), b"GetCommitMetadata" | b"GetAppDetails"));
        entries.push(("GetCommitMetadata".into(), function(commit)));
        entries.push(("GetAppDetails".into(), function(details)));
        GoValue::Map(GoMap::from_entries(entries))
    }

    /// `repo` of expressions.
    pub(crate) fn as_expression(&self, object: &Json) -> Value {
        const TEXT: Type = Type::String;
        let (commits, details, problem) = (self.clone(), self.clone(), missing(object));
        let of_text = |make: fn(&[u8]) -> Vec<u8>| function(&[TEXT], TEXT, move |args| Ok(text(make(&bytes(args, 0)))));
        let entries = [
            ("RepoURLToHTTPS", of_text(sprig::argo::as_https)),
            ("FullNameByRepoURL", of_text(sprig::argo::full_name)),
            ("QueryEscape", of_text(gotemplate::query_escape)),
            (
                "GetCommitMetadata",
                function(&[TEXT], Type::Any, move |arguments| {
                    problem.clone().map_or(Ok(()), Err)?;
                    let commit = commits.commit(&String::from_utf8_lossy(&bytes(arguments, 0)))?;
                    Ok(commit_fields(commit))
                }),
            ),
            (
                "GetAppDetails",
                function(&[], Type::Any, move |_| {
                    Value::from_json(&details.details()?).map_err(|error| error.to_string())
                }),
            ),
        ];
        Value::object(entries.map(|(name, value)| (name.to_owned(), value))).unwrap_or(Value::Nil)
    }
}

/// What the application lacks for its commits to be asked for. Compat: upstream looks at the one source only.
fn missing(object: &Json) -> Option<String> {
    let has = |pointer: &str| object.pointer(pointer).is_some_and(Json::is_string);
    match (has("/spec/source/repoURL") || has("/spec/sources/0/repoURL"), has("/spec/project")) {
        (false, _) => Some("failed to get application source repo URL".to_owned()),
        (true, false) => Some("failed to get application project".to_owned()),
        (true, true) => None,
    }
}

fn commit_fields(commit: CommitMetadata) -> Value {
    let tags = commit.tags.iter().map(|tag| Value::from(tag.as_str())).collect();
    let fields = [
        ("Message", Value::from(commit.message.as_str())),
        ("Author", Value::from(commit.author.as_str())),
        ("Date", Value::Time(Arc::new(commit.date))),
        ("Tags", Value::list(expr::ListType::String, tags).unwrap_or(Value::Nil)),
    ];
    Value::object(fields.map(|(name, value)| (name.to_owned(), value))).unwrap_or(Value::Nil)
}

/// An application's details: what each kind of source has, and the two questions that charts answer.
#[derive(Debug)]
struct Details(Json);

impl GoObject for Details {
    fn type_name(&self) -> &'static str {
        "shared.AppDetail"
    }

    fn fields(&self) -> Vec<(&'static str, GoValue)> {
        ["Type", "Helm", "Kustomize", "Directory"].map(|name| (name, self.value(name))).to_vec()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Details {
    fn value(&self, name: &str) -> GoValue {
        match self.0.get(name) {
            None | Some(Json::Null) => GoValue::Nil,
            Some(helm) if name == "Helm" => GoValue::object(HelmDetails(helm.clone())),
            Some(other) => GoValue::from(other),
        }
    }
}

/// `shared.CustomHelmAppSpec`.
#[derive(Debug)]
struct HelmDetails(Json);

impl HelmDetails {
    /// What `list` holds under `field` for the entry of that name.
    fn named(&self, list: &str, name: &str, field: &str) -> Option<String> {
        let entries = self.0.pointer(list)?.as_array()?;
        let found = entries.iter().find(|entry| entry.get("Name").and_then(Json::as_str) == Some(name))?;
        Some(found.get(field).and_then(Json::as_str).unwrap_or_default().to_owned())
    }
}

impl GoObject for HelmDetails {
    fn type_name(&self) -> &'static str {
        "*shared.CustomHelmAppSpec"
    }

    fn fields(&self) -> Vec<(&'static str, GoValue)> {
        let value = |name: &str| self.0.get(name).map_or(GoValue::Nil, GoValue::from);
        vec![("HelmAppSpec", value("HelmAppSpec")), ("HelmParameterOverrides", value("HelmParameterOverrides"))]
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        let asked = |ask: fn(&HelmDetails, &str) -> Option<String>| {
            let details = Arc::clone(&self);
            Function::closure(Signature::new(&[GoType::String], GoType::String), move |_, arguments| {
                let found = ask(&details, &arguments.text(0).to_string());
                Ok(GoValue::from(found.unwrap_or_default().as_str()))
            })
        };
        match name {
            "GetParameterValueByName" => Some(asked(|details, name| {
                let overridden = details.named("/HelmParameterOverrides", name, "Value");
                overridden.or_else(|| details.named("/HelmAppSpec/Parameters", name, "Value"))
            })),
            "GetFileParameterPathByName" => {
                Some(asked(|details, name| details.named("/HelmAppSpec/FileParameters", name, "Path")))
            }
            _ => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
