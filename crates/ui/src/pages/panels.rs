//! Panels of an application: sync, the last operation, history and rollback, details, deletion.

use super::compared::is_differing;
use super::head::{Look, repository};
use super::marks;
use appview::node_id;
use look::{inert, times};
use maud::{Markup, html};
use object::Key;
use rbac::actions;

/// So many resources can be chosen one by one; of more applications sync all.
const CHOICES_MAX: usize = 500;
/// So many results of an operation are listed.
const RESULTS_MAX: usize = 500;
/// So many parameters are listed.
const PARAMETERS_MAX: usize = 200;

/// What a sync can be asked for with, and what is said of it.
pub const SYNC_FLAGS: [(&str, &str, &str); 4] = [
    ("prune", "Prune", "Delete what the source no longer names"),
    ("dryRun", "Dry run", "Try it without changing anything"),
    ("applyOnly", "Apply only", "Leave the hooks out"),
    ("force", "Force", "Delete and make anew what cannot be changed"),
];
/// The options that can be added.
pub const SYNC_OPTIONS: [(&str, &str); 5] = [
    ("ServerSideApply=true", "Apply on the server"),
    ("Replace=true", "Replace instead of apply"),
    ("CreateNamespace=true", "Make the namespace"),
    ("ApplyOutOfSyncOnly=true", "Only what is out of sync"),
    ("PruneLast=true", "Prune last"),
];

/// What is left to say of who may not.
fn refused(look: &Look<'_>, action: &str) -> Markup {
    html! { @if !look.may(action) { p.notice role="note" { "Your role lets you look, not do this." } } }
}

/// The panel to sync.
pub fn sync(look: &Look<'_>) -> Markup {
    let application = &look.entry.application;
    let policy = application.spec.sync_policy.as_ref();
    let has = |option: &str| policy.is_some_and(|own| own.has_option(option));
    let resources = &application.status.resources;
    html! {
        (refused(look, actions::SYNC))
        form.panel method="post" action=(look.at.action("sync")) {
            label { span { "Revision" } input type="text" name="revision" placeholder=(if look.entry.row.target.is_empty() { "HEAD" } else { &look.entry.row.target }) autocomplete="off" spellcheck="false" autocapitalize="off" maxlength="250"; }
            fieldset { legend { "How" }
                @for (name, label, what) in SYNC_FLAGS { label.check { input type="checkbox" name=(name); span { b { (label) } span.quiet { (what) } } } }
            }
            details id="sync-options" { summary { "Options" }
                fieldset { legend.unseen { "Options" }
                    @for (option, label) in SYNC_OPTIONS { label.check { input type="checkbox" name="option" value=(option) checked[has(option)] disabled[has(option)]; span { b { (label) } span.quiet { (option) } } } }
                }
            }
            details id="sync-resources" { summary { "Resources: all " (resources.len()) }
                p.quiet { "Choose some, and only those are synced." }
                p { button.small type="button" data-tick="resource" data-only="OutOfSync" { "Out of sync" } " " button.small type="button" data-tick="resource" data-only="none" { "None" } }
                fieldset { legend.unseen { "Resources" }
                    @for own in resources.iter().filter(|own| !own.hook).take(CHOICES_MAX) {
                        @let key = Key::new(&own.group, &own.kind, Some(own.namespace.as_str()).filter(|it| !it.is_empty()), &own.name);
                        label.check { input type="checkbox" name="resource" value=(node_id(&key)) data-sync=(own.status.map_or("", |it| it.as_str()));
                            span { b { (inert(&own.name)) } span.quiet { (inert(&own.kind)) @if is_differing(own.status) { " · out of sync" } @if own.requires_pruning { " · to be pruned" } } } }
                    }
                }
            }
            div.buttons { button.first type="submit" disabled[!look.may(actions::SYNC)] { "Sync" } }
        }
    }
}

/// How the last operation went.
pub fn result(look: &Look<'_>) -> Markup {
    let state = look.entry.application.status.operation_state.as_ref();
    html! {
        section id="result" {
            @match state {
                None => { p.quiet { "It has never been synced." } }
                Some(state) => {
                    @let by = &state.operation.initiated_by;
                    dl.facts.column {
                        div { dt { "Phase" } dd { (look::marks::mark(marks::of_phase(state.phase), state.phase.as_str())) } }
                        div { dt { "Message" } dd { (inert(&state.message)) } }
                        div { dt { "Began" } dd { (times::ago(state.started_at.timestamp(), look.now)) " ago" } }
                        @if let Some(end) = state.finished_at { div { dt { "Took" } dd { (times::words(end.timestamp().duration_since(state.started_at.timestamp()))) } } }
                        div { dt { "By" } dd { @if by.automated { "itself (automated)" } @else { (inert(&by.username)) } } }
                        @if state.retry_count > 0 { div { dt { "Tries" } dd { (state.retry_count + 1) } } }
                        @if let Some(result) = &state.sync_result { div { dt { "Revision" } dd { code { (inert(&result.revision)) } } } }
                    }
                    @if let Some(result) = &state.sync_result {
                        h3 { (result.resources.len()) @if result.resources.len() == 1 { " resource" } @else { " resources" } }
                        ul.results { @for own in result.resources.iter().take(RESULTS_MAX) {
                            li {
                                @match (own.status, own.hook_phase) {
                                    (Some(status), _) => { (look::marks::mark(marks::of_result(status), status.as_str())) }
                                    (None, Some(phase)) => { (look::marks::mark(marks::of_phase(phase), phase.as_str())) }
                                    (None, None) => { (look::marks::mark(look::marks::UNKNOWN, "Unknown")) }
                                }
                                div { b { (inert(&own.name)) } " " span.quiet { (inert(&own.kind)) @if !own.sync_phase.is_empty() { " · " (inert(&own.sync_phase)) } @if !own.hook_type.is_empty() { " hook" } } p.quiet { (inert(&own.message)) } }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// What was deployed before, and ways back to it.
pub fn history(look: &Look<'_>) -> Markup {
    let history = &look.entry.application.status.history;
    let last = history.last().map(|own| own.id);
    let may = look.may(actions::SYNC) && (look.may(actions::ROLLBACK) || look.may(actions::SYNC));
    html! {
        (refused(look, actions::SYNC))
        @if look.entry.row.is_automated { p.notice role="note" { "It syncs by itself, which would undo a rollback: turn automated sync off in the details first." } }
        @if history.is_empty() { p.quiet { "Nothing has been deployed yet." } }
        ol.history { @for own in history.iter().rev() {
            @let revision = if own.revision.is_empty() { own.revisions.join(", ") } else { own.revision.clone() };
            li id=(format!("deployment-{}", own.id)) {
                div { code title=(inert(&revision)) { (inert(&revision.chars().take(12).collect::<String>())) } " " span.quiet { "no. " (own.id) } }
                p.quiet { (times::ago(own.deployed_at.timestamp(), look.now)) " ago" @if own.initiated_by.automated { ", by itself" } @else if !own.initiated_by.username.is_empty() { ", by " (inert(&own.initiated_by.username)) } }
                @if let Some(source) = &own.source { p.quiet.clip { (inert(&source.repo_url)) " " (inert(if source.chart.is_empty() { &source.path } else { &source.chart })) } }
                @if last == Some(own.id) { span.tag { "now" } } @else {
                    details.asks data-once id=(format!("back-{}", own.id)) {
                        summary.button.small { "Roll back to this" }
                        div.question {
                            p { "Put this deployment back? Nothing is pruned unless you say so." }
                            form method="post" action=(look.at.action("rollback")) {
                                input type="hidden" name="id" value=(own.id);
                                label.check { input type="checkbox" name="prune"; span { "Prune" } }
                                button type="submit" disabled[!may || look.entry.row.is_automated] { "Yes, roll back" }
                            }
                        }
                    }
                }
            }
        } }
    }
}

/// What the application is made of, and what of it can be changed here.
pub fn details(look: &Look<'_>) -> Markup {
    let application = &look.entry.application;
    let automated = application.spec.automated();
    let may = look.may(actions::UPDATE);
    let is = |value: Option<bool>| value.unwrap_or_default();
    html! {
        @for (index, source) in application.spec.effective_sources().iter().enumerate() {
            h3 { "Source" @if application.spec.has_multiple_sources() { " " (index + 1) } }
            dl.facts.column {
                div { dt { "Repository" } dd { (repository(&source.repo_url)) } }
                @if !source.path.is_empty() { div { dt { "Path" } dd { code { (inert(&source.path)) } } } }
                @if !source.chart.is_empty() { div { dt { "Chart" } dd { code { (inert(&source.chart)) } } } }
                div { dt { "Revision" } dd { code { (inert(if source.target_revision.is_empty() { "HEAD" } else { &source.target_revision })) } } }
                @for (label, value) in parameters(source) { div { dt { (inert(&label)) } dd { code { (inert(&value)) } } } }
            }
        }
        form.panel method="post" action=(look.at.action("change")) {
            h3 { "Change" }
            @if !application.spec.has_multiple_sources() {
                label { span { "Target revision" } input type="text" name="revision" value=(application.spec.source.as_ref().map_or("", |own| &own.target_revision)) autocomplete="off" spellcheck="false" autocapitalize="off" maxlength="250"; }
            }
            fieldset { legend { "Automated sync" }
                label.check { input type="checkbox" name="automated" checked[automated.is_some()]; span { b { "On" } span.quiet { "Sync whenever the source changes" } } }
                label.check { input type="checkbox" name="prune" checked[automated.is_some_and(|own| is(own.prune))]; span { b { "Prune" } span.quiet { "Delete what the source no longer names" } } }
                label.check { input type="checkbox" name="selfHeal" checked[automated.is_some_and(|own| is(own.self_heal))]; span { b { "Heal" } span.quiet { "Undo what others change" } } }
            }
            div.buttons { button.first type="submit" disabled[!may] { "Save" } }
        }
        h3 { "Images" }
        @let images = application.status.summary.as_ref().map(|own| own.images.as_slice()).unwrap_or_default();
        @if images.is_empty() { p.quiet { "It runs no images." } }
        ul { @for image in images.iter().take(PARAMETERS_MAX) { li { code { (inert(image)) } } } }
        h3 { "Links" }
        @let links = application.status.summary.as_ref().map(|own| own.external_urls.as_slice()).unwrap_or_default();
        @if links.is_empty() { p.quiet { "It has no address outside." } }
        ul { @for link in links.iter().take(PARAMETERS_MAX) { li { (outside(link)) } } }
        h3 { "Remarks" }
        @if application.spec.info.is_empty() { p.quiet { "There are none." } }
        dl.facts.column { @for own in application.spec.info.iter().take(PARAMETERS_MAX) { div { dt { (inert(&own.name)) } dd { (outside(&own.value)) } } } }
    }
}

/// A text, as a link where it is an address that is safe to follow.
pub fn outside(text: &str) -> Markup {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    html! { @if is_web { a href=(text) rel="noopener noreferrer" { (inert(text)) } } @else { (inert(text)) } }
}

fn parameters(source: &api::ApplicationSource) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(helm) = &source.helm {
        found.extend(helm.value_files.iter().map(|own| ("Values file".to_owned(), own.clone())));
        found.extend(helm.parameters.iter().map(|own| (format!("--set {}", own.name), own.value.clone())));
        let values = helm.values_object.as_ref().map(yaml::emit).unwrap_or_else(|| helm.values.clone());
        found.extend((!values.is_empty()).then(|| ("Values".to_owned(), values)));
    }
    if let Some(kustomize) = &source.kustomize {
        found.extend(kustomize.images.iter().map(|own| ("Image".to_owned(), own.clone())));
        let prefixes = [("Name prefix", &kustomize.name_prefix), ("Name suffix", &kustomize.name_suffix)];
        found.extend(prefixes.iter().filter(|own| !own.1.is_empty()).map(|own| (own.0.to_owned(), own.1.clone())));
    }
    found.truncate(PARAMETERS_MAX);
    found
}

/// The panel to delete, which asks for the name.
pub fn delete(look: &Look<'_>) -> Markup {
    let name = &look.entry.row.name;
    let count = look.entry.application.status.resources.len();
    let confirms = look.entry.application.status.resources.iter().any(|own| own.requires_deletion_confirmation);
    html! {
        (refused(look, actions::DELETE))
        form.panel method="post" action=(look.at.action("delete")) {
            p { "Deletes the application " b { (inert(name)) } ". This cannot be taken back." }
            fieldset { legend { "Its " (count) " resources" }
                label.check { input type="radio" name="how" value="foreground" checked; span { b { "Delete, and wait for them" } span.quiet { "Each goes after what it owns" } } }
                label.check { input type="radio" name="how" value="background"; span { b { "Delete in the background" } span.quiet { "What they own goes later" } } }
                label.check { input type="radio" name="how" value="leave"; span { b { "Leave them" } span.quiet { "They stay in the cluster, managed by nobody" } } }
            }
            label { span { "Type its name" } input type="text" name="confirm" required autocomplete="off" spellcheck="false" autocapitalize="off" placeholder=(inert(name)); }
            div.buttons { button.danger type="submit" disabled[!look.may(actions::DELETE)] { "Delete" } }
        }
        @if confirms {
            form.panel method="post" action=(look.at.action("confirm-deletion")) {
                p { "Some resources ask for approval before they are deleted or pruned." }
                div.buttons { button type="submit" disabled[!look.may(actions::UPDATE)] { "Approve" } }
            }
        }
    }
}
