//! A chart wanted in, its archive out. One fetch of the same chart at a time; whoever comes meanwhile finds it kept.

mod chosen;
mod flights;

mod inner;

mod http;

use crate::access::Access;
use crate::asking::Web;
use crate::cache::{Cache, VersionNote, sha256};
use crate::options::ChartsOptions;
use crate::patience::within;
use crate::problem::{ChartError, Problem};
use crate::registry::{Place, Reference, Registries};
use crate::repository::{Registry, Repository};
use crate::version::{Found, choose, is_version, sort_newest_first};
use crate::wanted::{Fetched, FetchedFile, Wanted};
use bytes::Bytes;
use chosen::{Chosen, Source};
use clock::{Clock, Offload};
use flights::Flights;
use http::Index;
use inner::Inner;
use std::sync::Arc;
use url::Url;

/// Fetches charts. Cheap to clone; clones share connections, tokens and the folder.
#[derive(Clone)]
pub struct Charts(Arc<Inner>);

impl Charts {
    /// A fetcher that keeps what it fetched in the folder of `options`, which is made.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn new(options: ChartsOptions, clock: &Clock, offload: Offload) -> Result<Self, ChartError> {
        let cache = Cache::new(&options.folder, options.limits.kept_bytes_max, clock)
            .map_err(|problem| problem.of(&options.folder.display()))?;
        Ok(Charts(Arc::new(Inner {
            web: Web::new(options.timeouts),
            clock: clock.clone(),
            offload,
            cache,
            registries: Registries::default(),
            flights: Flights::default(),
            options,
        })))
    }

    /// The version of `wanted` that a fetch would bring now: what a target revision resolves to.
    ///
    /// # Errors
    /// With the repository and what to do about it.
    pub async fn resolve(&self, wanted: &Wanted) -> Result<(String, Found), ChartError> {
        let chosen = self.bounded(self.choose(wanted)).await.map_err(|problem| problem.of(&wanted.repository))?;
        Ok((chosen.version, chosen.found))
    }

    /// The chart: from the folder where its digest is known and kept, from the repository otherwise.
    ///
    /// # Errors
    /// With the repository and what to do about it.
    pub async fn fetch(&self, wanted: &Wanted) -> Result<Fetched, ChartError> {
        let key = format!("{wanted:?}");
        let work = async {
            let _turn = self.0.flights.turn(&sha256(key.as_bytes())).await;
            let chosen = self.choose(wanted).await?;
            let fetched = self.get(wanted, chosen).await?;
            self.note(wanted, &fetched).await?;
            Ok(fetched)
        };
        self.bounded(work).await.map_err(|problem| problem.of(&wanted.repository))
    }

    /// The chart as it was fetched last, without asking anybody: for exact versions, while the folder has them.
    pub async fn kept_version(&self, wanted: &Wanted) -> Option<Fetched> {
        if !wanted.is_exact() {
            return None;
        }
        let (cache, key) = (self.0.cache.clone(), wanted.key());
        let note = self.0.offload.run(move || cache.note(&key)).await?;
        let VersionNote { version, url, digest } = note;
        let archive = self.kept(&digest).await?;
        Some(Fetched { version, found: Found::Exact, digest, archive, url })
    }

    /// A file at a URL of its own, at most `bytes_max` of it; it is kept by its digest.
    ///
    /// # Errors
    /// With the URL's host and what to do about it.
    pub async fn fetch_file(&self, url: &Url, access: &Access, bytes_max: u64) -> Result<FetchedFile, ChartError> {
        let repository = url.origin().ascii_serialization();
        let bytes_max = bytes_max.min(self.0.options.limits.archive_bytes_max);
        let work = async {
            let content = http::file(&self.0, url, access, bytes_max).await?;
            let digest = sha256(&content);
            self.keep(&digest, &content).await?;
            Ok(FetchedFile { digest, content })
        };
        self.bounded(work).await.map_err(|problem| problem.of(&repository))
    }

    /// The archive at a URL of its own.
    ///
    /// # Errors
    /// With the URL's host and what to do about it.
    pub async fn fetch_url(&self, url: &Url, access: &Access) -> Result<Bytes, ChartError> {
        let repository = url.origin().ascii_serialization();
        let work = http::archive(&self.0, url, url, access);
        self.bounded(work).await.map_err(|problem| problem.of(&repository))
    }

    /// All versions of a chart, newest first; `version` of `wanted` does not count.
    ///
    /// # Errors
    /// With the repository and what to do about it.
    pub async fn versions(&self, wanted: &Wanted) -> Result<Vec<String>, ChartError> {
        let work = async {
            match &wanted.repository {
                Repository::Http(base) => {
                    let entries = Index { inner: &self.0, base, wanted }.entries().await?;
                    Ok(entries.into_iter().map(|entry| entry.version).collect())
                }
                Repository::Registry(registry) => {
                    let name = registry.name_of(&wanted.chart)?;
                    self.registry_versions(self.site(registry, &wanted.access, &name)).await
                }
            }
        };
        self.bounded(work).await.map_err(|problem| problem.of(&wanted.repository))
    }

    async fn bounded<T>(&self, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
        within(self.0.options.timeouts.total, "fetching a chart", work).await?
    }

    async fn choose(&self, wanted: &Wanted) -> Result<Chosen, Problem> {
        match &wanted.repository {
            Repository::Http(base) => http::choose(&Index { inner: &self.0, base, wanted }).await,
            Repository::Registry(registry) => self.choose_in_registry(registry, wanted).await,
        }
    }

    async fn choose_in_registry(&self, registry: &Registry, wanted: &Wanted) -> Result<Chosen, Problem> {
        let name = registry.name_of(&wanted.chart)?;
        let place = self.site(registry, &wanted.access, &name);
        let (version, found) = if is_version(&wanted.version) || wanted.manifest.is_some() {
            (wanted.version.clone(), Found::Exact)
        } else {
            let versions = self.registry_versions(place).await?;
            let (at, found) = choose(versions.iter().map(String::as_str), &wanted.chart, &wanted.version)?;
            (versions[at].clone(), found)
        };
        let reference = wanted.manifest.as_deref().map_or(Reference::Tag(&version), Reference::Digest);
        let layer = self.0.registries.layer(place, reference).await?;
        let url = match reference {
            Reference::Tag(tag) => format!("oci://{}/{name}:{}", registry.host, tag.replace('+', "_")),
            Reference::Digest(digest) => format!("oci://{}/{name}@{digest}", registry.host),
        };
        Ok(Chosen { version, found, url, source: Source::Registry { name, layer } })
    }

    async fn registry_versions(&self, place: Place<'_>) -> Result<Vec<String>, Problem> {
        let mut versions = self.0.registries.versions(place).await?;
        sort_newest_first(&mut versions, |version| version);
        Ok(versions)
    }

    fn site<'a>(&'a self, registry: &'a Registry, access: &'a Access, name: &'a str) -> Place<'a> {
        let Inner { web, clock, options, .. } = &*self.0;
        Place { web, clock, limits: &options.limits, registry, access, name }
    }

    async fn get(&self, wanted: &Wanted, chosen: Chosen) -> Result<Fetched, Problem> {
        let Chosen { version, found, url, source } = chosen;
        let known = match &source {
            Source::Http { digest, .. } => digest.clone(),
            Source::Registry { layer, .. } => Some(layer.digest.clone()),
        };
        if let Some(digest) = known
            && let Some(archive) = self.kept(&digest).await
        {
            return Ok(Fetched { version, found, digest, archive, url });
        }
        let archive = match (&source, &wanted.repository) {
            (Source::Http { url, digest }, Repository::Http(base)) => {
                let archive = http::archive(&self.0, url, base, &wanted.access).await?;
                if let Some(digest) = digest {
                    crate::registry::check("the archive", digest, &archive)?;
                }
                archive
            }
            (Source::Registry { name, layer }, Repository::Registry(registry)) => {
                self.0.registries.blob(self.site(registry, &wanted.access, name), layer).await?
            }
            _ => return Err(Problem::BadAddress { why: "a repository of another kind".to_owned() }),
        };
        let digest = sha256(&archive);
        self.keep(&digest, &archive).await?;
        Ok(Fetched { version, found, digest, archive, url })
    }

    async fn note(&self, wanted: &Wanted, fetched: &Fetched) -> Result<(), Problem> {
        if !wanted.is_exact() {
            return Ok(());
        }
        let (cache, key) = (self.0.cache.clone(), wanted.key());
        let Fetched { version, url, digest, .. } = fetched.clone();
        self.0.offload.run(move || cache.put_note(&key, &VersionNote { version, url, digest })).await
    }

    /// What was fetched with this SHA-256, while the folder has it.
    pub async fn kept(&self, digest: &str) -> Option<Bytes> {
        let (cache, digest) = (self.0.cache.clone(), digest.to_owned());
        let bytes_max = self.0.options.limits.archive_bytes_max;
        self.0.offload.run(move || cache.get(&digest, bytes_max)).await
    }

    async fn keep(&self, digest: &str, archive: &Bytes) -> Result<(), Problem> {
        let (cache, digest, archive) = (self.0.cache.clone(), digest.to_owned(), archive.clone());
        self.0.offload.run(move || cache.put(&digest, &archive)).await
    }
}
