//! Where the nodes of a tree are drawn: from left to right in the order of ownership, each beside the middle of what it
//! owns, joined by right-angled lines.

use crate::folding::{Fold, Item, TreeQuery, items};
use crate::forest::ResourceTree;
use crate::node::TreeNode;
use std::collections::BTreeSet;

/// How wide a node is.
pub const WIDTH: i64 = 276;
/// How high a node is.
pub const HEIGHT: i64 = 52;
/// How far columns are apart.
const COLUMN_GAP: i64 = 48;
/// How far rows are apart.
const ROW_GAP: i64 = 12;
/// What is left free around everything.
const MARGIN: i64 = 12;
/// So many nodes are drawn: more are no picture any longer, and a page of more would be slow.
const DRAWN_MAX: usize = 1_500;
/// So deep owners are followed: Kubernetes' own chains have four.
const DEPTH_MAX: usize = 32;

/// What stands in a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<'t> {
    /// The application itself.
    Application,
    /// A resource.
    Node(&'t TreeNode),
    /// Several as one.
    Fold(Fold),
}

/// A place in the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<'t> {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// What stands there.
    pub shown: Shown<'t>,
}

/// A line from what owns to what is owned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where it begins: the middle of the owner's right side.
    pub from: (i64, i64),
    /// Where it ends: the middle of the other's left side.
    pub to: (i64, i64),
}

/// The picture of a tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawing<'t> {
    /// How wide it is.
    pub width: i64,
    /// How high it is.
    pub height: i64,
    /// Everything in it, each before what it owns.
    pub places: Vec<Placed<'t>>,
    /// The lines.
    pub edges: Vec<Edge>,
    /// How many nodes are not drawn, for there are too many.
    pub hidden: usize,
}

/// Draws a tree.
#[must_use]
pub fn draw<'t>(tree: &'t ResourceTree, query: &TreeQuery) -> Drawing<'t> {
    let kept = query.kept(tree);
    let mut pen = Pen { tree, query, kept, drawing: Drawing::default(), next_row: MARGIN, deepest: 0 };
    let root = pen.drawing.places.len();
    pen.drawing.places.push(Placed { x: MARGIN, y: MARGIN, shown: Shown::Application });
    let middle = pen.children("", &tree.roots, 1);
    pen.settle(root, middle);
    let columns = i64::try_from(pen.deepest).unwrap_or_default() + 1;
    pen.drawing.width = 2 * MARGIN + columns * WIDTH + (columns - 1) * COLUMN_GAP;
    pen.drawing.height = (pen.next_row - ROW_GAP + MARGIN).max(2 * MARGIN + HEIGHT);
    pen.drawing
}

struct Pen<'t, 'q> {
    tree: &'t ResourceTree,
    query: &'q TreeQuery,
    kept: Option<BTreeSet<&'t str>>,
    drawing: Drawing<'t>,
    /// The top of the next free row.
    next_row: i64,
    deepest: usize,
}

impl<'t> Pen<'t, '_> {
    /// Draws what a node owns; gives the tops of the first and the last.
    fn children(&mut self, parent: &str, ids: &'t [String], depth: usize) -> Vec<i64> {
        let mut tops = Vec::new();
        if depth > DEPTH_MAX {
            self.drawing.hidden += ids.len();
            return tops;
        }
        for item in items(self.tree, parent, ids, self.query, self.kept.as_ref()) {
            if self.drawing.places.len() > DRAWN_MAX {
                self.drawing.hidden += 1;
                continue;
            }
            self.deepest = self.deepest.max(depth);
            let x = MARGIN + i64::try_from(depth).unwrap_or_default() * (WIDTH + COLUMN_GAP);
            let place = self.drawing.places.len();
            let below: (&str, &'t [String]) = match &item {
                Item::Node(node) => (&node.id, self.tree.children_of(&node.id)),
                Item::Fold(_) => ("", &[]),
            };
            let shown = match item {
                Item::Node(node) => Shown::Node(node),
                Item::Fold(ref fold) => Shown::Fold(fold.clone()),
            };
            self.drawing.places.push(Placed { x, y: 0, shown });
            let below = self.children(below.0, below.1, depth + 1);
            tops.push(self.settle(place, below));
        }
        tops
    }

    /// Puts a node beside the middle of what it owns, or into the next row; gives its top.
    fn settle(&mut self, place: usize, below: Vec<i64>) -> i64 {
        let top = match (below.first(), below.last()) {
            (Some(first), Some(last)) => (first + last) / 2,
            _ => {
                let top = self.next_row;
                self.next_row += HEIGHT + ROW_GAP;
                top
            }
        };
        let x = self.drawing.places[place].x;
        self.drawing.places[place].y = top;
        let from = (x + WIDTH, top + HEIGHT / 2);
        let to = |own: &i64| (x + WIDTH + COLUMN_GAP, own + HEIGHT / 2);
        self.drawing.edges.extend(below.iter().map(|own| Edge { from, to: to(own) }));
        top
    }
}
