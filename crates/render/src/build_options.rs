//! Options of `kustomize build` that an administrator sets for all applications: `kustomize.buildOptions`.

use kustomize::{LoadRestrictions, Reorder};

/// How kustomizations are built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// What may be loaded.
    pub load_restrictions: LoadRestrictions,
    /// The order of the output where the kustomization does not say.
    pub reorder: Reorder,
    /// Whether objects are labelled as Kustomize's.
    pub managed_by_label: bool,
}

impl BuildOptions {
    /// Reads the text of the option. Charts are rendered whether or not `--enable-helm` is given: nothing is executed
    /// for them here.
    ///
    /// # Errors
    /// In words: a flag that is unknown, or that would run programs.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut options = BuildOptions::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let (flag, mut value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
            let mut value = || value.take().or_else(|| words.next()).unwrap_or_default();
            match flag {
                "--enable-helm" | "--enable-star" | "--as-current-user" => {}
                "--enable-managedby-label" => options.managed_by_label = true,
                "--enable-alpha-plugins"
                | "--enable-exec"
                | "--network"
                | "--network-name"
                | "--mount"
                | "--env"
                | "-e" => {
                    return Err(format!("{flag} runs programs or containers, and nothing is executed to render"));
                }
                "--helm-command" | "--helm-api-versions" | "--helm-kube-version" | "--helm-debug" => drop(value()),
                "--load-restrictor" => {
                    options.load_restrictions = match value() {
                        "LoadRestrictionsNone" => LoadRestrictions::None,
                        "LoadRestrictionsRootOnly" => LoadRestrictions::RootOnly,
                        other => return Err(format!("--load-restrictor knows no {other:?}")),
                    }
                }
                "--reorder" => {
                    options.reorder = match value() {
                        "legacy" => Reorder::Legacy,
                        "none" => Reorder::None,
                        other => return Err(format!("--reorder knows no {other:?}")),
                    }
                }
                other => return Err(format!("{other} is no flag of `kustomize build` that is known here")),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_kustomize_reads_them() {
        let read = BuildOptions::parse("--enable-helm --load-restrictor LoadRestrictionsNone --reorder=legacy");
        let expected = BuildOptions {
            load_restrictions: LoadRestrictions::None,
            reorder: Reorder::Legacy,
            ..BuildOptions::default()
        };
        assert_eq!(read, Ok(expected));
        assert_eq!(BuildOptions::parse(""), Ok(BuildOptions::default()));
        for refused in ["--enable-exec", "--enable-alpha-plugins", "--reorder", "--load-restrictor=x", "--what"] {
            assert!(BuildOptions::parse(refused).is_err(), "{refused}");
        }
    }
}
