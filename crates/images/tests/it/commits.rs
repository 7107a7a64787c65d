//! What commits and branches are called.

use images::{BranchOf, Change, ImageReference, branch_name, commit_message};

const OF: BranchOf<'_> = BranchOf { application: "shop", namespace: "argocd", target: "key" };

fn change(alias: &str, from: &str, to: &str) -> Change {
    let image = |text: &str| ImageReference::parse(text).expect(text);
    Change { alias: alias.into(), from: image(from), to: image(to) }
}

#[test]
fn the_message_says_what_changed() {
    let changes = [change("a", "ghcr.io/org/app:1.0", "ghcr.io/org/app:1.1"), change("b", "nginx:1", "nginx:2")];
    let expected = "build: automatic update of shop\n\nupdates image org/app tag '1.0' to '1.1'\nupdates image nginx tag '1' to '2'\n";
    assert_eq!(commit_message(None, "shop", &changes).as_deref(), Ok(expected));
    let own =
        commit_message(Some("chore({{ .AppName }}): {{ range .AppChanges }}{{ .NewTag }} {{ end }}"), "shop", &changes);
    assert_eq!(own.as_deref(), Ok("chore(shop): 1.1 2 "));
}

#[test]
fn the_branch_differs_for_each_set_of_changes() {
    let name = |template: &str, to: &str| branch_name(template, OF, &[change("a", "app:1", to)]);
    let (first, second) = (name("up-{{ .SHA256 }}", "app:2"), name("up-{{ .SHA256 }}", "app:3"));
    // The SHA-256 of "app-1-2,".
    assert_eq!(first.as_deref(), Ok("up-5d977a6d6b22824210075254ece640d1842577bc1c6008b65ae29eb13dfae9be"));
    assert_ne!(first, second);
    assert_eq!(
        name("up{{range .Images}}-{{.Name}}-{{.Alias}}-{{.OldTag}}-{{.NewTag}}{{end}}", "app:2").as_deref(),
        Ok("up-app-a-1-2")
    );
    assert_eq!(name("{{.AppNamespace}}-{{.AppName}}-{{.TargetKey}}", "app:2").as_deref(), Ok("argocd-shop-key"));
    assert_eq!(name(&"x".repeat(300), "app:2").map(|name| name.len()), Ok(255));
}

#[test]
fn templates_that_fail_say_so_and_end() {
    let changes = [change("a", "app:1", "app:2")];
    let told = |template: &str| branch_name(template, OF, &changes).expect_err(template).to_string();
    assert!(told("{{").starts_with("the branch to push: template: template:1"), "{}", told("{{"));
    assert!(told("a b").contains("is not a name that Git takes for a branch"));
    for name in ["", "/a", "a..b", "a.lock", "-a", "@", "a//b", "a~1", "a\u{7}"] {
        assert!(told(name).contains("is not a name"), "{name:?}");
    }
    let endless = "{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}";
    assert!(commit_message(Some(endless), "shop", &changes).is_err());
    assert!(commit_message(Some("{{ .Nothing.Here }}"), "shop", &changes).is_err());
}
