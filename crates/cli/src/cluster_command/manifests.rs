//! Objects read from files and folders, in an order in which a cluster takes them: definitions of kinds, namespaces,
//! what others refer to by class, then everything as the files have it.

use crate::failure::Failure;
use budget::Budget;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How deep folders are read: deeper ones are links that lead back, or no work of people.
const DEPTH_MAX: usize = 32;
/// The ends of files that are read in folders.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
/// What a server writes itself: a dump of a cluster has it, and nobody may ask for it.
const OF_THE_SERVER: [&str; 7] =
    ["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "managedFields", "selfLink"];

/// One object of a file.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Its file, and the line its document begins at.
    pub place: String,
    pub value: Value,
}

impl Manifest {
    /// `deployment.apps/web`, as kubectl tells it.
    pub(super) fn name(&self) -> String {
        let kind = self.kind().to_lowercase();
        let name = self.value["metadata"]["name"].as_str().unwrap_or_default();
        match self.value["apiVersion"].as_str().unwrap_or_default().split_once('/') {
            Some((group, _)) => format!("{kind}.{group}/{name}"),
            None => format!("{kind}/{name}"),
        }
    }

    fn kind(&self) -> &str {
        self.value["kind"].as_str().unwrap_or_default()
    }

    fn rank(&self) -> usize {
        match self.kind() {
            "CustomResourceDefinition" => 0,
            "Namespace" => 1,
            "PriorityClass" | "StorageClass" | "IngressClass" | "RuntimeClass" | "ServiceAccount" => 2,
            _ => 3,
        }
    }
}

/// Reads all objects, in the order in which they are to be written.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Manifest>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let mut files = Vec::new();
        if path.is_dir() {
            gather(path, 0, &mut files)?;
        } else {
            files.push(path.clone());
        }
        for file in files {
            read_file(&file, &mut all)?;
        }
    }
    if all.is_empty() {
        return Err(Failure::with_code(1, format!("no object is there; files end in .{}", ENDINGS.join(", ."))));
    }
    // Stable: within a rank the files' order stays.
    all.sort_by_key(Manifest::rank);
    Ok(all)
}

fn wrong(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::with_code(1, format!("{}: {why}", path.display()))
}

fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return Err(wrong(folder, format!("more than {DEPTH_MAX} folders deep; name the files themselves")));
    }
    let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>());
    let mut paths: Vec<PathBuf> =
        entries.map_err(|error| wrong(folder, error))?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, depth + 1, files)?;
        } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| ENDINGS.contains(&end)) {
            files.push(path);
        }
    }
    Ok(())
}

fn read_file(path: &Path, all: &mut Vec<Manifest>) -> Result<(), Failure> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| wrong(path, error))?;
    let documents = yaml::parse_all(&bytes, yaml::Dialect::V2, &mut Budget::default());
    for document in documents.map_err(|error| wrong(path, error))? {
        let place = format!("{}:{}", path.display(), document.line);
        let is_list = document.value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
        let values = match document.value {
            Value::Null => continue,
            Value::Object(mut list) if is_list && list.get("items").is_some_and(Value::is_array) => {
                list.remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default()
            }
            value => vec![value],
        };
        for value in values {
            all.push(manifest(&place, value)?);
        }
    }
    Ok(())
}

fn manifest(place: &str, mut value: Value) -> Result<Manifest, Failure> {
    let lacks = |what: &str| Failure::with_code(1, format!("{place}: an object lacks {what}"));
    for field in ["apiVersion", "kind"] {
        value[field].as_str().filter(|text| !text.is_empty()).ok_or_else(|| lacks(field))?;
    }
    value["metadata"]["name"].as_str().filter(|text| !text.is_empty()).ok_or_else(|| lacks("metadata.name"))?;
    if let Some(metadata) = value["metadata"].as_object_mut() {
        metadata.retain(|field, _| !OF_THE_SERVER.contains(&field.as_str()));
    }
    Ok(Manifest { place: place.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        folder
    }

    #[test]
    fn definitions_and_namespaces_come_first_and_the_rest_as_the_files_have_it() {
        let folder = folder(&[
            (
                "a.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: z}}\n---\n---\n{apiVersion: x.io/v1, kind: X, metadata: {name: x}}\n",
            ),
            (
                "b.json",
                r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "uid": "1", "resourceVersion": "7"}}]}"#,
            ),
            (
                "c/d.yml",
                "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: xs.x.io}}",
            ),
            ("c/e.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"),
            ("notes.txt", "not read"),
        ]);
        let read = read(&[folder.path().to_owned()]).expect("readable");
        let names: Vec<String> = read.iter().map(Manifest::name).collect();
        let expected = [
            "customresourcedefinition.apiextensions.k8s.io/xs.x.io",
            "namespace/shop",
            "configmap/z",
            "x.x.io/x",
            "secret/s",
        ];
        assert_eq!(names, expected);
        assert_eq!(read[4].value["metadata"], serde_json::json!({"name": "s"}), "what the server writes is left out");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let told = |text: &str| {
            let folder = folder(&[("a.yaml", text)]);
            let error = read(&[folder.path().to_owned()]).expect_err("refused").to_string();
            error.replace(&format!("{}/", folder.path().display()), "")
        };
        assert_eq!(told("kind: A\nmetadata: {name: a}\n"), "a.yaml:1: an object lacks apiVersion");
        assert_eq!(told("{apiVersion: v1, kind: A}\n"), "a.yaml:1: an object lacks metadata.name");
        assert_eq!(told("- 1\n"), "a.yaml:1: an object lacks apiVersion");
        assert!(told("a: {\n").starts_with("a.yaml: "), "{}", told("a: {\n"));
        assert_eq!(told("# nothing\n"), "no object is there; files end in .yaml, .yml, .json");
    }
}
