//! From an application's source to what the renderer is told.

use api::ApplicationSource;
use render::{DirectoryOptions, Input, SourceType, Tool};
use tree::TreePath;

/// What to render for this source; `None` when the source only lends its files to others (`ref`).
///
/// # Errors
/// In words for a condition: the path leads out of the repository, or the source needs what is not built in.
pub fn source_input(source: &ApplicationSource) -> Result<Option<Input>, String> {
    if !source.chart.is_empty() {
        return Err(format!(
            "{}: Helm chart repositories are not supported by this version of Capstan yet",
            source.repo_url
        ));
    }
    if source.path.is_empty() && !source.ref_name.is_empty() {
        return Ok(None);
    }
    let path = TreePath::parse(&source.path).map_err(|error| error.to_string())?;
    Ok(Some(Input { tool: tool(source)?, ..Input::new(path) }))
}

/// The tool the source names, if it names one.
fn tool(source: &ApplicationSource) -> Result<Option<Tool>, String> {
    let named = [
        source.helm.is_some().then_some(SourceType::Helm),
        source.kustomize.is_some().then_some(SourceType::Kustomize),
        source.directory.is_some().then_some(SourceType::Directory),
        source.plugin.is_some().then_some(SourceType::Plugin),
    ];
    let named: Vec<SourceType> = named.into_iter().flatten().collect();
    match named[..] {
        [] => Ok(None),
        [SourceType::Directory] => Ok(source.directory.as_ref().map(|directory| {
            Tool::Directory(DirectoryOptions {
                recurse: directory.recurse,
                include: directory.include.clone(),
                exclude: directory.exclude.clone(),
                disable_extension_filter: directory.disable_extension_filter,
            })
        })),
        [other] => Ok(Some(Tool::Unsupported(other))),
        _ => {
            let names: Vec<String> = named.iter().map(ToString::to_string).collect();
            Err(format!("multiple application sources defined: {}", names.join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> Result<Option<Input>, String> {
        source_input(&serde_json::from_str(text).expect("a source"))
    }

    #[test]
    fn tools_are_found_or_named() {
        let tool = |text| input(text).map(|input| input.and_then(|input| input.tool));
        assert_eq!(tool(r#"{"repoURL": "r", "path": "a"}"#), Ok(None));
        assert_eq!(tool(r#"{"repoURL": "r", "path": "a", "helm": {}}"#), Ok(Some(Tool::Unsupported(SourceType::Helm))));
        let two = tool(r#"{"repoURL": "r", "path": "a", "helm": {}, "kustomize": {}}"#);
        assert_eq!(two, Err("multiple application sources defined: Helm,Kustomize".into()));
        let recurse = tool(r#"{"repoURL": "r", "path": "a", "directory": {"recurse": true}}"#);
        assert!(matches!(recurse, Ok(Some(Tool::Directory(DirectoryOptions { recurse: true, .. })))));
    }

    #[test]
    fn a_source_that_only_lends_files_renders_nothing() {
        assert_eq!(input(r#"{"repoURL": "r", "ref": "values"}"#), Ok(None));
        assert!(input(r#"{"repoURL": "r", "path": "../.."}"#).is_err());
        assert!(input(r#"{"repoURL": "r", "chart": "redis"}"#).is_err());
    }
}
