//! Load balancers, as far as they are asked whether they do what they were told. A leaf module.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use traffic::TargetGroup;

/// What is found, or why nothing is.
pub type Found<'a> = Pin<Box<dyn Future<Output = Result<Vec<TargetGroup>, String>> + Send + 'a>>;

/// Somebody who knows load balancers: the API of a cloud, or a stand-in.
pub trait LoadBalancers: fmt::Debug + Send + Sync {
    /// The target groups in the rules of the load balancer that is reached under a host.
    fn target_groups<'a>(&'a self, host: &'a str) -> Found<'a>;
}
