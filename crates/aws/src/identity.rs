//! Who this process is to AWS: its keys and its region, found as AWS' own tools find them, and kept until they end.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>

use crate::credentials;
use crate::error::Error;
use crate::http::Http;
use crate::keys::Keys;
use crate::profiles::{File, Profile, add};
use crate::settings::Settings;
use crate::sources::Sources;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::sync::Mutex;

/// The longest shared file that is read: far more than anybody has profiles.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Who this process is.
#[derive(Debug)]
pub struct Identity {
    pub(crate) settings: Settings,
    pub(crate) http: Http,
    keys: Mutex<Option<Keys>>,
    region: Mutex<Option<String>>,
}

impl Identity {
    /// Nothing is looked for before it is needed.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Identity { settings, http: Http::new(), keys: Mutex::default(), region: Mutex::default() }
    }

    /// Keys that are good for a while.
    ///
    /// # Errors
    /// When nothing gives any; the text says what was tried.
    pub async fn keys(&self) -> Result<Keys, Error> {
        let mut held = self.keys.lock().await;
        if let Some(keys) = held.as_ref().filter(|keys| keys.are_good(self.settings.clock.now())) {
            return Ok(keys.clone());
        }
        let profiles = profiles(&self.settings)?;
        // Asking for a role needs a region; where nothing names one, the first of all answers everywhere.
        let region = self.region_set(&profiles).unwrap_or_else(|| "us-east-1".to_owned());
        let sources = Sources { settings: &self.settings, http: &self.http, profiles: &profiles, region: &region };
        let keys = credentials::find(&sources).await?;
        *held = Some(keys.clone());
        Ok(keys)
    }

    /// The region.
    ///
    /// # Errors
    /// When nothing names one.
    pub async fn region(&self) -> Result<String, Error> {
        let mut held = self.region.lock().await;
        if let Some(region) = held.as_ref() {
            return Ok(region.clone());
        }
        let profiles = profiles(&self.settings)?;
        let region = match self.region_set(&profiles) {
            Some(region) => region,
            None => credentials::region_of_machine(&self.settings, &self.http).await.ok_or(Error::NoRegion)?,
        };
        *held = Some(region.clone());
        Ok(region)
    }

    fn region_set(&self, profiles: &BTreeMap<String, Profile>) -> Option<String> {
        let set = self.settings.variable("AWS_REGION").or_else(|| self.settings.variable("AWS_DEFAULT_REGION"));
        let profile = || profiles.get(credentials::profile_name(&self.settings))?.get("region").map(String::as_str);
        set.or_else(profile).map(str::to_owned)
    }
}

/// What the shared files say; one that is not there says nothing.
fn profiles(settings: &Settings) -> Result<BTreeMap<String, Profile>, Error> {
    let place = |variable: &str, name: &str| {
        let own = settings.variable(variable).map(PathBuf::from);
        own.or_else(|| Some(settings.home.as_ref()?.join(".aws").join(name)))
    };
    let files = [
        (File::Credentials, place("AWS_SHARED_CREDENTIALS_FILE", "credentials")),
        (File::Config, place("AWS_CONFIG_FILE", "config")),
    ];
    let mut known = BTreeMap::new();
    for (file, path) in files {
        let Some(path) = path.filter(|path| path.is_file()) else { continue };
        let unreadable = |why: &str| Error::NoKeys(format!("{} {why}", path.display()));
        let length = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        if length > FILE_BYTES_MAX {
            return Err(unreadable(&format!("is longer than {FILE_BYTES_MAX} bytes")));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
        add(&mut known, file, &text);
    }
    Ok(known)
}
