//! Whether a load balancer does what its Ingress says: by its target groups, which are known by the tag that the
//! controller of AWS's load balancers gives them.

use super::question::Question;
use crate::objects::{Balanced, LoadBalancer, Objects, TargetGroup};
use crate::routing::{Note, Routing};
use object::Fetched;

/// What people are told when the load balancer could not be asked.
const UNASKED: &str = "WeightVerifyError";
/// When there is none.
const NOT_FOUND: &str = "LoadBalancerNotFound";
/// When it does something else.
const UNVERIFIED: &str = "TargetGroupUnverified";
/// When it does so.
pub const VERIFIED: &str = "TargetGroupVerified";

/// Whether every load balancer gives the versions their shares. One that could not be asked has not been seen to.
///
/// Compat: the stable version's share is what the others leave, and is not looked at.
pub fn verified(question: &Question<'_>, objects: &Objects, wanted: &Routing) -> (bool, Vec<Note>) {
    let mut notes = Vec::new();
    let mut all = true;
    for ingress in &question.ingresses {
        let hosts = objects.balancers.as_ref().and_then(|asked| asked.get(*ingress)).map_or(&[][..], Vec::as_slice);
        all &= !hosts.is_empty();
        for host in hosts {
            all &= host_does(question, ingress, host, wanted, &mut notes);
        }
    }
    (all, notes)
}

fn host_does(question: &Question<'_>, ingress: &str, host: &Balanced, wanted: &Routing, notes: &mut Vec<Note>) -> bool {
    match &host.balancer {
        Fetched::Known(balancer) => does(question, ingress, balancer, wanted, notes),
        Fetched::Unknown(cause) => {
            let message = format!("the load balancer of ingress `{ingress}` could not be asked: {cause}");
            notes.push(Note { reason: UNASKED, message });
            false
        }
        Fetched::Absent => {
            notes.push(Note { reason: NOT_FOUND, message: format!("Failed to find load balancer: {}", host.host) });
            false
        }
    }
}

/// Whether every rule that shares out gives each version its share.
///
/// A rule that leads to the new version only is that of a header, and has another share; upstream takes the last rule of
/// all that names a target group.
fn does(
    question: &Question<'_>,
    ingress: &str,
    balancer: &LoadBalancer,
    wanted: &Routing,
    notes: &mut Vec<Note>,
) -> bool {
    let group = |service: &str| {
        let resource = question.resource(ingress, service);
        balancer.groups.iter().find(|group| group.resource == resource)
    };
    let Some(stable) = group(question.stable) else { return false };
    let rules: Vec<_> = balancer.forwards.iter().filter(|forward| forward.contains_key(&stable.arn)).collect();
    let experiments = wanted.additional.iter().map(|share| (share.service.as_str(), share.weight));
    let mut all = !rules.is_empty();
    for (service, weight) in experiments.chain([(question.canary, wanted.canary.weight)]) {
        let Some(group) = group(service) else { return false };
        let mut current = rules.iter().map(|rule| rule.get(&group.arn).copied());
        let off = current.find(|current| *current != Some(weight));
        all &= off.is_none();
        notes.push(told(service, group, weight, off));
    }
    all
}

fn told(service: &str, group: &TargetGroup, weight: i32, off: Option<Option<i32>>) -> Note {
    let of = format!("Service {service} (TargetGroup {})", group.arn);
    match off {
        None => Note { reason: VERIFIED, message: format!("{of} verified: canary weight {weight} set") },
        Some(current) => {
            let current = current.unwrap_or_default();
            let message = format!("{of} not verified: canary weight {weight} not yet set (current: {current})");
            Note { reason: UNVERIFIED, message }
        }
    }
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

    /// A load balancer with three target groups and these rules.
    fn balancer(rules: &[&[(&str, i32)]]) -> Fetched<LoadBalancer> {
        let group = |service: &str| TargetGroup {
            name: service.to_owned(),
            arn: service.to_owned(),
            resource: format!("shop/web-{service}:80"),
        };
        let rule = |rule: &&[(&str, i32)]| rule.iter().map(|(group, weight)| ((*group).to_owned(), *weight)).collect();
        Fetched::Known(LoadBalancer {
            groups: ["new", "trial", "old"].map(group).into(),
            forwards: rules.iter().map(rule).collect(),
            ..LoadBalancer::default()
        })
    }

    fn answer(found: Vec<Fetched<LoadBalancer>>, weight: i32) -> (bool, Vec<&'static str>) {
        let question = Question { namespace: "shop", ingresses: vec!["web"], stable: "old", canary: "new", port: 80 };
        let hosts = found.into_iter().map(|balancer| Balanced { host: "a.example.com".to_owned(), balancer });
        let asked = [("web".to_owned(), hosts.collect())].into();
        let objects = Objects { balancers: Some(asked), ..Objects::default() };
        let (verified, notes) = verified(&question, &objects, &wanted(weight));
        (verified, notes.iter().map(|note| note.reason).collect())
    }

    #[test]
    fn every_version_must_have_its_share_in_every_rule() {
        let rule = |weight| [("new", weight), ("trial", 5), ("old", 95 - weight)];
        assert_eq!(answer(vec![balancer(&[&rule(10)])], 10), (true, vec![VERIFIED, VERIFIED]));
        assert_eq!(answer(vec![balancer(&[&rule(10)])], 20), (false, vec![VERIFIED, UNVERIFIED]));
        assert!(!answer(vec![balancer(&[&rule(10), &rule(0)])], 10).0, "one listener of two");
        assert!(!answer(vec![balancer(&[&[("new", 10), ("old", 90)]])], 10).0, "no trial");
        assert!(!answer(vec![balancer(&[])], 10).0, "no rules yet");
    }

    #[test]
    fn a_rule_for_a_header_has_a_share_of_its_own() {
        let rules: [&[(&str, i32)]; 2] = [&[("new", 1)], &[("new", 10), ("trial", 5), ("old", 85)]];
        assert!(answer(vec![balancer(&rules)], 10).0);
    }

    #[test]
    fn a_load_balancer_that_cannot_be_asked_has_not_been_seen_to() {
        assert_eq!(answer(vec![Fetched::Unknown("throttled".to_owned())], 10), (false, vec![UNASKED]));
        assert_eq!(answer(vec![Fetched::Absent], 10), (false, vec![NOT_FOUND]));
        assert_eq!(answer(vec![], 10), (false, vec![]));
    }
}
