//! From an application's source to what the renderer is told.

use api::ApplicationSource;
use render::Input;
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
    if source.is_ref_only() {
        return Ok(None);
    }
    TreePath::parse(&source.path).map_err(|error| error.to_string())?;
    source.explicit_type()?;
    Ok(Some(Input::new(source.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> Result<Option<Input>, String> {
        source_input(&serde_json::from_str(text).expect("a source"))
    }

    #[test]
    fn several_tools_are_too_many() {
        assert!(input(r#"{"repoURL": "r", "path": "a", "directory": {"recurse": true}}"#).is_ok());
        let two = input(r#"{"repoURL": "r", "path": "a", "helm": {}, "kustomize": {}}"#);
        assert_eq!(two, Err("multiple application sources defined: Kustomize,Helm".into()));
    }

    #[test]
    fn a_source_that_only_lends_files_renders_nothing() {
        assert_eq!(input(r#"{"repoURL": "r", "ref": "values"}"#), Ok(None));
        assert!(input(r#"{"repoURL": "r", "path": "../.."}"#).is_err());
        assert!(input(r#"{"repoURL": "r", "chart": "redis"}"#).is_err());
    }
}
