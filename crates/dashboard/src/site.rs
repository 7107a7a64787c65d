//! What every request gets.

use crate::board::Board;
use crate::options::Options;
use crate::problem::Problem;
use crate::token::Token;
use clock::Clock;
use cluster::ClusterClient;
use tokio::sync::OnceCell;

/// What every request gets.
pub struct Site {
    /// How it is served.
    pub options: Options,
    /// The path below which everything is.
    pub base: String,
    /// The cluster.
    pub client: ClusterClient,
    /// The time.
    pub clock: Clock,
    /// What forms must carry: only who could read a page knows it.
    pub form_token: Token,
    board: OnceCell<Board>,
}

impl Site {
    /// A site that follows nothing yet.
    pub fn new(options: Options, client: ClusterClient, clock: Clock, form_token: Token) -> Self {
        Site { base: options.base(), options, client, clock, form_token, board: OnceCell::new() }
    }

    /// What is in the cluster; the first who asks waits until it has been read.
    pub async fn board(&self) -> Result<&Board, Problem> {
        self.board.get_or_try_init(|| Board::start(&self.client, &self.options.namespace)).await
    }
}
