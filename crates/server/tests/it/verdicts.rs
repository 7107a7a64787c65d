//! Every route, for everybody, in their own project and in another: the exact verdict. A route that is new is missing in
//! the table, and the test says so.

use crate::stage::Stage;
use serde_json::{Value, json};
use server::authorize::authorize;
use server::call::Asked;
use server::routes::{ROUTES, Route};
use server::rule::Rule;
use server::who::Who;
use std::fmt::Write as _;

const TABLE: &str = include_str!("../cases/verdicts.txt");

/// Who asks.
const ROLES: [&str; 6] = ["nobody", "nothing", "readonly", "admin", "proj:shop:all", "proj:bank:all"];

fn asked(route: &Route, project: &str) -> Asked {
    let value = |name: &str| match name {
        "repo" => "https://git.example.com/unknown".to_owned(),
        "id" => "https://far:6443".to_owned(),
        "name" if route.path.contains("/account/") => "other".to_owned(),
        "name" => project.to_owned(),
        other => other.to_owned(),
    };
    let parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let path = parts.map(|name| (name.to_owned(), value(name.trim_start_matches('*')))).collect();
    let body = json!({
        "metadata": {"name": project, "namespace": "argocd"}, "spec": {"project": project},
        "project": if route.path.ends_with("/projects") { json!({"metadata": {"name": project}}) } else { json!(project) },
        "repo": "https://git.example.com/x", "server": "https://far:6443", "action": "restart", "name": "other",
    });
    let query = [
        ("group", "apps"),
        ("kind", "Deployment"),
        ("namespace", project),
        ("resourceName", "web"),
        ("appProject", project),
    ];
    // Of applications the project is not named: that is when nothing may show.
    let body = if matches!(route.rule, Rule::May(_, _, server::rule::Of::Application)) {
        json!({"action": "restart"})
    } else {
        body
    };
    let query = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Asked { path, query, body, ..Asked::default() }
}

fn who(role: &str) -> Who {
    match role {
        "nobody" => Who::default(),
        role => Who {
            subject: rbac::Subject::named(role),
            username: role.to_owned(),
            token: Some("t".into()),
            ..Who::default()
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_has_its_verdicts() {
    let stage = Stage::start().await;
    stage.configure("argocd-rbac-cm", json!({"policy.csv": "g, readonly, role:readonly\n"})).await;
    for project in ["shop", "bank"] {
        let all = |resource: &str| format!("p, proj:{project}:all, {resource}, *, {project}/*, allow");
        let policies: Vec<Value> =
            ["applications", "logs", "repositories", "clusters"].iter().map(|one| json!(all(one))).collect();
        let body = json!({"spec": {"roles": [{"name": "all", "policies": policies}]}});
        stage.patch("argoproj.io/v1alpha1", "AppProject", project, body).await;
    }
    stage.site.plane.until(|said| said.projects.values().all(|project| !project.read.spec.roles.is_empty())).await;
    let mut found = format!("{:<72} {}\n", "route", ROLES.map(|role| format!("{role:<14}")).join(" ").trim_end());
    for route in ROUTES {
        let mut row = format!("{:<72}", format!("{} {}", route.method, route.path));
        for role in ROLES {
            let verdict = |project: &str| match authorize(&stage.site, route.rule, &who(role), &asked(route, project)) {
                Ok(_) => "yes".to_owned(),
                Err(problem) => problem.http_status().as_u16().to_string(),
            };
            let cell = match route.rule {
                Rule::Each(_) if verdict("shop") == "yes" => "each".to_owned(),
                _ => format!("{}/{}", verdict("shop"), verdict("bank")),
            };
            // Writing to a String cannot fail.
            let _ = write!(row, " {cell:<14}");
        }
        found.push_str(row.trim_end());
        found.push('\n');
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/verdicts.txt"), &found).expect("written");
        return;
    }
    for (line, (found, wanted)) in found.lines().zip(TABLE.lines()).enumerate() {
        assert_eq!(found, wanted, "line {}", line + 1);
    }
    assert_eq!(found.lines().count(), TABLE.lines().count(), "UPDATE_CASES=1 writes the table anew; then review it");
}

#[test]
fn no_route_is_there_twice_and_what_is_open_says_why() {
    let mut seen = std::collections::BTreeSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.method, route.path)), "{} {}", route.method, route.path);
        if let Rule::Open(why) = route.rule {
            assert!(!why.is_empty(), "{}", route.path);
        }
    }
    let described = server::describe::openapi();
    for route in ROUTES {
        let path = route.path.replace("{*", "{");
        assert!(described["paths"][&path][route.method.to_lowercase()].is_object(), "{path}");
    }
}
