//! Help, versions, completion: what is printed without a cluster.

use crate::transcript::{Transcript, capstan};

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut transcript = Transcript::new("help", folder.path());
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        let help = transcript.run(format!("{command} --help").trim());
        let below = commands(&help.stdout).into_iter().map(|name| format!("{command} {name}").trim().to_owned());
        left.extend(below);
    }
    transcript.run("--version");
    transcript.run("");
    transcript.run("no-such-command");
    transcript.run("app get");
    transcript.run("app get web -o nonsense");
    transcript.run("app manifests web --source elsewhere");
    transcript.finish();
}

/// The commands that a help text lists, but for `help` itself.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn each_shell_gets_its_completion() {
    let folder = tempfile::tempdir().expect("a folder");
    for (shell, sign) in [
        ("bash", "complete -F _capstan"),
        ("zsh", "#compdef capstan"),
        ("fish", "complete -c capstan"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer[capstan]"),
    ] {
        let output = capstan(folder.path()).args(["completion", shell]).output().expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        assert!(text.contains(sign), "{shell}: {sign:?} is not in its script");
        assert!(text.contains("manifests") && text.contains("kubeconfig"), "{shell}");
    }
}

#[test]
fn what_a_cluster_needs_is_printed_as_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let kinds = |arguments: &[&str]| {
        let output = capstan(folder.path()).args(arguments).output().expect("the program runs");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().filter_map(|line| line.strip_prefix("kind: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let definitions = kinds(&["crds"]);
    assert!(definitions.len() >= 2 && definitions.iter().all(|kind| kind == "CustomResourceDefinition"));
    let all = kinds(&["install", "--image", "registry.example/capstan:1"]);
    assert_eq!(all.first().map(String::as_str), Some("Namespace"));
    let is_foundation = |kind: &&str| ["Namespace", "CustomResourceDefinition"].contains(kind);
    let rest: Vec<&str> = all.iter().map(String::as_str).skip_while(is_foundation).collect();
    assert_eq!(all.iter().filter(|kind| *kind == "CustomResourceDefinition").count(), definitions.len());
    assert_eq!(rest, ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Deployment"]);
}
