//! The web page of the real program in a real browser: what people click, and what it does to the cluster. Without
//! chromedriver on this machine every case here is skipped. Pictures are kept in `target/tmp/pictures`.

mod people;
mod story;
