//! Routes with who stands behind them at a moment. Pure but for what pods count.

use crate::backends::{Everybody, Stands};
use crate::objects::{Objects, POD};
use crate::pods::{Pod, Tallies};
use crate::reading::text;
use crate::routers::routes;
use crate::table::Table;
use std::sync::Arc;

/// All routes, and who stands behind their shares.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The routes.
    pub table: Table,
    /// Of each route, in the table's order.
    pub(crate) behind: Vec<Behind>,
}

/// Who stands behind a route.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behind {
    /// Of each share.
    pub shares: Vec<Arc<Stands>>,
    /// Of each mirror.
    pub mirrors: Vec<Arc<Stands>>,
}

impl Snapshot {
    /// What these objects say.
    #[must_use]
    pub fn of(objects: &Objects, tallies: &Tallies) -> Self {
        let pods = objects.all(POD).filter_map(|pod| Pod::of(pod, tallies)).map(Arc::new).collect();
        tallies.forget_all_but(&objects.all(POD).map(|pod| text(pod, "/metadata/uid")).collect());
        let mut everybody = Everybody::of(objects, pods);
        let table = Table::of(routes(objects));
        let behind = table.routes().iter().map(|route| Behind {
            shares: route.shares.iter().map(|share| everybody.behind(&share.backend)).collect(),
            mirrors: route.mirrors.iter().map(|mirror| everybody.behind(&mirror.backend)).collect(),
        });
        Snapshot { behind: behind.collect(), table }
    }
}
