//! The triggers and templates that both products publish, in our words: what `capstan notifications catalog` prints.
//!
//! Names and conditions are upstream's own, to the byte: what was told is remembered by the hash of a condition's text, so
//! that whoever changes over is told nothing twice.

use crate::product::Product;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write as _;

/// One thing that is told of Applications: a trigger and the template it sends.
struct Told {
    trigger: &'static str,
    template: &'static str,
    description: &'static str,
    when: &'static str,
    once_per: &'static str,
    /// What Slack shows before it.
    sign: &'static str,
    message: &'static str,
    subject: &'static str,
    color: &'static str,
    /// A fact: its title and value.
    fact: Option<(&'static str, &'static str)>,
    /// What is added to the page's address.
    page: &'static str,
}

const REVISION: &str = "app.status.operationState?.syncResult?.revision";
const NAME: &str = "{{.app.metadata.name}}";

const PLAIN: Told = Told {
    trigger: "",
    template: "",
    description: "",
    when: "",
    once_per: REVISION,
    sign: "",
    message: "",
    subject: "",
    color: "",
    fact: None,
    page: "",
};

const SYNC: Option<(&str, &str)> = Some(("Sync Status", "{{.app.status.sync.status}}"));
const HEALTH: Option<(&str, &str)> = Some(("Health Status", "{{.app.status.health.status}}"));

const APPLICATIONS: [Told; 8] = [
    Told {
        trigger: "on-created",
        template: "app-created",
        description: "There is a new application.",
        when: "true",
        once_per: "app.metadata.name",
        message: "Application {{.app.metadata.name}} was created.",
        subject: "Application {{.app.metadata.name}} was created",
        ..PLAIN
    },
    Told {
        trigger: "on-deleted",
        template: "app-deleted",
        description: "An application is being deleted.",
        when: "app.metadata.deletionTimestamp != nil",
        once_per: "app.metadata.name",
        message: "Application {{.app.metadata.name}} is being deleted.",
        subject: "Application {{.app.metadata.name}} is being deleted",
        ..PLAIN
    },
    Told {
        trigger: "on-deployed",
        template: "app-deployed",
        description: "An application was synced and is healthy; told once for each commit.",
        when: "app.status.operationState != nil and app.status.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy' and (!time.Parse(app.status.health.lastTransitionTime).Add(1 * time.Minute).Before(time.Parse(app.status.operationState.finishedAt)) or time.Parse(app.status.health.lastTransitionTime).Before(time.Parse(app.status.operationState.startedAt)))",
        sign: ":white_check_mark:",
        message: "Application {{.app.metadata.name}} runs a new version of its manifests.",
        subject: "Application {{.app.metadata.name}} runs a new version",
        color: "#18be52",
        fact: SYNC,
        ..PLAIN
    },
    Told {
        trigger: "on-health-degraded",
        template: "app-health-degraded",
        description: "An application is no longer healthy.",
        when: "app.status.health.status == 'Degraded'",
        sign: ":exclamation:",
        message: "Application {{.app.metadata.name}} is degraded.",
        subject: "Application {{.app.metadata.name}} is degraded",
        color: "#f4c030",
        fact: HEALTH,
        ..PLAIN
    },
    Told {
        trigger: "on-sync-failed",
        template: "app-sync-failed",
        description: "A sync failed.",
        when: "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
        sign: ":exclamation:",
        message: "The sync of application {{.app.metadata.name}} failed at {{.app.status.operationState.finishedAt}}: {{.app.status.operationState.message}}",
        subject: "The sync of application {{.app.metadata.name}} failed",
        color: "#E96D76",
        fact: SYNC,
        page: "?operation=true",
        ..PLAIN
    },
    Told {
        trigger: "on-sync-running",
        template: "app-sync-running",
        description: "A sync began.",
        when: "app.status.operationState != nil and app.status.operationState.phase in ['Running']",
        message: "The sync of application {{.app.metadata.name}} began at {{.app.status.operationState.startedAt}}.",
        subject: "The sync of application {{.app.metadata.name}} began",
        color: "#0DADEA",
        fact: SYNC,
        page: "?operation=true",
        ..PLAIN
    },
    Told {
        trigger: "on-sync-status-unknown",
        template: "app-sync-status-unknown",
        description: "An application cannot be compared with what it should be.",
        when: "app.status.sync.status == 'Unknown'",
        sign: ":exclamation:",
        message: "Whether application {{.app.metadata.name}} is in sync is not known.{{range .app.status.conditions}} {{.type}}: {{.message}}.{{end}}",
        subject: "Whether application {{.app.metadata.name}} is in sync is not known",
        color: "#E96D76",
        fact: SYNC,
        ..PLAIN
    },
    Told {
        trigger: "on-sync-succeeded",
        template: "app-sync-succeeded",
        description: "A sync succeeded.",
        when: "app.status.operationState != nil and app.status.operationState.phase in ['Succeeded']",
        sign: ":white_check_mark:",
        message: "Application {{.app.metadata.name}} was synced at {{.app.status.operationState.finishedAt}}.",
        subject: "Application {{.app.metadata.name}} was synced",
        color: "#18be52",
        fact: SYNC,
        page: "?operation=true",
        ..PLAIN
    },
];

/// One thing that is told of Rollouts: trigger, template, message, color, and facts besides the strategy.
type RolloutTold = (&'static str, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const STEP: &str = "{{add .rollout.status.currentStepIndex 1}}/{{len .rollout.spec.strategy.canary.steps}}";
const GREEN: &str = "#18be52";

const ROLLOUTS: [RolloutTold; 9] = [
    (
        "on-analysis-run-error",
        "analysis-run-error",
        "An analysis of Rollout {{.rollout.metadata.name}} ended in an error.",
        "#ECB22E",
        &[],
    ),
    (
        "on-analysis-run-failed",
        "analysis-run-failed",
        "An analysis of Rollout {{.rollout.metadata.name}} failed.",
        "#E01E5A",
        &[],
    ),
    (
        "on-analysis-run-running",
        "analysis-run-running",
        "An analysis of Rollout {{.rollout.metadata.name}} runs.",
        GREEN,
        &[],
    ),
    ("on-rollout-aborted", "rollout-aborted", "Rollout {{.rollout.metadata.name}} was aborted.", "#E01E5A", &[]),
    ("on-rollout-completed", "rollout-completed", "Rollout {{.rollout.metadata.name}} is complete.", GREEN, &[]),
    ("on-rollout-paused", "rollout-paused", "Rollout {{.rollout.metadata.name}} is paused.", GREEN, &[]),
    (
        "on-rollout-step-completed",
        "rollout-step-completed",
        "Rollout {{.rollout.metadata.name}} completed step {{add .rollout.status.currentStepIndex 1}}/{{len .rollout.spec.strategy.canary.steps}}.",
        GREEN,
        &[("Step completed", STEP)],
    ),
    ("on-rollout-updated", "rollout-updated", "Rollout {{.rollout.metadata.name}} was updated.", GREEN, &[]),
    (
        "on-scaling-replica-set",
        "scaling-replicaset",
        "A ReplicaSet of Rollout {{.rollout.metadata.name}} is scaled towards {{.rollout.spec.replicas}} pods.",
        GREEN,
        &[
            ("Desired replica", "{{.rollout.spec.replicas}}"),
            ("Updated replicas", "{{.rollout.status.updatedReplicas}}"),
        ],
    ),
];

/// The repositories of an application, whether it has one source or several.
const REPOSITORIES: &str = "{{with .app.spec.source}}{{.repoURL}}{{else}}{{range $i, $s := .app.spec.sources}}{{if $i}}, {{end}}{{$s.repoURL}}{{end}}{{end}}";

/// The catalogue of a product, as the ConfigMap that its configuration is.
#[must_use]
pub fn config_map(product: Product) -> Json {
    let data = match product {
        Product::Applications => applications(),
        Product::Rollouts => rollouts(),
    };
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": product.config_map()}, "data": data})
}

fn applications() -> Map<String, Json> {
    let mut data = Map::new();
    for told in &APPLICATIONS {
        data.insert(format!("template.{}", told.template), application_template(told).into());
        let condition = json!([{
            "description": told.description, "when": told.when, "oncePer": told.once_per, "send": [told.template],
        }]);
        data.insert(format!("trigger.{}", told.trigger), yaml::emit(&condition).into());
    }
    data
}

fn application_template(told: &Told) -> String {
    let sign = match told.sign {
        "" => String::new(),
        sign => format!("{{{{if eq .serviceType \"slack\"}}}}{sign} {{{{end}}}}"),
    };
    let page = format!("{{{{.context.argocdUrl}}}}/applications/{NAME}{}", told.page);
    let mut text = format!("message: |\n  {sign}{}\n", told.message);
    let Some((title, value)) = told.fact else {
        let _ = write!(text, "email:\n  subject: {0}\nteams:\n  title: {0}\n", told.subject);
        return text;
    };
    let _ = write!(text, "  Details: {page}\nemail:\n  subject: {}\n", told.subject);
    let facts = [(title, value), ("Repository", REPOSITORIES), ("Revision", "{{.app.status.sync.revision}}")];
    let _ = write!(
        text,
        "slack:\n  attachments: |\n    [{{\n      \"title\": {{{{.app.metadata.name | toJson}}}},\n      \"title_link\": \"{page}\",\n      \
         \"color\": \"{}\",\n      \"fields\": [\n{}\n        {{{{range .app.status.conditions}}}},\n        \
         {{\"title\": {{{{.type | toJson}}}}, \"value\": {{{{.message | toJson}}}}, \"short\": true}}\n        {{{{end}}}}\n      ]\n    }}]\n",
        told.color,
        fields(&facts, ("title", ", \"short\": true")),
    );
    let _ = write!(
        text,
        "teams:\n  title: {}\n  themeColor: \"{}\"\n  facts: |\n    [\n{}\n    ]\n  potentialAction: |\n    \
         [{{\"@type\": \"OpenUri\", \"name\": \"Open application\", \"targets\": [{{\"os\": \"default\", \"uri\": \"{page}\"}}]}}]\n",
        told.subject,
        told.color,
        fields(&facts, ("name", "")),
    );
    text
}

/// Facts as objects of JSON, a line each.
fn fields(facts: &[(&str, &str)], (title_key, end): (&str, &str)) -> String {
    let lines = facts
        .iter()
        .map(|(title, value)| format!("        {{\"{title_key}\": \"{title}\", \"value\": \"{value}\"{end}}}"));
    lines.collect::<Vec<_>>().join(",\n")
}

fn rollouts() -> Map<String, Json> {
    let mut data = Map::new();
    for (trigger, template, message, color, facts) in &ROLLOUTS {
        const STRATEGY: (&str, &str) = (
            "Strategy",
            "{{if .rollout.spec.strategy.blueGreen}}BlueGreen{{end}}{{if .rollout.spec.strategy.canary}}Canary{{end}}",
        );
        let facts: Vec<(&str, &str)> = [STRATEGY].into_iter().chain(facts.iter().copied()).collect();
        let mut text = format!("message: {message}\nemail:\n  subject: {message}\n");
        let _ = write!(
            text,
            "slack:\n  attachments: |\n    [{{\n      \"title\": {{{{.rollout.metadata.name | toJson}}}},\n      \"color\": \"{color}\",\n      \
             \"fields\": [\n{}\n        {{{{range .rollout.spec.template.spec.containers}}}},\n        \
             {{\"title\": {{{{.name | toJson}}}}, \"value\": {{{{.image | toJson}}}}, \"short\": true}}\n        {{{{end}}}}\n      ]\n    }}]\n",
            fields(&facts, ("title", ", \"short\": true")),
        );
        data.insert(format!("template.{template}"), text.into());
        data.insert(format!("trigger.{trigger}"), format!("- send: [{template}]\n").into());
    }
    data
}
