//! `proj role …`: who may do what with a project's applications.

use super::edit::{Edited, edit, find};
use super::show::{Output, read};
use super::tokens::Tokens;
use crate::app::{Format, text};
use crate::control_plane::{ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use serde_json::{Value, json};

/// The commands below `proj role`.
#[derive(Debug, Subcommand)]
pub(super) enum Roles {
    #[command(flatten)]
    Tokens(Tokens),
    /// Create a project role
    Create {
        #[command(flatten)]
        role: Role,
        /// Role description
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Delete a project role
    Delete {
        #[command(flatten)]
        role: Role,
        /// Turn off prompting to confirm
        #[arg(short, long)]
        yes: bool,
    },
    /// Get the details of a specific role
    Get {
        #[command(flatten)]
        role: Role,
    },
    /// List all the roles in a project
    List {
        /// The project
        project: String,
        /// Output format
        #[arg(short, long, default_value = "wide")]
        output: Output,
    },
    /// Add a policy to a project role
    AddPolicy(Policy),
    /// Remove a policy from a role within a project
    RemovePolicy(Policy),
    /// Add a group claim to a project role
    AddGroup {
        #[command(flatten)]
        role: Role,
        /// The group
        group: String,
    },
    /// Remove a group claim from a role within a project
    RemoveGroup {
        #[command(flatten)]
        role: Role,
        /// The group
        group: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Role {
    /// The project
    project: String,
    /// The role
    role: String,
}

#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(flatten)]
    role: Role,
    /// Action to grant/deny permission on (e.g. get, create, list, update, delete)
    #[arg(short, long)]
    action: String,
    /// Whether to allow or deny access to object with the action
    #[arg(short, long, default_value = "allow", value_parser = ["allow", "deny"])]
    permission: String,
    /// Object within the project to grant/deny access. Use '*' for a wildcard
    #[arg(short, long)]
    object: String,
    /// Resource e.g. 'applications', 'applicationsets', 'logs', 'exec', etc.
    #[arg(short, long, default_value = "applications")]
    resource: String,
}

impl Policy {
    fn text(&self) -> String {
        let Role { project, role } = &self.role;
        let Policy { action, permission, object, resource, .. } = self;
        format!("p, proj:{project}:{role}, {resource}, {action}, {project}/{object}, {permission}")
    }
}

impl Roles {
    pub(super) async fn run(&self, at: &ControlPlane, clock: &Clock) -> Result<(), Failure> {
        match self {
            Roles::Tokens(own) => own.run(at, clock).await,
            Roles::Create { role, description } => create(at, role, description).await,
            Roles::Delete { role, yes } => delete(at, role, *yes).await,
            Roles::Get { role } => details(at, role).await,
            Roles::List { project, output } => list(at, project, *output).await,
            Roles::AddPolicy(policy) => {
                let text = policy.text();
                let said = format!("policy '{text}' already exists for role '{}'", policy.role.role);
                change(at, &policy.role, "policies", |known| {
                    if known.contains(&json!(text)) {
                        return Err(Failure::new(said));
                    }
                    known.push(json!(text));
                    Ok(String::new())
                })
                .await
            }
            Roles::RemovePolicy(policy) => {
                let text = policy.text();
                let taken = |known: &mut Vec<Value>| {
                    let why = || Failure::new(format!("failed to find policy '{text}' in role"));
                    take(known, &text).ok_or_else(why).map(|()| String::new())
                };
                change(at, &policy.role, "policies", taken).await
            }
            Roles::AddGroup { role, group } => {
                change(at, role, "groups", |known| {
                    if known.contains(&json!(group)) {
                        return Ok(format!("Group '{group}' already present in role '{}'", role.role));
                    }
                    known.push(json!(group));
                    Ok(format!("Group '{group}' added to role '{}'", role.role))
                })
                .await
            }
            Roles::RemoveGroup { role, group } => {
                change(at, role, "groups", |known| {
                    Ok(match take(known, group) {
                        Some(()) => format!("Group '{group}' removed from role '{}'", role.role),
                        None => format!("Group '{group}' not present in role '{}'", role.role),
                    })
                })
                .await
            }
        }
    }
}

async fn create(at: &ControlPlane, role: &Role, description: &str) -> Result<(), Failure> {
    let name = &role.role;
    edit(at, &role.project, "roles", |mut known| {
        if known.iter().any(|own| own["name"] == json!(name)) {
            return Ok(Edited::Stays(format!("Role '{name}' already exists")));
        }
        let mut value = json!({"name": name});
        if !description.is_empty() {
            value["description"] = json!(description);
        }
        known.push(value);
        Ok(Edited::To(Value::Array(known), format!("Role '{name}' created")))
    })
    .await
}

async fn delete(at: &ControlPlane, role: &Role, yes: bool) -> Result<(), Failure> {
    let name = &role.role;
    if !is_confirmed(yes, &format!("Are you sure you want to delete '{name}' role? [y/n] "))? {
        return terminal::print(&format!("The command to delete role '{name}' was cancelled.\n"));
    }
    edit(at, &role.project, "roles", |mut known| {
        let count = known.len();
        known.retain(|own| own["name"] != json!(name));
        if known.len() == count {
            return Ok(Edited::Stays(format!("Role '{name}' does not exist in project")));
        }
        Ok(Edited::To(Value::Array(known), format!("Role '{name}' deleted")))
    })
    .await
}

/// Changes one list of a role; what `change` says is told.
async fn change(
    at: &ControlPlane,
    role: &Role,
    field: &str,
    change: impl FnOnce(&mut Vec<Value>) -> Result<String, Failure>,
) -> Result<(), Failure> {
    edit(at, &role.project, "roles", |mut roles| {
        let own = roles.iter_mut().find(|own| own["name"] == json!(role.role));
        let own = own.ok_or_else(|| no_role(role))?;
        let mut list = own.get(field).and_then(|list| list.as_array().cloned()).unwrap_or_default();
        let before = list.clone();
        let said = change(&mut list)?;
        if list == before {
            return Ok(Edited::Stays(said));
        }
        own[field] = Value::Array(list);
        Ok(Edited::To(Value::Array(roles), said))
    })
    .await
}

fn take(known: &mut Vec<Value>, text: &str) -> Option<()> {
    let at = known.iter().position(|own| own == text)?;
    known.remove(at);
    Some(())
}

fn no_role(role: &Role) -> Failure {
    Failure::new(format!("role '{}' does not exist in project '{}'", role.role, role.project))
}

async fn details(at: &ControlPlane, role: &Role) -> Result<(), Failure> {
    let project = read(&find(at, &role.project).await?)?;
    let own = project.spec.roles.into_iter().find(|own| own.name == role.role).ok_or_else(|| no_role(role))?;
    let mut out = format!("{:<15}{}\n{:<15}{}\n", "Role Name:", own.name, "Description:", own.description);
    // Compat: every role may read its project.
    out.push_str(&format!("Policies:\np, proj:{0}:{1}, projects, get, {0}, allow\n", role.project, own.name));
    own.policies.iter().for_each(|policy| out.push_str(&format!("{policy}\n")));
    out.push_str("Groups:\n");
    own.groups.iter().for_each(|group| out.push_str(&format!("  - {group}\n")));
    if own.groups.is_empty() {
        out.push_str("<none>\n");
    }
    terminal::print(&out)
}

async fn list(at: &ControlPlane, project: &str, output: Output) -> Result<(), Failure> {
    let found = find(at, project).await?;
    let roles = read(&found)?.spec.roles;
    let own = found.get("/spec/roles").unwrap_or_else(|| json!([]));
    terminal::print(&match output {
        Output::Json => text(&own, Format::Json),
        Output::Yaml => text(&own, Format::Yaml),
        Output::Name => roles.iter().map(|own| format!("{}\n", own.name)).collect(),
        Output::Wide => {
            let rows: String = roles.iter().map(|own| format!("{}\t{}\n", own.name, own.description)).collect();
            align(&format!("ROLE-NAME\tDESCRIPTION\n{rows}"), Layout::TABLE)
        }
    })
}
