//! Whether there is news of an image.

use crate::hold::Hold;
use crate::reference::ImageReference;
use crate::settings::TrackedImage;
use crate::strategy::{Strategy, Tag};

/// What to do about one image of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A newer version should run.
    Update {
        /// What runs.
        from: ImageReference,
        /// What should.
        to: ImageReference,
    },
    /// What runs is the newest.
    Current(ImageReference),
    /// The application runs no such image, and is not told to begin.
    NotLive,
    /// No tag is admitted by the rule.
    NoTag,
    /// The newest version was taken back.
    Held {
        /// The version.
        to: ImageReference,
        /// Why it is not written.
        hold: Hold,
    },
}

/// Decides on one image.
///
/// `live` are the images that the application runs, `tags` those of the repository, with the build times and digests that
/// the rule needs. Deterministic; a tag without a digest is never chosen by [`Strategy::Digest`].
#[must_use]
pub fn decide(tracked: &TrackedImage, live: &[ImageReference], tags: &[Tag], holds: &[Hold]) -> Decision {
    let Some(newest) = tracked.rule.newest(tags) else { return Decision::NoTag };
    let digest = match tracked.rule.strategy {
        Strategy::Digest if newest.digest.is_none() => return Decision::NoTag,
        Strategy::Digest => newest.digest.clone(),
        _ => None,
    };
    let to = tracked.image.with_version(Some(newest.name.clone()), digest);
    let Some(from) = running(tracked, live, &to) else { return Decision::NotLive };
    if !is_news(&from, &to) {
        return Decision::Current(from);
    }
    let version = to.digest.as_ref().or(to.tag.as_ref());
    let held = holds.iter().find(|hold| Some(&hold.version) == version && is_hold_of(hold, &to));
    match held {
        Some(hold) => Decision::Held { to, hold: hold.clone() },
        None => Decision::Update { from, to },
    }
}

fn is_hold_of(hold: &Hold, image: &ImageReference) -> bool {
    ImageReference::parse(&hold.image).is_ok_and(|held| held.is_same_image(image))
}

/// Which of the running images is the one that is followed.
fn running(tracked: &TrackedImage, live: &[ImageReference], to: &ImageReference) -> Option<ImageReference> {
    let kustomized = tracked.target.kustomize.as_ref().and_then(|target| target.name.as_deref());
    let replaced = kustomized.and_then(|name| ImageReference::parse(name).ok());
    let is_followed = |image: &&ImageReference| {
        image.is_same_image(&tracked.image) || replaced.as_ref().is_some_and(|name| image.is_same_image(name))
    };
    let followed: Vec<_> = live.iter().filter(is_followed).collect();
    let chosen = match tracked.rule.strategy {
        Strategy::Digest => of_tag(&followed, to),
        _ => followed.first().copied(),
    };
    match chosen {
        Some(image) => Some(image.clone()),
        None => tracked.force_update.then(|| tracked.image.clone()),
    }
}

/// Several containers may run one repository in different tags: the one of this tag counts, and of these one that is behind.
fn of_tag<'i>(followed: &[&'i ImageReference], to: &ImageReference) -> Option<&'i ImageReference> {
    let is_behind = |image: &&&ImageReference| image.digest.is_some() && image.digest != to.digest;
    let tagged: Vec<_> = followed.iter().filter(|image| image.tag == to.tag).copied().collect();
    let of_tag = tagged.iter().find(is_behind).or(tagged.first());
    of_tag.or_else(|| followed.iter().find(is_behind)).or(followed.first()).copied()
}

/// Whether the version differs, or the image itself where a kustomization replaces it.
fn is_news(from: &ImageReference, to: &ImageReference) -> bool {
    if !from.is_same_image(to) {
        return true;
    }
    match (&from.digest, &to.digest) {
        (None, None) => from.tag != to.tag,
        // A tag that is run by its digest: the digest decides where the rule follows digests, the tag where it does not.
        (Some(_), None) if from.tag.is_some() => from.tag != to.tag,
        (from_digest, to_digest) => from_digest != to_digest,
    }
}
