//! What is refused before anything is sent.

use crate::options::any_has_option;
use crate::progress::failed;
use crate::tasks::{kind_needed, kind_provided};
use crate::{Check, Request, Task};
use object::Object;
use std::collections::BTreeSet;

/// Marks tasks that can never be carried out; gives their distinct reasons, or `None` when there is no such task.
pub(crate) fn invalid_tasks(tasks: &mut [Task], request: &Request) -> Option<Vec<String>> {
    let provided: BTreeSet<_> = tasks.iter().filter_map(kind_provided).collect();
    let mut reasons = BTreeSet::new();
    for task in tasks.iter_mut().filter(|task| task.is_pending() && !task.is_prune()) {
        let comes_with_the_sync = kind_needed(task).is_some_and(|kind| provided.contains(&kind));
        let reason = match &task.check {
            Check::NotPermitted(reason) => reason,
            Check::NoKind(reason) if !comes_with_the_sync && !may_be_missing(task, request) => reason,
            _ => continue,
        };
        reasons.insert(reason.clone());
        task.progress = Some(failed(reason));
    }
    (!reasons.is_empty()).then(|| reasons.into_iter().collect())
}

fn may_be_missing(task: &Task, request: &Request) -> bool {
    let own = any_has_option([task.target.as_ref().map(Object::meta), None], "SkipDryRunOnMissingResource=true");
    own || request.options.skip_dry_run_on_missing
}

/// Marks tasks whose object breaks its schema; whether there is any. All tasks are tried, those of later waves too.
pub(crate) fn dry_run_failures(tasks: &mut [Task], request: &Request) -> bool {
    let mut any = false;
    for task in tasks.iter_mut().filter(|task| task.is_pending() && !task.is_prune()) {
        let own = any_has_option([task.target.as_ref().map(Object::meta), None], "Validate=false");
        if let Check::Invalid(reason) = &task.check
            && !own
            && !request.options.skip_validation
        {
            task.progress = Some(failed(reason));
            any = true;
        }
    }
    any
}
