//! Every service against a server on this machine, each field held to its vendor's page, and servers that misbehave.

mod mail_server;
mod stage;

mod certificates;
mod chats;
mod clouds;
mod github;
mod incidents;
mod mail;
mod misbehaving;
mod nats;
mod slack;
mod webhook;
