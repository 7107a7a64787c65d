//! Reads what planning needs: from the cluster's cache, the repositories' state, and, where asked, the API server.

use crate::AppKey;
use crate::asked::{predict, read, served};
use crate::cluster_facts::ClusterFacts;
use crate::dependencies::{self, Dependents};
use crate::destinations::{Connection, Destinations};
use crate::integrity::Integrity;
use crate::level::REFRESH;
use crate::memory::{Memories, Prepared};
use crate::neighbour::{self, Neighbour};
use crate::observed::{Declared, Gathered, Observed, Query, Signed, Source, Whose};
use crate::orphans::OrphanRules;
use crate::plan::assess::Ground;
use crate::plan::{events, operation_sources};
use crate::projects::Projects;
use crate::settings::Settings;
use crate::sources::{Ask, Freshness, Place, Repositories, Revision, SourceSeen, Sources, Wanted, Wish, wanted};
use api::names::{ANNOTATION_REFRESH, ANNOTATION_REFRESH_TIMESTAMP, ANNOTATION_SKIP_RECONCILE, APPLICATION, GROUP};
use api::unsupported::unsupported_fields;
use api::{Application, ApplicationSource, ComparedTo, ProjectRules, semantically_equal};
use clock::Clock;
use cluster::{Cache, ClusterId, GroupKind, Instance, Keep, Served};
use compare::{RuleSettings, Rules};
use controller::Level;
use object::{Fetched, Key, Object};
use render::ApplicationFacts;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Reads for all applications.
pub struct Observer {
    /// The time.
    pub clock: Clock,
    /// The cluster the applications are in.
    pub cache: Cache,
    /// Where desired states come from.
    pub sources: Sources,
    /// What is declared about repositories.
    pub repositories: RwLock<Arc<Repositories>>,
    /// What is remembered.
    pub memories: Arc<Memories>,
    /// What held for all when the process started.
    pub settings: Arc<Settings>,
    /// The same, with what the control plane's ConfigMap says now.
    pub configured: RwLock<Arc<Settings>>,
    /// Who waits for whom.
    pub dependents: Dependents,
    /// Where resources that nobody declares are looked for: namespaces, and who asks.
    pub orphanages: Mutex<BTreeMap<String, BTreeSet<AppKey>>>,
    /// The projects' rules.
    pub projects: Projects,
    /// The clusters the applications go to.
    pub destinations: Destinations,
    /// What those clusters can do.
    pub cluster: ClusterFacts,
}

/// The key of the Application object.
#[must_use]
pub fn application_key(app: &AppKey) -> Key {
    Key::new(GROUP, APPLICATION, Some(&app.namespace), &app.name)
}

impl Observer {
    /// All that is known of `app` without asking anybody.
    pub async fn observe(&self, app: &AppKey, level: Level) -> Observed {
        let found = match self.settings.deals_with(&app.namespace) {
            true => self.cache.get(&application_key(app)).map(|cached| cached.object),
            false => Fetched::Absent,
        };
        let mut observed = self.nothing_but(app, level, found);
        let Fetched::Known(Declared { object, application: Ok(application) }) = observed.application.clone() else {
            if matches!(observed.application, Fetched::Absent) {
                self.sources.forget(app);
                self.memories.forget(app);
                self.destinations.leave(app);
            }
            return observed;
        };
        if application.annotation(ANNOTATION_SKIP_RECONCILE) == Some("true") {
            return observed;
        }
        observed.stands_back = match self.settings.neighbour {
            Neighbour::StandBack => neighbour::running(&self.cache, &self.settings.namespace),
            Neighbour::Ignore => None,
        };
        if observed.stands_back.is_some() {
            return observed;
        }
        let told = events::told(&application);
        self.memories.update(app, |memory| {
            memory.synced_for += told.ended_since(memory.told.as_ref());
            memory.told = Some(told);
        });
        observed.project = self.projects.rules(&self.cache, &observed.settings, application.spec.project_name());
        let extras = self.projects.extras(application.spec.project_name());
        observed.windows = extras.windows;
        observed.unsupported = self.unsupported(app, &object, &application);
        self.dependents.note(app, &dependencies::named(object.meta()));
        observed.dependencies =
            dependencies::standing(app, object.meta(), &|key| dependencies::find_in(&self.cache, key));
        observed.destination = self.destinations.resolve(&application.spec.destination);
        if let Ok(destination) = &observed.destination {
            observed.act_as = extras.accounts.user(observed.settings.impersonation, &application, &destination.server);
        }
        self.look_around(&mut observed, &application).await;
        if object.meta().is_terminating() && !has_delete_hooks(&object) {
            self.sources.forget(app);
            return observed;
        }
        observed.orphans = self.orphans(app, &application, extras.orphans.as_deref(), &observed);
        self.memories.update(app, |memory| memory.orphans = observed.orphans);
        self.gather(&mut observed, &object, &application, level);
        demand_signatures(&mut observed, &extras.integrity);
        observed
    }

    /// What is in the cluster the application goes to, as far as that is known.
    async fn look_around(&self, observed: &mut Observed, application: &Application) {
        let Ok(destination) = observed.destination.clone() else {
            self.destinations.leave(&observed.key);
            return;
        };
        let place = self.destinations.place(&observed.key, &destination);
        let (cache, connection) = (place.cache, place.connection);
        observed.served = match (cache.as_ref(), connection) {
            (_, Connection::Down(why)) => {
                observed.outage = Some(why.clone());
                Fetched::Unknown(why)
            }
            (Some(cache), Connection::Up) => served(cache, &destination).await,
            _ => Fetched::Unknown(format!("the cluster {} is being listed", destination.server)),
        };
        let Some(cache) = cache.filter(|_| observed.served.known().is_some()) else { return };
        let news = observed.served.known().and_then(|served| self.cluster.news(&destination.id, served));
        if let Some(news) = news {
            self.sources.learn_capabilities(destination.id.clone(), news);
        }
        let instance = Instance::named(&application.instance_name(&self.settings.namespace));
        let roots = cache.roots(&instance);
        observed.roots = roots.into_iter().map(|root| (root.object.key(), root)).collect();
        observed.unknown_kinds = cache.unknown_kinds();
    }

    /// What is in the cluster the application goes to.
    fn cache_of(&self, observed: &Observed) -> Option<Cache> {
        let destination = observed.destination.as_ref().ok()?;
        self.destinations.cache(&destination.id).filter(|_| observed.served.known().is_some())
    }

    /// What holds for all now.
    pub fn settings_now(&self) -> Arc<Settings> {
        Arc::clone(&self.configured.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many resources in the application's namespace nobody declares; `None` where nobody wants to be told.
    fn orphans(
        &self,
        app: &AppKey,
        application: &Application,
        orphans: Option<&OrphanRules>,
        observed: &Observed,
    ) -> Option<usize> {
        let namespace = &application.spec.destination.namespace;
        let (Some(orphans), Fetched::Known(Ok(rules)), Fetched::Known(served), Some(cache)) =
            (orphans.filter(|own| own.warns()), &observed.project, &observed.served, self.cache_of(observed))
        else {
            return None;
        };
        let mut orphanages = self.orphanages.lock().unwrap_or_else(PoisonError::into_inner);
        orphanages.entry(namespace.clone()).or_default().insert(app.clone());
        drop(orphanages);
        let kinds = served.preferred_kinds().filter(|kind| kind.scope == cluster::Scope::Namespaced);
        let cluster = observed.cluster(rules.name());
        let objects = kinds.flat_map(|kind| cache.objects(&GroupKind::new(&kind.gvk.group, &kind.gvk.kind)));
        let is_orphan = |cached: &cluster::Cached| {
            let meta = cached.object.meta();
            meta.namespace.as_deref() == Some(namespace)
                && orphans.is_orphan(meta, &self.settings.tracking, rules, cluster)
                && !observed.settings.is_excluded(&meta.gvk.group, &meta.gvk.kind, cluster.server)
        };
        Some(objects.filter(is_orphan).count())
    }

    fn nothing_but(&self, app: &AppKey, level: Level, found: Fetched<Object>) -> Observed {
        let application = found.map(|object| Declared {
            application: Application::read(&object).map(Arc::new).map_err(|error| error.to_string()),
            object,
        });
        let memory = self.memories.get(app);
        Observed {
            memory,
            now: self.clock.now(),
            ..Observed::new(app.clone(), level, self.settings_now(), application)
        }
    }

    /// What is not implemented, in words. An operation's own uses show in its outcome.
    fn unsupported(&self, app: &AppKey, object: &Object, application: &Application) -> Vec<String> {
        let of_project = self.projects.unsupported(application.spec.project_name());
        let known = self.memories.get(app).unsupported.filter(|(spec, _)| *spec == application.spec);
        let own = known.map(|(_, own)| own).unwrap_or_else(|| {
            let own = Arc::new(unsupported_uses(object, application));
            let noted = (application.spec.clone(), Arc::clone(&own));
            self.memories.update(app, |memory| memory.unsupported = Some(noted));
            own
        });
        own.iter().chain(&*of_project).cloned().collect()
    }

    fn gather(&self, observed: &mut Observed, object: &Object, application: &Application, level: Level) {
        let of_spec = application.spec.effective_sources().into_iter();
        let of_spec: Vec<_> =
            of_spec.map(|source| (source.clone().into_owned(), source.target_revision.clone())).collect();
        let cluster = observed.cluster_id();
        let wanted = self.wanted(application, &of_spec, &cluster);
        let usable: Vec<Wanted> = wanted.iter().flatten().cloned().collect();
        let mut seen = self.sources.follow(&observed.key, &usable);
        if level >= REFRESH {
            self.sources.touch(&observed.key);
        }
        match self.freshness(&observed.key, object, application, &usable) {
            Freshness::Listed => {}
            Freshness::JustListed => {
                if application.annotation(ANNOTATION_REFRESH) == Some("hard") {
                    self.sources.forget_renders(&usable);
                }
                seen = self.sources.follow(&observed.key, &usable);
            }
            Freshness::Listing if needs_fresh_refs(application) => {
                seen = usable.iter().map(|_| SourceSeen::Unread).collect();
            }
            Freshness::Listing => {
                let urls: Vec<String> = usable.iter().map(|wanted| wanted.origin.shown()).collect();
                observed.refreshing = Some(format!("the refs of {}, listed anew", urls.join(", ")));
            }
        }
        observed.spec.sources = side_by_side(wanted, seen);
        if let Some(others) = operation_sources(application) {
            let wanted = self.wanted(application, &others, &cluster);
            let usable: Vec<Wanted> = wanted.iter().flatten().cloned().collect();
            let seen = self.sources.look(&observed.key, &usable);
            observed.operation = Some(Gathered { sources: side_by_side(wanted, seen), targets: None });
        }
        self.make_ready(observed);
        let namespace = &application.spec.destination.namespace;
        if !namespace.is_empty() {
            self.look_up(observed, Key::new("", "Namespace", None, namespace));
        }
    }

    /// Has refs listed anew where somebody wishes that, and tells how far that has come.
    fn freshness(&self, app: &AppKey, object: &Object, application: &Application, usable: &[Wanted]) -> Freshness {
        let is_asked = application.annotation(ANNOTATION_REFRESH).is_some();
        if !is_asked && !needs_fresh_refs(application) {
            self.sources.no_wish(app);
            return Freshness::Listed;
        }
        let annotation = |name| application.annotation(name).unwrap_or_default().to_owned();
        let wish = Wish {
            refresh: is_asked.then(|| (annotation(ANNOTATION_REFRESH), annotation(ANNOTATION_REFRESH_TIMESTAMP))),
            operation: application.operation.clone().filter(|_| !is_running(application)),
            sources: usable.to_vec(),
        };
        self.sources.refresh(app, wish, &object.meta().resource_version)
    }

    fn wanted(
        &self,
        application: &Application,
        sources: &[(ApplicationSource, String)],
        cluster: &ClusterId,
    ) -> Vec<Result<Wanted, String>> {
        let repositories = Arc::clone(&self.repositories.read().unwrap_or_else(PoisonError::into_inner));
        let has_several = !application.spec.sources.is_empty();
        let application = ApplicationFacts {
            instance_name: application.instance_name(&self.settings.namespace),
            namespace: application.spec.destination.namespace.clone(),
            project: application.spec.project_name().to_owned(),
        };
        let settings = repositories.settings(&self.settings.render);
        let cluster = cluster.clone();
        wanted(&Ask { application, settings: &settings, repositories: &repositories, has_several, cluster }, sources)
    }

    /// Makes the desired objects ready where all is rendered, and looks up what is live of them in the cache.
    fn make_ready(&self, observed: &mut Observed) {
        let (Fetched::Known(declared), Fetched::Known(Ok(rules)), Fetched::Known(served)) =
            (observed.application.clone(), observed.project.clone(), observed.served.clone())
        else {
            return;
        };
        let (Ok(application), Some(cache)) = (&declared.application, self.cache_of(observed)) else { return };
        observed.spec.targets = self.targets(observed, application, &rules, &served, Whose::Spec);
        if observed.operation.is_some() {
            let targets = self.targets(observed, application, &rules, &served, Whose::Operation);
            if let Some(operation) = &mut observed.operation {
                operation.targets = targets;
            }
        }
        let all = observed.spec.targets.iter().chain(observed.operation.iter().filter_map(|own| own.targets.as_ref()));
        let keys: Vec<(Key, Box<str>)> = all
            .flat_map(|targets| targets.resources.iter().chain(&targets.hooks))
            .flat_map(|target| {
                let version = target.object.gvk().version.clone();
                target.lookup_keys().into_iter().map(move |key| (key, version.clone()))
            })
            .collect();
        for (key, version) in keys {
            let is_known = observed.looked_up.contains_key(&key) || observed.roots.contains_key(&key);
            if is_known || observed.may_be_old(&key) {
                continue;
            }
            self.look_up_version(observed, &cache, key, &version);
        }
    }

    fn look_up(&self, observed: &mut Observed, key: Key) {
        let Some(cache) = self.cache_of(observed) else { return };
        match cache.get(&key) {
            Fetched::Known(cached) => drop(observed.looked_up.insert(key, Fetched::Known(cached.object))),
            Fetched::Absent => drop(observed.looked_up.insert(key, Fetched::Absent)),
            Fetched::Unknown(cause) => drop(observed.looked_up.insert(key, Fetched::Unknown(cause))),
        }
    }

    /// Takes the cache's answer where it suffices; the plan asks for the rest.
    fn look_up_version(&self, observed: &mut Observed, cache: &Cache, key: Key, version: &str) {
        match cache.get(&key) {
            Fetched::Absent => drop(observed.looked_up.insert(key, Fetched::Absent)),
            Fetched::Known(cached) if cached.keep > Keep::Metadata && *cached.object.gvk().version == *version => {
                observed.looked_up.insert(key, Fetched::Known(cached.object));
            }
            Fetched::Known(_) | Fetched::Unknown(_) => {}
        }
    }

    fn targets(
        &self,
        observed: &Observed,
        application: &Application,
        rules: &ProjectRules,
        served: &Arc<Served>,
        whose: Whose,
    ) -> Option<Arc<compare::Targets>> {
        let gathered = match whose {
            Whose::Spec => &observed.spec,
            Whose::Operation => observed.operation.as_ref()?,
        };
        let numbers = gathered.numbers();
        if let Some(known) = self.memories.get(&observed.key).prepared
            && known.contents == numbers
            && known.spec == application.spec
            && Arc::ptr_eq(&known.served, served)
            && is_rendered(gathered)
        {
            return Some(known.targets);
        }
        if !is_rendered(gathered) {
            return None;
        }
        let contents = gathered.sources.iter().filter_map(Source::content);
        let manifests: Vec<Object> = contents
            .flat_map(|content| content.rendered.objects.iter().map(|manifest| manifest.object.clone()))
            .collect();
        let targets = Arc::new(Ground { application, rules, served, observed }.targets(manifests));
        if whose == Whose::Spec {
            let prepared = Prepared {
                contents: numbers,
                spec: application.spec.clone(),
                served: Arc::clone(served),
                targets: Arc::clone(&targets),
            };
            self.memories.update(&observed.key, |memory| memory.prepared = Some(prepared));
        }
        Some(targets)
    }

    /// Adds what was asked for.
    pub async fn answer(&self, mut observed: Observed, queries: Vec<Query>) -> Observed {
        let cache = self.cache_of(&observed);
        for query in queries {
            match query {
                Query::Render { of, index, revision } => self.render(&mut observed, of, index, &revision).await,
                Query::Signatures { of, index, revision } => self.examine(&mut observed, of, index, &revision).await,
                Query::Predict(objects) => {
                    let Some(cache) = &cache else { continue };
                    let user = observed.act_as.clone().ok().flatten();
                    let asked = objects.iter().map(|object| predict(cache.client(), object, user.as_deref()));
                    let answers = futures::future::join_all(asked).await;
                    observed.predicted.extend(objects.iter().map(Object::key).zip(answers));
                }
                Query::Live(lookups) => {
                    let Some(cache) = &cache else { continue };
                    let asked = lookups.iter().map(|lookup| read(cache.client(), lookup));
                    let answers = futures::future::join_all(asked).await;
                    observed.looked_up.extend(lookups.into_iter().map(|lookup| lookup.key).zip(answers));
                }
            }
        }
        self.make_ready(&mut observed);
        observed
    }

    async fn examine(&self, observed: &mut Observed, of: Whose, index: usize, revision: &Revision) {
        // An operation is pinned to a commit; what its source was asked for says whether that was a tag.
        let wanted = |gathered: &Gathered| gathered.sources.get(index).and_then(|source| source.wanted.clone().ok());
        let names: Vec<String> = [wanted(&observed.spec), observed.operation.as_ref().and_then(wanted)]
            .into_iter()
            .flatten()
            .map(|wanted| wanted.revision)
            .collect();
        let app = observed.key.clone();
        let gathered = match of {
            Whose::Spec => Some(&mut observed.spec),
            Whose::Operation => observed.operation.as_mut(),
        };
        let Some(source) = gathered.and_then(|gathered| gathered.sources.get_mut(index)) else { return };
        let (Ok(wanted), Signed::Unknown(demand)) = (&source.wanted, source.signed.clone()) else { return };
        let commit = revision.point().and_then(|point| point.commit());
        let (Some(remote), Some(commit)) = (wanted.origin.repository(), commit) else {
            let message = format!("{} is no commit whose signature could be verified", revision.revision());
            source.signed = Signed::Unclear(message);
            return;
        };
        source.signed = Signed::Seen(self.sources.examine(&app, (remote, commit), &names, &demand).await);
    }

    async fn render(&self, observed: &mut Observed, of: Whose, index: usize, revision: &Revision) {
        let gathered = match of {
            Whose::Spec => Some(&mut observed.spec),
            Whose::Operation => observed.operation.as_mut(),
        };
        let Some(gathered) = gathered else { return };
        // Those of which nothing can be known are not followed.
        let place = gathered.sources.iter().take(index).filter(|source| source.wanted.is_ok()).count();
        let Some(source) = gathered.sources.get_mut(index) else { return };
        if let Ok(wanted) = &source.wanted {
            let place = match of {
                Whose::Spec => Place::Followed(place),
                Whose::Operation => Place::Another,
            };
            source.seen = self.sources.render(&observed.key, place, wanted, revision).await;
        }
    }
}

/// Notes what the project demands of the signatures of all sources that come from Git.
fn demand_signatures(observed: &mut Observed, integrity: &Integrity) {
    let operation = observed.operation.iter_mut().flat_map(|own| &mut own.sources);
    for source in observed.spec.sources.iter_mut().chain(operation) {
        let Some(remote) = source.wanted.as_ref().ok().and_then(|wanted| wanted.origin.repository()) else { continue };
        source.signed = match integrity.demand(&remote.url.to_string()) {
            Ok(None) => Signed::Undemanded,
            Ok(Some(demand)) => Signed::Unknown(demand),
            Err(why) => Signed::Unclear(why),
        };
    }
}

/// Whether hooks are to run before or after the application's resources go.
fn has_delete_hooks(object: &Object) -> bool {
    use api::names::{FINALIZER_POST_DELETE, FINALIZER_PRE_DELETE};
    object
        .meta()
        .finalizers
        .iter()
        .any(|own| own.starts_with(FINALIZER_PRE_DELETE) || own.starts_with(FINALIZER_POST_DELETE))
}

fn unsupported_uses(object: &Object, application: &Application) -> Vec<String> {
    let fields = unsupported_fields(&object.value()).into_iter().filter(|used| used.path.starts_with("spec."));
    let options = application.spec.sync_policy.iter().flat_map(|policy| &policy.sync_options);
    let (_, unknown) = sync::Options::parse(options.map(String::as_str));
    let options = unknown.iter().map(|option| format!("spec.syncPolicy.syncOptions: {option} has no effect"));
    let ignored = RuleSettings { application: application.spec.ignore_differences.clone(), ..RuleSettings::default() };
    let rules = Rules::new(ignored);
    let filters = rules.problems().iter().map(|problem| format!("{problem}: the filter has no effect"));
    fields.map(|used| format!("{}: {}", used.path, used.instead)).chain(options).chain(filters).collect()
}

/// Whether refs that were listed some time ago will not do: an operation is to begin, or the sources are not those that
/// were compared last.
fn needs_fresh_refs(application: &Application) -> bool {
    let compared = application.status.sync.as_ref().map(|sync| (&sync.compared_to.source, &sync.compared_to.sources));
    let declared = ComparedTo::of(&application.spec);
    let is_new = compared.is_none_or(|compared| !semantically_equal(&compared, &(&declared.source, &declared.sources)));
    is_new || (application.operation.is_some() && !is_running(application))
}

fn is_running(application: &Application) -> bool {
    application.status.operation_state.as_ref().is_some_and(|state| !state.phase.is_completed())
}

fn is_rendered(gathered: &Gathered) -> bool {
    let is_known = |source: &Source| match &source.seen {
        SourceSeen::Lent { .. } => true,
        _ => source.content().is_some_and(|content| content.rendered.problems.is_empty()),
    };
    !gathered.sources.is_empty() && gathered.sources.iter().all(is_known)
}

/// Puts what is known of the usable sources beside what was wanted.
fn side_by_side(wanted: Vec<Result<Wanted, String>>, seen: Vec<SourceSeen>) -> Vec<Source> {
    let mut seen = seen.into_iter();
    let source = |wanted: Result<Wanted, String>| match wanted {
        Ok(wanted) => {
            let seen = seen.next().unwrap_or(SourceSeen::Unread);
            Source { wanted: Ok(wanted), seen, signed: Signed::Undemanded }
        }
        Err(why) => Source::impossible(why),
    };
    wanted.into_iter().map(source).collect()
}
