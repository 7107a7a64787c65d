//! Which images run, and for whom.

use crate::experiment::ExperimentView;
use crate::icon;
use crate::replica_set::SetView;
use std::collections::BTreeMap;

/// An image that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// For whom: parts that versions play, versions of experiments.
    pub tags: Vec<String>,
}

/// The images of a Rollout by name; the tags of one that runs in several places are sorted.
pub fn of_rollout(sets: &[SetView], experiments: &[ExperimentView]) -> Vec<Image> {
    let mut images = BTreeMap::new();
    for set in sets.iter().filter(|set| set.replicas > 0) {
        let roles: Vec<String> = set.roles.iter().map(|role| role.as_str().to_owned()).collect();
        add(&mut images, set, &roles);
    }
    experiments.iter().for_each(|experiment| add_experiment(&mut images, experiment));
    in_order(images)
}

/// The images of an Experiment by name.
pub fn of_experiment(experiment: &ExperimentView) -> Vec<Image> {
    let mut images = BTreeMap::new();
    add_experiment(&mut images, experiment);
    in_order(images)
}

fn add_experiment(images: &mut BTreeMap<String, Vec<String>>, experiment: &ExperimentView) {
    for set in experiment.sets.iter().filter(|set| set.replicas > 0) {
        let tag = (!set.template.is_empty()).then(|| format!("{}:{}", icon::EXPERIMENT, set.template));
        add(images, set, &tag.into_iter().collect::<Vec<_>>());
    }
}

fn add(images: &mut BTreeMap<String, Vec<String>>, set: &SetView, tags: &[String]) {
    for image in &set.images {
        match images.get_mut(image) {
            None => {
                images.insert(image.clone(), tags.to_vec());
            }
            Some(known) => {
                known.extend(tags.iter().cloned());
                known.sort();
                known.dedup();
            }
        }
    }
}

fn in_order(images: BTreeMap<String, Vec<String>>) -> Vec<Image> {
    images.into_iter().map(|(name, tags)| Image { name, tags }).collect()
}
