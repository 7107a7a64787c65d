//! `admin settings rbac can|validate`: policies from a file or from the control plane, asked and checked without changing
//! anything.

use crate::app::explain;
use crate::connection::Connection;
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::terminal;
use api::AppProject;
use budget::Budget;
use clap::{Args, Subcommand};
use clock::Clock;
use cluster::ListQuery;
use object::Gvk;
use rbac::{Authority, BadLine, Builtin, Configured, ProjectRoles, Request, Subject};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CONFIG_MAP: &str = "argocd-rbac-cm";
/// The exit code of an answer that is no.
const NO: u8 = 1;
/// The largest file that is read: a ConfigMap ends at 1 MiB.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// The commands of `admin settings rbac`.
#[derive(Debug, Args)]
pub(super) struct Rbac {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check RBAC permissions for a role or subject
    Can(Can),
    /// Validate RBAC policy
    Validate(Validate),
}

/// Where the policy is.
#[derive(Debug, Args)]
struct Source {
    /// Path to the policy file to use, a CSV or a ConfigMap; without it the control plane's own is asked
    #[arg(long)]
    policy_file: Option<PathBuf>,
}

/// Check whether a given role or subject has appropriate RBAC permissions to do something.
#[derive(Debug, Args)]
struct Can {
    /// The role, account, group or project role that asks
    subject: String,
    /// What it wants to do
    action: String,
    /// With what kind of thing, such as app, proj or cluster
    resource: String,
    /// With which one, such as default/guestbook
    sub_resource: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Name of the default role to use
    #[arg(long)]
    default_role: Option<String>,
    /// Whether to also use builtin-policy
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    use_builtin_policy: bool,
    /// Whether to perform strict check on action and resource names
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strict: bool,
    /// Quiet mode - do not print results to stdout
    #[arg(short, long)]
    quiet: bool,
    /// Also say which line decided
    #[arg(long)]
    explain: bool,
}

/// Validates an RBAC policy for being syntactically correct.
#[derive(Debug, Args)]
struct Validate {
    #[command(flatten)]
    source: Source,
}

/// A policy as it was found.
struct Found {
    data: BTreeMap<String, String>,
    projects: Vec<AppProject>,
}

impl Rbac {
    pub(super) async fn run(&self, connection: &Connection, clock: &Clock, namespace: &str) -> Result<(), Failure> {
        let source = match &self.command {
            Command::Can(command) => &command.source,
            Command::Validate(command) => &command.source,
        };
        let found = match &source.policy_file {
            Some(path) => Found { data: read_file(path)?, projects: Vec::new() },
            None => read_control_plane(connection, clock, namespace).await?,
        };
        match &self.command {
            Command::Can(command) => command.answer(&found),
            Command::Validate(_) => validate(&found),
        }
    }
}

impl Can {
    fn answer(&self, found: &Found) -> Result<(), Failure> {
        let (authority, bad) = self.authority(found);
        if let Some(line) = bad.first() {
            return Err(Failure::with_code(NO, format!("invalid user policy: {line}")));
        }
        let refused = |error: rbac::WordError| Failure::with_code(NO, format!("error in RBAC request: {error}"));
        let resource = rbac::resource_of_word(&self.resource).map_err(refused)?;
        if self.strict {
            rbac::check_action(resource, &self.action).map_err(refused)?;
        }
        let object = match self.sub_resource.as_deref().unwrap_or_default() {
            "" | "*" if resource.is_project_scoped() => "*/*",
            object => object,
        };
        let request = Request { resource, action: &self.action, object };
        let verdict = authority.decide(&Subject::named(&self.subject), request);
        if verdict.is_allowed() && !self.quiet {
            self.warn_of_group(&authority, request);
        }
        if !self.quiet {
            terminal::print(if verdict.is_allowed() { "Yes\n" } else { "No\n" })?;
        }
        if self.explain {
            terminal::note(&verdict.to_string());
        }
        if verdict.is_allowed() { Ok(()) } else { Err(Failure::with_code(NO, "")) }
    }

    fn authority(&self, found: &Found) -> (Authority, Vec<BadLine>) {
        let builtin = if self.use_builtin_policy { Builtin::Included } else { Builtin::Without };
        let (configured, bad) = Configured::read(&found.data, builtin);
        let configured = match &self.default_role {
            Some(role) => configured.with_default_role(role),
            None => configured,
        };
        let mode = configured.match_mode();
        let roles = found.projects.iter().map(|project| ProjectRoles::read(project, mode).0);
        (Authority::new(configured).with_projects(roles), bad)
    }

    /// A group is asked for only where some line makes it a member; what it may by lines of its own holds for nobody.
    fn warn_of_group(&self, authority: &Authority, request: Request<'_>) {
        let name = self.subject.as_str();
        let is_group = name.contains(':') && !name.starts_with("role:") && rbac::project_role(name).is_none();
        if !is_group || authority.configured().has_memberships(name) {
            return;
        }
        let mut without = authority.clone();
        without.set_configured(authority.configured().clone().with_default_role(""));
        if without.decide(&Subject::named(name), request).is_allowed() {
            terminal::note(&format!(
                "{name} looks like a group: what it may by lines of its own holds for none of its members. Make it a \
                 member of a role, as `g, {name}, role:…`"
            ));
        }
    }
}

fn validate(found: &Found) -> Result<(), Failure> {
    let (configured, mut bad) = Configured::read(&found.data, Builtin::Included);
    let mode = configured.match_mode();
    bad.extend(found.projects.iter().flat_map(|project| ProjectRoles::read(project, mode).1));
    for role in configured.roles_without_rules() {
        terminal::note(&format!("{role} has members but no rules: is it misspelt?"));
    }
    if bad.is_empty() {
        return terminal::print("Policy is valid.\n");
    }
    let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
    terminal::print(&format!("Policy is invalid: {}\n", lines.join("\n")))?;
    Err(Failure::with_code(NO, ""))
}

/// A ConfigMap, or else lines of a policy.
fn read_file(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let failed =
        |error: String| Failure::with_code(NO, format!("error opening policy file: {}: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if length > FILE_BYTES_MAX {
        return Err(failed(format!("larger than {FILE_BYTES_MAX} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let value = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
    let data = match value {
        Ok(value) if value.is_object() => texts(value.get("data")),
        Ok(_) | Err(_) => BTreeMap::from([("policy.csv".to_owned(), text)]),
    };
    if data.values().all(|text| text.trim().is_empty()) {
        return Err(Failure::with_code(NO, "Policy is empty or could not be loaded."));
    }
    Ok(data)
}

fn texts(data: Option<&Value>) -> BTreeMap<String, String> {
    let pairs = data.and_then(Value::as_object).into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

async fn read_control_plane(connection: &Connection, clock: &Clock, namespace: &str) -> Result<Found, Failure> {
    let control_plane =
        ControlPlane { client: connection.client(clock).await?, namespace: namespace.to_owned(), server: None };
    let client = &control_plane.client;
    let config = client.get(&Gvk::new("", "v1", "ConfigMap"), Some(namespace), CONFIG_MAP).await;
    let config = config.map_err(|error| explain(error, "read the policies of the control plane"))?;
    let projects =
        client.list(&Gvk::new("argoproj.io", "v1alpha1", "AppProject"), &ListQuery::in_namespace(namespace)).await;
    let projects = projects.map_err(|error| explain(error, "read the projects of the control plane"))?;
    Ok(Found {
        data: config.map(|object| texts(object.get("/data").as_ref())).unwrap_or_default(),
        projects: projects.iter().filter_map(|project| AppProject::read(project).ok()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(policy: &str) -> Found {
        Found { data: BTreeMap::from([("policy.csv".to_owned(), policy.to_owned())]), projects: Vec::new() }
    }

    fn can(subject: &str, action: &str, resource: &str, object: Option<&str>) -> Can {
        Can {
            subject: subject.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            sub_resource: object.map(str::to_owned),
            source: Source { policy_file: None },
            default_role: None,
            use_builtin_policy: true,
            strict: true,
            quiet: true,
            explain: false,
        }
    }

    #[test]
    fn answers_are_exit_codes() {
        let policy = found("p, dev, applications, get, default/*, allow\ng, my-org:team, dev");
        let code = |command: Can| command.answer(&policy).map_or_else(|failure| failure.code, |()| 0);
        assert_eq!(code(can("dev", "get", "app", Some("default/web"))), 0);
        assert_eq!(code(can("my-org:team", "get", "applications", Some("default/web"))), 0);
        assert_eq!(code(can("dev", "delete", "app", Some("default/web"))), NO);
        assert_eq!(code(can("dev", "fly", "app", None)), NO);
        assert_eq!(code(can("dev", "get", "pods", None)), NO);
        assert_eq!(code(can("role:admin", "get", "app", None)), 0);
        assert_eq!(code(Can { use_builtin_policy: false, ..can("role:admin", "get", "app", None) }), NO);
        assert_eq!(code(Can { default_role: Some("role:readonly".to_owned()), ..can("x", "get", "cert", None) }), 0);
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_told_with_its_line() {
        let policy = found("p, dev, applications");
        let failure = can("dev", "get", "app", None).answer(&policy).expect_err("refused");
        assert!(failure.message.starts_with("invalid user policy: argocd-rbac-cm, policy.csv, line 1: "), "{failure}");
        assert_eq!(validate(&policy).map_err(|failure| failure.code), Err(NO));
    }

    #[test]
    fn files_are_config_maps_or_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let lines = read_file(&write("a.csv", "p, a, b, c, d, allow\n")).expect("read");
        assert_eq!(lines["policy.csv"], "p, a, b, c, d, allow\n");
        let map =
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  policy.csv: |\n    g, a, b\n  policy.default: role:readonly\n";
        let map = read_file(&write("cm.yaml", map)).expect("read");
        assert_eq!((map["policy.csv"].as_str(), map["policy.default"].as_str()), ("g, a, b\n", "role:readonly"));
        assert!(read_file(&write("empty.csv", "\n")).is_err());
        assert!(read_file(Path::new("/nowhere/at/all")).is_err());
    }
}
