// What report.html must do in a browser. It is put at the end of a copy of the page, with width and
// colours in place; the page around it is told what was found.
"use strict";
(function () {
  var WIDTH = __WIDTH__, failures = [], passed = 0;
  var all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };
  var shown = function (element) { return element.checkVisibility(); };

  function check(ok, what) {
    if (ok) { passed += 1; } else { failures.push(what); }
  }

  function same(found, wanted, what) {
    check(String(found) === String(wanted), what + ": " + found + ", should be " + wanted);
  }

  // ---- room ------------------------------------------------------------------------

  function fitsTheWindow(what) {
    var width = document.documentElement.scrollWidth;
    check(width <= innerWidth, what + ": the page is " + width + " pixels wide");
  }

  function room() {
    same(innerWidth, WIDTH, "width of the window");
    fitsTheWindow("closed");
    all("details").forEach(function (one) { one.open = true; });
    fitsTheWindow("all open");
    all("details").forEach(function (one) { one.open = false; });
  }

  // ---- who cannot see, who has no mouse ----------------------------------------------

  function names() {
    var level = 1;
    all("h1,h2,h3,h4").forEach(function (heading) {
      var own = Number(heading.tagName[1]);
      check(own <= level + 1, "a heading of level " + own + " after one of level " + level);
      level = own;
    });
    all("table").forEach(function (table) { check(table.caption, "a table without caption"); });
    all("th").forEach(function (th) { check(th.hasAttribute("scope"), "a head without scope"); });
    all("svg").forEach(function (svg) {
      check(svg.getAttribute("role") === "img" && svg.querySelector("title"), "a figure without words");
    });
    all("select,input").forEach(function (control) {
      check(control.labels.length === 1, "no label for " + control.id);
    });
    same(byId("count").getAttribute("aria-live"), "polite", "aria-live of the count");
    all(".scroll").forEach(function (box) {
      check(box.tabIndex === 0 && box.getAttribute("aria-label"), "a box that keys cannot scroll");
    });
  }

  function luminance(colour) {
    var part = colour.match(/[\d.]+/g).slice(0, 3).map(function (v) {
      v /= 255;
      return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  }

  function contrast(a, b) {
    var one = luminance(a), other = luminance(b);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  // colours of text on both grounds, as the browser has them
  function colours() {
    var probe = document.body.appendChild(document.createElement("span"));
    var resolved = function (name) {
      probe.style.color = "var(--" + name + ")";
      return getComputedStyle(probe).color;
    };
    ["paper", "band"].forEach(function (ground) {
      ["ink", "soft", "link", "good", "bad"].forEach(function (text) {
        var found = contrast(resolved(text), resolved(ground));
        check(found >= 4.5, text + " on " + ground + " has a contrast of " + found.toFixed(2));
      });
    });
    probe.remove();
    var dark = matchMedia("(prefers-color-scheme: dark)").matches;
    same(luminance(getComputedStyle(document.body).backgroundColor) < 0.2, dark, "dark ground");
    same(dark, __DARK__, "dark wanted");
  }

  // ---- sorting ---------------------------------------------------------------------

  function column(table, at) {
    return all("tbody:not(.apart) tr", table).map(function (row) {
      return row.cells[at].textContent;
    });
  }

  function ordered(list, up) {
    var sorted = list.slice().sort(function (a, b) { return up ? a - b : b - a; });
    return list.length > 1 && list.join() === sorted.join() && list[0] !== list[list.length - 1];
  }

  function sorting() {
    var table = document.querySelector("section.track table.sortable");
    var apart = all("tbody.apart th", table).map(function (th) { return th.textContent; }).join();
    same(apart, "Teacher,Student", "rows that stay");
    var at = table.tHead.rows[0].cells.length - 1, head = table.tHead.rows[0].cells[at];
    var button = head.querySelector("button"), before = column(table, 0).join();
    var numbers = function () { return column(table, at).map(parseFloat); };
    button.focus();
    check(document.activeElement === button, "a key cannot reach the head");
    same(head.getAttribute("aria-sort"), "none", "aria-sort at first");
    button.click();
    check(ordered(numbers(), false), "not in falling order: " + numbers());
    same(head.getAttribute("aria-sort"), "descending", "aria-sort");
    button.click();
    check(ordered(numbers(), true), "not in rising order: " + numbers());
    same(head.getAttribute("aria-sort"), "ascending", "aria-sort");
    button.click();
    same(column(table, 0).join(), before, "order of the report again");
    same(table.querySelector("tbody th").textContent, "Teacher", "first row");
    var first = table.tHead.rows[0].cells[0];
    first.querySelector("button").click();
    same(column(table, 0).join(), column(table, 0).sort().join(), "methods by name");
    same(head.getAttribute("aria-sort") + first.getAttribute("aria-sort"), "noneascending", "one head");
    first.querySelector("button").click();
    first.querySelector("button").click();
  }

  // ---- filters ---------------------------------------------------------------------

  function choose(control, value, event) {
    control.value = value;
    same(control.value, value, "choice of " + control.id);
    control.dispatchEvent(new Event(event || "change"));
  }

  function rows() { return all("table.sortable tbody tr[data-m]"); }

  function count() { return byId("count").textContent; }

  function counted(what) {
    var left = rows().filter(shown), seen = {};
    left.forEach(function (row) { seen[row.dataset.m] = true; });
    var words = count().match(/(\d+) of (\d+) methods shown, (\d+) of (\d+) rows/);
    same(words && words[3], left.length, what + ", rows counted");
    same(words && words[4], rows().length, what + ", all rows");
    same(words && words[1], Object.keys(seen).length, what + ", methods counted");
  }

  function every(list, test, what) {
    check(list.length > 0, what + ": nothing is left");
    check(list.every(test), what + ": too much is left");
  }

  function filters() {
    check(shown(byId("filters")), "the filters are hidden");
    var whole = count();
    counted("at first");
    choose(byId("by-text"), "Hinton", "input");
    every(rows().filter(shown), function (row) { return row.dataset.m === "kd"; }, "text");
    counted("text");
    check(count() !== whole, "the count stays as it is");
    all("section.method[data-m]").forEach(function (section) {
      same(shown(section), section.dataset.m === "kd", "runs of " + section.dataset.m);
    });
    choose(byId("by-text"), "", "input");
    choose(byId("by-category"), "Sources/Similarity");
    every(rows().filter(shown), function (row) { return row.dataset.m === "rkd"; }, "category");
    counted("category");
    choose(byId("by-category"), "");
    same(count(), whole, "all again");
    pairsAndTracks(whole);
  }

  function pairsAndTracks(whole) {
    var tracks = all("section.track"), pair = all("option", byId("by-pair"))[1];
    choose(byId("by-pair"), pair.value);
    same(tracks.map(shown), "true,false", "tracks beside a pair");
    same(byId("by-track").value, tracks[0].dataset.t, "the pair's track");
    var heads = all("section.track table.sortable")[0].tHead.rows[0].cells;
    same(Array.from(heads).filter(shown).length, heads.length - 1, "columns beside a pair");
    all("section.track details.cell").filter(shown).forEach(function (cell) {
      same(cell.dataset.p, pair.value, "runs beside a pair");
    });
    counted("pair");
    choose(byId("by-track"), tracks[1].dataset.t);
    same(tracks.map(shown), "false,true", "tracks beside a track");
    same(byId("by-pair").value, "", "the pair of another track");
    counted("track");
    choose(byId("by-track"), "");
    same(count(), whole, "all tracks again");
  }

  // ---- links -----------------------------------------------------------------------

  function links() {
    all("a[href]").forEach(function (link) {
      var id = decodeURIComponent(link.getAttribute("href").slice(1));
      check(link.getAttribute("href")[0] === "#" && byId(id), "no place " + link.getAttribute("href"));
    });
    same(performance.getEntriesByType("resource").length, 0, "what was fetched");
  }

  // a cell's link opens its runs, and takes back a filter that hides them
  function follow(then) {
    var link = document.querySelector("section.track table.sortable tbody:not(.apart) td a");
    var target = byId(link.getAttribute("href").slice(1));
    same(target.tagName + target.open, "DETAILSfalse", "runs at first");
    link.click();
    setTimeout(function () {
      check(target.open && shown(target), "the link does not open the runs");
      check(target.textContent.indexOf("build/kdbench") > 0, "no command");
      choose(byId("by-text"), "no such method", "input");
      check(!shown(target), "the filter leaves the runs");
      same(rows().filter(shown).length, 0, "rows of no method");
      location.hash = "";
      setTimeout(function () {
        location.hash = link.getAttribute("href");
        setTimeout(function () {
          check(shown(target), "a link into what is filtered away leads nowhere");
          same(byId("by-text").value, "", "the filter");
          then();
        }, 100);
      }, 100);
    }, 100);
  }

  function tell() {
    parent.postMessage(failures.length > 0 ? "FAILED " + failures.slice(0, 9).join("; ")
      : "PASSED " + passed, "*");
  }

  try {
    [room, names, colours, sorting, filters, links].forEach(function (part) { part(); });
    follow(tell);
  } catch (error) {
    parent.postMessage("FAILED " + error + " " + error.stack, "*");
  }
})();
