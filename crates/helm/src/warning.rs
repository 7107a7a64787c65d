//! What Helm tells on standard error without failing. Each line is one that a release of Helm writes, down to the place
//! in its source that Helm 3 names; Helm 4 writes records.

use crate::profile::Profile;
use budget::{Budget, Limits};
use gotemplate::Value;

/// One thing to tell.
#[derive(Debug, Clone)]
pub enum Warning {
    /// requirements.yaml in a chart of format 2.
    RequirementsFile,
    /// requirements.lock in a chart of format 2.
    RequirementsLock,
    /// The chart is not looked after any more.
    Deprecated,
    /// A map among a chart's defaults that the user has put something else over.
    NotATable(String),
    /// A map to be merged into what is none, or the other way round: the path and the value that is dropped.
    TableDropped {
        /// Where.
        path: String,
        /// What is dropped.
        value: Value,
    },
    /// As [`Warning::TableDropped`], when a map stands where something else was to go.
    ValueDropped {
        /// Where.
        path: String,
        /// What is dropped.
        value: Value,
    },
    /// A global that is a map in one chart and none in another.
    GlobalConflict(String),
    /// A global that is none in one chart and a map in another.
    GlobalIsTable(String),
    /// `global` is no map: in the values of the `destination` or of the `source`.
    GlobalsSkipped(&'static str),
    /// A condition leads to what is no boolean.
    ConditionNotBool {
        /// The path.
        path: String,
        /// The dependency.
        chart: String,
    },
    /// A tag that is no boolean.
    TagNotBool {
        /// The tag.
        tag: String,
        /// The dependency.
        chart: String,
    },
    /// A child has nothing to import from the path that is asked for.
    ImportMissing {
        /// The dependency.
        chart: String,
        /// Why not.
        cause: String,
    },
    /// As [`Warning::ImportMissing`], for what a child exports under a name.
    ExportMissing(String),
    /// A hook for a moment nobody knows.
    UnknownHook(String),
    /// A lint passes over a value that `required` does not get.
    ValueMissing {
        /// What the chart says.
        message: String,
        /// Whether the value is there, and empty.
        is_text: bool,
    },
    /// A lint passes over a `fail`: what the chart says.
    Failed(String),
    /// A schema refers to a URN.
    UnresolvedUrn(String),
    /// A chart's folder holds a link.
    Link {
        /// Where.
        path: String,
        /// Where it leads.
        target: String,
    },
}

/// A line of Go's log in Helm 3: file and line of 3.17 and 3.21; and of Helm 4's: level, message, further fields.
struct Entry {
    source: &'static str,
    lines: [u32; 2],
    three: String,
    level: &'static str,
    four: String,
    fields: Vec<(&'static str, String)>,
}

impl Warning {
    /// The line on standard error.
    #[must_use]
    pub fn line(&self, profile: Profile) -> String {
        if matches!(self, Warning::Deprecated) && !profile.is_four() {
            return "WARNING: This chart is deprecated".to_owned();
        }
        let entry = self.entry();
        match profile {
            Profile::V3_17 => format!("{}:{}: {}", entry.source, entry.lines[0], entry.three),
            Profile::V3_21 => format!("{}:{}: {}", entry.source, entry.lines[1], entry.three),
            Profile::V4_2 => record(entry.level, &entry.four, &entry.fields),
        }
    }

    fn entry(&self) -> Entry {
        match self {
            Warning::RequirementsFile | Warning::RequirementsLock | Warning::Deprecated => self.about_the_chart(),
            Warning::ConditionNotBool { .. } | Warning::TagNotBool { .. } => self.about_a_dependency(),
            Warning::ImportMissing { .. } | Warning::ExportMissing(_) => self.about_an_import(),
            Warning::UnknownHook(hooks) => Entry {
                source: "manifest_sorter.go",
                lines: [190, 199],
                three: format!("info: skipping unknown hook: {}", gotemplate::quote(hooks.as_bytes())),
                level: "INFO",
                four: "skipping unknown hooks".to_owned(),
                fields: vec![("hookTypes", hooks.clone())],
            },
            Warning::ValueMissing { message, is_text } => Entry {
                source: "engine.go",
                lines: if *is_text { [214, 214] } else { [206, 206] },
                three: format!("[INFO] Missing required value: {message}"),
                level: "WARN",
                four: if *is_text { "missing required values" } else { "missing required value" }.to_owned(),
                fields: vec![("message", message.clone())],
            },
            Warning::Failed(message) => Entry {
                source: "engine.go",
                lines: [227, 227],
                three: format!("[INFO] Fail: {message}"),
                level: "INFO",
                four: "funcMap fail".to_owned(),
                fields: vec![("message", message.clone())],
            },
            Warning::UnresolvedUrn(urn) => Entry {
                source: "jsonschema.go",
                lines: [192, 192],
                three: format!("WARNING: unresolved URN reference ignored; using permissive schema: {urn}"),
                level: "WARN",
                four: "unresolved URN reference ignored; using permissive schema".to_owned(),
                fields: vec![("urn", urn.clone())],
            },
            Warning::Link { path, target } => Entry {
                source: "walk.go",
                lines: [75, 75],
                three: format!(
                    "found symbolic link in path: {path} resolves to {target}. Contents of linked file included and used"
                ),
                level: "INFO",
                four: "found symbolic link in path. Contents of linked file included and used".to_owned(),
                fields: vec![("path", path.clone()), ("resolved", target.clone())],
            },
            _ => self.about_values(),
        }
    }

    fn about_the_chart(&self) -> Entry {
        match self {
            Warning::RequirementsFile => logged(
                "load.go",
                [120, 120],
                "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating \
                 dependencies to Chart.yaml."
                    .to_owned(),
            ),
            Warning::RequirementsLock => logged(
                "load.go",
                [138, 138],
                "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating \
                 to Chart.lock."
                    .to_owned(),
            ),
            _ => Entry { level: "WARN", ..logged("", [0, 0], "this chart is deprecated".to_owned()) },
        }
    }

    fn about_a_dependency(&self) -> Entry {
        let (lines, kind, three, name, chart) = match self {
            Warning::TagNotBool { tag, chart } => {
                let three = format!("Warning: Tag '{tag}' for chart {chart} returned non-bool value");
                ([94, 95], "tag", three, tag, chart)
            }
            Warning::ConditionNotBool { path, chart } => {
                let three = format!("Warning: Condition path '{path}' for chart {chart} returned non-bool value");
                ([63, 64], "path", three, path, chart)
            }
            _ => return logged("", [0, 0], String::new()),
        };
        Entry {
            source: "dependencies.go",
            lines,
            three,
            level: "WARN",
            four: "returned non-bool value".to_owned(),
            fields: vec![(kind, name.clone()), ("chart", chart.clone())],
        }
    }

    fn about_an_import(&self) -> Entry {
        match self {
            Warning::ImportMissing { chart, cause } => Entry {
                source: "dependencies.go",
                lines: [269, 270],
                three: format!("Warning: ImportValues missing table from chart {chart}: {cause}"),
                level: "WARN",
                four: "ImportValues missing table from chart".to_owned(),
                fields: vec![("chart", chart.clone()), ("error", cause.clone())],
            },
            Warning::ExportMissing(cause) => Entry {
                source: "dependencies.go",
                lines: [286, 287],
                three: format!("Warning: ImportValues missing table: {cause}"),
                level: "WARN",
                four: "ImportValues missing table".to_owned(),
                fields: vec![("error", cause.clone())],
            },
            _ => logged("", [0, 0], String::new()),
        }
    }

    fn about_values(&self) -> Entry {
        let (lines, text) = match self {
            Warning::NotATable(path) => ([237, 237], format!("warning: skipped value for {path}: Not a table.")),
            Warning::TableDropped { path, value } => {
                let told = format!("warning: cannot overwrite table with non table for {path} ({})", shown(value));
                ([298, 316], told)
            }
            Warning::ValueDropped { path, value } => {
                let shown = shown(value);
                let told = format!("warning: destination for {path} is a table. Ignoring non-table value ({shown})");
                ([301, 319], told)
            }
            Warning::GlobalConflict(key) => (
                [161, 161],
                format!("Conflict: cannot merge map onto non-map for {}. Skipping.", gotemplate::quote(key.as_bytes())),
            ),
            Warning::GlobalIsTable(key) => ([175, 175], format!("key {key} is table. Skipping")),
            Warning::GlobalsSkipped(side) => {
                let lines = if *side == "destination" { [138, 138] } else { [145, 145] };
                (lines, format!("warning: skipping globals because {side} global is not a table."))
            }
            _ => ([0, 0], String::new()),
        };
        logged("coalesce.go", lines, text)
    }
}

/// What Helm 4 passes on from Go's log as it is.
fn logged(source: &'static str, lines: [u32; 2], text: String) -> Entry {
    Entry { source, lines, three: text.clone(), level: "INFO", four: text, fields: Vec::new() }
}

/// A line of Go's `slog`: text with spaces or quotes is quoted.
pub(crate) fn record(level: &str, message: &str, fields: &[(&str, String)]) -> String {
    let mut line = format!("level={level} msg={}", quoted_if_needed(message));
    for (key, value) in fields {
        line.push_str(&format!(" {key}={}", quoted_if_needed(value)));
    }
    line
}

fn quoted_if_needed(text: &str) -> String {
    let plain = |c: char| !c.is_control() && !matches!(c, ' ' | '"' | '=') && c != '\u{fffd}';
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { gotemplate::quote(text.as_bytes()) }
}

/// How much of a value is shown at most: a warning is a line, not a document.
const SHOWN: Limits = Limits { fuel: 100_000, bytes: 1 << 20, depth: 100 };

/// A value as Go's `%v` prints it.
fn shown(value: &Value) -> String {
    gotemplate::sprint(std::slice::from_ref(value), &mut Budget::new(SHOWN))
        .map_or_else(|exceeded| exceeded.to_string(), |text| text.to_string())
}
