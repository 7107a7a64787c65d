//! Where keys come from, in the order in which AWS' own tools look: the environment, a web identity of the environment,
//! a profile of the shared files, the container, the machine.

mod machine;
mod role;

use crate::error::Error;
use crate::http::Http;
use crate::keys::Keys;
use crate::profiles::Profile;
use crate::settings::Settings;
use crate::sources::Sources;
use role::{Role, WebIdentity};

/// How many profiles may refer to one another: AWS documents no more than a few.
const PROFILES_MAX: usize = 8;

/// The profile that holds.
pub(crate) fn profile_name(settings: &Settings) -> &str {
    settings.variable("AWS_PROFILE").or_else(|| settings.variable("AWS_DEFAULT_PROFILE")).unwrap_or("default")
}

/// The region that the machine is in, if it says.
pub(crate) async fn region_of_machine(settings: &Settings, http: &Http) -> Option<String> {
    machine::region(settings, http).await
}

/// Keys from the first source that has any.
///
/// # Errors
/// When none has, or one that was told to have them does not.
pub(crate) async fn find(sources: &Sources<'_>) -> Result<Keys, Error> {
    if let Some(keys) = of_environment(sources.settings) {
        return Ok(keys);
    }
    if let Some(identity) = WebIdentity::of_environment(sources.settings) {
        return identity.keys(sources).await;
    }
    of_profile(sources).await
}

fn of_environment(settings: &Settings) -> Option<Keys> {
    let (id, secret) = (settings.variable("AWS_ACCESS_KEY_ID")?, settings.variable("AWS_SECRET_ACCESS_KEY")?);
    Some(Keys::lasting(id, secret, settings.variable("AWS_SESSION_TOKEN")))
}

/// Keys of the container or the machine.
async fn of_surroundings(sources: &Sources<'_>) -> Result<Keys, Error> {
    if let Some(keys) = machine::of_container(sources.settings, sources.http).await? {
        return Ok(keys);
    }
    machine::of_instance(sources.settings, sources.http).await
}

/// Keys of the profile that holds: of the last profile that it refers to, and with the roles on the way back.
async fn of_profile(sources: &Sources<'_>) -> Result<Keys, Error> {
    let mut name = profile_name(sources.settings);
    let mut roles = Vec::new();
    for _ in 0..PROFILES_MAX {
        let Some(profile) = sources.profiles.get(name) else {
            let is_wanted = !roles.is_empty() || sources.settings.variable("AWS_PROFILE").is_some();
            if is_wanted {
                return Err(Error::NoKeys(format!("no profile {name} in the shared files")));
            }
            return of_surroundings(sources).await;
        };
        let get = |key: &str| profile.get(key).map(String::as_str).filter(|value| !value.is_empty());
        if let Some(identity) = WebIdentity::of_profile(profile) {
            return role::assumed(roles, identity.keys(sources).await?, sources).await;
        }
        let own = get("aws_access_key_id").zip(get("aws_secret_access_key"));
        let own = own.map(|(id, secret)| Keys::lasting(id, secret, get("aws_session_token")));
        let Some(role) = Role::of_profile(profile) else {
            refuse_what_is_not_done(name, profile)?;
            let keys = match own {
                Some(keys) => keys,
                None => of_surroundings(sources).await?,
            };
            return role::assumed(roles, keys, sources).await;
        };
        roles.push(role);
        match (get("source_profile"), get("credential_source")) {
            (Some(source), _) if source != name => name = source,
            (Some(_), _) => {
                let keys =
                    own.ok_or_else(|| Error::NoKeys(format!("profile {name} is its own source, without keys")))?;
                return role::assumed(roles, keys, sources).await;
            }
            (None, Some(source)) => return role::assumed(roles, of_source(source, sources).await?, sources).await,
            (None, None) => {
                let what = format!("profile {name} has role_arn without source_profile or credential_source");
                return Err(Error::NoKeys(what));
            }
        }
    }
    Err(Error::NoKeys(format!("more than {PROFILES_MAX} profiles refer to one another")))
}

async fn of_source(source: &str, sources: &Sources<'_>) -> Result<Keys, Error> {
    let none = || Error::NoKeys(format!("credential_source {source} has none"));
    match source {
        "Environment" => of_environment(sources.settings).ok_or_else(none),
        "EcsContainer" => machine::of_container(sources.settings, sources.http).await?.ok_or_else(none),
        "Ec2InstanceMetadata" => machine::of_instance(sources.settings, sources.http).await,
        other => Err(Error::NoKeys(format!(
            "credential_source {other} is none of Environment, EcsContainer, Ec2InstanceMetadata"
        ))),
    }
}

fn refuse_what_is_not_done(name: &str, profile: &Profile) -> Result<(), Error> {
    for key in ["credential_process", "sso_session", "sso_start_url", "login_session"] {
        if profile.contains_key(key) && !profile.contains_key("aws_access_key_id") {
            return Err(Error::NoKeys(format!(
                "profile {name} has {key}, which is for people: give the controller a role"
            )));
        }
    }
    Ok(())
}
