"use strict";
// Sorts and filters tables, opens what an address leads to. The page says all without it.
(() => {
  const number = (cell) => (cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v);
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en") : x - y;
  };

  const fold = (table) => {
    const shown = Number(table.dataset.shown);
    Array.from(table.tBodies[0].rows).forEach((row, index) => row.classList.toggle("rest", index >= shown));
  };

  const sort = (table, column, head) => {
    const down = head.getAttribute("aria-sort") === "descending";
    const sign = down ? 1 : -1;
    const rows = Array.from(table.tBodies[0].rows).map((row) => [number(row.cells[column]), row]);
    rows.sort(([a], [b]) => (a === "" || a === "–") - (b === "" || b === "–") || sign * compare(a, b));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "ascending" : "descending");
    fold(table);
  };

  const sortable = (table) => {
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, column, head));
      head.append(button);
    });
  };

  const filterable = (table) => {
    const place = table.closest(".table");
    if (table.tBodies[0].rows.length <= Number(table.dataset.shown)) return;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = document.body.dataset.filter || "Filter rows";
    input.setAttribute("aria-label", input.placeholder);
    input.addEventListener("input", () => {
      const sought = input.value.trim().toLowerCase();
      place.classList.toggle("filtering", sought !== "");
      for (const row of table.tBodies[0].rows) {
        row.classList.toggle("out", sought !== "" && !row.textContent.toLowerCase().includes(sought));
      }
    });
    place.prepend(input);
  };

  for (const table of document.querySelectorAll("table[data-shown]")) {
    sortable(table);
    filterable(table);
  }

  const banner = document.getElementById("filtered");
  const cards = () => document.querySelectorAll(".card");

  const showAll = () => {
    for (const card of cards()) card.hidden = false;
    for (const session of document.querySelectorAll(".session")) session.hidden = false;
    if (banner) banner.hidden = true;
  };

  const showGroup = (group) => {
    const chosen = new Set();
    for (const link of group.querySelectorAll("p a")) {
      const first = Number(link.hash.slice(2));
      const last = Number(link.dataset.to || first);
      for (let at = first; at <= last; at += 1) chosen.add("d" + at);
    }
    for (const card of cards()) card.hidden = !chosen.has(card.id);
    for (const session of document.querySelectorAll(".session")) session.hidden = !session.querySelector(".card:not([hidden])");
    const all = document.createElement("a");
    all.href = "#delegations";
    all.textContent = banner.dataset.showAll;
    const words = Array.from(group.querySelector("summary").childNodes, (node) => node.cloneNode(true));
    banner.replaceChildren(banner.dataset.shown + " ", ...words, ". ", all);
    banner.hidden = false;
    banner.scrollIntoView();
  };

  const jump = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (const card of document.querySelectorAll(".card.here")) card.classList.remove("here");
    if (!target) return;
    if (target.classList.contains("group")) return showGroup(target);
    if (target.hidden || target.id === "delegations" || target.classList.contains("session")) showAll();
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    if (target.classList.contains("card")) target.classList.add("here");
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", jump);
  if (location.hash) jump();
})();
