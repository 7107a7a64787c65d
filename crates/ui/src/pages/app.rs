//! The page of one application, in pieces.

use super::at::{At, Open, Sight};
use super::head::{self, Look};
use super::timeline::Read;
use super::{graph, network, panels, pods, resource, resources, timeline};
use crate::door::User;
use crate::entry::Entry;
use crate::live_tree::tree;
use crate::site::Site;
use crate::view::{Part, View};
use crate::world::World;
use maud::html;

/// What the page shows; `read` is read before, where it is shown.
pub fn view(site: &Site, world: &World, user: &User, entry: &Entry, at: &At, read: &Read) -> View {
    let look = Look { site, world, user, entry, at, now: site.clock.now() };
    let tree = tree(world, entry);
    let mut parts = vec![Part::new("head", head::head(&look, &tree)), Part::new("sights", head::sights(&look, &tree))];
    parts.push(match at.sight {
        Sight::Tree => graph::graph(&look, &tree),
        Sight::List => resources::resources(&look, &tree),
        Sight::Pods => pods::pods(&look, &tree),
        Sight::Network => network::links(&look, &tree),
        Sight::Timeline => timeline::of_one(&look, &tree, read),
    });
    let apart = match &at.open {
        Open::Nothing => Vec::new(),
        Open::Panel("result") => vec![Part::new("result", panels::result(&look))],
        Open::Panel(_) => vec![stamp(entry, "")],
        Open::Resource(id, "summary") => vec![Part::new("summary-of", resource::summary(&look, &tree, id))],
        Open::Resource(id, _) => {
            let version = tree.nodes.get(id).and_then(|node| world.cache().get(&node.key()).into_known());
            vec![stamp(entry, &version.map(|own| own.object.meta().resource_version.to_string()).unwrap_or_default())]
        }
    };
    View { parts, apart }
}

/// Changes whenever what is read anew for the drawer may have.
pub fn stamp(entry: &Entry, more: &str) -> Part {
    let sync =
        entry.application.status.sync.as_ref().map(|own| format!("{}{}", own.status, own.revision)).unwrap_or_default();
    let text = format!("{sync} {} {more}", entry.row.is_busy);
    Part::new("stamp", html! { span id="stamp" data-stamp=(text) hidden {} })
}
