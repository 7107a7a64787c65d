//! What a Rollout's status says of load balancers: their names, by which CloudWatch counts what they do.

use super::question::Question;
use crate::objects::{LoadBalancer, Objects};
use api::rollouts::{AlbStatus, AwsResource};

/// What is known after this pass, one entry an Ingress; `None` when nothing was asked, and nothing at all when load
/// balancers are never asked.
pub fn known(question: &Question<'_>, objects: &Objects, before: &[AlbStatus]) -> Option<Vec<AlbStatus>> {
    let Some(asked) = &objects.balancers else { return Some(Vec::new()) };
    if asked.is_empty() {
        return None;
    }
    let of_ingress = |ingress: &&str| {
        let held = before.iter().find(|known| known.ingress == **ingress).cloned();
        let mut status = held.unwrap_or_else(|| AlbStatus { ingress: (*ingress).to_owned(), ..AlbStatus::default() });
        let found = asked.get(*ingress).into_iter().flatten().filter_map(|host| host.balancer.known());
        found.for_each(|balancer| tell(&mut status, balancer, question, ingress));
        status
    };
    Some(question.ingresses.iter().map(of_ingress).collect())
}

fn tell(status: &mut AlbStatus, balancer: &LoadBalancer, question: &Question<'_>, ingress: &str) {
    status.load_balancer = resource(&balancer.name, &balancer.arn, 2);
    let find = |service: &str| {
        let wanted = question.resource(ingress, service);
        balancer.groups.iter().find(|group| group.resource == wanted)
    };
    if let Some(group) = find(question.canary) {
        status.canary_target_group = resource(&group.name, &group.arn, 1);
    }
    if let Some(group) = find(question.stable) {
        status.stable_target_group = resource(&group.name, &group.arn, 1);
    }
}

/// The full name is what stands behind so many slashes of the Amazon resource name.
fn resource(name: &str, arn: &str, slashes: usize) -> AwsResource {
    let full_name = arn.splitn(slashes + 1, '/').nth(slashes).unwrap_or_default();
    AwsResource {
        name: name.to_owned(),
        arn: arn.to_owned(),
        full_name: full_name.to_owned(),
        ..AwsResource::default()
    }
}
