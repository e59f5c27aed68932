"use strict";
(function () {
  var all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };

  // ---- sorting ---------------------------------------------------------------------

  // a number at the start of a cell, or its words; null: nothing there
  function valueOf(cell) {
    var text = cell ? cell.textContent.trim() : "";
    var number = /^[+\u2212-]?[\d,]*\.?\d+(e[+-]?\d+)?/i.exec(text);
    if (number) { return parseFloat(number[0].replace(/,/g, "").replace("\u2212", "-")); }
    return text === "" ? null : text.toLowerCase();
  }

  // numbers before words before nothing, whatever the direction; ties keep the order of the report
  function order(a, b, up) {
    var kind = function (v) { return v === null ? 2 : typeof v === "number" ? 0 : 1; };
    if (kind(a.value) !== kind(b.value)) { return kind(a.value) - kind(b.value); }
    if (a.value === b.value || a.value === null) { return a.at - b.at; }
    return (a.value < b.value ? -1 : 1) * (up ? 1 : -1);
  }

  function sortBody(body, column, direction) {
    var rows = all("tr", body).map(function (row) {
      return { row: row, at: Number(row.dataset.at), value: valueOf(row.cells[column]) };
    });
    rows.sort(function (a, b) {
      return direction ? order(a, b, direction === "ascending") : a.at - b.at;
    });
    rows.forEach(function (one) { body.appendChild(one.row); });
  }

  // first the larger numbers or the earlier words, then the other way, then as the report has it
  function nextDirection(head, numeric) {
    var ways = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
    var now = ways.indexOf(head.getAttribute("aria-sort"));
    return now < 0 ? ways[0] : now === 0 ? ways[1] : null;
  }

  function sortBy(table, head) {
    var direction = nextDirection(head, head.classList.contains("n"));
    all("thead th", table).forEach(function (th) { th.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", direction || "none");
    table.classList.toggle("sorted", direction !== null);
    all("tbody:not(.apart)", table).forEach(function (body) {
      sortBody(body, head.cellIndex, direction);
    });
  }

  all("table.sortable").forEach(function (table) {
    all("tbody tr", table).forEach(function (row, i) { row.dataset.at = i; });
    all("thead th", table).forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () { sortBy(table, head); });
    });
  });

  // ---- filters ---------------------------------------------------------------------

  var form = byId("filters"), byTrack = byId("by-track"), byCategory = byId("by-category");
  var byPair = byId("by-pair"), byText = byId("by-text"), count = byId("count");
  var titles = {};
  all("section.method[data-m]").forEach(function (section) {
    var about = section.querySelector("h4 + p");
    var text = section.dataset.m + " " + (about ? about.textContent : "");
    titles[section.dataset.m] = text.toLowerCase();
  });

  function asked() {
    var pair = byPair ? byPair.value : "";
    var of = pair && byPair.selectedOptions[0].dataset.t;
    return { pair: pair, track: byTrack && byTrack.value || of || "",
             category: byCategory ? byCategory.value : "",
             text: byText.value.trim().toLowerCase() };
  }

  function fits(element, want) {
    var d = element.dataset;
    return !(want.track && d.t && d.t !== want.track) && !(want.pair && d.p && d.p !== want.pair)
      && !(want.category && d.m && d.c !== want.category)
      && !(want.text && d.m && (titles[d.m] || d.m.toLowerCase()).indexOf(want.text) < 0);
  }

  function filterColumns(want) {
    all("table.sortable").forEach(function (table) {
      var heads = all("thead th", table);
      if (!heads.some(function (th) { return th.dataset.p || th.dataset.t; })) { return; }
      var hide = heads.map(function (th) { return !fits(th, want); });
      all("tr", table).forEach(function (row) {
        all("th,td", row).forEach(function (cell, i) { cell.hidden = hide[i]; });
      });
    });
  }

  // what is shown now, in words
  function tell() {
    var seen = {}, methods = 0, rows = 0, shown = 0;
    all("table.sortable tbody tr[data-m]").forEach(function (row) {
      var visible = !row.hidden && !row.closest("section.track[hidden]");
      rows += 1;
      shown += visible ? 1 : 0;
      methods += row.dataset.m in seen ? 0 : 1;
      seen[row.dataset.m] = seen[row.dataset.m] || visible;
    });
    var left = Object.keys(seen).filter(function (name) { return seen[name]; }).length;
    count.textContent = left + " of " + methods + " methods shown, "
      + shown + " of " + rows + " rows";
  }

  function apply() {
    var want = asked();
    var parts = "section.track, tbody tr, section.method, details.cell, figure";
    all(parts).forEach(function (element) { element.hidden = !fits(element, want); });
    filterColumns(want);
    tell();
  }

  // a pair belongs to a track: choosing another track lets go of it
  function trackChosen() {
    var of = byPair && byPair.value && byPair.selectedOptions[0].dataset.t;
    if (of && byTrack.value !== of) { byPair.value = ""; }
    apply();
  }

  function pairChosen() {
    if (byTrack && byPair.value) { byTrack.value = byPair.selectedOptions[0].dataset.t; }
    apply();
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  byText.addEventListener("input", apply);
  if (byCategory) { byCategory.addEventListener("change", apply); }
  if (byTrack) { byTrack.addEventListener("change", trackChosen); }
  if (byPair) { byPair.addEventListener("change", pairChosen); }
  form.hidden = false;
  tell();

  // ---- links to runs -----------------------------------------------------------------

  // opens what a link leads to; filters that hide it are taken back
  function reveal() {
    var target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.closest("[hidden]")) { form.reset(); apply(); }
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    target.scrollIntoView();
    var summary = target.querySelector("summary");
    if (target.tagName === "DETAILS" && summary) { summary.focus({ preventScroll: true }); }
  }

  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) { reveal(); }
  });
  reveal();

  // ---- copying -----------------------------------------------------------------------

  function select(element) {
    var range = document.createRange(), selection = getSelection();
    range.selectNodeContents(element);
    selection.removeAllRanges();
    selection.addRange(range);
  }

  all(".commands pre").forEach(function (pre) {
    var box = document.createElement("div"), button = document.createElement("button");
    box.className = "copied";
    button.type = "button";
    button.textContent = "Copy";
    pre.parentNode.insertBefore(box, pre);
    box.appendChild(pre);
    box.appendChild(button);
    button.addEventListener("click", function () {
      select(pre);
      var say = function (done) { button.textContent = done ? "Copied" : "Selected"; };
      var copied = navigator.clipboard ? navigator.clipboard.writeText(pre.textContent)
        : Promise.reject();
      copied.then(function () { say(true); }, function () { say(document.execCommand("copy")); });
    });
  });
})();
