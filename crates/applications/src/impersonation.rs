//! As which service account an application's objects are written, where `argocd-cm` wants them not to be written as the
//! controller itself.

use api::{Application, ApplicationDestinationServiceAccount, Glob};

/// Whether service accounts of projects are acted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Impersonation {
    /// The controller writes as itself.
    #[default]
    Off,
    /// Where the project names a service account for the destination; elsewhere as the controller.
    WhereNamed,
    /// Always: where the project names none, nothing is written.
    Enforced,
}

/// The service accounts a project names, by destination; the first that matches wins.
#[derive(Debug, Clone, Default)]
pub struct ServiceAccounts(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    server: Glob,
    namespace: Glob,
    account: String,
}

/// What no name of a service account holds.
const DISALLOWED: [char; 8] = ['!', '*', '[', ']', '{', '}', '\\', '/'];

impl ServiceAccounts {
    /// Those of a project.
    #[must_use]
    pub fn new(declared: &[ApplicationDestinationServiceAccount]) -> Self {
        let entry = |item: &ApplicationDestinationServiceAccount| Entry {
            server: Glob::new(&item.server, &[]),
            namespace: Glob::new(&item.namespace, &[]),
            account: item.default_service_account.clone(),
        };
        ServiceAccounts(declared.iter().map(entry).collect())
    }

    /// The user to act as for an application that goes to the cluster at `server`; `None` for the controller itself.
    ///
    /// # Errors
    /// Nobody may be acted as: upstream's words.
    pub fn user(
        &self,
        impersonation: Impersonation,
        application: &Application,
        server: &str,
    ) -> Result<Option<String>, String> {
        if impersonation == Impersonation::Off {
            return Ok(None);
        }
        let wanted = &application.spec.destination.namespace;
        let namespace = if wanted.is_empty() { &application.metadata.namespace } else { wanted };
        let found = self.0.iter().find(|entry| entry.server.matches(server) && entry.namespace.matches(wanted));
        let refused = |why: String| format!("failed to find a matching service account to impersonate: {why}");
        match found {
            Some(entry) if entry.account.trim().is_empty() || entry.account.contains(DISALLOWED) => {
                Err(refused(format!("default service account contains invalid chars '{}'", entry.account)))
            }
            Some(entry) if entry.account.contains(':') => Ok(Some(format!("system:serviceaccount:{}", entry.account))),
            Some(entry) => Ok(Some(format!("system:serviceaccount:{namespace}:{}", entry.account))),
            None if impersonation == Impersonation::WhereNamed => Ok(None),
            None => Err(refused(format!(
                "no matching service account found for destination server {server} and namespace {namespace}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(accounts: serde_json::Value, impersonation: Impersonation, namespace: &str) -> String {
        let declared: Vec<ApplicationDestinationServiceAccount> = serde_json::from_value(accounts).expect("accounts");
        let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "a", "namespace": "argocd"},
            "spec": {"destination": {"server": "https://one", "namespace": namespace}}});
        let object = object::Object::from_value(&value).expect("an object");
        let application = Application::read(&object).expect("an application");
        match ServiceAccounts::new(&declared).user(impersonation, &application, "https://one") {
            Ok(None) => "itself".to_owned(),
            Ok(Some(user)) => user,
            Err(why) => why,
        }
    }

    #[test]
    fn the_first_account_that_fits_the_destination_wins() {
        let accounts = json!([
            {"server": "https://two", "namespace": "*", "defaultServiceAccount": "wrong"},
            {"server": "https://*", "namespace": "team-*", "defaultServiceAccount": "deployer"},
            {"server": "*", "namespace": "*", "defaultServiceAccount": "ci:robot"},
        ]);
        let of = |namespace| user(accounts.clone(), Impersonation::Enforced, namespace);
        assert_eq!(of("team-a"), "system:serviceaccount:team-a:deployer");
        assert_eq!(of("other"), "system:serviceaccount:ci:robot");
        assert_eq!(user(accounts, Impersonation::Off, "team-a"), "itself");
    }

    #[test]
    fn where_none_fits_nothing_is_written_unless_that_is_allowed() {
        let none = json!([]);
        assert_eq!(user(none.clone(), Impersonation::WhereNamed, "shop"), "itself");
        assert_eq!(
            user(none, Impersonation::Enforced, ""),
            "failed to find a matching service account to impersonate: no matching service account found for \
             destination server https://one and namespace argocd"
        );
        let odd = json!([{"server": "*", "namespace": "*", "defaultServiceAccount": "a*"}]);
        assert_eq!(
            user(odd, Impersonation::WhereNamed, "shop"),
            "failed to find a matching service account to impersonate: default service account contains invalid chars 'a*'"
        );
    }
}
