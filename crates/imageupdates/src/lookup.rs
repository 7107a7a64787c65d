//! Asking registries: each repository once a cycle, however many applications follow it.

use crate::credentials::Wallet;
use crate::followed::{Followed, Image};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use images::{ImageReference, Platform, Strategy, Tag};
use jiff::Timestamp;
use registry::{Client, Listing, Repository, TagOrder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many questions are under way at a time. Each registry's own pace holds besides.
const SIDE_BY_SIDE: usize = 16;

/// How many tags of one image are asked for their build: more would take upstream's pace of 20 a second over minutes.
const BUILDS_MAX: usize = 2000;

/// What is asked of one repository: its tags, the digests of some, the builds of some.
#[derive(Debug, Default)]
struct Need {
    tags: bool,
    digests: BTreeSet<String>,
}

/// What registries said, by image followed: its position among applications, and among that application's images.
pub(crate) type Found = BTreeMap<(usize, usize), Result<Offered, String>>;

/// The versions of one image that there are.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) repository: Repository,
    pub(crate) tags: Arc<Vec<Tag>>,
}

/// Asks for everything that is followed.
pub(crate) async fn look_up(client: &Client, wallet: &Wallet<'_>, followed: &[Followed]) -> Found {
    let mut found = Found::new();
    let mut of: BTreeMap<Repository, Vec<(usize, usize)>> = BTreeMap::new();
    for (a, application) in followed.iter().enumerate() {
        for (i, image) in application.images.iter().enumerate() {
            let secret = image.tracked.pull_secret.as_deref();
            match wallet.registry(&image.tracked.image, secret, &application.namespace).await {
                Err(message) => drop(found.insert((a, i), Err(message))),
                Ok(registry) => {
                    of.entry(Repository::new(registry, &image.tracked.image)).or_default().push((a, i));
                }
            }
        }
    }
    let ask_one = |(repository, places): (Repository, Vec<(usize, usize)>)| {
        async move {
            let images: Vec<&Image> = places.iter().map(|(a, i)| &followed[*a].images[*i]).collect();
            let offered = ask(client, &repository, &images).await;
            places.into_iter().zip(offered).collect::<Vec<_>>()
        }
        .boxed()
    };
    let asked: Vec<BoxFuture<'_, _>> = of.into_iter().map(ask_one).collect();
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(SIDE_BY_SIDE).collect().await;
    found.extend(answers.into_iter().flatten());
    found
}

/// What a repository offers to each of the images that follow it.
pub(crate) async fn ask(client: &Client, repository: &Repository, images: &[&Image]) -> Vec<Result<Offered, String>> {
    let mut need = Need::default();
    for image in images {
        match image.tracked.rule.strategy {
            Strategy::Digest => drop(need.digests.insert(image.tracked.rule.constraint().to_owned())),
            _ => need.tags = true,
        }
    }
    let listed = match need.tags {
        true => client.listing(repository).await.map_err(|error| error.to_string()),
        false => Ok(Listing::default()),
    };
    let mut digests: BTreeMap<String, Result<String, String>> = BTreeMap::new();
    for tag in need.digests {
        let digest = client.digest(repository, &tag).await.map_err(|error| error.to_string());
        digests.insert(tag, digest);
    }
    let mut built: BTreeMap<String, Option<Timestamp>> = BTreeMap::new();
    if let Ok(listed) = &listed {
        built.extend(listed.created.iter().map(|(tag, at)| (tag.clone(), Some(*at))));
    }
    let names = listed.map(|listed| Names::new(&listed.tags));
    let mut offered = Vec::new();
    for image in images {
        let rule = &image.tracked.rule;
        let tags = match (rule.strategy, &names) {
            (Strategy::Digest, _) => {
                let tag = rule.constraint();
                let digest = digests.get(tag).cloned().unwrap_or_else(|| Err("it was not asked for".to_owned()));
                digest.map(|digest| Arc::new(vec![Tag { name: tag.to_owned(), created: None, digest: Some(digest) }]))
            }
            (_, Err(message)) => Err(message.clone()),
            (Strategy::NewestBuild, Ok(names)) => newest(client, repository, image, names, &mut built).await,
            (_, Ok(names)) => Ok(Arc::clone(&names.tags)),
        };
        offered.push(tags.map(|tags| Offered { repository: repository.clone(), tags }));
    }
    offered
}

/// The names of a repository's tags, in the registry's order.
struct Names {
    tags: Arc<Vec<Tag>>,
}

impl Names {
    fn new(names: &[String]) -> Names {
        let tags = names.iter().map(|name| Tag { name: name.clone(), created: None, digest: None });
        Names { tags: Arc::new(tags.collect()) }
    }
}

/// The tags that a rule admits, with the time of their builds.
///
/// Compat: where the registry lists tags in the order of time, that order is believed and no build is asked for.
async fn newest(
    client: &Client,
    repository: &Repository,
    image: &Image,
    names: &Names,
    built: &mut BTreeMap<String, Option<Timestamp>>,
) -> Result<Arc<Vec<Tag>>, String> {
    let admitted: Vec<&Tag> = names.tags.iter().filter(|tag| image.tracked.rule.admits(&tag.name)).collect();
    if repository.registry.order != TagOrder::Unknown {
        return Ok(Arc::new(in_order(&admitted, repository.registry.order)));
    }
    let unknown: Vec<String> =
        admitted.iter().filter(|tag| !built.contains_key(&tag.name)).map(|tag| tag.name.clone()).collect();
    if unknown.len() > BUILDS_MAX {
        return Err(format!(
            "{repository}: {} tags are admitted, of more than {BUILDS_MAX} builds are not asked for: narrow them with allow-tags",
            unknown.len()
        ));
    }
    let build_one = |name: String| {
        async move {
            let build = client.build(repository, &name).await;
            (name, build)
        }
        .boxed()
    };
    let asked: Vec<BoxFuture<'_, _>> = unknown.into_iter().map(build_one).collect();
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(SIDE_BY_SIDE).collect().await;
    for (name, build) in answers {
        match build {
            Ok(build) => {
                built.insert(name, build.created);
            }
            // A tag that went meanwhile, or that is no image, is no candidate.
            Err(error) => match error.problem {
                registry::Problem::NotFound { .. } | registry::Problem::Protocol { .. } => {
                    built.insert(name, None);
                }
                _ => return Err(error.to_string()),
            },
        }
    }
    let tag = |tag: &&Tag| Tag { created: built.get(&tag.name).copied().flatten(), ..Tag::clone(tag) };
    Ok(Arc::new(admitted.iter().map(tag).collect()))
}

/// Times that are in the registry's order.
fn in_order(tags: &[&Tag], order: TagOrder) -> Vec<Tag> {
    let count = tags.len();
    let at = |index: usize| {
        let rank = if order == TagOrder::LatestFirst { count - index } else { index };
        Timestamp::from_second(i64::try_from(rank).unwrap_or(i64::MAX)).unwrap_or_default()
    };
    tags.iter().enumerate().map(|(index, tag)| Tag { created: Some(at(index)), ..Tag::clone(tag) }).collect()
}

/// That a version that is about to be written is what it should be: built for where it runs, signed, and by its digest
/// really there.
pub(crate) async fn confirm(
    client: &Client,
    wallet: &Wallet<'_>,
    image: &Image,
    repository: &Repository,
    to: &ImageReference,
) -> Result<(), String> {
    let text = |error: registry::RegistryError| error.to_string();
    let is_asked = !image.tracked.platforms.is_empty() || image.signed_by.is_some() || to.digest.is_some();
    if !is_asked {
        return Ok(());
    }
    let build = match (&to.digest, &to.tag) {
        (Some(digest), _) => client.build_by_digest(repository, digest).await.map_err(text)?,
        (None, Some(tag)) => client.build(repository, tag).await.map_err(text)?,
        (None, None) => return Ok(()),
    };
    let platforms = &image.tracked.platforms;
    if !build.runs_on(platforms) {
        let list = |all: &[Platform]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(format!("{to} is built for {}, not for all of {}", list(&build.platforms), list(platforms)));
    }
    if let Some((namespace, secret)) = &image.signed_by {
        let key = wallet.cosign_key(namespace, &secret.secret_name, &secret.key).await?;
        client.verify(repository, &build.digest, &key).await.map_err(text)?;
    }
    Ok(())
}
