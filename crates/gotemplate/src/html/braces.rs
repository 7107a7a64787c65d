//! How many braces are open in each expression of nested JavaScript template literals.
//!
//! Compat: Go keeps the counts in a slice that contexts share when they are copied, so that counting in one is seen in
//! others, and an outcome can depend on it: `` `${ {{range .}} { {{end}} ` `` is accepted. This is that slice.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A slice of counts: nil, or so many items of what may be shared.
#[derive(Debug, Clone, Default)]
pub(super) struct Braces {
    /// As many items as there is room for.
    shared: Option<Rc<RefCell<Vec<i64>>>>,
    len: usize,
}

/// Go's allocator gives lists of up to so many counts as much room as they ask for; larger ones an even number.
const EXACT_MAX: usize = 4;

impl Braces {
    pub(super) fn is_nil(&self) -> bool {
        self.shared.is_none()
    }

    pub(super) fn depths(&self) -> Vec<i64> {
        self.shared.as_ref().map(|shared| shared.borrow()[..self.len].to_vec()).unwrap_or_default()
    }

    /// Counts in the innermost expression and gives its count; nothing when there is none.
    pub(super) fn count(&mut self, by: i64) -> Option<i64> {
        let last = self.len.checked_sub(1)?;
        let mut counts = self.shared.as_ref()?.borrow_mut();
        counts[last] += by;
        Some(counts[last])
    }

    /// An expression begins.
    pub(super) fn begin(&mut self) {
        if let Some(shared) = &self.shared
            && let Some(place) = shared.borrow_mut().get_mut(self.len)
        {
            *place = 0;
            self.len += 1;
            return;
        }
        let mut grown = self.depths();
        grown.resize((self.len * 2).max(1), 0);
        self.shared = Some(Rc::new(RefCell::new(grown)));
        self.len += 1;
    }

    /// The innermost expression ends.
    pub(super) fn end(&mut self) {
        self.len = self.len.saturating_sub(1);
    }

    /// A copy that shares nothing.
    pub(super) fn separate(&self) -> Self {
        if self.is_nil() {
            return Braces::default();
        }
        let mut depths = self.depths();
        depths.resize(if self.len <= EXACT_MAX { self.len } else { self.len.next_multiple_of(2) }, 0);
        Braces { shared: Some(Rc::new(RefCell::new(depths))), len: self.len }
    }
}

impl fmt::Display for Braces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.depths().iter().map(i64::to_string).collect();
        write!(f, "[{}]", shown.join(" "))
    }
}
