//! One object, desired against live. Start at [`compare`].

use crate::answer::owned_prediction;
use crate::difference::{Difference, differences};
use crate::known::known_type;
use crate::last_applied::{last_applied, remove_last_applied};
use crate::managers::remove_managed;
use crate::migrate::bridge_tracking;
use crate::normalize::{Known, normalize, tidy};
use crate::predict::{Prediction, Sides, predict_client_side, predict_server_side};
use crate::rules::{ApplyMethod, Rules, Webhooks};
use api::hook::has_annotation_option;
use api::names::ANNOTATION_SYNC_OPTIONS;
use object::{Fetched, Gvk, Object, pointer_remove};
use schema::Schema;
use serde_json::Value;

/// What is to be said of a desired and a live object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Applying the desired object would change nothing.
    Same,
    /// It would change something.
    Different,
    /// It would be made: it is not there.
    Missing,
    /// It is there and not desired.
    Extra,
    /// The live object could not be read, so nothing can be said. The cause, in words.
    Unknown(String),
}

/// A comparison with what it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The result.
    pub verdict: Verdict,
    /// The live object without what does not count; `None` when there is none.
    pub live: Option<Value>,
    /// What the live object would be after applying the desired one; `None` when there would be none.
    pub predicted: Option<Value>,
}

impl Comparison {
    /// Whether applying would change or make something.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        matches!(self.verdict, Verdict::Different | Verdict::Missing)
    }

    /// What would change, place by place.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        differences(self.live.as_ref(), self.predicted.as_ref())
    }

    fn unknown(cause: &str) -> Self {
        Comparison { verdict: Verdict::Unknown(cause.to_owned()), live: None, predicted: None }
    }

    fn of(live: Value, predicted: Value) -> Self {
        let verdict = if live == predicted { Verdict::Same } else { Verdict::Different };
        Comparison { verdict, live: Some(live), predicted: Some(predicted) }
    }
}

/// Why two objects could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There is nothing on either side.
    #[error("neither a desired nor a live object was given")]
    Nothing,
    /// The prediction could not be made.
    #[error("{object}: {cause}")]
    Prediction {
        /// Which object.
        object: String,
        /// Why.
        cause: String,
    },
}

/// Compares a desired with a live object. `predicted` is what the server answered to a dry run, where one was made;
/// without it the prediction is made here: by the fields' owners where the object is applied server-side, by what was
/// applied last where that is noted, else by what is desired alone (so that what others added is no difference).
///
/// Guarantees: what could not be read gives [`Verdict::Unknown`], never [`Verdict::Missing`].
///
/// # Errors
/// When neither side is given, or a server-side prediction is impossible.
pub fn compare(
    desired: Option<&Object>,
    live: Fetched<&Object>,
    predicted: Option<&Value>,
    rules: &Rules,
    schema: &Schema,
) -> Result<Comparison, CompareError> {
    let live = match live {
        Fetched::Unknown(cause) => return Ok(Comparison::unknown(&cause)),
        Fetched::Known(live) => Some(live),
        Fetched::Absent => None,
    };
    match (desired, live) {
        (None, None) => Err(CompareError::Nothing),
        (Some(desired), None) => {
            let value = normalize_object(desired.gvk(), desired.value(), rules, schema);
            Ok(Comparison { verdict: Verdict::Missing, live: None, predicted: Some(value) })
        }
        (None, Some(live)) => {
            let value = normalize_object(live.gvk(), live.value(), rules, schema);
            Ok(Comparison { verdict: Verdict::Extra, live: Some(value), predicted: None })
        }
        (Some(_), Some(live)) if predicted.is_some() => {
            let answered = predicted.cloned().unwrap_or_default();
            Ok(compare_answer(live, answered, rules, schema))
        }
        (Some(desired), Some(live)) => {
            let (live, predicted) = predict(desired, live, rules, schema)?.into_sides();
            Ok(Comparison::of(live, predicted))
        }
    }
}

/// The verdict of [`compare`] alone, without the values it was made of: what a whole application needs of each of its
/// resources, at a fraction of the work.
///
/// # Errors
/// As [`compare`].
pub fn verdict(
    desired: Option<&Object>,
    live: Fetched<&Object>,
    answered: Option<&Object>,
    rules: &Rules,
    schema: &Schema,
) -> Result<Verdict, CompareError> {
    match (desired, live) {
        (_, Fetched::Unknown(cause)) => Ok(Verdict::Unknown(cause)),
        (None, Fetched::Absent) => Err(CompareError::Nothing),
        (Some(_), Fetched::Absent) => Ok(Verdict::Missing),
        (None, Fetched::Known(_)) => Ok(Verdict::Extra),
        (Some(_), Fetched::Known(live)) if answered.is_some() => {
            let answered = answered.map(Object::value).unwrap_or_default();
            Ok(compare_answer(live, answered, rules, schema).verdict)
        }
        (Some(desired), Fetched::Known(live)) => {
            let is_same = predict(desired, live, rules, schema)?.is_same();
            Ok(if is_same { Verdict::Same } else { Verdict::Different })
        }
    }
}

/// The object without what does not count: the form both sides are compared in.
#[must_use]
pub fn normalize_object(gvk: &Gvk, value: Value, rules: &Rules, schema: &Schema) -> Value {
    let is_known = if known_type(schema, gvk).is_some() { Known::Yes } else { Known::No };
    normalize(gvk, value, is_known, rules)
}

fn predict(desired: &Object, live: &Object, rules: &Rules, schema: &Schema) -> Result<Prediction, CompareError> {
    let gvk = desired.gvk();
    let desired_value = desired.value();
    let mut desired_value = desired_value;
    let mut live_value = live.value();
    bridge_tracking(&desired_value, &mut live_value, &rules.settings().tracking);
    remove_managed(gvk, &mut desired_value, &mut live_value, rules, schema);
    let desired_value = normalize_object(gvk, desired_value, rules, schema);
    let live_value = normalize_object(live.gvk(), live_value, rules, schema);
    let sides = Sides { gvk, schema, desired: desired_value, live: live_value };

    let is_server_side = rules.settings().apply == ApplyMethod::ServerSide
        || has_annotation_option(desired.meta(), ANNOTATION_SYNC_OPTIONS, "ServerSideApply=true");
    let prediction = if is_server_side {
        predict_server_side(sides).map_err(|cause| format!("error calculating structured merge diff: {cause}"))
    } else {
        let applied = last_applied(&sides.live).map(|mut applied| {
            tidy(gvk, &mut applied, rules);
            applied
        });
        predict_client_side(sides, applied)
    };
    prediction.map_err(|cause| CompareError::Prediction { object: desired.key().to_string(), cause })
}

/// Compares a live object with the server's own answer. What does not count is taken away only now, for the answer
/// had to see it.
fn compare_answer(live: &Object, answered: Value, rules: &Rules, schema: &Schema) -> Comparison {
    let answered = match rules.settings().webhooks {
        Webhooks::NotAsked | Webhooks::Count => answered,
        Webhooks::Ignored => owned_prediction(live, &answered, schema),
    };
    let clean = |value: Value| {
        let mut value = normalize_object(live.gvk(), value, rules, schema);
        for pointer in ["/metadata/managedFields", "/metadata/resourceVersion"] {
            let _ = pointer_remove(&mut value, pointer);
        }
        remove_last_applied(&mut value);
        value
    };
    Comparison::of(clean(live.value()), clean(answered))
}
