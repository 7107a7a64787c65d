//! Streams of requests to two versions, and runs that watch them: the shipped planner in virtual time.

use analysis::verdict::Block;
use analysis::{Answer, Measured, Task, TaskKind, World, comparison::Comparison, evaluate, plan};
use api::rollouts::{AnalysisPhase, AnalysisRun};
use expr::Value;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// SplitMix64: the same seed, the same stream.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// From 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// How many of `n` independent requests fail, each with probability `p`: inversion, term by term.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        let mut left = self.unit();
        let mut term = (1.0 - p).powf(n as f64);
        let mut count = 0;
        while left >= term && count < n {
            left -= term;
            term *= (n - count) as f64 / (count + 1) as f64 * p / (1.0 - p);
            count += 1;
        }
        count
    }
}

/// How one version fails.
#[allow(dead_code, reason = "the tests look at fewer kinds than the benchmark")]
#[derive(Clone, Copy)]
pub enum Failing {
    /// Each request by itself.
    Alone(f64),
    /// Each failure is retried so often in vain: so many failures at once, as many in all.
    Retried(f64, u64),
    /// As the first, and in this share of intervals one of ten pods fails this share of its requests.
    BadPod(f64, f64, f64),
}

impl Failing {
    fn draw(self, requests: u64, dice: &mut Dice) -> u64 {
        match self {
            Failing::Alone(p) => dice.binomial(requests, p),
            Failing::Retried(p, times) => times * dice.binomial(requests / times, p),
            Failing::BadPod(p, intervals, share) => {
                let pod = requests / 10;
                let bad = if dice.unit() < intervals { dice.binomial(pod, share) } else { dice.binomial(pod, p) };
                bad + dice.binomial(requests - pod, p)
            }
        }
    }
}

/// What happens in every interval.
#[derive(Clone, Copy)]
pub struct Traffic {
    pub stable: u64,
    pub canary: u64,
    pub stable_failing: Failing,
    pub canary_failing: Failing,
}

impl Traffic {
    pub fn draw(&self, dice: &mut Dice) -> Block {
        Block {
            stable: self.stable,
            stable_bad: self.stable_failing.draw(self.stable, dice),
            canary: self.canary,
            canary_bad: self.canary_failing.draw(self.canary, dice),
        }
    }
}

/// How a watched canary ended.
pub struct Ended {
    pub phase: AnalysisPhase,
    /// Intervals until then.
    pub looks: u64,
}

/// Watches one canary until its run ends, or for so many intervals.
pub fn watch(run: &mut AnalysisRun, looks_max: u64, traffic: &Traffic, dice: &mut Dice) -> Ended {
    let comparison = Comparison::read(&run.spec.metrics[0]).expect("settings");
    run.status = Default::default();
    let mut now = Timestamp::constant(1_767_225_600, 0);
    let mut answers = Vec::new();
    let mut looks = 0;
    loop {
        let plan = plan(World {
            run,
            answers: std::mem::take(&mut answers),
            asking: BTreeSet::new(),
            stirred: BTreeSet::new(),
            now,
        });
        if let Some(status) = plan.status {
            run.status = *status;
        }
        let phase = run.status.phase().unwrap_or(AnalysisPhase::Running);
        if phase.is_completed() || looks >= looks_max {
            return Ended { phase, looks };
        }
        for task in plan.tasks {
            looks += u64::from(comparison.is_none() || task.kind == TaskKind::Resume);
            answers.push(answer(&task, comparison.as_ref(), traffic, dice, now));
        }
        if answers.is_empty() {
            now = plan.wake.expect("a run that goes on has a next look");
        }
    }
}

fn answer(task: &Task, comparison: Option<&Comparison>, traffic: &Traffic, dice: &mut Dice, now: Timestamp) -> Answer {
    let measurement = match (comparison, task.unfinished.clone()) {
        (Some(comparison), None) => comparison.started(now),
        (Some(comparison), Some(unfinished)) => comparison.resumed(unfinished, Ok(traffic.draw(dice)), now),
        (None, _) => {
            let block = traffic.draw(dice);
            let good = 1.0 - block.canary_bad as f64 / block.canary as f64;
            let measured = Measured { result: Value::Float(good), text: good.to_string(), as_of: Some(now) };
            evaluate(&task.metric, now.into(), Ok(measured), now)
        }
    };
    Answer { metric: task.metric.name.clone(), to: task.kind, measurement, metadata: BTreeMap::new() }
}

/// A run of one metric that compares.
pub fn comparing(settings: &serde_json::Value) -> AnalysisRun {
    run(
        serde_json::json!({"name": "errors", "interval": "60s", "provider": {"plugin": {"capstan/comparison": settings}}}),
    )
}

/// A run of the usual threshold rule.
pub fn threshold() -> AnalysisRun {
    run(serde_json::json!({"name": "success-rate", "interval": "60s", "count": 30, "failureLimit": 3,
        "successCondition": "result >= 0.99", "provider": {"web": {"url": "http://metrics"}}}))
}

fn run(metric: serde_json::Value) -> AnalysisRun {
    let run = serde_json::json!({"metadata": {"name": "run"}, "spec": {"metrics": [metric]}});
    serde_json::from_value(run).expect("a run")
}

/// Requests to each arm, so many canaries, and how they ended.
pub struct Outcome {
    pub failed: u64,
    pub passed: u64,
    /// Looks until those that failed did, sorted.
    pub looks: Vec<u64>,
}

/// Watches `count` canaries, each with a stream of its own that follows from `seed`.
pub fn simulate(run: &AnalysisRun, count: u64, looks_max: u64, traffic: &Traffic, seed: u64) -> Outcome {
    let mut run = run.clone();
    let mut outcome = Outcome { failed: 0, passed: 0, looks: Vec::new() };
    for canary in 0..count {
        let mut dice = Dice::new(seed ^ canary.wrapping_mul(0xd134_2543_de82_ef95));
        let ended = watch(&mut run, looks_max, traffic, &mut dice);
        match ended.phase {
            AnalysisPhase::Failed => {
                outcome.failed += 1;
                outcome.looks.push(ended.looks);
            }
            AnalysisPhase::Successful => outcome.passed += 1,
            _ => {}
        }
    }
    outcome.looks.sort_unstable();
    outcome
}
