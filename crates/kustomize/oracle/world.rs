//! What a drawn kustomization holds so far, so that what is drawn next has something to refer to.

use crate::draw::Draw;

/// Names of objects.
pub const NAMES: [&str; 5] = ["web", "api", "db", "cache", "job-1"];

/// An object by its first name.
#[derive(Clone)]
pub struct Known {
    pub kind: String,
    pub name: String,
    pub namespace: String,
}

/// The objects below one kustomization.
#[derive(Clone, Default)]
pub struct World(pub Vec<Known>);

impl World {
    /// A name that no object of this kind has; most of the time. Others make collisions.
    pub fn fresh(&self, kind: &str, draw: &mut Draw) -> String {
        let free: Vec<&str> = NAMES.into_iter().filter(|name| self.find(kind, name).is_none()).collect();
        if free.is_empty() {
            return format!("{}-{}", kind.to_lowercase(), self.0.len());
        }
        let from: &[&str] = if draw.happens(1) { &NAMES } else { &free };
        draw.one(from).to_owned()
    }

    fn find(&self, kind: &str, name: &str) -> Option<&Known> {
        self.0.iter().find(|known| known.kind == kind && known.name == name)
    }

    /// One of the objects of these kinds.
    pub fn one(&self, kinds: &[&str], draw: &mut Draw) -> Option<Known> {
        let found: Vec<&Known> = self.0.iter().filter(|known| kinds.contains(&known.kind.as_str())).collect();
        found.get(draw.below(found.len())).map(|known| (*known).clone())
    }

    /// Notes an object.
    pub fn add(&mut self, kind: &str, name: &str, namespace: &str) {
        self.0.push(Known { kind: kind.to_owned(), name: name.to_owned(), namespace: namespace.to_owned() });
    }
}
