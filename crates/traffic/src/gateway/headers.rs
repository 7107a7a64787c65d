//! Rules that steps make: requests with certain headers go to the new version. Each rule that leads to both versions
//! gets one of its own, named after the step's route.

use super::backend::leads_to;
use super::config::RouteKind;
use api::rollouts::{Rollout, SetHeaderRoute};
use serde_json::{Map, Value, json};

/// The rules of one route.
pub struct Rules<'a> {
    /// Its kind.
    pub kind: RouteKind,
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// The new version's Service.
    pub canary: &'a str,
    /// The stable version's Service.
    pub stable: &'a str,
}

impl Rules<'_> {
    /// Whether a step has made a rule.
    // Compat: upstream also takes any rule with the new version as its only backend for one of its own, and so would
    // take away a rule that its user wrote.
    pub fn is_managed(&self, rule: &Value) -> bool {
        let name = rule["name"].as_str().unwrap_or_default();
        crate::routes::managed(self.rollout).iter().any(|route| is_named_after(name, route))
    }

    /// Takes away all rules that steps have made; says whether there were any.
    pub fn remove_all(&self, route: &mut Value) -> bool {
        let Some(rules) = list(route) else { return false };
        let before = rules.len();
        rules.retain(|rule| !self.is_managed(rule));
        rules.len() != before
    }

    /// Makes the rules of a step; without a header to ask for, they go.
    ///
    /// # Errors
    /// When a header has no value to compare with, or no rule leads to both versions.
    pub fn set(&self, route: &mut Value, header: &SetHeaderRoute) -> Result<(), String> {
        let asked = header.matches.iter().map(|one| {
            let wanted = one.header_value.as_ref();
            let text = |part: fn(&api::rollouts::StringMatch) -> &String| wanted.map_or("", |wanted| part(wanted));
            let (kind, value) = match (text(|it| &it.exact), text(|it| &it.prefix), text(|it| &it.regex)) {
                ("", "", "") => {
                    return Err(format!("invalid header match type: header {} has no value", one.header_name));
                }
                ("", "", regex) => ("RegularExpression", regex.to_owned()),
                ("", prefix, _) => ("RegularExpression", format!("{prefix}.*")),
                (exact, _, _) => ("Exact", exact.to_owned()),
            };
            Ok(json!({"name": one.header_name, "type": kind, "value": value}))
        });
        let asked: Vec<Value> = asked.collect::<Result<_, _>>()?;
        let Some(rules) = list(route) else { return Err(self.kind.not_found().to_owned()) };
        rules.retain(|rule| !is_named_after(rule["name"].as_str().unwrap_or_default(), &header.name));
        if asked.is_empty() {
            return Ok(());
        }
        let sources =
            rules.iter().filter(|rule| !self.is_managed(rule)).filter_map(|rule| Some((rule, self.canary_of(rule)?)));
        let made: Vec<Value> = sources
            .enumerate()
            .map(|(at, (source, canary))| {
                let name = if at == 0 { header.name.clone() } else { format!("{}-{at}", header.name) };
                self.made(&name, source, canary, &asked)
            })
            .collect();
        if made.is_empty() {
            return Err(self.kind.not_found().to_owned());
        }
        rules.extend(made);
        Ok(())
    }

    /// The new version's backend of a rule that leads to both.
    fn canary_of<'r>(&self, rule: &'r Value) -> Option<&'r Value> {
        let backends = rule["backendRefs"].as_array()?;
        let has_stable = backends.iter().any(|one| leads_to(one, self.stable));
        backends.iter().find(|one| leads_to(one, self.canary)).filter(|_| has_stable)
    }

    /// A rule beside another: the same matches with the headers, the same filters, and one backend.
    fn made(&self, name: &str, source: &Value, canary: &Value, asked: &[Value]) -> Value {
        let all = [Value::Object(Map::new())];
        let sources =
            source["matches"].as_array().filter(|list| !list.is_empty()).map_or(all.as_slice(), Vec::as_slice);
        let matches = sources.iter().map(|one| {
            let mut one = one.clone();
            if self.kind == RouteKind::Http && one.get("path").is_none() {
                // What the API server would fill in: the rule is compared with what was made before.
                one["path"] = json!({"type": "PathPrefix", "value": "/"});
            }
            let mut headers = one["headers"].as_array().cloned().unwrap_or_default();
            headers.extend(asked.iter().cloned());
            one["headers"] = Value::Array(headers);
            one
        });
        let mut backend = json!({"group": "", "kind": "Service", "name": self.canary, "weight": 1});
        for field in ["port", "namespace"] {
            if let Some(value) = canary.get(field) {
                backend[field] = value.clone();
            }
        }
        let mut rule = json!({"name": name, "matches": matches.collect::<Vec<_>>(), "backendRefs": [backend]});
        if let Some(filters) = source.get("filters") {
            rule["filters"] = filters.clone();
        }
        rule
    }
}

fn list(route: &mut Value) -> Option<&mut Vec<Value>> {
    route.pointer_mut("/spec/rules").and_then(Value::as_array_mut)
}

/// Whether a rule's name is a route's, or that with a number.
fn is_named_after(name: &str, route: &str) -> bool {
    let number = name.strip_prefix(route).and_then(|rest| rest.strip_prefix('-'));
    !route.is_empty() && (name == route || number.is_some_and(|number| number.parse::<u32>().is_ok()))
}
