//! Load balancers of AWS, for the controller of Rollouts.

use aws::{Elb, Identity, Settings};
use clap::Args;
use clock::Clock;
use rollouts::{Found, LoadBalancers, TARGET_GROUP_BINDING};
use std::sync::Arc;
use traffic::{LoadBalancer, Target, TargetGroup};

/// Whether and how load balancers of AWS are asked; the flags are upstream's.
#[derive(Debug, Args)]
pub(crate) struct AwsFlags {
    /// Go on only when AWS confirms that load balancers do what they were told; needs credentials of AWS
    #[arg(long, alias = "alb-verify-weight")]
    aws_verify_target_group: bool,
    /// Tag that says what a target group is for
    #[arg(long, value_name = "KEY", default_value = TargetGroup::TAG)]
    alb_tag_key_resource_id: String,
    /// Version of TargetGroupBindings
    #[arg(long, value_name = "GROUP/VERSION", default_value = TARGET_GROUP_BINDING)]
    aws_target_group_binding_api_version: String,
}

impl AwsFlags {
    /// Whom to ask; nobody unless that is wished for.
    pub(crate) fn balancers(&self, clock: &Clock) -> Option<Arc<dyn LoadBalancers>> {
        if !self.aws_verify_target_group {
            return None;
        }
        let identity = Identity::new(Settings::of_process(clock.clone()));
        Some(Arc::new(OfAws(Elb::new(identity, &self.alb_tag_key_resource_id))))
    }

    pub(crate) fn binding_version(&self) -> &str {
        &self.aws_target_group_binding_api_version
    }
}

#[derive(Debug)]
struct OfAws(Elb);

impl LoadBalancers for OfAws {
    fn load_balancer<'a>(&'a self, host: &'a str) -> Found<'a, Option<LoadBalancer>> {
        Box::pin(async move {
            let found = self.0.load_balancer(host).await.map_err(|error| error.to_string())?;
            Ok(found.map(|found| LoadBalancer {
                name: found.name,
                arn: found.arn,
                groups: found.groups.into_iter().map(group).collect(),
                forwards: found.forwards,
            }))
        })
    }

    fn targets<'a>(&'a self, group: &'a str) -> Found<'a, Vec<Target>> {
        Box::pin(async move {
            let found = self.0.targets(group).await.map_err(|error| error.to_string())?;
            Ok(found.into_iter().map(|it| Target { address: it.id, port: i64::from(it.port) }).collect())
        })
    }
}

fn group(found: aws::TargetGroup) -> TargetGroup {
    TargetGroup { name: found.name, arn: found.arn, resource: found.resource }
}
