//! What somebody asks of the ingress. A leaf module.

use std::net::IpAddr;

/// One request, without its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The host it is for, in small letters and without a port.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// What the query says, decoded.
    pub query: Vec<(String, String)>,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
}

impl Ask {
    /// `GET` of a path, with a query or not, at a host.
    #[must_use]
    pub fn get(host: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (host, method, path) = (plain_host(host), "GET".to_owned(), path.to_owned());
        Ask { host, method, path, query: read_query(query), headers: Vec::new() }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_it = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().find(is_it).map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter of the query.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.iter().filter(|(header, _)| header == "cookie").flat_map(|(_, all)| all.split(';'));
        cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether it names no host of anybody: it came by an address, and any route may answer it.
    #[must_use]
    pub fn is_for_anybody(&self) -> bool {
        self.host.is_empty() || self.host == "localhost" || self.host.parse::<IpAddr>().is_ok()
    }
}

/// What a query says, decoded.
#[must_use]
pub fn read_query(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// A host as requests name it, without its port and in small letters.
#[must_use]
pub fn plain_host(host: &str) -> String {
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_without_ports_and_case() {
        let cases = [("Shop.Example.com:8088", "shop.example.com"), ("[::1]:80", "::1"), ("127.0.0.1", "127.0.0.1")];
        for (host, plain) in cases {
            assert_eq!(plain_host(host), plain);
        }
        assert!(Ask::get("[::1]:80", "/").is_for_anybody() && !Ask::get("shop", "/").is_for_anybody());
    }

    #[test]
    fn queries_are_decoded() {
        let ask = Ask::get("shop", "/cart?user=a%20b&beta");
        assert_eq!((ask.path.as_str(), ask.parameter("user"), ask.parameter("beta")), ("/cart", Some("a b"), Some("")));
        assert_eq!(ask.parameter("other"), None);
    }

    #[test]
    fn cookies_are_found_among_others() {
        let ask = Ask::get("shop", "/").with("Cookie", "a=1; canary=always; b=2");
        assert_eq!((ask.cookie("canary"), ask.cookie("c")), (Some("always"), None));
    }
}
