//! Repository URLs: reading, comparing, and where they lead.

use crate::error::Problem;
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// A repository URL without credentials, safe to print.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoUrl {
    /// What prints: the URL as it was written, credentials taken out.
    text: String,
    place: Place,
}

/// Where a URL leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// An https server; the URL has no credentials, query or trailing slash.
    Https(String),
    /// A plain http server.
    Http(String),
    /// An ssh server.
    Ssh(SshPlace),
    /// A directory of this machine.
    Local(PathBuf),
}

/// A repository on an ssh server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SshPlace {
    /// Who logs in; `git` where the URL names nobody.
    pub user: String,
    /// Host name or address, lower case, without brackets.
    pub host: String,
    /// Port, 22 where the URL names none.
    pub port: u16,
    /// The path as the server shall see it.
    pub path: String,
}

/// A user name and password that stood in a URL.
pub(crate) type UserInfo = (String, String);

impl RepoUrl {
    /// Reads `https://`, `http://`, `ssh://`, `user@host:path`, `file://` and absolute paths. Credentials in the URL are
    /// dropped here; [`crate::Remote::parse`] keeps them.
    ///
    /// # Errors
    /// [`Problem::BadUrl`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::parse_with_user_info(text).map(|(url, _)| url)
    }

    pub(crate) fn parse_with_user_info(text: &str) -> Result<(Self, Option<UserInfo>), Problem> {
        let text = text.trim();
        if text.is_empty() || text.contains(|c: char| c.is_control()) {
            return Err(bad("it is empty or holds control characters"));
        }
        if text.starts_with('/') {
            return Ok((RepoUrl { text: text.to_owned(), place: Place::Local(text.into()) }, None));
        }
        if !text.contains("://") {
            let place = parse_scp(text)?;
            return Ok((RepoUrl { text: text.to_owned(), place: Place::Ssh(place) }, None));
        }
        let mut url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        match url.scheme() {
            "https" | "http" => parse_http(&mut url),
            "ssh" | "git+ssh" | "ssh+git" => {
                let place = parse_ssh(&url)?;
                let _ = url.set_password(None);
                Ok((RepoUrl { text: url.to_string(), place: Place::Ssh(place) }, None))
            }
            "file" => {
                let path = url.to_file_path().map_err(|()| bad("a file URL needs an absolute path and no host"))?;
                Ok((RepoUrl { text: text.to_owned(), place: Place::Local(path) }, None))
            }
            scheme => Err(bad(&format!("scheme '{scheme}' is not one of https, http, ssh, file"))),
        }
    }

    /// Where it leads.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The server it is on, port included; `None` for a directory of this machine.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        match &self.place {
            Place::Https(url) | Place::Http(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                rest.split('/').next().map(str::to_owned)
            }
            Place::Ssh(place) => Some(format!("{}:{}", place.host, place.port)),
            Place::Local(_) => None,
        }
    }

    /// The identity of the repository for mirrors: two spellings that surely lead to one place give one key. Unlike
    /// [`same_repository`] the path keeps its case, since some servers tell `A` from `a`.
    #[must_use]
    pub fn key(&self) -> String {
        let trim = |path: &str| path.trim_end_matches('/').trim_end_matches(".git").to_owned();
        match &self.place {
            Place::Https(url) | Place::Http(url) => trim(url),
            Place::Ssh(place) => {
                format!(
                    "ssh://{}@{}:{}/{}",
                    place.user,
                    place.host,
                    place.port,
                    trim(place.path.trim_start_matches('/'))
                )
            }
            Place::Local(path) => format!("file://{}", path.display()),
        }
    }
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether two URLs name one repository for the purpose of finding credentials.
///
/// Compat: upstream lower-cases the whole URL, path included, unifies `ssh://` with the scp form, and cuts `.git` and a
/// trailing slash; an unreadable URL equals only itself.
#[must_use]
pub fn same_repository(left: &str, right: &str) -> bool {
    normalized(left) == normalized(right)
}

/// The form in which upstream compares repository URLs and their prefixes.
#[must_use]
pub(crate) fn normalized(text: &str) -> String {
    let mut text = text.trim().to_lowercase();
    if !text.contains("://") && !text.starts_with('/') && text.contains('@') {
        text = text.replacen(':', "/", 1);
    }
    let text = text.strip_prefix("ssh://").unwrap_or(&text);
    text.trim_end_matches('/').trim_end_matches(".git").trim_end_matches('/').to_owned()
}

fn bad(why: &str) -> Problem {
    Problem::BadUrl { why: why.to_owned() }
}

fn parse_http(url: &mut Url) -> Result<(RepoUrl, Option<UserInfo>), Problem> {
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad("it names no host"));
    }
    let decode = |text: &str| percent_decode(text);
    let user = decode(url.username());
    let password = url.password().map(decode);
    let user_info = (!user.is_empty() || password.is_some()).then(|| (user, password.unwrap_or_default()));
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    let text = url.as_str().trim_end_matches('/').to_owned();
    let place = if url.scheme() == "https" { Place::Https(text.clone()) } else { Place::Http(text.clone()) };
    Ok((RepoUrl { text, place }, user_info))
}

fn parse_ssh(url: &Url) -> Result<SshPlace, Problem> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
    let user = if url.username().is_empty() { "git".to_owned() } else { percent_decode(url.username()) };
    let path = percent_decode(url.path());
    // `ssh://host/~user/x` means a home directory, as in git itself.
    let path = path.strip_prefix("/~").map_or_else(|| path.clone(), |rest| format!("~{rest}"));
    ssh_place(user, host, url.port().unwrap_or(22), path)
}

fn parse_scp(text: &str) -> Result<SshPlace, Problem> {
    let expected = "expected https://…, ssh://…, user@host:path, file://… or an absolute path";
    let (user, rest) = text.split_once('@').unwrap_or(("git", text));
    let (host, path) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").ok_or_else(|| bad(expected))?,
        None => rest.split_once(':').ok_or_else(|| bad(expected))?,
    };
    ssh_place(user.to_owned(), host.to_lowercase(), 22, path.to_owned())
}

/// Refuses parts that begin with a dash: no process is started here, but a server might hand them to one.
fn ssh_place(user: String, host: String, port: u16, path: String) -> Result<SshPlace, Problem> {
    let odd = |text: &str| text.is_empty() || text.starts_with('-') || text.contains(char::is_whitespace);
    if odd(&host)
        || host.contains('/')
        || odd(&user)
        || path.trim_matches('/').is_empty()
        || path.starts_with(['-', ':'])
    {
        return Err(bad("an ssh URL needs a user, a host and a path, none beginning with '-'"));
    }
    Ok(SshPlace { user, host, port, path })
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| byte == b'%').and_then(|digits| hex::decode(digits).ok());
        match code {
            Some(code) => {
                bytes.extend(code);
                rest = &tail[2..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        RepoUrl::parse(text).expect(text).place
    }

    fn ssh(user: &str, host: &str, port: u16, path: &str) -> Place {
        Place::Ssh(SshPlace { user: user.into(), host: host.into(), port, path: path.into() })
    }

    #[test]
    fn every_form_leads_somewhere() {
        assert_eq!(place("https://Example.com/Org/Repo.git/"), Place::Https("https://example.com/Org/Repo.git".into()));
        assert_eq!(place("http://127.0.0.1:3000/x"), Place::Http("http://127.0.0.1:3000/x".into()));
        assert_eq!(place("git@GitHub.com:org/repo.git"), ssh("git", "github.com", 22, "org/repo.git"));
        assert_eq!(place("ssh://me@h:2222/srv/x.git"), ssh("me", "h", 2222, "/srv/x.git"));
        assert_eq!(place("ssh://h/~me/x"), ssh("git", "h", 22, "~me/x"));
        assert_eq!(place("git@[::1]:x"), ssh("git", "::1", 22, "x"));
        assert_eq!(place("file:///srv/a%20b"), Place::Local("/srv/a b".into()));
        assert_eq!(place("/srv/x"), Place::Local("/srv/x".into()));
    }

    #[test]
    fn odd_forms_are_refused() {
        for text in [
            "",
            "x",
            "ext::sh -c x",
            "git://h/x",
            "ssh://-oProxyCommand=x/y",
            "git@-h:x",
            "git@h:-x",
            "a\nb",
            "ftp://h/x",
        ] {
            assert!(matches!(RepoUrl::parse(text), Err(Problem::BadUrl { .. })), "{text:?}");
        }
    }

    #[test]
    fn credentials_never_print() {
        let (url, user_info) = RepoUrl::parse_with_user_info("https://u:p%40ss@h/x.git").expect("a URL");
        assert_eq!(url.to_string(), "https://h/x.git");
        assert_eq!(user_info, Some(("u".into(), "p@ss".into())));
    }

    #[test]
    fn spellings_of_one_repository_share_a_key() {
        let key = |text: &str| RepoUrl::parse(text).expect(text).key();
        assert_eq!(key("https://H/a/b.git"), key("https://h/a/b/"));
        assert_eq!(key("git@h:a/b.git"), key("ssh://git@h/a/b"));
        assert_ne!(key("https://h/A"), key("https://h/a"));
    }

    #[test]
    fn credentials_are_matched_as_upstream_does() {
        assert!(same_repository("https://github.com/Org/Repo.git", "https://github.com/org/repo"));
        assert!(same_repository("git@github.com:org/repo.git", "ssh://git@github.com/org/repo"));
        assert!(same_repository("https://h/x/", "https://h/x"));
        assert!(!same_repository("https://h/x", "http://h/x"));
    }
}
