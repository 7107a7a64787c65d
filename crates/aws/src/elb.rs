//! Application Load Balancers: what there is, who shares traffic with whom, and who is registered.
//!
//! Each load balancer is asked at most every few seconds, however many want to know: AWS throttles by account.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>

mod answers;
mod kept;

use crate::endpoint::endpoint;
use crate::error::Error;
use crate::identity::Identity;
use crate::query::{Question, Signature, ask};
use crate::sigv4::Scope;
use crate::xml;
use answers::Named;
pub use answers::{Forward, LoadBalancer, Target, TargetGroup};
use clock::Random;
use kept::Kept;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::sleep;

const VERSION: &str = "2015-12-01";
const NAME: &str = "elasticloadbalancing";
/// How many load balancers are told at once; as upstream asks.
const PAGE: &str = "300";
/// How many things are asked for their tags at once: AWS allows no more.
const TAGS_AT_ONCE: usize = 20;
/// How many pages of one answer are read: an account may have far fewer.
const PAGES_MAX: usize = 100;
/// How many questions are under way at a time.
const AT_ONCE: usize = 4;
/// How often a question is asked that may be answered later.
const TRIES_MAX: u32 = 4;
/// The pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_millis(500);
/// For how long what is known of a load balancer is told without asking.
const FRESH: Duration = Duration::from_secs(5);
/// For how long it is known which load balancer has which address, and what tags say: neither changes.
const LASTING: Duration = Duration::from_secs(600);

/// Asks about load balancers.
#[derive(Debug)]
pub struct Elb {
    identity: Identity,
    /// The tag by which target groups are known.
    tag: String,
    turns: Semaphore,
    random: Mutex<Random>,
    by_host: Kept<Named>,
    tags: Kept<String>,
    balancers: Kept<LoadBalancer>,
    targets: Kept<Vec<Target>>,
}

impl Elb {
    /// Asks as `identity`; target groups are known by this tag.
    #[must_use]
    pub fn new(identity: Identity, tag: &str) -> Self {
        let clock = identity.settings.clock.clone();
        Elb {
            tag: tag.to_owned(),
            turns: Semaphore::new(AT_ONCE),
            random: Mutex::new(clock.random("aws")),
            by_host: Kept::new(clock.clone(), LASTING),
            tags: Kept::new(clock.clone(), LASTING),
            balancers: Kept::new(clock.clone(), FRESH),
            targets: Kept::new(clock, FRESH),
            identity,
        }
    }

    /// The load balancer that is reached under a host, with its target groups and who shares with whom; `None` when the
    /// account has none.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn load_balancer(&self, host: &str) -> Result<Option<LoadBalancer>, Error> {
        let turn = self.balancers.turn(host).await;
        if let Some(known) = turn.known() {
            return Ok(Some(known));
        }
        let Some(named) = self.named(host).await? else { return Ok(None) };
        let groups = self.target_groups(&named.arn).await?;
        let forwards = self.forwards(&named.arn).await?;
        let found = LoadBalancer { name: named.name, arn: named.arn, groups, forwards };
        turn.keep(&found);
        Ok(Some(found))
    }

    /// Who is registered in a target group.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn targets(&self, group: &str) -> Result<Vec<Target>, Error> {
        let turn = self.targets.turn(group).await;
        if let Some(known) = turn.known() {
            return Ok(known);
        }
        let body = self.ask("DescribeTargetHealth", &[pair("TargetGroupArn", group)]).await?;
        let found = xml::result("DescribeTargetHealth", &body, answers::targets)?;
        turn.keep(&found);
        Ok(found)
    }

    /// The load balancer of a host. All that are seen on the way are remembered.
    async fn named(&self, host: &str) -> Result<Option<Named>, Error> {
        let host = host.to_lowercase();
        if let Some(known) = self.by_host.get(&host) {
            return Ok(Some(known));
        }
        let mut found = None;
        for named in self.pages("DescribeLoadBalancers", &[pair("PageSize", PAGE)], answers::balancers).await? {
            let own = named.host.to_lowercase();
            self.by_host.put(&own, &named);
            if own == host {
                found = Some(named);
            }
        }
        Ok(found)
    }

    async fn target_groups(&self, balancer: &str) -> Result<Vec<TargetGroup>, Error> {
        let asked = [pair("LoadBalancerArn", balancer)];
        let mut groups = self.pages("DescribeTargetGroups", &asked, answers::groups).await?;
        let unknown: Vec<&str> =
            groups.iter().map(|group| group.arn.as_str()).filter(|arn| self.tags.get(arn).is_none()).collect();
        let mut tags = BTreeMap::new();
        for some in unknown.chunks(TAGS_AT_ONCE) {
            let number = |at: usize| format!("ResourceArns.member.{}", at + 1);
            let asked: Vec<_> = some.iter().enumerate().map(|(at, arn)| pair(&number(at), arn)).collect();
            let body = self.ask("DescribeTags", &asked).await?;
            tags.extend(xml::result("DescribeTags", &body, |result| answers::tags(result, &self.tag))?);
        }
        for (arn, tag) in &tags {
            self.tags.put(arn, tag);
        }
        for group in &mut groups {
            group.resource = tags.get(&group.arn).cloned().or_else(|| self.tags.get(&group.arn)).unwrap_or_default();
        }
        Ok(groups)
    }

    /// What all rules of all listeners share out.
    async fn forwards(&self, balancer: &str) -> Result<Vec<Forward>, Error> {
        let asked = [pair("LoadBalancerArn", balancer)];
        let mut forwards = Vec::new();
        for listener in self.pages("DescribeListeners", &asked, answers::listeners).await? {
            let asked = [pair("ListenerArn", &listener)];
            forwards.extend(self.pages("DescribeRules", &asked, answers::forwards).await?);
        }
        Ok(forwards)
    }

    async fn pages<T>(
        &self,
        action: &str,
        asked: &[(String, String)],
        read: impl Fn(xml::Element<'_, '_>) -> Vec<T>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut asked = asked.to_vec();
        for _ in 0..PAGES_MAX {
            let body = self.ask(action, &asked).await?;
            let (found, next) =
                xml::result(action, &body, |result| (read(result), result.text("NextMarker").to_owned()))?;
            all.extend(found);
            if next.is_empty() {
                return Ok(all);
            }
            asked.retain(|(name, _)| name != "Marker");
            asked.push(pair("Marker", &next));
        }
        let what = format!("more than {PAGES_MAX} pages (limit: pages of one answer)");
        Err(Error::Malformed { action: action.to_owned(), what })
    }

    /// Asks, and asks again in a while where that may help.
    async fn ask(&self, action: &str, parameters: &[(String, String)]) -> Result<String, Error> {
        let _turn = self.turns.acquire().await;
        let mut pause = PAUSE;
        for _ in 1..TRIES_MAX {
            match self.ask_once(action, parameters).await {
                Err(error) if error.passes() => sleep(pause / 2 + self.some_of(pause / 2)).await,
                done => return done,
            }
            pause *= 2;
        }
        self.ask_once(action, parameters).await
    }

    async fn ask_once(&self, action: &str, parameters: &[(String, String)]) -> Result<String, Error> {
        let Identity { settings, http, .. } = &self.identity;
        let region = self.identity.region().await?;
        let keys = self.identity.keys().await?;
        let endpoint = endpoint(settings, "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", NAME, &region)?;
        let question = Question { endpoint: &endpoint, version: VERSION, action, parameters };
        let scope = Scope { region: &region, service: NAME };
        ask(http, question, Some(Signature { keys: &keys, scope, now: settings.clock.now() })).await
    }

    /// A part of a pause: who was throttled together does not come back together.
    fn some_of(&self, pause: Duration) -> Duration {
        let milliseconds = u64::try_from(pause.as_millis()).unwrap_or_default();
        Duration::from_millis(self.random.lock().unwrap_or_else(PoisonError::into_inner).below(milliseconds))
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
