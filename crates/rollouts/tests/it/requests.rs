//! Requests of users through the simulated ingress, 200 a second while a case runs, and who answered them. They are made
//! in this process, so that the paused clock holds: how fast the machine is makes no difference.

use crate::stage::{NAMESPACE, Stage};
use ingress::{Answer, Ask, Ingress};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// Between two requests.
const PAUSE: Duration = Duration::from_millis(5);
/// What the ingress has noticed after that on the paused clock, which is all there is.
const SETTLED: Duration = Duration::from_secs(1);
/// Requests that a share is measured by.
const MEASURED: u64 = 1000;
/// How many standard deviations a share may be off: beyond five lies one measurement in two million.
const DEVIATIONS: f64 = 5.0;

/// Users who ask on and on.
pub struct Requests {
    pub ingress: Arc<Ingress>,
    answers: Arc<Mutex<Answers>>,
    asking: AbortHandle,
}

/// What became of their requests.
#[derive(Debug, Clone, Default)]
struct Answers {
    by_image: BTreeMap<String, u64>,
    failures: Vec<String>,
}

impl Answers {
    fn take(&mut self, answer: Answer) -> String {
        match answer {
            Answer::Pod(pod) => {
                *self.by_image.entry(pod.image.clone()).or_default() += 1;
                pod.image.clone()
            }
            other => {
                self.failures.push(format!("{other:?}"));
                String::new()
            }
        }
    }

    fn total(&self) -> u64 {
        self.by_image.values().sum::<u64>() + self.failures.len() as u64
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.asking.abort();
    }
}

impl Requests {
    /// Begins to ask as soon as somebody answers.
    pub async fn begin(stage: &Stage, ask: Ask) -> Self {
        let ingress = Arc::new(Ingress::start(stage.client.clone(), ([127, 0, 0, 1], 8088).into()));
        let first = || async { matches!(ingress.front().answer(&ask), Answer::Pod(_)) };
        let mut told = String::new();
        let answered = timeout(Duration::from_secs(60), async {
            while !first().await {
                told = format!("{:?}", ingress.front().answer(&ask));
                sleep(PAUSE).await;
            }
        });
        assert!(answered.await.is_ok(), "nobody ever answers {ask:?}: {told}");
        let answers = Arc::new(Mutex::new(Answers::default()));
        let asking = tokio::spawn(go_on(Arc::clone(&ingress), ask, Arc::clone(&answers))).abort_handle();
        Requests { ingress, answers, asking }
    }

    fn answers(&self) -> Answers {
        self.answers.lock().expect("nobody panics here").clone()
    }

    /// One request of somebody else; gives the image that answered.
    pub fn ask(&self, ask: &Ask) -> String {
        let answer = self.ingress.front().answer(ask);
        self.answers.lock().expect("nobody panics here").take(answer)
    }

    /// Waits for so many requests more, and says who answered them.
    async fn measure(&self) -> BTreeMap<String, u64> {
        sleep(SETTLED).await;
        let before = self.answers();
        while self.answers().total() < before.total() + MEASURED {
            sleep(PAUSE).await;
        }
        let mut found = self.answers().by_image;
        found.iter_mut().for_each(|(image, count)| *count -= before.by_image.get(image).copied().unwrap_or_default());
        found.retain(|_, count| *count > 0);
        found
    }

    /// Of the requests from now on an image answers so many of a hundred, and another one the rest.
    pub async fn assert_shares(&self, image: &str, percent: u32, other: &str) {
        let found = self.measure().await;
        let count = |image: &str| found.get(image).copied().unwrap_or_default();
        let total: u64 = found.values().sum();
        let share = f64::from(percent) / 100.0;
        let wanted = share * total as f64;
        let bound = DEVIATIONS * (total as f64 * share * (1.0 - share)).sqrt();
        let off = (count(image) as f64 - wanted).abs();
        assert!(off <= bound, "{percent} % to {image} and the rest to {other}: {found:?}");
        assert_eq!(count(image) + count(other), total, "nobody else: {found:?}");
    }

    /// Not one request failed, none came to a pod that was not ready, and pods counted what users did.
    pub fn assert_none_lost(&self) {
        self.asking.abort();
        let answers = self.answers();
        assert!(answers.failures.is_empty(), "{} failed: {:#?}", answers.failures.len(), &answers.failures[..1]);
        let counts = self.ingress.counts();
        let refused: Vec<_> = counts.iter().filter(|count| count.refused > 0).collect();
        assert!(refused.is_empty(), "{refused:#?}");
        // One was asked before the count began.
        let answered: u64 = counts.iter().map(|count| count.answered).sum();
        assert_eq!(answered, answers.total() + 1);
        assert!(counts.iter().all(|count| count.pod.namespace == NAMESPACE), "{counts:#?}");
    }
}

async fn go_on(ingress: Arc<Ingress>, ask: Ask, answers: Arc<Mutex<Answers>>) {
    let mut ticks = tokio::time::interval(PAUSE);
    loop {
        ticks.tick().await;
        let answer = ingress.front().answer(&ask);
        answers.lock().expect("nobody panics here").take(answer);
    }
}
