//! One run of one script: an interpreter of its own, with nothing in it that reaches outside.

use crate::convert::{Taking, to_lua};
use crate::limits::{COUNTED_AT_A_TIME, Fuel, Limits};
use crate::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mlua::chunk::ChunkMode;
use mlua::{Error, Function, HookTriggers, Lua, LuaOptions, MultiValue, StdLib, Table, Value, VmState};
use serde_json::Value as Json;
use std::rc::Rc;

/// What scripts see in place of what could run unobserved.
const PRELUDE: &str = include_str!("prelude.lua");

/// Which of Lua's libraries a script sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Libraries {
    /// The language, tables, and the time.
    #[default]
    Few,
    /// Texts and mathematics too: `useOpenLibs`. Files, processes and other scripts stay out.
    Many,
}

/// A script that cannot be run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LuaError(pub(crate) String);

/// What a script is run with.
pub(crate) struct Run<'a> {
    /// What errors call it.
    pub(crate) name: &'a str,
    pub(crate) script: &'a str,
    pub(crate) libraries: Libraries,
    /// The global `obj`.
    pub(crate) object: &'a Json,
    /// The global `actionParams`, where it is an action.
    pub(crate) parameters: Option<&'a Json>,
    pub(crate) now: Timestamp,
}

/// What a script returned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Returned {
    Nothing,
    Table(Json),
    /// A value of a type that no script here should return.
    Other(&'static str),
}

impl Run<'_> {
    /// Runs the script within `limits`.
    ///
    /// # Errors
    /// When it cannot be read, fails, or uses more than it may.
    pub(crate) fn run(&self, limits: Limits) -> Result<Returned, LuaError> {
        let fuel = Rc::new(Fuel::new(limits.instructions));
        self.returned(limits, &fuel).map_err(|error| match fuel.ended() {
            Err(exhausted) => LuaError(format!("{}: {exhausted}", self.name)),
            Ok(()) => error,
        })
    }

    fn returned(&self, limits: Limits, fuel: &Rc<Fuel>) -> Result<Returned, LuaError> {
        let lua = self.interpreter(limits, fuel).map_err(|error| self.failed(&error))?;
        let name = format!("={}", self.name);
        let chunk = lua.load(self.script).set_name(name).set_mode(ChunkMode::Text);
        let returned: Value = chunk.eval().map_err(|error| self.failed(&error))?;
        match returned {
            Value::Nil => Ok(Returned::Nothing),
            Value::Table(table) => {
                let json = Taking::new(limits).json(&Value::Table(table));
                json.map(Returned::Table).map_err(|why| LuaError(format!("{}: {why}", self.name)))
            }
            other => Ok(Returned::Other(other.type_name())),
        }
    }

    fn interpreter(&self, limits: Limits, fuel: &Rc<Fuel>) -> mlua::Result<Lua> {
        let libraries = match self.libraries {
            Libraries::Few => StdLib::TABLE,
            Libraries::Many => StdLib::TABLE | StdLib::STRING | StdLib::MATH,
        };
        let lua = Lua::new_with(libraries, LuaOptions::new().catch_rust_panics(false))?;
        let globals = lua.globals();
        globals.raw_set("os", self.time(&lua)?)?;
        let host = lua.create_table()?;
        host.raw_set("pcall", protected_call(&lua, fuel)?)?;
        text::install(&lua, &host, fuel)?;
        lua.load(PRELUDE).set_name("=prelude").set_mode(ChunkMode::Text).call::<()>(host)?;
        globals.raw_set("obj", to_lua(&lua, self.object)?)?;
        if let Some(parameters) = self.parameters {
            globals.raw_set("actionParams", to_lua(&lua, parameters)?)?;
        }
        count(&lua, limits, fuel)?;
        Ok(lua)
    }

    /// `os`, of which only the time is there: that of the run, in UTC.
    fn time(&self, lua: &Lua) -> mlua::Result<Table> {
        let now = self.now;
        let os = lua.create_table()?;
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are below 2^53")]
        let time = lua.create_function(move |_, _: MultiValue| Ok(now.as_second() as f64))?;
        os.raw_set("time", time)?;
        let date = lua.create_function(move |_, (format, at): (Option<String>, Option<f64>)| {
            date(format.as_deref().unwrap_or("%c"), at, now).map_err(Error::RuntimeError)
        })?;
        os.raw_set("date", date)?;
        Ok(os)
    }

    fn failed(&self, error: &Error) -> LuaError {
        LuaError(format!("{}: {}", self.name, words(error, self.name)))
    }
}

/// `os.date` for the formats that make a text.
fn date(format: &str, at: Option<f64>, now: Timestamp) -> Result<String, String> {
    #[expect(clippy::cast_possible_truncation, reason = "floats saturate; what is no time is refused")]
    let at = match at {
        Some(seconds) => Timestamp::from_second(seconds as i64).map_err(|_| "os.date: no time".to_owned())?,
        None => now,
    };
    let format = format.trim_start_matches('!');
    if format.starts_with("*t") {
        return Err("os.date: *t is not supported; use formats such as %Y-%m-%d".to_owned());
    }
    let format = format.replace("%X", "%H:%M:%S").replace("%x", "%m/%d/%y").replace("%c", "%a %b %e %H:%M:%S %Y");
    let zoned = at.to_zoned(TimeZone::UTC);
    jiff::fmt::strtime::format(&format, &zoned).map_err(|error| format!("os.date: {error}"))
}

/// Counts instructions, and limits memory to what is held now and `limits`.
fn count(lua: &Lua, limits: Limits, fuel: &Rc<Fuel>) -> mlua::Result<()> {
    let at_start = lua.used_memory();
    lua.set_memory_limit(at_start + limits.memory_bytes)?;
    let fuel = Rc::clone(fuel);
    let triggers = HookTriggers::new().every_nth_instruction(COUNTED_AT_A_TIME);
    lua.set_hook(triggers, move |lua, _| {
        let grown = lua.used_memory().saturating_sub(at_start);
        fuel.spend_look(grown).map_err(|exhausted| Error::RuntimeError(exhausted.to_string()))?;
        Ok(VmState::Continue)
    })
}

/// `pcall`, through which the end of a run passes.
fn protected_call(lua: &Lua, fuel: &Rc<Fuel>) -> mlua::Result<Function> {
    let fuel = Rc::clone(fuel);
    lua.create_function(move |lua, (function, arguments): (Value, MultiValue)| {
        let called = match function {
            Value::Function(function) => function.call::<MultiValue>(arguments),
            other => Err(Error::RuntimeError(format!("attempt to call a {} value", other.type_name()))),
        };
        fuel.ended().map_err(|exhausted| Error::RuntimeError(exhausted.to_string()))?;
        let mut results = MultiValue::new();
        match called {
            Ok(values) => {
                results.push_back(Value::Boolean(true));
                results.extend(values);
            }
            Err(error) => {
                results.push_back(Value::Boolean(false));
                results.push_back(Value::String(lua.create_string(words(&error, ""))?));
            }
        }
        Ok(results)
    })
}

/// An error in one line: what happened and where, without the trace and without the script's name twice.
fn words(error: &Error, name: &str) -> String {
    let text = match error {
        Error::CallbackError { cause, .. } => return words(cause, name),
        Error::RuntimeError(text) | Error::MemoryError(text) => text.clone(),
        Error::SyntaxError { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let text = text.split("\nstack traceback:").next().unwrap_or_default();
    let text = text.lines().next().unwrap_or_default().trim();
    match text.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')) {
        Some(rest) if !name.is_empty() => format!("line {rest}"),
        _ => text.to_owned(),
    }
}
