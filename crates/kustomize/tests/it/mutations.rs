//! Kustomizations and patches broken at random: whatever they say, a build ends within its limits, with output or a
//! problem, and never tells the content of a file that is none of its business.

use budget::{Budget, Limits};
use kustomize::Options;
use tree::{MemoryTree, TreePath};

/// Small, so that what explodes is stopped early.
const LIMITS: Limits = Limits { fuel: 300_000, bytes: 2 << 20, depth: 64 };

const SECRET: &str = "5ecret-c0ntent";

const KUSTOMIZATION: &str = "resources: [a.yaml]
namePrefix: p-
namespace: prod
labels:
- pairs: {team: x}
  includeSelectors: true
images: [{name: nginx, newTag: '2'}]
replicas: [{name: web, count: 3}]
configMapGenerator:
- name: c
  literals: [a=b]
  files: [data.txt]
patches:
- path: patch.yaml
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /spec/paused, value: true}
replacements:
- source: {kind: Deployment, name: web}
  targets:
  - select: {kind: ConfigMap}
    fieldPaths: [data.name]
    options: {create: true}
vars:
- name: V
  objref: {kind: Deployment, name: web, apiVersion: apps/v1}
";

const RESOURCE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: &l {app: web}}
spec:
  selector: {matchLabels: *l}
  template:
    metadata: {labels: *l}
    spec:
      containers:
      - {name: web, image: nginx, args: [$(V)], ports: [{containerPort: 80}]}
";

const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        env: [{name: A, value: b}]
      - $patch: delete
        name: gone
";

/// What mutations put in: what YAML, paths and patches treat in a way of their own.
const PIECES: [&str; 24] = [
    "*l",
    "&l ",
    "<<: ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "|-\n",
    "../",
    "/etc/",
    "$patch: replace",
    "null",
    "\t",
    "\u{feff}",
    "---\n",
    "'",
    "\"",
    "!!int ",
    "*",
    "999999999999999999999",
    "(((",
    "secret.txt",
];

/// Numbers that a seed repeats.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound.max(1)
    }
}

fn mutated(text: &str, draw: &mut Draw) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..1 + draw.below(4) {
        let at = draw.below(characters.len());
        match draw.below(4) {
            0 => drop(characters.drain(at..(at + draw.below(12)).min(characters.len()))),
            1 => {
                let from = draw.below(characters.len());
                let copied: Vec<char> = characters.iter().skip(from).take(draw.below(40)).copied().collect();
                characters.splice(at..at, copied);
            }
            _ => drop(characters.splice(at..at, PIECES[draw.below(PIECES.len())].chars())),
        }
    }
    characters.into_iter().collect()
}

fn build(kustomization: &str, resource: &str, patch: &str) -> Result<String, String> {
    let tree = MemoryTree::from_files([
        ("secret.txt", SECRET.to_owned()),
        ("k/kustomization.yaml", kustomization.to_owned()),
        ("k/a.yaml", resource.to_owned()),
        ("k/patch.yaml", patch.to_owned()),
        ("k/data.txt", "data\n".to_owned()),
    ]);
    let at = TreePath::parse("k").expect("a path");
    let built = kustomize::build(&tree, &at, &Options::default(), &mut Budget::new(LIMITS));
    match built.problem {
        Some(problem) => Err(problem.to_string()),
        None => Ok(kustomize::to_yaml(&built.resources)),
    }
}

#[test]
fn the_unbroken_one_builds() {
    let built = build(KUSTOMIZATION, RESOURCE, PATCH).expect("it builds");
    assert!(built.contains("name: p-web") && built.contains("paused: true"), "{built}");
}

#[test]
fn broken_ones_end_in_output_or_a_problem() {
    let (mut built, mut failed) = (0, 0);
    for seed in 0..600 {
        let draw = &mut Draw(seed);
        let which = draw.below(3);
        let texts = [KUSTOMIZATION, RESOURCE, PATCH];
        let pick =
            |at: usize, draw: &mut Draw| if at == which { mutated(texts[at], draw) } else { texts[at].to_owned() };
        let (kustomization, resource, patch) = (pick(0, draw), pick(1, draw), pick(2, draw));
        let told = match build(&kustomization, &resource, &patch) {
            Ok(output) => {
                built += 1;
                output
            }
            Err(problem) => {
                failed += 1;
                problem
            }
        };
        assert!(!told.contains(SECRET), "seed {seed} tells what lies outside:\n{told}");
    }
    assert!(built > 40 && failed > 40, "{built} built, {failed} failed: the mutations are no good");
}

#[test]
fn what_explodes_is_stopped_by_a_limit_that_is_named() {
    let mut bomb =
        String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let before = at - 1;
        bomb.push_str(&format!(
            "a{at}: &a{at} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}]\n"
        ));
    }
    let deep = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: d}}\ndata: {}{}\n",
        "[".repeat(500),
        "]".repeat(500)
    );
    let wide =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: w}}\ndata: {{k: \"{}\"}}\n", "x".repeat(3 << 20));
    for resource in [bomb, deep, wide] {
        let problem = build("resources: [a.yaml]\n", &resource, PATCH).expect_err("it is stopped");
        assert!(problem.contains("(limit: ") || problem.contains("larger than"), "{problem}");
    }
}
