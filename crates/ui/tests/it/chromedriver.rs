//! The pages in a real browser, driven through WebDriver. Without chromedriver on this machine every case here is skipped.

mod keyboard;
mod looks;
mod story;
