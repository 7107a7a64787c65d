//! The file in which logins are kept, in upstream's shape, so that both read what the other has written.

use crate::failure::Failure;
use budget::Budget;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The largest such file that is read.
const BYTES_MAX: u64 = 1 << 20;

/// What is kept. Entries of others' making stay as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config(Map<String, Value>);

/// A server that was signed in to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerEntry {
    pub server: String,
    pub plain_text: bool,
    pub insecure: bool,
    pub core: bool,
}

/// Who one is there.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct UserEntry {
    pub name: String,
    pub token: String,
}

impl std::fmt::Debug for UserEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserEntry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A login.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub name: String,
    pub server: ServerEntry,
    pub user: UserEntry,
}

/// Where it is.
pub(super) fn path(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("ARGOCD_CONFIG_DIR") {
        return Ok(folder.join("config"));
    }
    let own = variable("XDG_CONFIG_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let own =
        own.ok_or_else(|| Failure::new("there is no home folder to keep logins in: name a file with --config"))?;
    Ok(own.join("argocd").join("config"))
}

impl Config {
    /// Reads it; nothing is kept where there is no file.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let wrong = |why: &dyn std::fmt::Display| Failure::new(format!("{}: {why}", path.display()));
        let size = match std::fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(wrong(&error)),
        };
        if size > BYTES_MAX {
            return Err(wrong(&format!("larger than {BYTES_MAX} bytes")));
        }
        let text = std::fs::read(path).map_err(|error| wrong(&error))?;
        let read = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::default()).map_err(|error| wrong(&error))?;
        match read {
            Value::Object(map) => Ok(Config(map)),
            Value::Null => Ok(Config::default()),
            _ => Err(wrong(&"a map was expected")),
        }
    }

    /// Writes it, for its owner alone, whole or not at all.
    pub(crate) fn store(&self, path: &Path) -> Result<(), Failure> {
        let wrong = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let beside = path.with_extension("new");
        // What somebody else put there must not be written through.
        let _ = std::fs::remove_file(&beside);
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(wrong)?;
        file.write_all(yaml::emit(&Value::Object(self.0.clone())).as_bytes()).map_err(wrong)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(wrong)?;
        std::fs::rename(&beside, path).map_err(wrong)
    }

    fn list(&self, name: &str) -> &[Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The name of the login that is used when none is named.
    pub(crate) fn current_name(&self) -> &str {
        self.0.get("current-context").and_then(Value::as_str).unwrap_or_default()
    }

    /// All logins.
    pub(crate) fn contexts(&self) -> Vec<Context> {
        let named = |list: &str, key: &str, name: &Value| {
            self.list(list).iter().find(|one| one[key] == *name).cloned().unwrap_or_default()
        };
        let one = |context: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let server = named("servers", "server", &context["server"]);
            let user = named("users", "name", &context["user"]);
            Context {
                name: text(&context["name"]),
                server: ServerEntry {
                    server: text(&context["server"]),
                    plain_text: server["plain-text"] == true,
                    insecure: server["insecure"] == true,
                    core: server["core"] == true,
                },
                user: UserEntry { name: text(&context["user"]), token: text(&user["auth-token"]) },
            }
        };
        self.list("contexts").iter().map(one).collect()
    }

    /// The login of that name, or the current one; `None` where nobody has signed in.
    pub(crate) fn current(&self, named: Option<&str>) -> Result<Option<Context>, Failure> {
        let name = named.unwrap_or_else(|| self.current_name());
        let found = self.contexts().into_iter().find(|context| context.name == name);
        match (found, named) {
            (None, Some(name)) => {
                Err(Failure::new(format!("Context '{name}' undefined; `capstan context` lists those there are")))
            }
            (found, _) => Ok(found),
        }
    }

    /// Keeps a login, which becomes the current one.
    pub(crate) fn put(&mut self, context: &Context) {
        let ServerEntry { server, plain_text, insecure, core } = &context.server;
        let mut entry = json!({"server": server, "grpc-web-root-path": ""});
        for (key, is) in [("plain-text", plain_text), ("insecure", insecure), ("core", core)] {
            if *is {
                entry[key] = json!(true);
            }
        }
        self.upsert("servers", "server", entry);
        self.upsert("users", "name", json!({"name": context.user.name, "auth-token": context.user.token}));
        let own = json!({"name": context.name, "server": server, "user": context.user.name});
        self.upsert("contexts", "name", own);
        self.0.insert("current-context".to_owned(), json!(context.name));
    }

    /// The token of a user is forgotten; whether there was one.
    pub(crate) fn forget_token(&mut self, user: &str) -> bool {
        let users = self.0.get_mut("users").and_then(Value::as_array_mut);
        let own = users.into_iter().flatten().find(|one| one["name"] == user).and_then(Value::as_object_mut);
        own.is_some_and(|own| own.remove("auth-token").is_some())
    }

    /// Makes a login the current one; whether there is such a one.
    pub(crate) fn switch(&mut self, name: &str) -> bool {
        let is_there = self.list("contexts").iter().any(|one| one["name"] == name);
        if is_there {
            self.0.insert("current-context".to_owned(), json!(name));
        }
        is_there
    }

    /// Forgets a login; whether there was such a one.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let Some(context) = self.contexts().into_iter().find(|one| one.name == name) else { return false };
        let keep = |list: &mut Map<String, Value>, of: &str, key: &str, gone: &str| {
            if let Some(list) = list.get_mut(of).and_then(Value::as_array_mut) {
                list.retain(|one| one[key] != gone);
            }
        };
        keep(&mut self.0, "contexts", "name", name);
        let others = self.contexts();
        if !others.iter().any(|one| one.user.name == context.user.name) {
            keep(&mut self.0, "users", "name", &context.user.name);
        }
        if !others.iter().any(|one| one.server.server == context.server.server) {
            keep(&mut self.0, "servers", "server", &context.server.server);
        }
        if self.current_name() == name {
            self.0.insert("current-context".to_owned(), json!(""));
        }
        true
    }

    fn upsert(&mut self, list: &str, key: &str, entry: Value) {
        let list = self.0.entry(list).or_insert_with(|| json!([]));
        if !list.is_array() {
            *list = json!([]);
        }
        let Some(list) = list.as_array_mut() else { return };
        match list.iter_mut().find(|one| one[key] == entry[key]) {
            Some(known) => *known = entry,
            None => list.push(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(name: &str, token: &str) -> Context {
        Context {
            name: name.to_owned(),
            server: ServerEntry { server: "localhost:8080".to_owned(), plain_text: true, ..ServerEntry::default() },
            user: UserEntry { name: name.to_owned(), token: token.to_owned() },
        }
    }

    #[test]
    fn logins_are_kept_in_the_shape_that_upstream_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("argocd").join("config");
        let mut config = Config::load(&path).expect("nothing yet");
        assert_eq!(config.current(None).expect("no error"), None);
        config.put(&login("one", "t1"));
        config.put(&login("two", "t2"));
        config.store(&path).expect("stored");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut read = Config::load(&path).expect("readable");
        assert_eq!(read.current(None).expect("one").expect("two").user.token, "t2");
        assert!(read.switch("one") && !read.switch("three"));
        assert_eq!(read.current_name(), "one");
        assert!(read.forget_token("one") && !read.forget_token("one"));
        assert!(read.remove("one"));
        assert_eq!(read.contexts(), [login("two", "t2")]);
        let text = std::fs::read_to_string(&path).expect("readable");
        for part in ["current-context: two", "plain-text: true", "auth-token: t1", "- name: one"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
