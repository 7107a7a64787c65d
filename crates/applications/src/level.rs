//! How closely a pass looks. Losing a level costs work only.

use controller::Level;

/// A revision has another name and the same content: nothing needs to be compared.
pub const RENAMED: Level = Level(0);
/// Something the application depends on has changed.
pub const CHANGED: Level = Level(1);
/// The refs of its repositories are to be listed anew first.
pub const REFRESH: Level = Level(2);
