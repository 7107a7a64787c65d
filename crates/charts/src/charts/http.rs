//! Repositories with an index.yaml.

use super::chosen::{Chosen, Source};
use super::inner::Inner;
use crate::access::Access;
use crate::asking::Ask;
use crate::authorization::header;
use crate::body::{Bound, Parts, read};
use crate::cache::{IndexMark, sha256};
use crate::failure::of_status;
use crate::index::{self, Entry};
use crate::problem::{Problem, disk, protocol};
use crate::version::choose as choose_version;
use crate::wanted::Wanted;
use bytes::Bytes;
use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Response, StatusCode};
use std::fs::File;
use std::io::{BufReader, Write};
use tempfile::NamedTempFile;
use url::Url;

/// How much of an index is read at once.
const BUFFER_BYTES: usize = 128 << 10;

/// The index of a repository, as somebody wants to look into it.
#[derive(Clone, Copy)]
pub(super) struct Index<'a> {
    pub(super) inner: &'a Inner,
    pub(super) base: &'a Url,
    pub(super) wanted: &'a Wanted,
}

/// Chooses a version, and where its archive lies.
pub(super) async fn choose(index: &Index<'_>) -> Result<Chosen, Problem> {
    let Wanted { chart, version, .. } = index.wanted;
    let mut entries = index.entries().await?;
    let (at, found) = choose_version(entries.iter().map(|entry| entry.version.as_str()), chart, version)?;
    let entry = entries.swap_remove(at);
    let Some(first) = entry.urls.first() else {
        return Err(Problem::BadIndex { why: format!("chart {chart:?} version {} has no URLs", entry.version) });
    };
    let url = locate(index.base, first)?;
    let shown = url.as_str().to_owned();
    Ok(Chosen { version: entry.version, found, url: shown, source: Source::Http { url, digest: entry.digest } })
}

/// Where an archive lies that the index of `base` says is at `text`; a relative one keeps the repository's query.
fn locate(base: &Url, text: &str) -> Result<Url, Problem> {
    let bad = || Problem::BadIndex { why: "a chart's URL is none".to_owned() };
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let mut url = folder(base).join(text).map_err(|_| bad())?;
            url.set_query(base.query());
            url
        }
        Err(_) => return Err(bad()),
    };
    if matches!(url.scheme(), "https" | "http") { Ok(url) } else { Err(bad()) }
}

/// The repository's URL with one slash at its end.
fn folder(base: &Url) -> Url {
    let mut url = base.clone();
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// The archive at `url`, for which `own` says who may see the credentials.
pub(super) async fn archive(inner: &Inner, url: &Url, own: &Url, access: &Access) -> Result<Bytes, Problem> {
    let bound = Bound { what: "bytes of a chart's archive", bytes_max: inner.options.limits.archive_bytes_max };
    let sought = Sought { what: "the chart's archive", accept: "application/gzip,application/octet-stream", bound };
    whole(inner, url, own, access, sought).await
}

/// A file at an address of its own.
pub(super) async fn file(inner: &Inner, url: &Url, access: &Access, bytes_max: u64) -> Result<Bytes, Problem> {
    let bound = Bound { what: "bytes of a fetched file", bytes_max };
    whole(inner, url, url, access, Sought { what: "the file", accept: "*/*", bound }).await
}

/// What is asked for, and how much of it is taken.
struct Sought {
    what: &'static str,
    accept: &'static str,
    bound: Bound,
}

async fn whole(inner: &Inner, url: &Url, own: &Url, access: &Access, sought: Sought) -> Result<Bytes, Problem> {
    let ask = Ask {
        url: url.clone(),
        own,
        access,
        authorization: header(&access.credentials)?,
        accept: sought.accept,
        headers: HeaderMap::new(),
    };
    let response = inner.web.ask(ask).await?;
    if !response.status().is_success() {
        return Err(of_status(response.status(), response.headers(), sought.what));
    }
    read(response, sought.bound, inner.options.timeouts).await
}

impl Index<'_> {
    /// What the index says of the chart, newest version first.
    pub(super) async fn entries(&self) -> Result<Vec<Entry>, Problem> {
        let file = self.file().await?;
        let (chart, bytes_max) = (self.wanted.chart.clone(), self.inner.options.limits.entry_bytes_max);
        let read = move || index::entries(BufReader::with_capacity(BUFFER_BYTES, file), &chart, bytes_max);
        self.inner.offload.run(read).await
    }

    /// The index on disk: as it is kept, if it is new enough or the repository says that it is the same.
    async fn file(&self) -> Result<File, Problem> {
        let key = self.key();
        let began = self.inner.clock.now().as_millisecond();
        let _turn = self.inner.flights.turn(&key).await;
        let kept = self.inner.cache.index(&key);
        let now = self.inner.clock.now().as_millisecond();
        let age_max = i64::try_from(self.inner.options.index_age_max.as_millis()).unwrap_or(i64::MAX);
        let (file, mark) = match kept {
            Some((file, mark)) if (0..age_max).contains(&(now - mark.asked_millis)) => return Ok(file),
            // Whoever had the turn before asked after we came: one answer serves all who waited.
            Some((file, mark)) if (began + 1..=now).contains(&mark.asked_millis) => return Ok(file),
            Some((file, mark)) => (Some(file), mark),
            None => (None, IndexMark::default()),
        };
        let response = self.ask(&mark).await?;
        match (response.status(), file) {
            (StatusCode::NOT_MODIFIED, Some(file)) => {
                self.inner.cache.mark(&key, &IndexMark { asked_millis: now, ..mark })?;
                Ok(file)
            }
            (status, _) if status.is_success() => self.take(&key, response, now).await,
            (status, _) => Err(of_status(status, response.headers(), "index.yaml")),
        }
    }

    /// Indexes are kept apart by everything that can make them different, credentials above all.
    fn key(&self) -> String {
        let credentials = self.wanted.access.secret_key();
        sha256(format!("{}\0{:?}\0{credentials}", self.base, self.wanted.access).as_bytes())
    }

    async fn ask(&self, mark: &IndexMark) -> Result<Response, Problem> {
        let mut url = folder(self.base);
        let path = format!("{}index.yaml", url.path());
        url.set_path(&path);
        let mut headers = HeaderMap::new();
        let mut condition = |name: HeaderName, value: &Option<String>| {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        };
        condition(IF_NONE_MATCH, &mark.etag);
        condition(IF_MODIFIED_SINCE, &mark.last_modified);
        let access = &self.wanted.access;
        let authorization = header(&access.credentials)?;
        self.inner.web.ask(Ask { url, own: self.base, access, authorization, accept: "*/*", headers }).await
    }

    /// Writes the index to disk as it comes.
    async fn take(&self, key: &str, response: Response, now: i64) -> Result<File, Problem> {
        let text = |name: HeaderName| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let mark = IndexMark { etag: text(ETAG), last_modified: text(LAST_MODIFIED), asked_millis: now };
        let bound = Bound { what: "bytes of an index", bytes_max: self.inner.options.limits.index_bytes_max };
        let mut parts = Parts::new(response, bound, self.inner.options.timeouts)?;
        let mut file = self.inner.cache.begin()?;
        while let Some(part) = parts.next().await? {
            file = self.write(file, part).await?;
        }
        let (cache, key, mark) = (self.inner.cache.clone(), key.to_owned(), mark);
        let keep = move || {
            cache.keep_index(&key, file, &mark)?;
            cache.index(&key).map(|(file, _)| file).ok_or_else(|| protocol("an index larger than what may be kept"))
        };
        self.inner.offload.run(keep).await
    }

    async fn write(&self, mut file: NamedTempFile, part: Bytes) -> Result<NamedTempFile, Problem> {
        let write = move || file.write_all(&part).map(|()| file).map_err(|error| disk(&error));
        self.inner.offload.run(write).await
    }
}
