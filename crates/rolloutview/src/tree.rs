//! The tree of revisions below a Rollout, or of versions below an Experiment.

use crate::analysis_run::RunView;
use crate::experiment::ExperimentView;
use crate::icon;
use crate::owned::age;
use crate::paint::Paint;
use crate::replica_set::SetView;
use crate::rollout::RolloutView;
use crate::table::Table;
use jiff::Timestamp;

/// The tree being drawn.
pub struct Tree {
    table: Table,
    paint: Paint,
    now: Timestamp,
}

/// Something that stands in one row.
struct Row<'a> {
    sign: &'static str,
    name: String,
    kind: &'static str,
    icon: &'static str,
    status: &'a str,
    created: Option<Timestamp>,
    info: String,
}

/// What stands before a row, and before those below it.
struct Branch {
    own: String,
    below: String,
}

impl Branch {
    fn root() -> Self {
        Branch { own: String::new(), below: String::new() }
    }

    fn child(&self, is_last: bool) -> Branch {
        let (own, below) = if is_last { ("└──", "   ") } else { ("├──", "│  ") };
        Branch { own: format!("{}{own}", self.below), below: format!("{}{below}", self.below) }
    }
}

/// A child that is drawn below another row.
enum Child<'a> {
    Set(&'a SetView),
    Experiment(&'a ExperimentView),
    Run(&'a RunView),
}

impl Tree {
    /// The tree of a Rollout.
    pub fn of_rollout(view: &RolloutView, paint: Paint, now: Timestamp) -> String {
        let mut tree = Tree::begin(paint, now);
        let row = Row {
            sign: icon::ROLLOUT,
            name: view.name.clone(),
            kind: "Rollout",
            icon: view.icon,
            status: &view.status,
            created: view.created,
            info: String::new(),
        };
        tree.row(&Branch::root(), row);
        let revisions = view.revisions();
        for (index, revision) in revisions.iter().enumerate() {
            tree.revision(view, *revision, &Branch::root().child(index + 1 == revisions.len()));
        }
        tree.table.to_text()
    }

    /// The tree of an Experiment.
    pub fn of_experiment(view: &ExperimentView, paint: Paint, now: Timestamp) -> String {
        let mut tree = Tree::begin(paint, now);
        tree.experiment(view, &Branch::root());
        tree.table.to_text()
    }

    fn begin(paint: Paint, now: Timestamp) -> Self {
        Tree { table: Table::with_header(&["NAME", "KIND", "STATUS", "AGE", "INFO"]), paint, now }
    }

    fn row(&mut self, branch: &Branch, row: Row<'_>) {
        self.table.row(vec![
            format!("{}{} {}", branch.own, row.sign, row.name),
            row.kind.to_owned(),
            format!("{} {}", self.paint.word(row.icon), row.status),
            age(row.created, self.now),
            row.info,
        ]);
    }

    fn revision(&mut self, view: &RolloutView, revision: i64, branch: &Branch) {
        let name = format!("{}{} revision:{revision}", branch.own, icon::REVISION);
        self.table.row(vec![name, String::new(), " ".to_owned(), String::new(), String::new()]);
        let sets = view.sets.iter().filter(|set| set.revision == revision).map(Child::Set);
        let experiments = view.experiments.iter().filter(|it| it.revision == revision).map(Child::Experiment);
        let runs = view.runs.iter().filter(|run| run.revision == revision).map(Child::Run);
        self.children(branch, sets.chain(experiments).chain(runs).collect());
    }

    fn children(&mut self, branch: &Branch, children: Vec<Child<'_>>) {
        let count = children.len();
        for (index, child) in children.into_iter().enumerate() {
            let branch = branch.child(index + 1 == count);
            match child {
                Child::Set(set) => self.set(set, &branch),
                Child::Experiment(experiment) => self.experiment(experiment, &branch),
                Child::Run(run) => self.run(run, &branch),
            }
        }
    }

    fn set(&mut self, set: &SetView, branch: &Branch) {
        let mut name = set.name.clone();
        let mut info = Vec::new();
        for role in &set.roles {
            // Compat: of a version that is stable and in use, the later colour wins.
            name = self.paint.like(&name, role.as_str());
            info.push(self.paint.word(role.as_str()));
        }
        info.extend(set.delay(self.now).map(|delay| format!("delay:{delay}")));
        let row = Row {
            sign: icon::REPLICA_SET,
            name,
            kind: "ReplicaSet",
            icon: set.icon,
            status: set.status,
            created: set.created,
            info: info.join(","),
        };
        self.row(branch, row);
        for (index, pod) in set.pods.iter().enumerate() {
            let restarts = if pod.restarts > 0 { format!(",restarts:{}", pod.restarts) } else { String::new() };
            let row = Row {
                sign: icon::POD,
                name: pod.name.clone(),
                kind: "Pod",
                icon: pod.icon,
                status: &pod.status,
                created: pod.created,
                info: format!("ready:{}{restarts}", pod.ready),
            };
            self.row(&branch.child(index + 1 == set.pods.len()), row);
        }
    }

    fn experiment(&mut self, experiment: &ExperimentView, branch: &Branch) {
        let row = Row {
            sign: icon::EXPERIMENT,
            name: self.paint.like(&experiment.name, &experiment.status),
            kind: "Experiment",
            icon: experiment.icon,
            status: &experiment.status,
            created: experiment.created,
            info: String::new(),
        };
        self.row(branch, row);
        let sets = experiment.sets.iter().map(Child::Set);
        self.children(branch, sets.chain(experiment.runs.iter().map(Child::Run)).collect());
    }

    fn run(&mut self, run: &RunView, branch: &Branch) {
        let counts = [
            (icon::OK, run.successful),
            (icon::BAD, run.failed),
            (icon::UNKNOWN, run.inconclusive),
            (icon::WARNING, run.error),
        ];
        let info: Vec<String> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(sign, count)| format!("{} {count}", self.paint.word(sign)))
            .collect();
        let row = Row {
            sign: icon::ANALYSIS_RUN,
            name: self.paint.like(&run.name, &run.status),
            kind: "AnalysisRun",
            icon: run.icon,
            status: &run.status,
            created: run.created,
            info: info.join(","),
        };
        self.row(branch, row);
        for (index, job) in run.jobs.iter().enumerate() {
            let row = Row {
                sign: icon::JOB,
                name: self.paint.like(&job.name, &job.status),
                kind: "Job",
                icon: job.icon,
                status: &job.status,
                created: job.started,
                info: String::new(),
            };
            self.row(&branch.child(index + 1 == run.jobs.len()), row);
        }
    }
}
