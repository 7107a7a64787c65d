//! URLs as Go's `net/url` takes them apart and puts them together.

use std::net::Ipv6Addr;

/// A URL in parts, unescaped where Go unescapes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// `https`, in small letters.
    pub scheme: Vec<u8>,
    /// What follows the scheme when that is not a slash.
    pub opaque: Vec<u8>,
    /// Name and password.
    pub user: Option<User>,
    /// Host and port.
    pub host: Vec<u8>,
    /// The path.
    pub path: Vec<u8>,
    /// What follows the question mark, as it was written.
    pub query: Vec<u8>,
    /// What follows the hash sign.
    pub fragment: Vec<u8>,
}

/// Who a URL says is asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// Which part of a URL is escaped: each leaves other characters as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

/// Takes `raw` apart.
///
/// # Errors
/// Go's text, which holds the URL.
pub fn parse(raw: &[u8]) -> Result<Url, String> {
    let (before, fragment) = cut(raw, b'#');
    let failed = |url: &[u8], why: String| format!("parse {}: {why}", gotemplate::quote(url));
    let mut url = parse_without_fragment(before).map_err(|why| failed(before, why))?;
    url.fragment = unescape(fragment.unwrap_or_default(), Part::Fragment).map_err(|why| failed(raw, why))?;
    Ok(url)
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at) {
        Some(found) => (&text[..found], Some(&text[found + 1..])),
        None => (text, None),
    }
}

fn parse_without_fragment(raw: &[u8]) -> Result<Url, String> {
    if raw.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if raw == b"*" {
        return Ok(Url { path: raw.to_vec(), ..Url::default() });
    }
    let (scheme, rest) = split_scheme(raw)?;
    let mut url = Url { scheme: scheme.to_ascii_lowercase(), ..Url::default() };
    let (rest, query) = cut(rest, b'?');
    url.query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let has_authority = rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///"));
    let path = if has_authority { url.read_authority(&rest[2..])? } else { rest };
    url.path = unescape(path, Part::Path)?;
    Ok(url)
}

fn split_scheme(raw: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in raw.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&raw[..at], &raw[at + 1..])),
            _ => break,
        }
    }
    Ok((&[], raw))
}

impl Url {
    /// Reads user and host in front of the path, which is given back.
    fn read_authority<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], String> {
        let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let at = authority.iter().rposition(|byte| *byte == b'@');
        self.host = parse_host(&self.scheme, at.map_or(authority, |at| &authority[at + 1..]))?;
        if let Some(at) = at {
            self.user = Some(parse_user(&authority[..at])?);
        }
        Ok(path)
    }

    /// The host without port and brackets.
    #[must_use]
    pub fn hostname(&self) -> &[u8] {
        let colon = self.host.iter().rposition(|byte| *byte == b':').filter(|colon| is_port(&self.host[*colon..]));
        let name = &self.host[..colon.unwrap_or(self.host.len())];
        name.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(name)
    }

    /// The URL as text: `URL.String`.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.append_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Part::Fragment));
        }
        out
    }

    fn append_hierarchy(&self, out: &mut Vec<u8>) {
        let somewhere = !self.host.is_empty() || self.user.is_some();
        if somewhere || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { self.path.clone() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            out.push(b'/');
        }
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

impl User {
    /// Name and password, escaped, with a colon between them.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::User));
        }
        out
    }
}

fn parse_user(text: &[u8]) -> Result<User, String> {
    if !text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(text, b':');
    let password = password.map(|password| unescape(password, Part::User));
    Ok(User { name: unescape(name, Part::User)?, password: password.transpose()? })
}

fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let check_port = |port: &[u8]| {
        let wrong = || format!("invalid port {} after host", gotemplate::quote(port));
        if is_port(port) { Ok(()) } else { Err(wrong()) }
    };
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => {
            let close = host.iter().rposition(|byte| *byte == b']').ok_or("missing ']' in host")?;
            check_port(&host[close + 1..])?;
            let name = address(&host[1..close])?;
            return Ok([b"[", name.as_slice(), b"]", &host[close + 1..]].concat());
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    if let Some(first) = host.iter().position(|byte| *byte == b':') {
        let strict = scheme == b"http" || scheme == b"https";
        let last = host.iter().rposition(|byte| *byte == b':').unwrap_or(first);
        check_port(&host[if strict { first } else { last }..])?;
    }
    unescape(host, Part::Host)
}

/// An IPv6 address with an optional zone.
fn address(text: &[u8]) -> Result<Vec<u8>, String> {
    let zone = text.windows(3).position(|window| window == b"%25").unwrap_or(text.len());
    let name = [unescape(&text[..zone], Part::Host)?, unescape(&text[zone..], Part::Zone)?].concat();
    let shown = String::from_utf8_lossy(&name).into_owned();
    let (bare, zone) = shown.split_once('%').map_or((shown.as_str(), None), |(bare, zone)| (bare, Some(zone)));
    if bare.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_owned());
    }
    if bare.parse::<Ipv6Addr>().is_err() || zone == Some("") {
        let why = if bare.contains([':', '.']) { "unexpected character" } else { "unable to parse IP" };
        return Err(format!("invalid host: ParseAddr({}): {why}", gotemplate::quote(&name)));
    }
    Ok(name)
}

/// Whether a byte must be escaped in a part.
fn is_escaped(byte: u8, part: Part) -> bool {
    let as_is: &[u8] = match part {
        Part::Path => b"-_.~$&+,/:;=@",
        Part::User => b"-_.~$&+,;=",
        Part::Host | Part::Zone => b"-_.~!$&'()*+,;=:[]<>\"",
        Part::Fragment => b"-_.~$&+,/:;=?@!()*",
    };
    !byte.is_ascii_alphanumeric() && !as_is.contains(&byte)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if is_escaped(*byte, part) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    let in_host = matches!(part, Part::Host | Part::Zone);
    while let Some((byte, behind)) = rest.split_first() {
        if *byte == b'%' {
            let wrong = || format!("invalid URL escape {}", gotemplate::quote(&rest[..rest.len().min(3)]));
            let value = hex_value(behind).ok_or_else(wrong)?;
            let percent = value == b'%';
            let allowed = match part {
                Part::Host => value >= 0x80 || percent,
                Part::Zone => percent || value == b' ' || !is_escaped(value, Part::Host),
                _ => true,
            };
            if !allowed {
                return Err(wrong());
            }
            out.push(value);
            rest = &rest[3..];
            continue;
        }
        if in_host && byte.is_ascii() && is_escaped(*byte, part) {
            return Err(format!("invalid character {} in host name", gotemplate::quote(&[*byte])));
        }
        out.push(*byte);
        rest = behind;
    }
    Ok(out)
}

/// The byte that two hexadecimal digits stand for.
fn hex_value(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    Some((digit(0)? << 4 | digit(1)?) as u8)
}
