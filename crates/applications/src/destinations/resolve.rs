//! Which cluster a destination means.

use super::declared::ClusterSecret;
use api::names::{IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use api::{ApplicationDestination, ClusterIdentity, ClusterOwnership, check_destination};
use cluster::ClusterId;

/// A cluster that applications may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// By what it is known here.
    pub id: ClusterId,
    /// The address of its API server.
    pub server: String,
    /// Its name.
    pub name: String,
    /// The project it belongs to; empty for all.
    pub project: String,
}

impl Destination {
    /// The cluster that the control plane runs in.
    #[must_use]
    pub fn home() -> Self {
        Destination {
            id: ClusterId::home(),
            server: IN_CLUSTER_SERVER.to_owned(),
            name: IN_CLUSTER_NAME.to_owned(),
            project: String::new(),
        }
    }

    /// A cluster as a Secret declares it.
    fn of(declared: &ClusterSecret) -> Self {
        let is_home = declared.server == IN_CLUSTER_SERVER;
        Destination {
            id: if is_home { ClusterId::home() } else { ClusterId::named(&declared.server) },
            server: declared.server.clone(),
            name: declared.name.clone(),
            project: declared.project.clone(),
        }
    }

    /// What `project` judges it by.
    #[must_use]
    pub fn identity(&self, project: &str) -> ClusterIdentity<'_> {
        let is_own = !self.project.is_empty() && self.project == project;
        let ownership = if is_own { ClusterOwnership::OfProject } else { ClusterOwnership::Shared };
        ClusterIdentity { server: &self.server, name: &self.name, ownership }
    }
}

/// Why a destination means no cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDestination {
    /// There is none like that: in words for a condition.
    None(String),
    /// That cannot be said, for what is declared cannot be read.
    Unknown(String),
}

/// Which of the clusters a destination means. A Secret for the control plane's own cluster names it anew.
///
/// # Errors
/// In words for a condition.
pub fn resolve(clusters: &[ClusterSecret], destination: &ApplicationDestination) -> Result<Destination, String> {
    check_destination(destination)?;
    let home = clusters.iter().find(|declared| declared.server == IN_CLUSTER_SERVER);
    let home = home.map_or_else(Destination::home, Destination::of);
    let hint = "register it with `capstan cluster add`";
    if destination.name.is_empty() {
        let server = destination.server.trim_end_matches('/');
        if server == home.server {
            return Ok(home);
        }
        let found = clusters.iter().find(|declared| declared.server == server);
        let missing =
            || format!("error getting cluster by server \"{server}\": cluster \"{server}\" not found; {hint}");
        return found.map(Destination::of).ok_or_else(missing);
    }
    let name = &destination.name;
    let mut named: Vec<Destination> = Vec::new();
    for own in clusters.iter().filter(|declared| declared.name == *name).map(Destination::of) {
        if named.iter().all(|known| known.server != own.server) {
            named.push(own);
        }
    }
    if home.name == *name && named.iter().all(|own| !own.id.is_home()) {
        named.push(home);
    }
    match named.len() {
        0 => Err(format!("there are no clusters with this name: {name}; {hint}")),
        1 => Ok(named.remove(0)),
        more => {
            let servers: Vec<&str> = named.iter().map(|own| own.server.as_str()).collect();
            Err(format!("there are {more} clusters with the same name: [{}]", servers.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared::{read_clusters, tests::secret};
    use super::*;

    fn clusters() -> Vec<ClusterSecret> {
        let all = [
            secret("a", &[("name", "far"), ("server", "https://far"), ("project", "team")]),
            secret("b", &[("name", "twin"), ("server", "https://one")]),
            secret("c", &[("name", "twin"), ("server", "https://two")]),
            secret("d", &[("name", "again"), ("server", "https://far")]),
        ];
        read_clusters(&all)
    }

    fn found(clusters: &[ClusterSecret], server: &str, name: &str) -> Result<String, String> {
        let destination =
            ApplicationDestination { server: server.into(), name: name.into(), ..ApplicationDestination::default() };
        resolve(clusters, &destination).map(|own| format!("{} {} {}", own.id, own.server, own.name))
    }

    #[test]
    fn clusters_are_found_by_address_and_by_name() {
        let all = clusters();
        assert_eq!(found(&all, "https://far/", "").as_deref(), Ok("https://far https://far far"));
        assert_eq!(found(&all, "", "far").as_deref(), Ok("https://far https://far far"));
        assert_eq!(found(&all, "", "in-cluster").as_deref(), Ok("home https://kubernetes.default.svc in-cluster"));
        assert_eq!(
            found(&all, "https://kubernetes.default.svc", "").as_deref(),
            Ok("home https://kubernetes.default.svc in-cluster")
        );
    }

    #[test]
    fn what_is_not_declared_or_not_plain_is_told() {
        let all = clusters();
        let why = |server: &str, name: &str| found(&all, server, name).expect_err("no cluster");
        assert_eq!(
            why("https://near", ""),
            "error getting cluster by server \"https://near\": cluster \"https://near\" not found; register it with `capstan cluster add`"
        );
        assert_eq!(
            why("", "near"),
            "there are no clusters with this name: near; register it with `capstan cluster add`"
        );
        assert_eq!(why("", "twin"), "there are 2 clusters with the same name: [https://one https://two]");
        assert!(why("https://far", "far").starts_with("application destination can't have both name and server"));
    }

    #[test]
    fn a_secret_may_name_the_control_planes_own_cluster() {
        let all = read_clusters(&[secret("own", &[("name", "hub"), ("server", "https://kubernetes.default.svc")])]);
        assert_eq!(found(&all, "", "hub").as_deref(), Ok("home https://kubernetes.default.svc hub"));
        assert!(found(&all, "", "in-cluster").is_err());
    }

    #[test]
    fn a_cluster_belongs_to_the_project_its_secret_names() {
        let far = &clusters()[0];
        let destination = Destination::of(far);
        assert_eq!(destination.identity("team").ownership, ClusterOwnership::OfProject);
        assert_eq!(destination.identity("other").ownership, ClusterOwnership::Shared);
        assert_eq!(Destination::home().identity("").ownership, ClusterOwnership::Shared);
    }
}
