//! What the world looks like.

use super::Stage;
use super::pods::image;

impl Stage {
    /// The image of the version with this hash.
    pub fn image_of(&self, hash: &str) -> String {
        let set = self.sets.iter().find(|set| set.hash == hash);
        set.map(|set| image(&set.template)).filter(|image| !image.is_empty()).unwrap_or("-").to_owned()
    }

    /// The world in one line.
    pub fn line(&self) -> String {
        let status = &self.rollout.status;
        let message = if status.message.is_empty() { String::new() } else { format!(" - {}", status.message) };
        let mut parts = vec![format!("{}{message}", status.phase)];
        if let (Some(index), Some(canary)) = (status.current_step_index, &self.rollout.spec.strategy.canary) {
            parts.push(format!("step {index}/{}", canary.steps.len()));
        }
        if let Some(weights) = &status.canary.weights {
            parts.push(format!("weight {}", weights.canary.weight));
        }
        parts.push(format!(
            "desired {} current {} updated {} available {}",
            self.rollout.spec.replicas(),
            status.replicas,
            status.updated_replicas,
            status.available_replicas
        ));
        let pods = self.sets.iter().filter(|set| set.size.spec > 0 || set.size.actual > 0);
        let pods = pods.map(|set| {
            let role = if set.hash == status.stable_rs { "*" } else { "" };
            let delay = if set.has_deadline() { " delay" } else { "" };
            format!("{}{role}:{}/{}{delay}", self.image_of(&set.hash), set.size.available, set.size.spec)
        });
        parts.push(pods.collect::<Vec<_>>().join(" "));
        for (name, service) in &self.services {
            let hash = service.known().and_then(|service| service.hash.clone()).unwrap_or_default();
            parts.push(format!("{name}->{}", self.image_of(&hash)));
        }
        parts.join(" | ")
    }

    /// All conditions of the Rollout.
    pub fn conditions(&self) -> Vec<String> {
        let conditions = self.rollout.status.conditions.iter();
        conditions.map(|it| format!("{}={} {}: {}", it.kind, it.status, it.reason, it.message)).collect()
    }
}
