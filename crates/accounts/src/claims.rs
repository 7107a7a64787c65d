//! What a token says about who shows it.

use serde_json::{Map, Value};

/// The claims of a token whose signature was verified.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims(Map<String, Value>);

/// Groups that are taken from one token: more make every decision slower for everybody.
pub const GROUPS_MAX: usize = 1_000;

impl Claims {
    /// Takes the claims as they are.
    #[must_use]
    pub fn new(claims: Map<String, Value>) -> Self {
        Claims(claims)
    }

    /// A claim as it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets a claim, such as groups that were asked for elsewhere.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// A claim that is a text; empty if it is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim that is a time in seconds; fractions are cut.
    #[must_use]
    pub fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        // A time beyond what a double holds exactly is none.
        let whole = |seconds: f64| (seconds.abs() < 9.0e15).then_some(seconds as i64);
        value.as_i64().or_else(|| value.as_f64().and_then(whole))
    }

    /// Who it is: what the provider behind a broker calls the user, else the subject. Empty if neither says.
    #[must_use]
    pub fn user(&self) -> &str {
        let federated = self.get("federated_claims").and_then(|claims| claims.get("user_id")).and_then(Value::as_str);
        federated.filter(|id| !id.is_empty()).unwrap_or_else(|| self.text("sub"))
    }

    /// The values of these claims, each a text or a list of texts; at most [`GROUPS_MAX`].
    #[must_use]
    pub fn groups(&self, scopes: &[String]) -> Vec<String> {
        let values = scopes.iter().filter_map(|scope| self.get(scope));
        let texts = values.flat_map(|value| match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            Value::String(text) => vec![text.as_str()],
            _ => Vec::new(),
        });
        texts.take(GROUPS_MAX).map(str::to_owned).collect()
    }

    /// All of them.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}
