//! URLs, paths, versions, names of machines.

use crate::define::{Outcome, bytes, row};
use crate::path;
use crate::semver_object::VersionObject;
use crate::sources::{Hosts, Sources};
use crate::url::{self, Url};
use gotemplate::{Args, Call, Definition, FuncError, Kind, Map, Type, Value};
use goversion::Constraints;

const STR: Type = Type::String;
const MAP: Type = Type::MAP;

pub(crate) const TABLE: &[Definition] = &[
    row("urlParse", &[STR], MAP, url_parse),
    row("urlJoin", &[MAP], STR, url_join),
    row("base", &[STR], STR, |_, args| Ok(bytes(path::base(args.bytes(0))))),
    row("osBase", &[STR], STR, |_, args| Ok(bytes(path::base(args.bytes(0))))),
    row("dir", &[STR], STR, |_, args| Ok(bytes(path::dir(args.bytes(0))))),
    row("osDir", &[STR], STR, |_, args| Ok(bytes(path::dir(args.bytes(0))))),
    row("clean", &[STR], STR, |_, args| Ok(bytes(path::clean(args.bytes(0))))),
    row("osClean", &[STR], STR, |_, args| Ok(bytes(path::clean(args.bytes(0))))),
    row("ext", &[STR], STR, |_, args| Ok(bytes(path::ext(args.bytes(0))))),
    row("osExt", &[STR], STR, |_, args| Ok(bytes(path::ext(args.bytes(0))))),
    row("isAbs", &[STR], Type::Bool, |_, args| Ok(args.bytes(0).starts_with(b"/").into())),
    row("osIsAbs", &[STR], Type::Bool, |_, args| Ok(args.bytes(0).starts_with(b"/").into())),
    row("semver", &[STR], VersionObject::TYPE, |call, args| {
        let release = call.state::<Sources>().versions;
        Ok(VersionObject::parse(&args.text(0).to_str_lossy(), release)?.into())
    }),
    row("semverCompare", &[STR, STR], Type::Bool, semver_compare),
    row("getHostByName", &[STR], STR, |call, _| match call.state::<Sources>().hosts {
        Hosts::Empty => Ok("".into()),
        Hosts::Refused => Err("looking up hosts is not allowed in a template".into()),
    }),
    // A render knows nothing of the environment it runs in.
    row("env", &[STR], STR, |_, _| Err("reading the environment is not allowed in a template".into())),
    row("expandenv", &[STR], STR, |_, _| Err("reading the environment is not allowed in a template".into())),
];

fn url_parse(_: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let url = url::parse(args.bytes(0)).map_err(|why| format!("unable to parse url: {why}"))?;
    let hostname = url.hostname().to_vec();
    let user = url.user.as_ref().map(url::User::text).unwrap_or_default();
    let Url { scheme, opaque, host, path, query, fragment, .. } = url;
    let parts = [
        ("scheme", scheme),
        ("host", host),
        ("hostname", hostname),
        ("path", path),
        ("query", query),
        ("opaque", opaque),
        ("fragment", fragment),
        ("userinfo", user),
    ];
    Ok(Value::Map(Map::from_entries(parts.map(|(key, part)| (key, bytes(part))))))
}

fn url_join(_: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let part = |key| part_of(args.map(0), key);
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: None,
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let whole = [b"proto://".as_slice(), &user, b"@host"].concat();
        let parsed = url::parse(&whole).map_err(|why| format!("unable to parse userinfo in dict: {why}"))?;
        url.user = parsed.user;
    }
    Ok(bytes(url.text()))
}

/// A string in the map, empty when it is missing.
fn part_of(map: Option<&Map>, key: &str) -> Result<Vec<u8>, FuncError> {
    match map.and_then(|map| map.get(key)) {
        None => Ok(Vec::new()),
        Some(Value::Nil | Value::NoValue) => Err(crate::define::NIL_DEREFERENCE.into()),
        Some(value) => match value.plain() {
            Value::Str(text) => Ok(text.as_bytes().to_vec()),
            _ => {
                let kind: Kind = value.kind();
                Err(format!("unable to parse {key} key, must be of type string, but {kind} found").into())
            }
        },
    }
}

fn semver_compare(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let release = call.state::<Sources>().versions;
    let constraints = Constraints::parse(&args.text(0).to_str_lossy(), release).map_err(|error| error.to_string())?;
    let version = VersionObject::parse(&args.text(1).to_str_lossy(), release)?;
    Ok(constraints.check(&version.0).into())
}
