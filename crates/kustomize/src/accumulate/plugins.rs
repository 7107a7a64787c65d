//! The entries of `generators`, `transformers` and `validators`: configurations of plugins, written there or in files.

use super::{Accumulated, Builder, TargetDirectory};
use crate::problem::{ProblemKind, Result};
use crate::provenance::ORIGIN;
use crate::read_resources::resources;
use crate::resource::Resource;

impl<'t> Builder<'_, 't> {
    /// The configurations that entries hold or lead to, in order: those written out come first.
    pub(super) fn plugin_configs(
        &mut self,
        target: &mut TargetDirectory<'t>,
        entries: &[String],
    ) -> Result<Vec<Resource>> {
        let mut configs = Accumulated::default();
        let mut paths = Vec::new();
        let file = target.loader.root().child(target.file_name);
        for entry in entries {
            match resources(entry, &file, self.budget) {
                Ok(mut inline) => {
                    if let Some(origin) = &target.origin {
                        let text = origin.append(target.file_name).text();
                        inline.iter_mut().for_each(|config| config.set_annotation(ORIGIN, &text));
                    }
                    configs.resources.append_all(inline)?;
                }
                Err(problem) if problem.kind == ProblemKind::Limit => return Err(problem),
                Err(_) => paths.push(entry.clone()),
            }
        }
        self.add_resources(target, &mut configs, &paths)?;
        Ok(configs.resources.into_items())
    }
}
