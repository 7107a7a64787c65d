//! Which fields a template has for each type of service, and which of them are templates themselves. Adding a service's
//! fields is adding a table.

use Field::{ByName, Filled, List, Maps, Optional, Plain, Section, Sections, Switch, Text, Texts};

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// A template; what it gives stands, even if that is nothing.
    Text,
    /// A template; where it gives nothing, what an earlier template gave stands.
    Filled,
    /// A template for each item.
    Texts,
    /// A template for each value.
    Maps(Empty),
    /// A text that is no template.
    Plain,
    /// Texts that are no templates.
    List,
    /// True or false; false unless said.
    Switch,
    /// True or false; when rendered, this unless said.
    Optional(bool),
    /// Fields of its own.
    Section(&'static [Row]),
    /// A list of such.
    Sections(&'static [Row]),
    /// Such by the name of the service.
    ByName(&'static [Row]),
}

/// What stands where a template in a map gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    /// Nothing.
    Stands,
    /// Compat: the template's own text, as upstream leaves it.
    IsSource,
}

/// When a field is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Always,
    NotEmpty,
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub name: &'static str,
    pub field: Field,
    pub shown: Shown,
    /// The template where none is given.
    pub default: &'static str,
}

const fn row(name: &'static str, field: Field) -> Row {
    Row { name, field, shown: Shown::NotEmpty, default: "" }
}

const fn always(name: &'static str, field: Field) -> Row {
    Row { name, field, shown: Shown::Always, default: "" }
}

const fn or(row: Row, default: &'static str) -> Row {
    Row { default, ..row }
}

const REPO_URL: &str = "{{.app.spec.source.repoURL}}";
const REVISION: &str = "{{.app.status.operationState.syncResult.revision}}";
const COMMIT_MESSAGE: &str = "{{(call .repo.GetCommitMetadata .app.status.sync.revision).Message}}";
const COMMIT_AUTHOR: &str = "{{(call .repo.GetCommitMetadata .app.status.sync.revision).Author}}";

const RESPONDER: &[Row] = &[row("type", Text), row("name", Text), row("id", Text), row("username", Text)];

const GITHUB: &[Row] = &[
    or(row("repoURLPath", Text), REPO_URL),
    or(row("revisionPath", Text), REVISION),
    row("status", Section(&[row("state", Text), row("label", Text), row("targetURL", Text)])),
    row(
        "deployment",
        Section(&[
            row("state", Text),
            row("environment", Text),
            row("environmentURL", Text),
            row("logURL", Text),
            always("requiredContexts", List),
            row("autoMerge", Optional(true)),
            row("transientEnvironment", Optional(false)),
            row("reference", Text),
        ]),
    ),
    row("pullRequestComment", Section(&[row("content", Text), row("commentTag", Plain)])),
    row(
        "checkRun",
        Section(&[
            row("name", Text),
            row("details_url", Text),
            row("status", Text),
            row("conclusion", Text),
            row("started_at", Text),
            row("completed_at", Text),
            row("output", Section(&[row("title", Text), row("summary", Text), row("text", Text)])),
        ]),
    ),
    row("repositoryDispatch", Section(&[row("event_type", Text), row("client_payload", Text)])),
];

const TEAMS: &[Row] = &[
    row("template", Filled),
    row("title", Filled),
    row("summary", Filled),
    row("text", Filled),
    row("themeColor", Filled),
    row("facts", Filled),
    row("sections", Filled),
    row("potentialAction", Filled),
];

const TEAMS_WORKFLOWS: &[Row] = &[
    row("template", Filled),
    row("title", Filled),
    row("summary", Filled),
    row("text", Filled),
    row("themeColor", Filled),
    row("facts", Filled),
    row("sections", Filled),
    row("potentialAction", Filled),
    row("adaptiveCard", Filled),
];

/// The section of each type of service that has one.
pub(crate) const SERVICES: [(&str, &[Row]); 16] = [
    (
        "alertmanager",
        &[
            always("labels", Maps(Empty::IsSource)),
            always("annotations", Maps(Empty::IsSource)),
            or(always("generatorURL", Filled), REPO_URL),
        ],
    ),
    ("awssqs", &[always("messageAttributes", Maps(Empty::IsSource)), row("messageGroupId", Filled)]),
    ("email", &[row("subject", Filled), row("body", Filled)]),
    ("gcppubsub", &[row("attributes", Maps(Empty::IsSource))]),
    ("github", GITHUB),
    ("googlechat", &[always("cards", Filled), always("cardsV2", Filled), row("threadKey", Filled)]),
    ("mattermost", &[row("attachments", Text)]),
    (
        "newrelic",
        &[
            or(always("revision", Text), REVISION),
            or(row("changelog", Text), COMMIT_MESSAGE),
            row("description", Text),
            or(row("user", Text), COMMIT_AUTHOR),
        ],
    ),
    (
        "opsgenie",
        &[
            always("description", Text),
            row("priority", Text),
            row("alias", Text),
            row("note", Text),
            row("actions", Texts),
            row("tags", Texts),
            row("details", Maps(Empty::Stands)),
            row("entity", Text),
            row("visibleTo", Sections(RESPONDER)),
            row("user", Text),
        ],
    ),
    ("pagerduty", &[always("title", Text), row("body", Text), row("urgency", Text), row("priorityId", Text)]),
    (
        "pagerdutyv2",
        &[
            always("summary", Text),
            always("severity", Text),
            always("source", Text),
            row("component", Text),
            row("group", Text),
            row("class", Text),
            always("url", Text),
            row("dedupKey", Text),
        ],
    ),
    ("rocketchat", &[row("attachments", Text)]),
    (
        "slack",
        &[
            row("username", Text),
            row("icon", Text),
            row("attachments", Text),
            row("blocks", Text),
            always("groupingKey", Text),
            always("notifyBroadcast", Switch),
            or(always("deliveryPolicy", Plain), "Post"),
        ],
    ),
    ("teams", TEAMS),
    ("teams-workflows", TEAMS_WORKFLOWS),
    ("webhook", &[row("", ByName(&[always("method", Plain), always("body", Text), always("path", Text)]))]),
];

/// The fields of a type of service.
pub(crate) fn of(kind: &str) -> Option<&'static [Row]> {
    SERVICES.iter().find(|(name, _)| *name == kind).map(|(_, rows)| *rows)
}
