//! What was committed, or would be.

use super::table::{name, short};
use imageupdates::report::{Commit, File, Report, State};
use similar::TextDiff;

/// Every commit with its message and what it changes, and what became of each image that is not current.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    for commit in &report.commits {
        text.push_str(&one(commit));
    }
    for of in &report.applications {
        for image in of.images.iter().filter(|image| image.state != State::Current) {
            let (state, newest) = (image.state.word(), short(image.newest.as_deref()));
            let message = if image.message.is_empty() { String::new() } else { format!(": {}", image.message) };
            text.push_str(&format!("{} {} {newest} {state}{message}\n", name(of), image.image));
        }
        for problem in &of.problems {
            text.push_str(&format!("{}: {problem}\n", name(of)));
        }
    }
    if text.is_empty() { "Nothing to update.\n".to_owned() } else { text }
}

fn one(commit: &Commit) -> String {
    let did = match &commit.commit {
        Some(id) => format!("Pushed {}", id.chars().take(7).collect::<String>()),
        None => "Would push".to_owned(),
    };
    let mut text = format!("{did} to {} of {}\n", commit.branch, commit.repository);
    for line in commit.message.trim_end().lines() {
        text.push_str(format!("    {line}").trim_end());
        text.push('\n');
    }
    for File { path, before, after } in &commit.files {
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        text.push_str(&diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string());
    }
    if let Some(url) = &commit.merge_request {
        text.push_str(&format!("Asked to be merged: {url}\n"));
    }
    text
}
