//! What must hold of every page, whatever it shows.

use crate::session::Browser;
use serde_json::json;

/// Gives each thing that is wrong with the names, labels and order of a page.
const NAMES: &str = r##"
const wrong = [];
const shown = (it) => it.checkVisibility({visibilityProperty: true}) && !it.closest("dialog:not([open])");
const name = (it) => (it.getAttribute("aria-label") || it.innerText || it.title || "").trim();
for (const it of document.querySelectorAll("a, button, summary")) if (shown(it) && !name(it)) wrong.push("no name: " + it.outerHTML);
for (const it of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (shown(it) && !it.labels.length) wrong.push("no label: " + it.outerHTML);
const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push("twice: " + id);
if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
let level = 0;
for (const it of document.querySelectorAll("main :is(h1, h2, h3)")) {
  const own = Number(it.localName[1]);
  if (own > level + 1) wrong.push("a heading is skipped before: " + it.innerText);
  level = own;
}
if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push("wider than the screen: " + document.documentElement.scrollWidth);
return wrong;
"##;

/// Gives each text that stands out too little.
const CONTRAST: &str = r##"
const parse = (text) => { const n = text.match(/[\d.]+/g).map(Number); if (text.startsWith("color(")) { n[0] *= 255; n[1] *= 255; n[2] *= 255; } return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const ground = (it) => {
  for (; it; it = it.parentElement) { const c = parse(getComputedStyle(it).backgroundColor); if (c[3] === 1) return c; }
  return [255, 255, 255, 1];
};
const wrong = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const it = walker.currentNode.parentElement;
  const text = walker.currentNode.nodeValue.trim();
  if (!text || !it.checkVisibility({visibilityProperty: true}) || it.closest(".unseen, .skip, button:disabled, dialog, script, option")) continue;
  const [a, b] = [light(parse(getComputedStyle(it).color)), light(ground(it))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) wrong.push(`${ratio.toFixed(2)}: ${text}`);
}
return wrong;
"##;

/// Gives every address outside that the page asked for.
const OUTSIDE: &str = r#"
return performance.getEntriesByType("resource").map((it) => it.name).filter((it) => !it.startsWith(location.origin + "/"));
"#;

/// Checks the page that is open: names and labels, order, contrast, nothing from outside, no complaints.
///
/// # Panics
/// When something is wrong.
pub async fn check(browser: &Browser, where_: &str) {
    for script in [NAMES, CONTRAST, OUTSIDE] {
        let wrong = browser.run(script).await;
        assert_eq!(wrong, json!([]), "{where_}: {wrong:#}");
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new(), "{where_}");
}
