//! What users, autoscalers, measurements and misfortune do to the world, as commands of one line.

use super::pods::image;
use super::{Stage, merge, template};
use api::rollouts::names::{ANNOTATION_DESIRED_REPLICAS, LABEL_POD_TEMPLATE_HASH};
use object::Fetched;
use serde_json::Value;
use strategy::{Service, Targets};

impl Stage {
    /// Does what one line says.
    pub fn command(&mut self, command: &str) {
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        let number = rest.parse::<i64>().unwrap_or(0);
        match word {
            "apply" | "pass" => {}
            "image" => self.change(|rollout| rollout.spec.template = template(rest)),
            "template" => {
                let patch: Value = serde_json::from_str(rest).expect("a patch in JSON");
                self.change(|rollout| merge(&mut rollout.spec.template, &patch));
            }
            "spec" => self.change_spec(rest),
            "scale" => self.change(|rollout| rollout.spec.replicas = i32::try_from(number).ok()),
            "pause" => self.change(|rollout| rollout.spec.paused = true),
            "resume" => self.change(|rollout| rollout.spec.paused = false),
            "restart" => {
                let at = api::Time::new(self.now);
                self.change(|rollout| rollout.spec.restart_at = Some(at));
                self.pass_time(1);
            }
            "promote" => self.patch(|status| status.pause_conditions.clear()),
            "skip" => self.patch(|status| {
                status.pause_conditions.clear();
                status.controller_pause = false;
                status.current_step_index = status.current_step_index.map(|index| index + 1);
            }),
            "promote-full" => {
                self.patch(|status| status.promote_full = status.current_pod_hash != status.stable_rs);
                if self.rollout.spec.paused {
                    self.change(|rollout| rollout.spec.paused = false);
                }
            }
            "doubtful" => self.warnings = rest.split(" | ").filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            "abort" => self.patch(|status| status.abort = true),
            "retry" => self.patch(|status| status.abort = false),
            "undo" => self.undo(rest),
            "wait" | "clock" => self.pass_time(number),
            "analysis" => self.verdict(rest),
            "experiment" => self.experiment_is(rest),
            other => self.misfortune(other, rest),
        }
    }

    fn change_spec(&mut self, patch: &str) {
        let patch: Value = serde_json::from_str(patch).expect("a patch in JSON");
        self.change(|rollout| {
            let mut spec = serde_json::to_value(&rollout.spec).expect("a spec");
            merge(&mut spec, &patch);
            rollout.spec = serde_json::from_value(spec).expect("a spec");
        });
    }

    /// What happens to pods, ReplicaSets, Services and the load balancer.
    fn misfortune(&mut self, word: &str, rest: &str) {
        let (name, number) = rest.split_once(' ').unwrap_or((rest, "1"));
        let count = number.parse::<usize>().unwrap_or(1);
        match word {
            "break" => drop(self.broken.insert(rest.to_owned())),
            "repair" => drop(self.broken.remove(rest)),
            "crash" => self.crash(name, count),
            "heal" => self.crashed.clear(),
            "edit-set" => self.edit_set(name, i64::try_from(count).expect("small")),
            "forget-size" => self.with_set(name, |set| drop(set.annotations.remove(ANNOTATION_DESIRED_REPLICAS))),
            "delete-set" => {
                let set = self.sets.iter().find(|set| image(&set.template) == name).map(|set| set.name.clone());
                self.delete_set(&set.unwrap_or_default());
            }
            "take-name" => drop(self.taken.insert(self.identity().template)),
            "switch" => self.switch(name, number),
            "taken-over" => self.take_over(name, number),
            "delete-service" => drop(self.services.insert(name.to_owned(), Fetched::Absent)),
            "create-service" => {
                let selector = [("app".to_owned(), "web".to_owned())].into();
                let service = Service { selector, ..Service::default() };
                self.services.insert(name.to_owned(), Fetched::Known(service));
            }
            "balancer" => self.balancer_does(rest),
            "targets" => self.targets = if rest == "verified" { Targets::Verified } else { Targets::Unverified },
            other => unreachable!("no command {other}"),
        }
    }

    fn balancer_does(&mut self, what: &str) {
        self.balancer.refuses = what == "refuses";
        self.balancer.verified = match what {
            "confirms" => Some(true),
            "denies" => Some(false),
            _ => None,
        };
    }

    fn with_set(&mut self, image_name: &str, change: impl FnOnce(&mut strategy::ReplicaSet)) {
        if let Some(set) = self.sets.iter_mut().find(|set| image(&set.template) == image_name) {
            change(set);
        }
    }

    /// Somebody scales a ReplicaSet by hand.
    pub fn edit_set(&mut self, image_name: &str, replicas: i64) {
        self.with_set(image_name, |set| set.size.spec = replicas);
    }

    /// Another controller made this version, and called it so; `former` is what releases before 1.9 call it.
    fn take_over(&mut self, image_name: &str, hash: &str) {
        let hash = if hash == "former" { self.identity().template_before } else { hash.to_owned() };
        let known = self.sets.iter().find(|set| image(&set.template) == image_name).map(|set| set.hash.clone());
        let known = known.expect("the version is there");
        self.with_set(image_name, |set| {
            set.hash.clone_from(&hash);
            set.template["metadata"]["labels"][LABEL_POD_TEMPLATE_HASH] = hash.as_str().into();
            // As the API server has it: with defaults.
            set.template["spec"]["containers"][0]["imagePullPolicy"] = "Always".into();
            set.template["spec"]["restartPolicy"] = "Always".into();
        });
        let status = serde_json::to_string(&self.rollout.status).expect("a status").replace(&known, &hash);
        self.rollout.status = serde_json::from_str(&status).expect("a status");
        for service in self.services.values_mut() {
            if let Fetched::Known(service) = service
                && service.hash.as_deref() == Some(known.as_str())
            {
                service.hash = Some(hash.clone());
            }
        }
    }

    fn switch(&mut self, service: &str, image_name: &str) {
        let hash = self.sets.iter().find(|set| image(&set.template) == image_name).map(|set| set.hash.clone());
        if let Some(Fetched::Known(service)) = self.services.get_mut(service) {
            service.hash = Some(hash.unwrap_or_else(|| image_name.to_owned()));
        }
    }

    /// The template of a version is put into the spec, as `undo` does.
    fn undo(&mut self, image_name: &str) {
        let Some(set) = self.sets.iter().find(|set| image(&set.template) == image_name) else { return };
        let mut template = set.template.clone();
        template["metadata"]["labels"].as_object_mut().expect("labels").remove(LABEL_POD_TEMPLATE_HASH);
        self.change(|rollout| rollout.spec.template = template);
    }

    /// All analyses that are not over come to a verdict: a phase, and a message.
    pub fn verdict(&mut self, words: &str) {
        let (phase, message) = words.split_once(' ').unwrap_or((words, ""));
        for run in self.runs.iter_mut().filter(|run| is_open(&run.phase)) {
            phase.clone_into(&mut run.phase);
            message.clone_into(&mut run.message);
        }
    }

    /// The same of experiments.
    pub fn experiment_is(&mut self, words: &str) {
        let (phase, message) = words.split_once(' ').unwrap_or((words, ""));
        for run in self.experiments.iter_mut().map(|it| &mut it.run).filter(|run| is_open(&run.phase)) {
            phase.clone_into(&mut run.phase);
            message.clone_into(&mut run.message);
        }
    }

    /// Whether a measurement is under way.
    pub fn is_measuring(&self) -> bool {
        let runs = self.runs.iter().chain(self.experiments.iter().map(|it| &it.run));
        runs.into_iter().any(|run| is_open(&run.phase))
    }
}

fn is_open(phase: &str) -> bool {
    matches!(phase, "" | "Pending" | "Running")
}
