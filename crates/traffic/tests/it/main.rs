//! What routers write, compared as text.

mod alb;
mod nginx;
mod stage;
