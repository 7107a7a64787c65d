//! The services, one module each. Each turns a [`Sending`] into what its vendor's page asks for.

pub(crate) mod alertmanager;
pub(crate) mod awssqs;
pub(crate) mod console;
pub(crate) mod email;
pub(crate) mod gcppubsub;
pub(crate) mod github;
pub(crate) mod googlechat;
pub(crate) mod grafana;
pub(crate) mod mattermost;
pub(crate) mod nats;
pub(crate) mod newrelic;
pub(crate) mod opsgenie;
pub(crate) mod pagerduty;
pub(crate) mod pagerdutyv2;
pub(crate) mod pushover;
pub(crate) mod rocketchat;
mod sending;
pub(crate) mod slack;
pub(crate) mod teams;
pub(crate) mod teams_workflows;
pub(crate) mod telegram;
pub(crate) mod webex;
pub(crate) mod webhook;

pub(crate) use sending::Sending;
