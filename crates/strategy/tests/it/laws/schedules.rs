//! Generated schedules: what users, autoscalers, measurements and misfortune do, one thing after the other, as commands
//! that a timeline could hold.

use super::dice::Dice;
use crate::stage::Stage;

const IMAGES: [&str; 5] = ["v1", "v2", "v3", "v4", "bad"];

/// The next thing that happens.
pub fn event(dice: &mut Dice, stage: &Stage) -> String {
    match dice.roll(30) {
        0..=5 => format!("image {}", dice.pick(&IMAGES)),
        6..=9 => "promote".to_owned(),
        10 | 11 => "abort".to_owned(),
        12 => "retry".to_owned(),
        13 => "promote-full".to_owned(),
        14 => dice.pick(&["pause", "resume", "resume"]).to_owned(),
        15 | 16 => format!("scale {}", dice.pick(&[0, 1, 2, 4, 6, 10])),
        17 => format!("wait {}", dice.pick(&[1, 6, 31, 61, 700])),
        18 => dice.pick(&["clock -30", "clock -3600", "clock 86400"]).to_owned(),
        19 => "restart".to_owned(),
        20 => "skip".to_owned(),
        21 => format!("undo {}", existing(dice, stage)),
        22 => format!("crash {} {}", existing(dice, stage), 1 + dice.roll(6)),
        23 => dice.pick(&["heal", "repair bad"]).to_owned(),
        24 => format!("edit-set {} {}", existing(dice, stage), dice.roll(12)),
        25 => format!("delete-set {}", existing(dice, stage)),
        26 | 27 => {
            format!(
                "analysis {}",
                dice.pick(&["Successful", "Successful", "Running", "Failed", "Error", "Inconclusive"])
            )
        }
        28 => format!("experiment {}", dice.pick(&["Successful", "Running", "Failed", "Inconclusive"])),
        _ => mishap(dice, stage),
    }
}

fn mishap(dice: &mut Dice, stage: &Stage) -> String {
    match dice.roll(5) {
        0 => dice.pick(&["balancer denies", "balancer confirms", "balancer obeys", "balancer refuses"]).to_owned(),
        1 => format!("forget-size {}", existing(dice, stage)),
        2 => "take-name".to_owned(),
        3 => "break v2".to_owned(),
        _ => "spec {\"minReadySeconds\": 1}".to_owned(),
    }
}

fn existing(dice: &mut Dice, stage: &Stage) -> String {
    let images: Vec<String> = stage.sets.iter().map(|set| stage.image_of(&set.hash)).collect();
    if images.is_empty() { "v1".to_owned() } else { dice.pick(&images) }
}
