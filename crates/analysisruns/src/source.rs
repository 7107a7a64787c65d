//! Where measurements come from. A leaf module: the controller knows no provider.

use analysis::{Answer, Task};
use api::rollouts::AnalysisRun;
use futures::future::BoxFuture;
use providers::Providers;
use std::sync::Arc;

/// Where measurements come from.
pub trait Source: Send + Sync + 'static {
    /// Does what a task asks. The error is why the run cannot go on at all.
    fn ask(&self, run: Arc<AnalysisRun>, task: Task) -> BoxFuture<'static, Result<Answer, String>>;

    /// Lets go of what was kept of a metric's measurements, all but the newest `keep`.
    fn forget(&self, run: Arc<AnalysisRun>, metric: String, keep: usize) -> BoxFuture<'static, Result<(), String>>;
}

impl Source for Arc<Providers> {
    fn ask(&self, run: Arc<AnalysisRun>, task: Task) -> BoxFuture<'static, Result<Answer, String>> {
        let providers = Arc::clone(self);
        Box::pin(async move { Providers::ask(&providers, &run, &task).await })
    }

    fn forget(&self, run: Arc<AnalysisRun>, metric: String, keep: usize) -> BoxFuture<'static, Result<(), String>> {
        let providers = Arc::clone(self);
        Box::pin(async move { Providers::forget(&providers, &run, &metric, keep).await })
    }
}
