//! Load balancers, as far as they are asked whether they do what they were told. A leaf module.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use traffic::{LoadBalancer, Target};

/// What is found, or why nothing is.
pub type Found<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Somebody who knows load balancers: the API of a cloud, or a stand-in.
pub trait LoadBalancers: fmt::Debug + Send + Sync {
    /// The load balancer that is reached under a host; `None` when there is none.
    fn load_balancer<'a>(&'a self, host: &'a str) -> Found<'a, Option<LoadBalancer>>;

    /// Who is registered in a target group, by its Amazon resource name.
    fn targets<'a>(&'a self, group: &'a str) -> Found<'a, Vec<Target>>;
}
