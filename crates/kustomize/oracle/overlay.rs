//! The overlay that is measured: half Deployments, half Services, in files of fifty; a prefix, a namespace, labels,
//! annotations, images, a patch and a generator on top.

use anyhow::Result;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How many objects a file holds.
const OBJECTS_A_FILE: usize = 50;

/// Writes `base` and `overlay` into a folder.
pub fn write(folder: &Path, resources: usize) -> Result<()> {
    let (base, overlay) = (folder.join("base"), folder.join("overlay"));
    fs::create_dir_all(&base)?;
    fs::create_dir_all(&overlay)?;
    let mut names = Vec::new();
    for first in (0..resources).step_by(OBJECTS_A_FILE) {
        let objects: Vec<String> = (first..resources.min(first + OBJECTS_A_FILE)).map(object).collect();
        names.push(format!("r{first}.yaml"));
        fs::write(base.join(format!("r{first}.yaml")), objects.join("---\n"))?;
    }
    let mut list = String::from("resources:\n");
    for name in names {
        writeln!(list, "- {name}")?;
    }
    fs::write(base.join("kustomization.yaml"), list)?;
    fs::write(overlay.join("kustomization.yaml"), OVERLAY)?;
    Ok(())
}

const OVERLAY: &str = "resources: [../base]
namePrefix: prod-
namespace: prod
commonLabels: {team: web}
commonAnnotations: {owner: somebody}
images:
- {name: nginx, newName: registry.example.com/nginx, newTag: '1.27'}
configMapGenerator:
- name: settings
  literals: [mode=prod, level=info]
patches:
- target: {kind: Deployment, name: app-2}
  patch: |-
    - {op: replace, path: /spec/replicas, value: 5}
";

fn object(at: usize) -> String {
    if at % 2 == 1 {
        let app = at - 1;
        return format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{at}\nspec:\n  selector: {{app: app-{app}}}\n  ports:\n  - port: 80\n    targetPort: 8080\n"
        );
    }
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{at}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {{app: app-{at}}}\n  template:\n    metadata:\n      labels: {{app: app-{at}}}\n    spec:\n      containers:\n      - name: main\n        image: nginx:1.25\n        ports:\n        - containerPort: 8080\n        envFrom:\n        - configMapRef: {{name: settings}}\n        resources:\n          requests: {{cpu: 10m, memory: 32Mi}}\n"
    )
}
