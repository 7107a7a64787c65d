//! Whether a load balancer does what its Ingress says: by its target groups, which are known by the tag that the
//! controller of AWS's load balancers gives them.

use crate::objects::{Objects, TargetGroup};
use crate::routing::{Note, Routing};
use object::Fetched;

/// What people are told when the load balancer could not be asked.
const UNASKED: &str = "WeightVerifyError";

/// What a load balancer was asked about.
pub struct Question<'a> {
    /// The namespace of the Ingresses.
    pub namespace: &'a str,
    /// The Ingresses.
    pub ingresses: Vec<&'a str>,
    /// The new version's Service.
    pub canary: &'a str,
    /// The port of all Services.
    pub port: i32,
}

/// Whether every load balancer gives the versions their shares; `None` when none was asked. One that could not be asked
/// has not been seen to.
///
/// Compat: the stable version's share is what the others leave, and is not looked at.
pub fn verified(question: &Question<'_>, objects: &Objects, wanted: &Routing) -> (Option<bool>, Vec<Note>) {
    if objects.balancers.is_empty() {
        return (objects.load_balancer_verified, Vec::new());
    }
    let mut notes = Vec::new();
    let mut all = true;
    for ingress in &question.ingresses {
        all &= match objects.balancers.get(*ingress) {
            Some(Fetched::Known(groups)) => does(question, ingress, groups, wanted),
            Some(Fetched::Unknown(cause)) => {
                let message = format!("the load balancer of ingress `{ingress}` could not be asked: {cause}");
                notes.push(Note { reason: UNASKED, message });
                false
            }
            Some(Fetched::Absent) | None => false,
        };
    }
    (Some(all), notes)
}

fn does(question: &Question<'_>, ingress: &str, groups: &[TargetGroup], wanted: &Routing) -> bool {
    let experiments = wanted.additional.iter().map(|share| (share.service.as_str(), share.weight));
    let mut shares = experiments.chain([(question.canary, wanted.canary.weight)]);
    shares.all(|(service, weight)| {
        let resource = format!("{}/{ingress}-{service}:{}", question.namespace, question.port);
        let mut own = groups.iter().filter(|group| group.resource == resource).peekable();
        own.peek().is_some() && own.all(|group| group.weight == Some(weight))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{Destination, Managed, Order, Verify};

    fn wanted(weight: i32) -> Routing {
        Routing {
            canary: Destination { weight, ..Destination::default() },
            stable: Destination::default(),
            additional: vec![Destination { service: "trial".to_owned(), weight: 5, ..Destination::default() }],
            weight_max: 100,
            order: Order::VersionsFirst,
            managed: Managed::Keep,
            header: None,
            mirror: None,
            verify: Verify::Now,
        }
    }

    fn answer(found: Fetched<Vec<TargetGroup>>, weight: i32) -> (Option<bool>, usize) {
        let question = Question { namespace: "shop", ingresses: vec!["web"], canary: "new", port: 80 };
        let mut objects = Objects::default();
        objects.balancers.insert("web".to_owned(), found);
        let (verified, notes) = verified(&question, &objects, &wanted(weight));
        (verified, notes.len())
    }

    #[test]
    fn every_version_must_have_its_share_in_every_rule() {
        let group = |service: &str, weight| TargetGroup { resource: format!("shop/web-{service}:80"), weight };
        let both = |weight| vec![group("new", Some(weight)), group("trial", Some(5)), group("old", Some(1))];
        assert_eq!(answer(Fetched::Known(both(10)), 10), (Some(true), 0));
        assert_eq!(answer(Fetched::Known(both(10)), 20), (Some(false), 0));
        let mut two_rules = both(10);
        two_rules.push(group("new", Some(0)));
        assert_eq!(answer(Fetched::Known(two_rules), 10), (Some(false), 0));
        assert_eq!(answer(Fetched::Known(vec![group("new", Some(10))]), 10), (Some(false), 0), "no trial");
        assert_eq!(answer(Fetched::Known(vec![group("new", None), group("trial", Some(5))]), 0), (Some(false), 0));
    }

    #[test]
    fn a_load_balancer_that_cannot_be_asked_has_not_been_seen_to() {
        assert_eq!(answer(Fetched::Unknown("throttled".to_owned()), 10), (Some(false), 1));
        let question = Question { namespace: "shop", ingresses: vec!["web"], canary: "new", port: 80 };
        assert_eq!(verified(&question, &Objects::default(), &wanted(10)).0, None);
    }
}
