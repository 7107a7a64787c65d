//! The variables of a template being compiled, and which of them a name means.

/// The variables declared at a place, `$` the first.
#[derive(Debug)]
pub(crate) struct Scope<'t>(Vec<Variable<'t>>);

#[derive(Debug, Clone, Copy)]
struct Variable<'t> {
    name: &'t [u8],
    slot: u32,
    /// A short circuit may skip its declaration.
    skippable: bool,
}

/// What a scope is reset to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// The variable that a name means.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    /// This one.
    One(u32),
    /// Those that it can mean, the innermost first, where the first of them may be skipped; none where none is declared.
    FirstSet(Vec<u32>),
}

impl Default for Scope<'_> {
    fn default() -> Self {
        Scope(vec![Variable { name: b"$", slot: 0, skippable: false }])
    }
}

impl<'t> Scope<'t> {
    /// The variables declared so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.0.len())
    }

    /// Forgets the variables declared since.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.0.truncate(mark.0);
    }

    /// Forgets all but `$`.
    pub(crate) fn clear(&mut self) {
        self.0.truncate(1);
    }

    /// A new variable. Its slot.
    pub(crate) fn declare(&mut self, name: &'t [u8], skippable: bool) -> u32 {
        let slot = self.0.last().map_or(0, |variable| variable.slot + 1);
        self.0.push(Variable { name, slot, skippable });
        slot
    }

    /// What `name` means here: more than one variable only where a declaration may be skipped.
    pub(crate) fn resolve(&self, name: &[u8]) -> Meaning {
        let mut slots = Vec::new();
        for variable in self.0.iter().rev().filter(|variable| variable.name == name) {
            if !variable.skippable && slots.is_empty() {
                return Meaning::One(variable.slot);
            }
            slots.push(variable.slot);
            if !variable.skippable {
                break;
            }
        }
        Meaning::FirstSet(slots)
    }
}
