//! A post office of tests: takes what is sent, and does with it what the service's name says.

use futures::future::BoxFuture;
use jiff::Timestamp;
use notifications::{Destination, Notification, Owner, ServiceConfig};
use notifiers::SendError;
use notify::Sender;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was sent: to whom, and what it said.
#[derive(Default)]
pub struct Post {
    sent: Mutex<Vec<String>>,
    tries: AtomicU32,
    /// How many tries of the service `flaky` fail.
    pub failures: AtomicU32,
}

impl Post {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn sent(&self) -> Vec<String> {
        self.sent.lock().expect("no panic").clone()
    }

    pub fn tries(&self) -> u32 {
        self.tries.load(Ordering::SeqCst)
    }
}

pub struct Office(pub Arc<Post>);

impl Sender for Office {
    fn send(
        &self,
        service: ServiceConfig,
        notification: Notification,
        destination: Destination,
        _: Owner,
    ) -> BoxFuture<'static, Result<(), SendError>> {
        let post = Arc::clone(&self.0);
        Box::pin(async move {
            post.tries.fetch_add(1, Ordering::SeqCst);
            match destination.service.as_str() {
                "dead" => std::future::pending().await,
                "panics" => panic!("a service with a defect"),
                "busy" => {
                    let after = Some(Duration::from_secs(600));
                    return Err(SendError::Failed { message: "answered 429 Too Many Requests".to_owned(), after });
                }
                "leaky" => {
                    let message = format!("refused {}", service.options);
                    return Err(SendError::Failed { message, after: None });
                }
                "flaky" if post.failures.load(Ordering::SeqCst) > 0 => {
                    post.failures.fetch_sub(1, Ordering::SeqCst);
                    return Err(SendError::Failed {
                        message: "answered 500 Internal Server Error".to_owned(),
                        after: None,
                    });
                }
                _ => {}
            }
            post.sent.lock().expect("no panic").push(format!("{destination} {}", notification.message));
            Ok(())
        })
    }
}

pub fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}
