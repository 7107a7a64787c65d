//! The scripts of one control plane, by kind, and how they go before or beside the built-in rules.

use crate::actions::{ActError, Action, act, discover};
use crate::health_rule::judge;
use crate::limits::LIMITS;
use crate::read::read;
use crate::sandbox::{Libraries, LuaError, Run};
use crate::scripts::{Customizations, Script};
use health::actions::Effect;
use health::{Override, Overrides};
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

impl Customizations {
    /// Reads the data of `argocd-cm`: `resource.customizations.health.<group_Kind>`, `.actions.<group_Kind>`,
    /// `.useOpenLibs.<group_Kind>`, and the old form `resource.customizations`. Gives what cannot be read besides.
    #[must_use]
    pub fn read(data: &BTreeMap<String, String>) -> (Self, Vec<String>) {
        read(data)
    }

    /// Whether there are no health scripts, so that nothing needs to be judged anew.
    #[must_use]
    pub fn has_health_rules(&self) -> bool {
        !(self.health.is_empty() && self.patterns.is_empty())
    }

    /// The health rules, run as if it were `now`.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Timed<'_> {
        Timed { customizations: self, now }
    }

    /// The actions that an object has, by name: the user's, and the built-in ones where the user has none or wants both.
    ///
    /// # Errors
    /// When the discovery script fails.
    pub fn discover(&self, live: &Object, now: Timestamp) -> Result<Vec<Action>, LuaError> {
        let own = self.actions.get(&kind_key(live.gvk())).filter(|own| !own.discovery.trim().is_empty());
        let mut found = BTreeMap::new();
        if own.is_none_or(|own| own.merges_built_in) {
            let built_in = health::actions::discover(live).into_iter().map(Action::from);
            found.extend(built_in.map(|action| (action.name.clone(), action)));
        }
        if let Some(own) = own {
            let object = live.value();
            found.extend(discover(&action_run("discovery.lua", &own.discovery, &object, None, now), LIMITS)?);
        }
        Ok(found.into_values().collect())
    }

    /// What an action writes: the user's of this name, else the built-in one. `parameters` are by name.
    ///
    /// # Errors
    /// When there is no such action, it refuses, or its script fails.
    pub fn act(
        &self,
        live: &Object,
        action: &str,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<Effect>, ActError> {
        let own = self.actions.get(&kind_key(live.gvk())).into_iter().flat_map(|own| &own.definitions);
        let Some(definition) = own.into_iter().find(|definition| definition.name == action) else {
            return Ok(health::actions::run(live, action, parameters, now)?);
        };
        let object = live.value();
        let given: Map<String, Value> =
            parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let given = Value::Object(given);
        let run = action_run("action.lua", &definition.script, &object, Some(&given), now);
        Ok(act(&run, live, LIMITS)?)
    }

    fn health_script(&self, gvk: &Gvk) -> Option<&Script> {
        let key = kind_key(gvk);
        let by_pattern = || self.patterns.iter().find(|(_, glob, _)| glob.matches(&key)).map(|(_, _, script)| script);
        self.health.get(&key).or_else(by_pattern)
    }
}

/// The health rules at a time.
#[derive(Debug, Clone, Copy)]
pub struct Timed<'a> {
    customizations: &'a Customizations,
    now: Timestamp,
}

impl Overrides for Timed<'_> {
    fn health(&self, live: &Object) -> Result<Override, String> {
        let Some(script) = self.customizations.health_script(live.gvk()) else { return Ok(Override::None) };
        let run = Run {
            name: "health.lua",
            script: &script.text,
            libraries: script.libraries,
            object: &live.value(),
            parameters: None,
            now: self.now,
        };
        judge(&run, LIMITS).map_err(|error| error.to_string())
    }
}

/// Compat: actions see all libraries, as upstream's do; none reaches outside here.
fn action_run<'a>(
    name: &'a str,
    script: &'a str,
    object: &'a Value,
    parameters: Option<&'a Value>,
    now: Timestamp,
) -> Run<'a> {
    Run { name, script, libraries: Libraries::Many, object, parameters, now }
}

fn kind_key(gvk: &Gvk) -> String {
    if gvk.group.is_empty() { gvk.kind.to_string() } else { format!("{}/{}", gvk.group, gvk.kind) }
}
