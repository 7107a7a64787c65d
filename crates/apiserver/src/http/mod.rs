//! Kubernetes' HTTP API as a `tower` service: one place where requests come in, faults are consulted and answers are
//! written. What requests mean is read in the small modules here; what they do is in `pipeline`.

mod answer;
mod body;
mod continue_token;
mod decode;
mod discovery;
mod dispatch;
mod incoming;
mod list_options;
mod logs;
mod negotiate;
mod path;
mod protobuf;
mod query;
mod read;
mod represent;
mod service;
mod watch;
mod write;
mod write_options;

pub use body::AnswerBody;
