//! A case's flags as arguments of a real Helm.

use crate::case::Flags;

impl Flags {
    /// The arguments of `helm` for the chart in the folder `chart`.
    pub fn arguments(&self) -> Vec<String> {
        let command = if self.lint { "lint" } else { "template" };
        let mut arguments = vec![command.to_owned()];
        arguments.extend(self.release.clone());
        arguments.push("chart".to_owned());
        let mut pair = |flag: &str, values: &[String]| {
            for value in values {
                arguments.extend([flag.to_owned(), value.clone()]);
            }
        };
        pair("--namespace", self.namespace.as_slice());
        pair("--kube-version", self.kube_version.as_slice());
        pair("--api-versions", &self.api_versions);
        pair("--values", &self.values);
        pair("--set", &self.set);
        pair("--set-string", &self.set_string);
        pair("--set-json", &self.set_json);
        pair("--set-file", &self.set_file);
        pair("--set-literal", &self.set_literal);
        pair("--show-only", &self.show_only);
        for (flag, is_given) in [
            ("--is-upgrade", self.is_upgrade),
            ("--include-crds", self.include_crds),
            ("--skip-tests", self.skip_tests),
            ("--no-hooks", self.no_hooks),
            ("--skip-schema-validation", self.skip_schema_validation),
            ("--strict", self.strict),
            ("--quiet", self.quiet),
        ] {
            if is_given {
                arguments.push(flag.to_owned());
            }
        }
        arguments
    }
}
