//! What is told of clusters, and to whom. A leaf module.

use cluster::{ClusterId, Notice};
use std::sync::Arc;

/// What is new of a cluster.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// Something in it.
    Notice(&'a Notice),
    /// How it stands with it.
    Connection,
}

/// Who is told what is new of which cluster. It must only note what to do.
pub type Told = Arc<dyn Fn(&ClusterId, News<'_>) + Send + Sync>;
