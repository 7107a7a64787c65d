//! Profiles of the shared files. Pure.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::collections::BTreeMap;

/// A profile: its settings by name, in small letters.
pub(crate) type Profile = BTreeMap<String, String>;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    /// Sections are named as the profile is.
    Credentials,
    /// They are named `profile NAME`, but for `default`.
    Config,
}

/// Adds what a file says to what is known; what is known stays.
pub(crate) fn add(known: &mut BTreeMap<String, Profile>, file: File, text: &str) {
    let mut section: Option<&mut Profile> = None;
    for line in text.lines() {
        // Indented lines belong to the setting above, and none of those that matter have such.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        if let Some(title) = line.strip_prefix('[') {
            let title = title.split(']').next().unwrap_or_default().trim();
            section = name_of(file, title).map(|name| known.entry(name.to_owned()).or_default());
        } else if let (Some(section), Some((name, value))) = (section.as_deref_mut(), line.split_once('=')) {
            let value = value.split(" #").next().unwrap_or_default().trim();
            section.entry(name.trim().to_lowercase()).or_insert_with(|| value.to_owned());
        }
    }
}

fn name_of(file: File, title: &str) -> Option<&str> {
    match file {
        File::Config if title != "default" => title.strip_prefix("profile ").map(str::trim),
        File::Config | File::Credentials => Some(title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_make_one_profile_and_the_first_wins() {
        let mut known = BTreeMap::new();
        add(&mut known, File::Credentials, "[default]\naws_access_key_id = A # mine\n\n[dev]\nAWS_ACCESS_KEY_ID=B\n");
        let config = "[default]\nregion = eu-west-1\naws_access_key_id = X\ns3 =\n  region = y\n[profile dev]\n\
                      role_arn = arn:aws:iam::1:role/r\nsource_profile=default\n[sso-session z]\nsso_region = q\n";
        add(&mut known, File::Config, config);
        assert_eq!(known["default"]["aws_access_key_id"], "A");
        assert_eq!(known["default"]["region"], "eu-west-1");
        assert_eq!(known["dev"]["aws_access_key_id"], "B");
        assert_eq!(known["dev"]["source_profile"], "default");
        assert_eq!(known.len(), 2);
    }
}
