//! Replays.

#[test]
fn every_target_takes_nothing() {
    for target in fuzzing::TARGETS {
        (target.run)(b"");
    }
}
