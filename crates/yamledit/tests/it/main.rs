//! Files before and after an edit, whole; and the law that an edit changes what it names and nothing else.

mod cases;
mod laws;
