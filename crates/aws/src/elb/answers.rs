//! What answers say. Pure.

use crate::xml::Element;
use std::collections::BTreeMap;

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its name.
    pub name: String,
    /// Its Amazon resource name.
    pub arn: String,
    /// Its target groups.
    pub groups: Vec<TargetGroup>,
    /// What its rules share out.
    pub forwards: Vec<Forward>,
}

/// A target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its name.
    pub name: String,
    /// Its Amazon resource name.
    pub arn: String,
    /// What its tag says that it is for; empty when it has none.
    pub resource: String,
}

/// What one rule shares out: weights by target group.
pub type Forward = BTreeMap<String, i32>;

/// Somebody who is registered in a target group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// An address, or what else a target is known by.
    pub id: String,
    /// Its port.
    pub port: i32,
}

/// A load balancer by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub host: String,
    pub name: String,
    pub arn: String,
}

/// Of `DescribeLoadBalancers`.
pub fn balancers(result: Element<'_, '_>) -> Vec<Named> {
    let read = |it: Element<'_, '_>| Named {
        host: it.text("DNSName").to_owned(),
        name: it.text("LoadBalancerName").to_owned(),
        arn: it.text("LoadBalancerArn").to_owned(),
    };
    result.members("LoadBalancers").map(read).collect()
}

/// Of `DescribeTargetGroups`; their tags are told by another answer.
pub fn groups(result: Element<'_, '_>) -> Vec<TargetGroup> {
    let read = |it: Element<'_, '_>| TargetGroup {
        name: it.text("TargetGroupName").to_owned(),
        arn: it.text("TargetGroupArn").to_owned(),
        resource: String::new(),
    };
    result.members("TargetGroups").map(read).collect()
}

/// Of `DescribeTags`: the value of one tag by resource.
pub fn tags(result: Element<'_, '_>, tag: &str) -> BTreeMap<String, String> {
    let read = |it: Element<'_, '_>| {
        let value = it.members("Tags").find(|one| one.text("Key") == tag).map_or("", |one| one.text("Value"));
        (it.text("ResourceArn").to_owned(), value.to_owned())
    };
    result.members("TagDescriptions").map(read).collect()
}

/// Of `DescribeListeners`.
pub fn listeners(result: Element<'_, '_>) -> Vec<String> {
    result.members("Listeners").map(|it| it.text("ListenerArn").to_owned()).collect()
}

/// Of `DescribeRules`: each action that forwards.
pub fn forwards(result: Element<'_, '_>) -> Vec<Forward> {
    let of_action = |action: Element<'_, '_>| {
        let groups: Vec<_> = action.child("ForwardConfig")?.members("TargetGroups").collect();
        // An only group may be told without its weight, and has all of it.
        let weight = |it: Element<'_, '_>| it.text("Weight").parse().unwrap_or(1);
        Some(groups.into_iter().map(|it| (it.text("TargetGroupArn").to_owned(), weight(it))).collect())
    };
    result.members("Rules").flat_map(|rule| rule.members("Actions").filter_map(of_action).collect::<Vec<_>>()).collect()
}

/// Of `DescribeTargetHealth`. Health is not looked at: whoever is registered was told of.
pub fn targets(result: Element<'_, '_>) -> Vec<Target> {
    let read = |it: Element<'_, '_>| {
        let target = it.child("Target")?;
        Some(Target { id: target.text("Id").to_owned(), port: target.text("Port").parse().ok()? })
    };
    result.members("TargetHealthDescriptions").filter_map(read).collect()
}
