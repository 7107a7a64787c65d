//! What an outline tells of an action that writes a value: of its expression and of the steps it was compiled to.

use crate::outline::{Commands, Predefined, Printed};
use crate::syntax::{Arena, Form, Id};

/// Where the parts of an action were compiled to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiled {
    pub(crate) node: u32,
    pub(crate) pipeline: u32,
    pub(crate) print: usize,
    pub(crate) last_begins: u32,
}

/// The action whose pipeline is `id`.
pub(crate) fn printed(arena: &Arena<'_>, text: &[u8], id: Id, compiled: Compiled) -> Option<Printed> {
    let commands: Vec<Id> = arena.children(id).collect();
    let (&last, before) = commands.split_last()?;
    let shape = match (before.len(), arena.children(last).count()) {
        (0, 1) => Commands::OneAlone,
        (0, _) => Commands::OneWithArguments,
        _ => Commands::Several,
    };
    let start = arena.get(id).span.start;
    Some(Printed {
        node: compiled.node,
        pipeline: compiled.pipeline,
        print: compiled.print as u32,
        last_begins: compiled.last_begins,
        before_last: before.last().map_or(start, |command| arena.get(*command).outer.end),
        early: before.iter().find_map(|command| predefined(arena, text, *command)),
        last: predefined(arena, text, last),
        shape,
    })
}

/// Which of Go's own escapers a command calls.
fn predefined(arena: &Arena<'_>, text: &[u8], command: Id) -> Option<Predefined> {
    let first = arena.get(arena.get(command).child?);
    let Form::Function(_) = first.form else {
        return None;
    };
    match first.span.of(text) {
        b"html" => Some(Predefined::Html),
        b"urlquery" => Some(Predefined::UrlQuery),
        _ => None,
    }
}
