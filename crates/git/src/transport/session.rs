//! One conversation, whatever carries it.

use super::http_ask::HttpAsk;
use super::ssh_ask::SshAsk;
use crate::error::Problem;
use crate::wire::greeting::Greeting;
use crate::wire::pkt::{Answer, Pace, PktReader};

/// Whether a conversation may begin with what an earlier one learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greet {
    /// A greeting heard earlier will do.
    Remembered,
    /// Ask anew.
    Anew,
}

/// A conversation after the greeting.
pub(crate) struct Session {
    /// How the server introduced itself.
    pub(crate) greeting: Greeting,
    /// Whether the greeting was remembered from an earlier conversation.
    pub(crate) remembered: bool,
    pub(super) carrier: Carrier,
}

/// What carries it.
pub(super) enum Carrier {
    /// Every request is a request of its own; its answer comes with it.
    Http(HttpAsk),
    /// One stream for everything.
    Ssh(SshAsk),
}

impl Session {
    /// Sends a request and gives the answer to read.
    pub(crate) async fn ask(&mut self, request: Vec<u8>, pace: Pace) -> Result<&mut PktReader<Answer>, Problem> {
        match &mut self.carrier {
            Carrier::Http(http) => http.ask(request, pace).await,
            Carrier::Ssh(ssh) => ssh.ask(request, pace).await,
        }
    }

    /// Ends the conversation politely.
    pub(crate) async fn finish(self) {
        if let Carrier::Ssh(ssh) = self.carrier {
            ssh.finish().await;
        }
    }

    /// A better reason for a failure, when the server gave one beside the protocol.
    pub(crate) fn explain(&self, problem: Problem) -> Problem {
        match &self.carrier {
            Carrier::Http(_) => problem,
            Carrier::Ssh(ssh) => ssh.explain(problem),
        }
    }
}
