//! Where the reader is, kept as a chain on the stack and written out only for a problem.

use std::fmt;

/// A place in the body.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The body itself.
    Root,
    /// A field of a struct.
    Field(&'a Place<'a>, &'a str),
    /// An entry of a map.
    Key(&'a Place<'a>, &'a str),
    /// An item of a list.
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Only the names of struct fields, joined by dots: how Go names the place of a type error.
    pub fn fields(&self) -> String {
        let mut names = Vec::new();
        self.collect(&mut names);
        names.join(".")
    }

    fn collect<'s>(&'s self, names: &mut Vec<&'s str>) {
        match self {
            Place::Root => (),
            Place::Key(parent, _) | Place::Index(parent, _) => parent.collect(names),
            Place::Field(parent, name) => {
                parent.collect(names);
                names.push(name);
            }
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Field(Place::Root, name) | Place::Key(Place::Root, name) => f.write_str(name),
            Place::Field(parent, name) | Place::Key(parent, name) => write!(f, "{parent}.{name}"),
            Place::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
