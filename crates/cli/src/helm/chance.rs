//! What templates cannot know: the time, and what is random.

use clock::Clock;
use helm::{Chance, Release};
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};

/// A day, in seconds.
const DAY_SECONDS: i64 = 86_400;

/// What makes a render repeat: everything random follows from the release and the chart's name, and the time is that of
/// `SOURCE_DATE_EPOCH`, or the beginning of the day.
pub(super) fn repeatable(release: &Release, chart: &str, clock: &Clock) -> Chance {
    let mut digest = Context::new(&SHA256);
    for part in [&release.namespace, &release.name, chart] {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    let mut seed = [0; 32];
    seed.copy_from_slice(digest.finish().as_ref());
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let now_seconds = given.unwrap_or_else(|| {
        let now = clock.now().as_second();
        now - now.rem_euclid(DAY_SECONDS)
    });
    Chance { now_seconds, seed }
}

/// Helm's way: other values at each render.
pub(super) fn random(clock: &Clock) -> Result<Chance, String> {
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).map_err(|_| "the machine gives no random numbers".to_owned())?;
    Ok(Chance { now_seconds: clock.now().as_second(), seed })
}
