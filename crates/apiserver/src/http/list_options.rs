//! The options of lists and watches, read and checked in upstream's words.

use super::query::Query;
use crate::error::{ApiError, Cause};
use crate::resource::Served;
use crate::selector::{FieldSelector, LabelSelector, SelectorError};

/// What `resourceVersionMatch` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Nothing.
    Unset,
    /// This revision.
    Exact,
    /// This revision or a newer one.
    NotOlderThan,
}

/// The options of a list or a watch.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// Labels.
    pub labels: LabelSelector,
    /// Fields.
    pub fields: FieldSelector,
    /// Items at most; 0 for all.
    pub limit: usize,
    /// Where to go on.
    pub continue_token: String,
    /// The revision asked for; `None` when none is.
    pub revision: Option<u64>,
    /// How it is meant.
    pub revision_match: Match,
    /// When a watch ends.
    pub timeout_seconds: Option<u64>,
    /// Whether a watch wants bookmarks.
    pub allow_bookmarks: bool,
    /// Whether a watch begins with what is there.
    pub send_initial_events: Option<bool>,
}

/// What the options are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A list.
    List,
    /// A watch.
    Watch,
}

impl ListOptions {
    /// Reads and checks them.
    pub fn read(query: &Query, served: &Served, purpose: Purpose) -> Result<Self, ApiError> {
        let selector = |error: SelectorError| ApiError::bad_request(error.to_string());
        let labels = LabelSelector::parse(query.text("labelSelector")).map_err(selector)?;
        let fields = FieldSelector::parse(query.text("fieldSelector")).map_err(selector)?;
        let limit = integer(query, "limit")?.unwrap_or_default();
        let timeout = integer(query, "timeoutSeconds")?;
        let send_initial_events = query.flag("sendInitialEvents");
        check(query, purpose, send_initial_events)?;
        check_fields(&fields, served)?;
        Ok(ListOptions {
            labels,
            fields,
            limit: usize::try_from(limit).unwrap_or_default(),
            continue_token: query.text("continue").to_owned(),
            revision: revision(query.text("resourceVersion"))?,
            revision_match: match query.text("resourceVersionMatch") {
                "Exact" => Match::Exact,
                "NotOlderThan" => Match::NotOlderThan,
                _ => Match::Unset,
            },
            timeout_seconds: timeout.and_then(|seconds| u64::try_from(seconds).ok()),
            allow_bookmarks: query.flag("allowWatchBookmarks").unwrap_or_default(),
            send_initial_events,
        })
    }

    /// Whether everything is selected.
    pub fn selects_all(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}

fn integer(query: &Query, name: &str) -> Result<Option<i64>, ApiError> {
    match query.text(name) {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| ApiError::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))),
    }
}

fn revision(text: &str) -> Result<Option<u64>, ApiError> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            ApiError::bad_request(format!(
                "invalid resource version: resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
            ))
        }),
    }
}

fn check(query: &Query, purpose: Purpose, send_initial_events: Option<bool>) -> Result<(), ApiError> {
    let given = query.text("resourceVersionMatch");
    let revision = query.text("resourceVersion");
    let mut causes = Vec::new();
    let mut refuse = |reason: &str, message: &str, field: &str| {
        causes.push(Cause { reason: reason.to_owned(), message: message.to_owned(), field: field.to_owned() });
    };
    let forbidden = "FieldValueForbidden";
    match purpose {
        Purpose::List => {
            if !given.is_empty() && revision.is_empty() {
                refuse(
                    forbidden,
                    "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
                    "resourceVersionMatch",
                );
            }
            if !given.is_empty() && !query.text("continue").is_empty() {
                refuse(
                    forbidden,
                    "Forbidden: resourceVersionMatch is forbidden when continue is provided",
                    "resourceVersionMatch",
                );
            }
            if !matches!(given, "" | "Exact" | "NotOlderThan") {
                let message =
                    format!("Unsupported value: {given:?}: supported values: \"Exact\", \"NotOlderThan\", \"\"");
                refuse("FieldValueNotSupported", &message, "resourceVersionMatch");
            }
            if given == "Exact" && revision == "0" {
                refuse(
                    forbidden,
                    "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
                    "resourceVersionMatch",
                );
            }
            if send_initial_events.is_some() {
                refuse(forbidden, "Forbidden: sendInitialEvents is forbidden for list", "sendInitialEvents");
            }
        }
        Purpose::Watch => {
            if send_initial_events.is_some() && given != "NotOlderThan" {
                refuse(
                    forbidden,
                    "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                    "resourceVersionMatch",
                );
            }
            if send_initial_events.is_none() && !given.is_empty() {
                refuse(
                    forbidden,
                    "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
                    "resourceVersionMatch",
                );
            }
            if !query.text("continue").is_empty() {
                refuse(forbidden, "Forbidden: continue is forbidden for watch", "continue");
            }
        }
    }
    if causes.is_empty() { Ok(()) } else { Err(ApiError::invalid("meta.k8s.io", "ListOptions", "", causes)) }
}

fn check_fields(fields: &FieldSelector, served: &Served) -> Result<(), ApiError> {
    let unknown =
        fields.terms.iter().find(|term| served.selectable_value(&term.field, &serde_json::Value::Null).is_none());
    let Some(unknown) = unknown else { return Ok(()) };
    let field = &unknown.field;
    // Compat: kinds with selectable fields of their own answer in other words than the rest.
    Err(ApiError::bad_request(if served.has_own_selectable_fields() {
        format!("field label not supported: {field}")
    } else {
        format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
    }))
}
