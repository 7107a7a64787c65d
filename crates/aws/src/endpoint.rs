//! Where services answer. Pure but for the settings.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/rande.html>

use crate::error::Error;
use crate::settings::Settings;
use url::Url;

/// Where a service answers in a region: as the environment says, or as AWS has it.
///
/// # Errors
/// When the environment names what is no URL.
pub(crate) fn endpoint(settings: &Settings, variable: &str, name: &str, region: &str) -> Result<Url, Error> {
    let own = settings.variable(variable).or_else(|| settings.variable("AWS_ENDPOINT_URL"));
    let text = own.map_or_else(|| format!("https://{name}.{region}.{}/", domain(region)), str::to_owned);
    Url::parse(&text).map_err(|_| Error::Unreachable {
        host: name.to_owned(),
        cause: format!("{variable} or AWS_ENDPOINT_URL is no URL"),
    })
}

/// The domain of the partition that a region is of.
fn domain(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 4] = [
        ("cn-", "amazonaws.com.cn"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-iso-", "c2s.ic.gov"),
        ("eusc-", "amazonaws.eu"),
    ];
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("amazonaws.com", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_has_a_domain_of_its_own_and_the_environment_the_last_word() {
        let mut settings = Settings {
            variables: Default::default(),
            home: None,
            clock: clock::Clock::simulated(jiff::Timestamp::UNIX_EPOCH, 1),
        };
        let at = |settings: &Settings, region: &str| endpoint(settings, "X", "sts", region).expect("a URL").to_string();
        assert_eq!(at(&settings, "eu-central-1"), "https://sts.eu-central-1.amazonaws.com/");
        assert_eq!(at(&settings, "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/");
        settings.variables.insert("AWS_ENDPOINT_URL".to_owned(), "http://127.0.0.1:9/".to_owned());
        assert_eq!(at(&settings, "eu-central-1"), "http://127.0.0.1:9/");
        settings.variables.insert("X".to_owned(), "http://127.0.0.1:8/".to_owned());
        assert_eq!(at(&settings, "eu-central-1"), "http://127.0.0.1:8/");
        settings.variables.insert("X".to_owned(), "nonsense".to_owned());
        assert!(endpoint(&settings, "X", "sts", "eu-central-1").is_err());
    }
}
