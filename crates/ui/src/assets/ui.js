// What only the pages of applications have: the picture's size, boxes that are ticked, logs that are followed, previews.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);

  // The picture: smaller, larger, fitting; drawn along by hand; walked with arrows.
  let zoom = 0;
  const resize = () => {
    const [canvas, svg] = [find(".canvas"), find(".graph")];
    if (!canvas || !svg) return;
    const width = svg.viewBox.baseVal.width;
    const fitting = Math.min(1, Math.max(.55, (canvas.clientWidth - 2) / width));
    const factor = zoom || fitting;
    svg.style.width = `${Math.round(width * factor)}px`;
    svg.style.height = `${Math.round(svg.viewBox.baseVal.height * factor)}px`;
    return fitting;
  };
  const zoomBy = (what) => {
    const fitting = resize();
    const now = zoom || fitting || 1;
    zoom = what === "fit" ? 0 : Math.min(2, Math.max(.2, now * (what === "in" ? 1.25 : .8)));
    resize();
  };
  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const canvas = event.target.closest?.(".canvas");
    if (!canvas || event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("a")) return;
    drag = { canvas, x: event.clientX + canvas.scrollLeft, y: event.clientY + scrollY };
    canvas.classList.add("dragged");
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.canvas.scrollLeft = drag.x - event.clientX;
    scrollTo(scrollX, drag.y - event.clientY);
  });
  document.addEventListener("pointerup", () => { drag?.canvas.classList.remove("dragged"); drag = null; });

  const place = (node) => { const { e, f } = node.transform.baseVal.consolidate().matrix; return { x: e, y: f }; };
  const walk = (key) => {
    const nodes = [...document.querySelectorAll(".graph .node")];
    const here = document.activeElement?.closest?.(".graph .node") || find(".graph .node.is-open");
    if (!nodes.length) return false;
    if (!here) { nodes[0].focus(); return true; }
    const from = place(here);
    const is = { ArrowRight: (p) => p.x > from.x, ArrowLeft: (p) => p.x < from.x, ArrowDown: (p) => p.x === from.x && p.y > from.y, ArrowUp: (p) => p.x === from.x && p.y < from.y }[key];
    const far = (p) => Math.abs(p.x - from.x) * 4 + Math.abs(p.y - from.y);
    const next = nodes.filter((node) => is(place(node))).sort((a, b) => far(place(a)) - far(place(b)))[0];
    if (!next) return true;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (find(".graph .node.is-open")) pages.visit(next.href.baseVal, "replace");
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, pre, [role=region]")) return;
    if (find(".graph") && (find(".graph .node.is-open") || document.activeElement?.closest?.(".graph")) && walk(event.key)) event.preventDefault();
  });

  // Boxes.
  const count = () => {
    const boxes = [...document.querySelectorAll("#rows input[name=app]")];
    const ticked = boxes.filter((box) => box.checked).length;
    const form = find("#many");
    if (!form) return;
    form.classList.toggle("some", ticked > 0);
    find("#ticked").textContent = ticked ? `${ticked} selected` : "";
    const all = find("#tick-all");
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "tick-all") for (const box of document.querySelectorAll("#rows input[name=app]")) box.checked = event.target.checked;
    if (event.target.matches("#tick-all, #rows input[name=app]")) count();
  });
  document.addEventListener("sent", ({ detail }) => {
    if (detail.form.id !== "many" || !detail.isDone) return;
    for (const box of document.querySelectorAll("#rows input[name=app]")) box.checked = false;
    count();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.dataset.zoom) zoomBy(button.dataset.zoom);
    if (button?.dataset.tick) for (const box of button.form.querySelectorAll(`input[name="${button.dataset.tick}"]`)) box.checked = box.dataset.sync === button.dataset.only;
  });

  // Logs: followed by a stream of their own as long as they are looked at; only so many lines are kept.
  const KEPT = 5000;
  let log = null;
  const lines = (node) => node.nodeValue.split("\n").length - 1;
  const added = (here, text) => {
    const isAtEnd = here.scrollHeight - here.scrollTop - here.clientHeight < 24;
    here.append(document.createTextNode(`${text}\n`));
    let kept = [...here.childNodes].reduce((sum, node) => sum + lines(node), 0);
    while (kept > KEPT && here.childNodes.length > 1) { kept -= lines(here.firstChild); here.firstChild.remove(); }
    if (isAtEnd) here.scrollTop = here.scrollHeight;
    const said = find("#log-said");
    if (said) said.textContent = "";
  };
  const followLog = () => {
    const here = find("#log");
    const base = here?.dataset.log && find("#follow")?.checked && !document.hidden ? here.dataset.log : "";
    const after = here?.dataset.after ?? "";
    if (log && log.base === base && log.after === after) return;
    log?.source.close();
    log = null;
    if (!base) return;
    const source = new EventSource(after ? `${base}&after=${encodeURIComponent(after)}` : base);
    const own = log = { source, base, after };
    source.addEventListener("lines", (event) => {
      if (own !== log) return;
      added(here, event.data);
      if (event.lastEventId) own.after = here.dataset.after = event.lastEventId;
    });
    const told = (event) => { const said = find("#log-said"); if (said) said.textContent = event.data; };
    source.addEventListener("problem", told);
    source.addEventListener("full", (event) => { source.close(); told(event); });
    // Refused: the session may have ended.
    source.addEventListener("error", () => { if (own === log && source.readyState === EventSource.CLOSED) setTimeout(() => pages.visit(location.href, "again"), 1500); });
  };
  document.addEventListener("change", (event) => { if (event.target.id === "follow") followLog(); });
  document.addEventListener("visibilitychange", followLog);

  // Previews.
  let later = 0;
  let asked = 0;
  const preview = async (form) => {
    const own = ++asked;
    const response = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
    const part = pages.parsed(await response.text()).querySelector("#preview");
    if (own === asked && part && response.ok) pages.morph(find("#preview"), part);
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.preview || !form.checkValidity()) return;
    clearTimeout(later);
    later = setTimeout(() => preview(form), 400);
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction") && event.target.dataset.preview) { event.preventDefault(); preview(event.target); }
  });

  // What is read once is read again when what it depends on has changed.
  let stamp = null;
  const check = () => {
    const own = find("#stamp")?.dataset.stamp ?? null;
    if (stamp !== null && own !== null && own !== stamp && !find("#drawer form:focus-within")) pages.visit(location.href, "again");
    stamp = own;
  };
  document.addEventListener("changed", ({ detail }) => {
    resize();
    count();
    followLog();
    if (detail === "stamp") check(); else if (!detail) stamp = find("#stamp")?.dataset.stamp ?? null;
    if (detail.startsWith?.("node-")) {
      const node = document.getElementById(detail);
      node?.classList.add("pulse");
      setTimeout(() => node?.classList.remove("pulse"), 1400);
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    resize();
    count();
    stamp = find("#stamp")?.dataset.stamp ?? null;
    const log = find("#log");
    if (log) log.scrollTop = log.scrollHeight;
    followLog();
    addEventListener("resize", resize);
  });
})();
