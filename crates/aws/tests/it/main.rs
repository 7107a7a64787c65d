//! Against a server of our own that answers as AWS' documentation shows.

mod credentials;
mod load_balancers;
mod server;
