//! The priority of a pod, from its class.

use super::facts::Refused;
use crate::hooks::classes::SYSTEM_PRIORITIES;
use crate::read;
use serde_json::Value;

const PREEMPTS: &str = "PreemptLowerPriority";
const COMPUTED: &str = "must not be provided in pod spec; priority admission controller computed";

/// Sets priority and preemption policy.
pub fn admit(spec: &mut Value, classes: &[Value]) -> Result<(), Refused> {
    let name = read::text(spec, "priorityClassName").to_owned();
    let class = if name.is_empty() { default_class(classes) } else { Some(named(&name, classes)?) };
    let (priority, policy) = match &class {
        Some(class) => (class.priority, class.policy.clone()),
        None => (0, PREEMPTS.to_owned()),
    };
    if let Some(given) = read::given_number(spec, "priority").filter(|given| *given != priority) {
        let message =
            format!("the integer value of priority ({given}) {COMPUTED} {priority} from the given PriorityClass name");
        return Err(Refused(message));
    }
    let given = read::text(spec, "preemptionPolicy");
    if !given.is_empty() && given != policy {
        let message = format!(
            "the string value of PreemptionPolicy ({given}) {COMPUTED} {policy} from the given PriorityClass name"
        );
        return Err(Refused(message));
    }
    if let Some(class) = class {
        read::set(spec, "priorityClassName", class.name);
    }
    read::set(spec, "priority", priority);
    read::set(spec, "preemptionPolicy", policy);
    Ok(())
}

struct Class {
    name: String,
    priority: i64,
    policy: String,
}

impl Class {
    fn of(class: &Value) -> Self {
        let policy = match read::text(class, "preemptionPolicy") {
            "" => PREEMPTS,
            policy => policy,
        };
        Class {
            name: read::text(read::at(class, "metadata"), "name").to_owned(),
            priority: read::number(class, "value"),
            policy: policy.to_owned(),
        }
    }
}

/// The class for pods that name none: of several, the lowest.
fn default_class(classes: &[Value]) -> Option<Class> {
    classes.iter().filter(|class| read::flag(class, "globalDefault")).map(Class::of).min_by_key(|class| class.priority)
}

fn named(name: &str, classes: &[Value]) -> Result<Class, Refused> {
    let is_named = |class: &&Value| read::text(read::at(class, "metadata"), "name") == name;
    if let Some(class) = classes.iter().find(is_named) {
        return Ok(Class::of(class));
    }
    let system = SYSTEM_PRIORITIES.iter().find(|(known, _)| *known == name);
    match system {
        Some((_, priority)) => Ok(Class { name: name.to_owned(), priority: *priority, policy: PREEMPTS.to_owned() }),
        None => Err(Refused(format!("no PriorityClass with name {name} was found"))),
    }
}
