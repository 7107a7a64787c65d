//! What the server counts of itself. A leaf module.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Requests by method, route and status.
#[derive(Debug, Default)]
pub struct Counts(Mutex<BTreeMap<(String, &'static str, u16), u64>>);

impl Counts {
    /// One more.
    pub fn add(&self, method: &str, route: &'static str, status: u16) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((method.to_owned(), route, status)).or_default() += 1;
    }

    /// In Prometheus' text form.
    #[must_use]
    pub fn exposition(&self) -> String {
        let mut text = String::from("# TYPE capstan_server_requests_total counter\n");
        for ((method, route, status), count) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "capstan_server_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }
        text
    }
}
