//! One try to deliver: the notification is made, what it asks of repositories is found out, and it is sent.

use crate::evaluate::{Access, Due};
use crate::outbox::Outcome;
use crate::source::{Lookups, Sender};
use jiff::Timestamp;
use notifications::{Facts, Product, Sections, Variables};
use notifiers::SendError;
use serde_json::Value as Json;
use std::sync::Arc;

/// How often what templates ask is found out: a commit, then what that leads to.
pub(crate) const ROUNDS_MAX: usize = 3;

/// What a try needs besides what is due.
pub(crate) struct Around {
    pub product: Product,
    pub project: Option<Arc<Json>>,
    pub runs: Option<Arc<Json>>,
    pub secrets: Access,
    pub sender: Arc<dyn Sender>,
    pub lookups: Arc<dyn Lookups>,
    pub now: Timestamp,
}

/// Makes and sends it.
pub(crate) async fn deliver(due: &Due, around: &Around) -> Outcome {
    let failed = |cause: String| Outcome::Failed { cause: due.config.secrets.redacted(&cause), after: None };
    let Some(Ok(service)) = due.config.services.get(&due.destination.service) else {
        return failed(format!("notification service '{}' is not supported", due.destination.service));
    };
    let mut facts = Facts::default();
    let mut round = 0;
    let rendered = loop {
        let variables = Variables {
            product: around.product,
            object: &due.object,
            project: around.project.as_deref(),
            runs: around.runs.as_deref(),
            context: &due.config.context,
            secrets: around.secrets.of(&due.config),
            facts: &facts,
            destination: Some((&due.destination.service, &due.destination.recipient)),
        };
        let rendered = due.config.render(&due.templates, &variables, Sections::Of(&service.kind), around.now);
        let wanted = facts.take_wanted();
        round += 1;
        if rendered.is_ok() || wanted.is_empty() || round > ROUNDS_MAX {
            break rendered;
        }
        find_out(&wanted, &due.object, &mut facts, &*around.lookups).await;
    };
    let notification = match rendered {
        Ok(notification) => notification,
        Err(why) => return failed(why.to_string()),
    };
    let sending = around.sender.send(service.clone(), notification, due.destination.clone(), due.config.owner);
    match sending.await {
        Ok(()) => Outcome::Delivered,
        Err(SendError::Dropped(why)) => {
            tracing::warn!(trigger = due.trigger, "{}", due.config.secrets.redacted(&why));
            Outcome::Dropped
        }
        Err(SendError::Failed { message, after }) => {
            Outcome::Failed { cause: due.config.secrets.redacted(&message), after }
        }
    }
}

/// Finds out what was asked.
pub(crate) async fn find_out(
    wanted: &notifications::Wanted,
    object: &Arc<Json>,
    facts: &mut Facts,
    lookups: &dyn Lookups,
) {
    for commit in &wanted.commits {
        facts.add_commit(commit, lookups.commit(Arc::clone(object), commit.clone()).await);
    }
    if wanted.details {
        facts.set_details(lookups.details(Arc::clone(object)).await);
    }
}
