//! What an autoscaler asks for. A leaf module.

use serde_json::Value;

/// What an autoscaler asks for.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// The fewest replicas.
    pub min: i64,
    /// The most.
    pub max: i64,
    /// Its metrics.
    pub metrics: Vec<Value>,
    up: Option<Rules>,
    down: Option<Rules>,
}

/// How it goes one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// For how long recommendations hold.
    pub window: i64,
    /// How fast it may go.
    pub policies: Vec<Policy>,
    /// Which of the policies counts.
    pub select: Select,
}

/// So many within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether the value is a share of the pods at the beginning of the period.
    pub is_percent: bool,
    /// How many.
    pub value: i64,
    /// The period's seconds.
    pub period: i64,
}

/// Which of several policies counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// The one that allows most.
    Max,
    /// The one that allows least.
    Min,
    /// It does not go this way.
    Disabled,
}

impl Spec {
    /// Reads an autoscaler.
    #[must_use]
    pub fn read(document: &Value) -> Self {
        let spec = &document["spec"];
        let rules = |way: &str, usual: fn() -> Rules| {
            let given = &spec["behavior"][way];
            given.is_object().then(|| Rules::read(given, usual()))
        };
        Spec {
            min: spec["minReplicas"].as_i64().unwrap_or(1),
            max: spec["maxReplicas"].as_i64().unwrap_or(1),
            metrics: spec["metrics"].as_array().cloned().unwrap_or_default(),
            up: rules("scaleUp", usual_up),
            down: rules("scaleDown", usual_down),
        }
    }

    /// How it goes up.
    #[must_use]
    pub fn rules_up(&self) -> Rules {
        self.up.clone().unwrap_or_else(usual_up)
    }

    /// How it goes down.
    #[must_use]
    pub fn rules_down(&self) -> Rules {
        self.down.clone().unwrap_or_else(usual_down)
    }
}

fn usual_up() -> Rules {
    let pods = Policy { is_percent: false, value: 4, period: 15 };
    let double = Policy { is_percent: true, value: 100, period: 15 };
    Rules { window: 0, policies: vec![pods, double], select: Select::Max }
}

fn usual_down() -> Rules {
    let all = Policy { is_percent: true, value: 100, period: 15 };
    Rules { window: 300, policies: vec![all], select: Select::Max }
}

impl Rules {
    fn read(given: &Value, usual: Rules) -> Self {
        let policies = given["policies"].as_array().map(|policies| policies.iter().map(Policy::read).collect());
        Rules {
            window: given["stabilizationWindowSeconds"].as_i64().unwrap_or(usual.window),
            policies: policies.filter(|policies: &Vec<Policy>| !policies.is_empty()).unwrap_or(usual.policies),
            select: match given["selectPolicy"].as_str() {
                Some("Min") => Select::Min,
                Some("Disabled") => Select::Disabled,
                _ => Select::Max,
            },
        }
    }
}

impl Policy {
    fn read(given: &Value) -> Self {
        Policy {
            is_percent: given["type"] == "Percent",
            value: given["value"].as_i64().unwrap_or_default(),
            period: given["periodSeconds"].as_i64().unwrap_or_default(),
        }
    }
}
