// Keeps pages up to date, sends forms without leaving the page, and listens to the keyboard. Pages read without it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const remembered = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (remembered === "light" || remembered === "dark") root.dataset.theme = remembered;

  // Times go on without the server.
  const words = (seconds) => {
    seconds = Math.max(0, Math.floor(seconds));
    const two = (number, unit, rest, small) => rest ? `${number} ${unit} ${rest} ${small}` : `${number} ${unit}`;
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) return two(Math.floor(seconds / 3600), "h", Math.floor(seconds % 3600 / 60), "min");
    return two(Math.floor(seconds / 86400), "d", Math.floor(seconds % 86400 / 3600), "h");
  };
  const tick = () => {
    const now = Date.now();
    for (const time of document.querySelectorAll("time[data-clock]")) {
      const at = Date.parse(time.dateTime);
      const text = words((time.dataset.clock === "until" ? at - now : now - at) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  };

  // Makes one element like another and touches only what differs, so that focus, what was typed and what was opened stay.
  const keep = (element, name) =>
    (name === "open" && element.localName === "details") || (name === "value" && element === document.activeElement) || name === "style";
  const morph = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || (from.id || "") !== (to.id || "")) {
      from.replaceWith(to);
      return;
    }
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    if (from.localName === "time" && from.dateTime === to.dateTime) return;
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !keep(from, name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && !keep(from, name)) from.setAttribute(name, value);
    children(from, to);
  };
  const children = (from, to) => {
    const known = new Map();
    for (const child of from.children) if (child.id) known.set(child.id, child);
    let place = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const same = wanted.id && known.get(wanted.id);
      if (same && same !== place) from.insertBefore(same, place);
      const here = same || (place && !(place.id && to.querySelector(`:scope > #${CSS.escape(place.id)}`)) ? place : null);
      if (!here) { from.insertBefore(wanted, place); continue; }
      place = here.nextSibling;
      morph(here, wanted);
    }
    while (place) { const next = place.nextSibling; place.remove(); place = next; }
  };
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;
  // A piece of a picture is one only inside of a picture.
  const piece = (html, own) => {
    const isDrawn = /^<(g|a|path)\b[^>]*\btransform=/.test(html);
    return isDrawn ? parsed(`<svg>${html}</svg>`).firstElementChild.firstElementChild : parsed(html).firstElementChild;
  };
  const changed = (detail) => { tick(); document.dispatchEvent(new CustomEvent("changed", { detail })); };

  // The event stream of the page.
  let source = null;
  let lost = 0;
  const connection = (text) => {
    const pill = document.getElementById("connection");
    if (pill) { pill.hidden = !text; pill.textContent = text; }
  };
  const follow = () => {
    if (source) source.close();
    source = null;
    const main = document.getElementById("live");
    if (!main || !main.dataset.live) return;
    const own = source = new EventSource(main.dataset.live);
    own.addEventListener("open", () => { clearTimeout(lost); lost = 0; connection(""); });
    own.addEventListener("error", () => {
      // Streams end now and then by themselves, and are back at once. Tries that fail meanwhile put nothing off.
      lost ||= setTimeout(() => connection("Connection lost; trying again"), own.readyState === EventSource.CLOSED ? 0 : 4000);
      if (own.readyState === EventSource.CLOSED && own === source) setTimeout(again, 1500);
    });
    own.addEventListener("whole", (event) => { children(main, parsed(event.data)); changed(""); });
    own.addEventListener("part", (event) => {
      const part = piece(event.data);
      const here = part && document.getElementById(part.id);
      if (here) { morph(here, part); changed(part.id); }
    });
  };
  // The stream was refused: the session may have ended, or the page is gone.
  const again = async () => {
    try {
      const response = await fetch(location.href);
      if (response.redirected && new URL(response.url).pathname.endsWith("/login")) { location.href = response.url; return; }
    } catch { /* The server is not there; later it may be. */ }
    follow();
  };

  // Another address of the same page, without loading it anew; "again" reads the same one.
  let visits = 0;
  let isGoing = false;
  let isStale = false;
  const visit = async (address, isStep) => {
    // What changed meanwhile is read after the step that somebody takes, not in place of it.
    if (isStep === "again" && isGoing) { isStale = true; return; }
    const own = ++visits;
    isGoing = isStep !== "again";
    let response;
    let text;
    try { response = await fetch(address); text = await response.text(); } catch { if (own === visits) isGoing = false; tell("No answer.", true); return; }
    // Somebody went on meanwhile.
    if (own !== visits) return;
    isGoing = false;
    if (!response.ok || (response.redirected && new URL(response.url).pathname.endsWith("/login"))) { location.href = response.redirected ? response.url : address; return; }
    const page = new DOMParser().parseFromString(text, "text/html");
    if (isStep === "push") history.pushState(null, "", address); else if (isStep !== "stay" && isStep !== "again") history.replaceState(null, "", address);
    document.title = page.title;
    const [main, other] = [document.getElementById("live"), page.getElementById("live")];
    const isFollowed = source && main.dataset.live === other.dataset.live;
    for (const selector of ["body > form.search", "#live", "#drawer"]) {
      const [own, wanted] = [document.querySelector(selector), page.querySelector(selector)];
      if (own && wanted) morph(own, wanted);
    }
    changed("");
    if (!isFollowed) follow();
    if (isStale) { isStale = false; visit(location.href, "again"); }
  };
  let later = 0;
  const search = (form) => {
    clearTimeout(later);
    later = setTimeout(() => {
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      visit(form.getAttribute("action") + (query.size ? `?${query}` : ""));
    }, 150);
  };

  // Forms that do something.
  let quiet = 0;
  const tell = (text, isWrong) => {
    const told = document.getElementById("told");
    told.textContent = text;
    told.classList.toggle("wrong", isWrong);
    clearTimeout(quiet);
    quiet = setTimeout(() => { told.textContent = ""; }, isWrong ? 10000 : 4000);
  };
  const send = async (form, submitter) => {
    const body = new URLSearchParams(new FormData(form, submitter));
    const buttons = [...form.elements].filter((button) => button.localName === "button" && !button.disabled);
    for (const button of buttons) button.disabled = true;
    try {
      const response = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      tell(answer.message, !response.ok);
      if (response.status === 401 && answer.location) location.href = answer.location;
      if (response.ok && form.dataset.reset !== undefined) form.reset();
      document.dispatchEvent(new CustomEvent("sent", { detail: { form, isDone: response.ok } }));
      if (response.ok && answer.location) {
        const isHere = new URL(answer.location, location.href).pathname === location.pathname;
        if (isHere) visit(answer.location, "push"); else location.href = answer.location;
      }
      const asks = form.closest("details[data-once]");
      if (asks && response.ok) { asks.open = false; asks.querySelector("summary").focus(); }
    } catch {
      tell("No answer. Look whether it happened.", true);
    }
    for (const button of buttons) button.disabled = false;
  };

  const step = (by) => {
    const links = [...document.querySelectorAll(".row .name a")];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const keys = {
    "/": () => document.querySelector(".search input")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    p: () => document.querySelector("#promote:not(:disabled)")?.focus(),
    "?": () => document.getElementById("help").showModal(),
    Escape: () => {
      const open = document.querySelector("details.asks[open], details.account[open], details.filters[open]");
      if (open) open.open = false; else (document.getElementById("close") || document.getElementById("up"))?.click();
    },
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const id of ["theme", "help-button"]) document.getElementById(id).hidden = false;
    document.getElementById("theme").addEventListener("click", () => {
      const isDark = getComputedStyle(root).colorScheme === "dark";
      root.dataset.theme = isDark ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not remembered then */ }
    });
    document.getElementById("help-button").addEventListener("click", keys["?"]);
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.matches(".search")) { event.preventDefault(); search(form); }
      else if (form.method === "post" && form.dataset.plain === undefined && !event.submitter?.hasAttribute("formaction")) { event.preventDefault(); send(form, event.submitter); }
    });
    document.addEventListener("input", (event) => { const form = event.target.closest(".search"); if (form) search(form); });
    document.addEventListener("click", (event) => {
      for (const open of document.querySelectorAll("details.asks[open], details.account[open], details.filters[open]")) if (!open.contains(event.target)) open.open = false;
      const link = event.target.closest("a.chip, a[data-visit]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const href = typeof link.href === "string" ? link.href : link.href.baseVal;
      visit(href, link.dataset.visit === undefined ? "replace" : "push");
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.matches("input, textarea, select");
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping && event.key === "Escape") { event.target.blur(); return; }
      if (isTyping || document.getElementById("help").open) return;
      const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      const act = own ? () => (own.querySelector("button") || own).click() : keys[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    // After a while in the background the stream may be gone without a word.
    document.addEventListener("visibilitychange", () => { if (!document.hidden && source?.readyState === EventSource.CLOSED) follow(); });
    addEventListener("popstate", () => visit(location.href, "stay"));
    tick();
    setInterval(tick, 1000);
    follow();
  });
  window.pages = { visit, tell, parsed, morph, changed };
})();
