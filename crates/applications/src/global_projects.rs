//! Projects whose lists other projects inherit: `globalProjects` of `argocd-cm`.

use api::AppProject;
use object::Meta;
use serde_json::Value;
use std::collections::BTreeMap;

/// A project that others inherit from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalProject {
    /// Its name.
    pub name: String,
    labels: BTreeMap<String, String>,
    expressions: Vec<Expression>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Expression {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl GlobalProject {
    /// Reads the list of them.
    ///
    /// # Errors
    /// In words: what of it cannot be read.
    pub fn read(list: &Value) -> Result<Vec<Self>, String> {
        let items = list.as_array().ok_or("a list was expected")?;
        items.iter().map(GlobalProject::of).collect()
    }

    fn of(item: &Value) -> Result<Self, String> {
        let name = item.get("projectName").and_then(Value::as_str).ok_or("projectName is missing")?.to_owned();
        let selector = item.get("labelSelector").cloned().unwrap_or_default();
        let labels = match selector.get("matchLabels") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(labels) => serde_json::from_value(labels.clone()).map_err(|_| "matchLabels: texts were expected")?,
        };
        let expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
        let expressions = expressions.map(Expression::of).collect::<Result<_, _>>()?;
        Ok(GlobalProject { name, labels, expressions })
    }

    /// Whether a project inherits from it.
    #[must_use]
    pub fn concerns(&self, project: &Meta) -> bool {
        let label = |key: &str| project.labels.get(key).map(|value| &**value);
        let has_labels = self.labels.iter().all(|(key, value)| label(key) == Some(value));
        *project.name != *self.name && has_labels && self.expressions.iter().all(|own| own.matches(label(&own.key)))
    }
}

impl Expression {
    fn of(item: &Value) -> Result<Self, String> {
        let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
        let operator = match text("operator") {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => return Err(format!("operator {other:?} is none of In, NotIn, Exists, DoesNotExist")),
        };
        let values = item.get("values").and_then(Value::as_array).into_iter().flatten();
        let values = values.filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Expression { key: text("key").to_owned(), operator, values })
    }

    fn matches(&self, label: Option<&str>) -> bool {
        let is_in = || label.is_some_and(|label| self.values.iter().any(|value| value == label));
        match self.operator {
            Operator::In => is_in(),
            Operator::NotIn => !is_in(),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
        }
    }
}

/// Adds what a global project says to a project's own lists.
pub fn inherit(project: &mut AppProject, global: &AppProject) {
    let (own, more) = (&mut project.spec, &global.spec);
    own.source_repos.extend(more.source_repos.iter().cloned());
    own.destinations.extend(more.destinations.iter().cloned());
    own.cluster_resource_whitelist.extend(more.cluster_resource_whitelist.iter().cloned());
    own.cluster_resource_blacklist.extend(more.cluster_resource_blacklist.iter().cloned());
    own.namespace_resource_blacklist.extend(more.namespace_resource_blacklist.iter().cloned());
    own.sync_windows.extend(more.sync_windows.iter().cloned());
    own.destination_service_accounts.extend(more.destination_service_accounts.iter().cloned());
    // Compat: kinds that a global project allows limit a project without a list of its own to those.
    if let Some(more) = more.namespace_resource_whitelist.as_ref().filter(|more| !more.is_empty()) {
        own.namespace_resource_whitelist.get_or_insert_default().extend(more.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_and_expressions_choose_the_heirs() {
        let object = |labels: Value| {
            let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
                "metadata": {"name": "shop", "labels": labels}});
            object::Object::from_value(&value).expect("an object")
        };
        let concerns = |selector: Value, labels: Value| {
            let list = json!([{"projectName": "base", "labelSelector": selector}]);
            GlobalProject::read(&list).map(|all| all[0].concerns(object(labels).meta()))
        };
        let team = json!({"team": "a"});
        assert_eq!(concerns(json!({"matchLabels": {"team": "a"}}), team.clone()), Ok(true));
        assert_eq!(concerns(json!({"matchLabels": {"team": "b"}}), team.clone()), Ok(false));
        let expression = |operator: &str, values: Value| json!({"matchExpressions": [{"key": "team", "operator": operator, "values": values}]});
        assert_eq!(concerns(expression("In", json!(["a", "b"])), team.clone()), Ok(true));
        assert_eq!(concerns(expression("NotIn", json!(["a"])), team.clone()), Ok(false));
        assert_eq!(concerns(expression("Exists", json!([])), team.clone()), Ok(true));
        assert_eq!(concerns(expression("DoesNotExist", json!([])), json!({})), Ok(true));
        assert!(concerns(expression("Like", json!([])), team).is_err());
        let itself = json!([{"projectName": "shop"}]);
        assert!(!GlobalProject::read(&itself).expect("a list")[0].concerns(object(json!({})).meta()));
    }
}
