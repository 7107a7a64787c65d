//! What routers write, compared as text.

mod alb;
mod cases;
mod nginx;
mod stage;
