//! Applications as people look at them: lists with filters and counts, the tree of resources and where it is drawn, the
//! difference of two texts side by side, the one sentence that says what is the matter, and a timeline.
//!
//! Pure: objects and the time go in, values come out. Knows no cluster, no HTTP and no HTML. Reading order: [`AppRow`] and
//! [`list`] (many applications), [`ResourceTree`] and [`draw`] (one), [`verdict`], [`difference`], [`timeline`].

mod row;

mod query;

mod listing;

mod node;

mod information;

mod forest;

mod folding;

mod drawing;

mod places;

mod network;

mod difference;

mod verdict;

mod timeline;

pub use difference::{Difference, LINES_MAX, Line, LineKind, Row as DifferenceRow, difference};
pub use drawing::{Drawing, Edge, HEIGHT, Placed, Shown, WIDTH, draw};
pub use folding::{Fold, Grouping, TreeQuery};
pub use forest::{NODES_MAX, ResourceTree, Resources};
pub use listing::{Listing, PAGE, list};
pub use network::{Link, network};
pub use node::{TreeNode, node_id, parse_node_id};
pub use places::{Place, places};
pub use query::{AppQuery, AppSort, Arrangement};
pub use row::AppRow;
pub use timeline::{Drift, Entry, Kind, Past, timeline};
pub use verdict::{NextStep, Verdict, Why, verdict};
