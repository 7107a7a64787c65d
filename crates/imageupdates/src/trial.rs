//! One image tried out, before anything follows it: which version would be written. Nothing is.

use crate::credentials::Wallet;
use crate::followed::Image;
use crate::lookup::{ask, confirm};
use crate::options::Options;
use crate::settings::Settings;
use images::{ImageConfig, ImageReference, PullSecret, Strategy, TrackedImage};
use registry::{Registry, Repository};
use std::sync::Arc;

/// What is tried.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// The image; its tag is the constraint where none is given.
    pub image: String,
    /// Which of its tags.
    pub constraint: Option<String>,
    /// How the newest is found, which tags are allowed and ignored, for which platforms.
    pub rule: images::Settings,
    /// Credentials in place of those that are configured; whoever tries may name any.
    pub credentials: Option<String>,
    /// How registries are reached.
    pub settings: Settings,
    /// Requests a second, in place of what is configured.
    pub requests_per_second: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How many tags the registry has; of the strategy digest the one that is followed.
    pub tags: usize,
    /// The version that would be written; `None` where no tag is admitted.
    pub newest: Option<ImageReference>,
}

impl Trial {
    /// Asks the registry.
    ///
    /// # Errors
    /// Why it cannot be told, for people.
    pub async fn run(&self, options: &Options) -> Result<Tried, String> {
        let image = self.tracked()?;
        let wallet = Wallet::new(options, &self.settings);
        let credentials = self.credentials.as_deref().map(PullSecret::parse).transpose();
        let credentials = credentials.map_err(|error| error.to_string())?;
        let registry = wallet.registry_as(&image.tracked.image, credentials.map(Ok)).await?;
        let registry = match self.requests_per_second {
            Some(requests_per_second) => Arc::new(Registry { requests_per_second, ..Registry::clone(&registry) }),
            None => registry,
        };
        let repository = Repository::new(registry, &image.tracked.image);
        let offered = ask(&options.registry, &repository, &[&image]).await.pop();
        let offered = offered.unwrap_or_else(|| Err("it was not asked for".to_owned()))?;
        let rule = &image.tracked.rule;
        let newest = rule.newest(&offered.tags).map(|tag| {
            let digest = tag.digest.clone().filter(|_| rule.strategy == Strategy::Digest);
            image.tracked.image.with_version(Some(tag.name.clone()), digest)
        });
        if let Some(newest) = &newest {
            confirm(&options.registry, &wallet, &image, &repository, newest).await?;
        }
        Ok(Tried { tags: offered.tags.len(), newest })
    }

    fn tracked(&self) -> Result<Image, String> {
        let written = ImageReference::parse_constrained(&self.image).map_err(|error| error.to_string())?;
        let constraint = self.constraint.clone().or(written.tag.clone()).unwrap_or_default();
        let mark = if constraint.is_empty() { "" } else { ":" };
        let config =
            ImageConfig { image_name: format!("{}{mark}{constraint}", written.name()), ..ImageConfig::default() };
        let tracked = TrackedImage::new(&config, &self.rule).map_err(|problem| problem.message)?;
        Ok(Image { tracked, signed_by: None })
    }
}
