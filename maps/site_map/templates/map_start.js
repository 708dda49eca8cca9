/* Events, language, and the first picture. */
const TABS = ["sites", "layers", "about"];
function showTab(name, focus) {
  for (const one of TABS) {
    const tab = byId("to-" + one), open = one === name;
    tab.setAttribute("aria-selected", String(open)); tab.tabIndex = open ? 0 : -1;
    byId("tab-" + one).hidden = !open;
    if (open && focus) tab.focus();
  }
  if (phone.matches && document.documentElement.dataset.sheet === "low" && focus !== undefined) sheetTo("half");
}
TABS.forEach((one, k) => {
  byId("to-" + one).addEventListener("click", () => {
    const open = byId("to-" + one).getAttribute("aria-selected") === "true";
    showTab(one, false);
    if (open && one === "sites" && !byId("card").hidden) closeCard(false);
  });
  byId("to-" + one).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: TABS.length - 1 }[event.key];
    if (step) { event.preventDefault(); showTab(TABS[(k + step) % TABS.length], true); }
  });
});
function speak() {
  document.documentElement.lang = lang;
  const back = document.querySelector(".to-report");
  back.setAttribute("href", `${back.getAttribute("href").split("#")[0]}#${lang}`);
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = w(node.dataset.w);
  for (const node of document.querySelectorAll("[data-w-label]")) node.setAttribute("aria-label", w(node.dataset.wLabel));
  for (const node of document.querySelectorAll("[data-w-placeholder]")) node.setAttribute("placeholder", w(node.dataset.wPlaceholder));
  for (const node of document.querySelectorAll("[data-lang]")) node.setAttribute("aria-pressed", String(node.dataset.lang === lang));
  byId("run-line").textContent = fill("run_line", { run_id: meta.run_id, date: day(meta.run_date) });
  byId("intro").textContent = fill("map_intro", { target: w("target_ree") });
  byId("plain-verdict").textContent = meta.plain_verdict[lang];
  byId("verdict").textContent = meta.verdict[lang];
  byId("aggregated").hidden = data.cells.length === 0;
  byId("aggregated").textContent = fill("aggregated", { shown: number(meta.shown), rest: number(meta.n - meta.shown) });
  for (const [part, key] of [["in", "zoom_in"], ["out", "zoom_out"]]) { const node = document.querySelector(".leaflet-control-zoom-" + part); if (node) { node.title = w(key); node.setAttribute("aria-label", w(key)); } }
  map.getContainer().setAttribute("aria-label", w("map_label"));
  fillChoices(); fillLayers(); fillLegend(); fillAbout(); nameTools();
  if (shownCard) shownCard();
  const credits = [...new Set(data.sources.filter((one) => ["backdrop", "lines"].includes(one.role)).map((one) => one.attribution ?? one.publisher).filter(Boolean))];
  map.attributionControl._attributions = {};
  if (credits.length) map.attributionControl.addAttribution(credits.map((one) => el("span", {}, one).innerHTML).join(" · "));
}
let soon = 0;
const later = (move) => { clearTimeout(soon); soon = setTimeout(() => { soon = 0; shownRows = STEP; apply(move); }, N > 5000 ? 220 : 90); };
byId("search").addEventListener("input", () => { if (phone.matches && byId("search").value) sheetTo("high"); later(true); });
byId("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (soon) { clearTimeout(soon); soon = 0; shownRows = STEP; apply(true); } // what was typed, not what was listed before
  if (taken) taken.go(); else if (suggested.length && !lists.inferred.length && !lists.measured.length) suggested[0].go(); else if (order.length === 1) choose(order[0], true);
});
byId("namesakes-show").addEventListener("click", () => { picked = null; byName = byId("search").value.trim(); shownRows = STEP; apply(true); byId("search").focus(); });
byId("f-score").addEventListener("input", () => { byId("f-score-value").textContent = number(Number(select("f-score")), 2); later(false); });
for (const id of ["f-near", "f-km", "f-area", "f-commodity", "f-flag", "f-tonnage", "sort", "f-target"]) byId(id).addEventListener("input", () => later(false));
for (const box of document.querySelectorAll(".f-evidence")) box.addEventListener("change", () => later(false));
for (const one of LISTS) byId("list-" + one).addEventListener("click", () => { listed = one; shownRows = STEP; if (one === "plan") showLayer("plan"); drawLists(); layers.sites.draw(); writeHash(); });
for (const id of ["reset", "reset-all"]) byId(id).addEventListener("click", () => { readFields(new URLSearchParams()); fillChoices(); apply(); if (id === "reset-all") byId("search").focus(); });
byId("more").addEventListener("click", () => { const at = byId("list").children.length; shownRows += STEP; drawLists(); const row = byId("list").children[at]; if (row) (row.querySelector("button") || row.nextElementSibling.firstChild).focus(); });
byId("copy").addEventListener("click", () => copy(csv(), fill("copied", { n: number(order.length) })));
byId("download-csv").addEventListener("click", () => download("\ufeff" + csv(), "text/csv", "csv"));
byId("read-me").addEventListener("click", () => download("\ufeff" + caveats().join("\r\n\r\n") + "\r\n", "text/plain", "txt"));
byId("download-geojson").addEventListener("click", () => download(geojson(), "application/geo+json", "geojson"));
for (const node of document.querySelectorAll("[data-lang]")) node.addEventListener("click", () => { lang = node.dataset.lang; speak(); apply(); });
for (const [id, [, run]] of Object.entries(TOOLS)) byId(id).addEventListener("click", run);
byId("sheet-handle").addEventListener("click", () => sheetTo(HEIGHTS[(HEIGHTS.indexOf(document.documentElement.dataset.sheet) + 1) % HEIGHTS.length]));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { if (way) measure(false); else if (!byId("card").hidden) closeCard(true); }
  if (event.key === "Enter" && document.activeElement === map.getContainer()) {
    if (way) return addToWay(map.getCenter());
    const size = map.getSize(), i = siteAt(L.point(size.x / 2, size.y / 2), 60);
    if (i >= 0) choose(i, false); else say(w("no_site_in_middle"));
  }
});
const FINGER_PX = 22; // half a target of 44 pixels
const tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -8] });
map.on("click", (event) => {
  if (way) return addToWay(event.latlng);
  const touch = event.originalEvent && event.originalEvent.pointerType === "touch", reach = touch ? FINGER_PX : 6, i = siteAt(event.containerPoint, reach), heap = sitesAt(event.containerPoint, reach);
  if (heap.length > 1) { chosen = -1; subject = null; return openCard(() => fillHeap(heap)); }
  if (i >= 0) return choose(i, false);
  const k = communityAt(event.containerPoint, reach);
  if (k >= 0) return chooseCommunity(k, false);
  const square = cellAt(event.latlng);
  if (square >= 0) { chosen = -1; subject = null; return openCard(() => fillCell(square)); }
  const found = areasAt(event.latlng);
  const here = groundAt(event.latlng);
  if (found.length === 1) return chooseArea(found[0], false, here);
  if (found.length || here.length) { chosen = -1; subject = null; openCard(() => fillOverlap(found, here)); }
});
let hovered = -1;
map.on("mousemove", (event) => {
  byId("pointer").textContent = `${number(event.latlng.lat, 4)}, ${number(event.latlng.lng, 4)}`;
  const i = way ? -1 : siteAt(event.containerPoint);
  if (i === hovered) return;
  hovered = i;
  map.getContainer().style.cursor = i >= 0 ? "pointer" : "";
  if (i < 0) { tip.remove(); return; }
  const value = target ? targetValue(i) : !ranked(i) ? w("not_scored") : [`${w("rank")} ${rankText(i)}`, assayed(i) ? measuredText(i) : chance(scoreOf(i))].filter(Boolean).join(" · ");
  const more = sitesAt(event.containerPoint).length - 1;
  tip.setContent(el("span", {}, nameOf(i) + "\n" + value + (more > 0 ? "\n" + fill("and_more", { n: number(more) }) : ""))).setLatLng([lat(i), lon(i)]).addTo(map);
});
map.on("moveend", writeHash);
window.addEventListener("hashchange", () => { const found = new URLSearchParams(location.hash.slice(1)); if (["en", "fr"].includes(found.get("lang"))) lang = found.get("lang"); speak(); readFields(found); readOwn(found.getAll("own")); apply(); readView(found); readSubject(found, found.get("view") === null); });
window.addEventListener("beforeprint", toPaper);
window.addEventListener("afterprint", fromPaper);
window.matchMedia("print").addEventListener("change", (event) => { if (event.matches) toPaper(); else fromPaper(); });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!wish) { dress(); fillLegend(); } });
phone.addEventListener("change", fitPhone);
new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
function start() {
  const found = new URLSearchParams(location.hash.slice(1));
  lang = ["en", "fr"].includes(found.get("lang")) ? found.get("lang") : meta.lang ?? ((navigator.language || "").toLowerCase().startsWith("fr") ? "fr" : "en");
  map.setView([(SOUTH + NORTH) / 2, (WEST + EAST) / 2], 5, { animate: false });
  fitPhone();
  for (const name of on) if (!PAINTED.has(name) && layers[name]) layers[name].addTo(map);
  fillChoices();
  readFields(found); readOwn(found.getAll("own"));
  layers.sites.addTo(map);
  dress(); speak(); apply();
  map.invalidateSize({ animate: false });
  const view = readView(found);
  if (!view) showAll();
  readSubject(found, !view);
  if (found.get("site") !== null && chosen >= 0 && !view) seeAt(lat(chosen), lon(chosen), 9);
  map.on("moveend viewreset", () => { if (beforePaper) drawNow(); }); // after Leaflet's own, which clear their canvases
  ready = true; writeHash();
  document.documentElement.dataset.ready = "1";
}
start();
