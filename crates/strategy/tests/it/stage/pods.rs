//! Pods come and go as ReplicaSets ask: those that do not answer first.

use super::Stage;
use serde_json::{Value, json};
use strategy::{Pod, ReplicaSet};

impl Stage {
    /// Pods come and go, at the world's pace. Says whether anything moved.
    pub fn move_pods(&mut self) -> bool {
        let mut moved = self.end_what_was_told_to();
        let deleting = self.pods.len();
        self.pods.retain(|pod| !pod.is_deleting);
        moved |= deleting != self.pods.len();
        for set in self.sets.clone() {
            moved |= self.move_pods_of(&set);
        }
        self.recount();
        moved
    }

    fn end_what_was_told_to(&mut self) -> bool {
        let runs = self.runs.iter_mut().chain(self.experiments.iter_mut().map(|it| &mut it.run));
        let told = runs.filter(|run| run.is_terminated && matches!(run.phase.as_str(), "" | "Pending" | "Running"));
        told.map(|run| "Successful".clone_into(&mut run.phase)).count() > 0
    }

    fn move_pods_of(&mut self, set: &ReplicaSet) -> bool {
        let wanted = usize::try_from(set.size.spec).expect("no negative number");
        let (mut pace, mut moved) = (self.pace, false);
        let mut own: Vec<usize> = (0..self.pods.len()).filter(|at| self.pods[*at].set_uid == set.uid).collect();
        // Those that do not answer go first, then the youngest.
        own.sort_by_key(|at| (self.pods[*at].is_available, std::cmp::Reverse(self.pods[*at].created)));
        let mut gone: Vec<usize> = own.iter().take(own.len().saturating_sub(wanted).min(pace)).copied().collect();
        gone.sort_unstable();
        for at in gone.iter().rev() {
            self.pods.remove(*at);
            (pace, moved) = (pace.saturating_sub(1), true);
        }
        let have = own.len() - gone.len();
        // Pods that were there before this move become available, at the pace too.
        let is_broken = self.broken.contains(image(&set.template));
        for pod in self.pods.iter_mut().filter(|pod| pod.set_uid == set.uid) {
            let is_available = !is_broken && !self.crashed.contains(&pod.name);
            if pod.is_available && !is_available {
                (pod.is_available, moved) = (false, true);
            } else if is_available && !pod.is_available && pace > 0 {
                (pod.is_available, moved, pace) = (true, true, pace - 1);
            }
        }
        for _ in have..wanted {
            let is_fast = self.pace == usize::MAX && !is_broken;
            self.make_pod(set, is_fast);
            moved = true;
        }
        moved
    }

    fn make_pod(&mut self, set: &ReplicaSet, is_available: bool) {
        self.made += 1;
        let name = format!("{}-{}", set.name, self.made);
        self.pods.push(Pod {
            uid: name.clone(),
            name,
            set_uid: set.uid.clone(),
            created: self.now,
            is_available,
            is_deleting: false,
            metadata: set.template["metadata"].clone(),
        });
    }

    pub(super) fn evict(&mut self, name: &str) {
        let pod = self.pods.iter_mut().find(|pod| pod.name == name).expect("the pod is there");
        (pod.is_deleting, pod.is_available) = (true, false);
        self.recount();
    }

    /// ReplicaSets say how many pods they have.
    pub fn recount(&mut self) {
        for set in &mut self.sets {
            let own = self.pods.iter().filter(|pod| pod.set_uid == set.uid && !pod.is_deleting);
            let count = |pods: usize| i64::try_from(pods).expect("small");
            set.size.actual = count(own.clone().count());
            set.size.available = count(own.filter(|pod| pod.is_available).count());
            set.size.ready = set.size.available;
        }
    }

    /// So many pods of a version stop answering.
    pub fn crash(&mut self, image_name: &str, pods: usize) {
        let sets = self.sets.iter().filter(|set| image(&set.template) == image_name);
        let uids: Vec<String> = sets.map(|set| set.uid.clone()).collect();
        for pod in self.pods.iter_mut().filter(|pod| uids.contains(&pod.set_uid) && pod.is_available).take(pods) {
            pod.is_available = false;
            self.crashed.insert(pod.name.clone());
        }
        self.recount();
    }

    /// What was put on the pods of a version: their labels and annotations besides the hash.
    pub fn pod_metadata(&self, image_name: &str) -> Value {
        let set = self.sets.iter().find(|set| image(&set.template) == image_name);
        let pod = self.pods.iter().find(|pod| set.is_some_and(|set| set.uid == pod.set_uid));
        let mut metadata = pod.map(|pod| pod.metadata.clone()).unwrap_or_default();
        if let Some(labels) = metadata["labels"].as_object_mut() {
            labels.remove("rollouts-pod-template-hash");
        }
        json!(metadata)
    }
}

/// The image of a pod template's first container.
pub fn image(template: &Value) -> &str {
    template.pointer("/spec/containers/0/image").and_then(Value::as_str).unwrap_or_default()
}
