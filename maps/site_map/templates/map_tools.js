/* Tools: copy, links, downloads, full screen, measuring, coordinates, theme, print, the sheet of a phone. */
function copy(text, done) {
  const old = () => {
    const box = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    box.value = text; document.body.append(box); box.select();
    const ok = document.execCommand("copy"); box.remove();
    say(ok ? done : w("copy_failed"));
  };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(() => say(done), old); else old();
}
/* A link keeps the view, the filters, the card and the language. */
const FIELDS = { q: "search", score: "f-score", near: "f-near", km: "f-km", lies_in: "f-area", mined: "f-commodity", caution: "f-flag", amount: "f-tonnage", sort: "sort", target: "f-target" }, DEFAULTS = { score: "0", km: "100", sort: "rank" };
function hashOf() {
  const parts = new URLSearchParams(), at = map.getCenter();
  if (subject) parts.set(subject[0], subject[1]);
  parts.set("view", [map.getZoom(), at.lat.toFixed(4), at.lng.toFixed(4)].join("/"));
  for (const [key, id] of Object.entries(FIELDS)) {
    const value = key === "near" && select(id) !== "" ? C.name[Number(select(id))] : key === "caution" && Number(select(id)) >= 0 && select(id) !== "" ? data.sites.flags[Number(select(id))].code : select(id);
    if (value && value !== (DEFAULTS[key] ?? "")) parts.set(key, value);
  }
  const evidence = [...document.querySelectorAll(".f-evidence")].filter((one) => one.checked).map((one) => one.value).join("");
  if (evidence !== "012") parts.set("evidence", evidence);
  if (picked) parts.set("around", picked.of ?? "1");
  if (byName !== null && byName !== "") parts.set("names", "1");
  if (listed !== "inferred") parts.set("list", listed);
  for (const i of ownOrder()) parts.append("own", S.id[i]);
  const off = started.filter((one) => !on.has(one)), more = [...on].filter((one) => !started.includes(one) && one !== "tiles");
  if (off.length) parts.set("off", off.join(","));
  if (more.length) parts.set("on", more.join(","));
  parts.set("lang", lang);
  return "#" + parts.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
}
let ready = false;
function writeHash() { if (ready) history.replaceState(null, "", hashOf()); }
function readFields(found) {
  for (const [key, id] of Object.entries(FIELDS)) {
    let value = found.get(key) ?? DEFAULTS[key] ?? "";
    if (key === "near" && value !== "") value = String(C.name.indexOf(value));
    if (key === "caution" && value !== "" && value !== "none") value = String(data.sites.flags.findIndex((one) => one.code === value));
    if (value === "-1") { say(fill("link_unknown", { what: found.get(key) })); value = ""; }
    byId(id).value = value;
    if (byId(id).selectedIndex === -1) byId(id).selectedIndex = 0;
  }
  picked = null; pickNamed = found.get("around"); byName = found.get("names") === "1" ? byId("search").value.trim() : null;
  const evidence = found.get("evidence") ?? "012";
  for (const box of document.querySelectorAll(".f-evidence")) box.checked = evidence.includes(box.value);
  if (LISTS.includes(found.get("list"))) listed = found.get("list");
  for (const one of (found.get("off") ?? "").split(",")) if (started.includes(one)) toggle(one, false);
  for (const one of (found.get("on") ?? "").split(",")) if ((one === "plan" || one === "surface" || one.startsWith("line_")) && (layers[one] || PAINTED.has(one))) toggle(one, true);
}
/* Open what a link names; what this page does not hold is said. */
function readSubject(found, move) {
  const kinds = { site: [S.id, choose], area: [A.name, chooseArea], community: [C.name, chooseCommunity] };
  for (const [kind, [names, open]] of Object.entries(kinds)) {
    const wanted = found.get(kind);
    if (wanted === null) continue;
    const i = names.indexOf(wanted);
    byId("missing").hidden = true;
    if (i >= 0) { open(i, move); return true; }
    if (!byId("card").hidden) closeCard(false); // another card would pass for what was asked
    byId("missing").textContent = fill("link_unknown_" + kind, { what: wanted });
    byId("missing").hidden = false;
  }
  return false;
}
function readView(found) {
  const [zoom, y, x] = (found.get("view") ?? "").split("/").map(Number);
  if (![zoom, y, x].every(Number.isFinite) || found.get("view") === null) return false;
  map.setView([Math.max(-85, Math.min(85, y)), x], Math.max(map.getMinZoom(), Math.min(map.getMaxZoom(), zoom)), { animate: false });
  return true;
}
function copyLink() {
  writeHash();
  copy(location.href, location.protocol === "file:" ? w("link_local") : w("link_copied"));
}
const COLUMNS = ["rank", "rank_shared_with_first", "rank_shared_with_last", "rank_low", "rank_high", "sampling_order", ...(S.expected ? ["expected_grade_ppm"] : []), "payable_t", "chance_payable", "site_id", "name", "site_kind", "evidence", "treo_ppm", "treo_low_ppm", "treo_high_ppm", "score", "score_low", "score_high", "tonnage_low_t", "tonnage_high_t", "contained_treo_low_t", "contained_treo_high_t", "commodities", "flags", "territories", "nearest_community", "community_km", "latitude", "longitude"];
function valuesOf(i) {
  const thousandth = (name) => S[name][i] === null ? null : S[name][i] / 1000, tie = tieOf(i), known = assayed(i);
  return [S.rank[i], tie ? tie[0] : null, tie ? tie[1] : null, col("rank_low", i), col("rank_high", i), planned.get(i) ?? null, ...(S.expected ? [col("expected", i)] : []), mere(i) ? null : col("payable", i), mere(i) || col("chance_payable", i) === null ? null : col("chance_payable", i) / 1000, S.id[i], S.name[i], kindOf(i), S.evidence[i] === null ? null : data.sites.evidence[S.evidence[i]], known && undetected(i) === null ? col("treo", i) : null, known ? col("treo_low", i) : null, known ? col("treo_high", i) : null, scoreOf(i), thousandth("score_low"), thousandth("score_high"), col("t_low", i), col("t_high", i), col("contained_low", i), col("contained_high", i),
    txt("commodities", i), S.flags[i].map((k) => data.sites.flags[k].code).join("; "), relationsOf(i).join("; "), txt("community", i), col("community_km", i), lat(i), lon(i)];
}
/* What each column is called in the workbook. */
const HEADED = { rank_shared_with_first: "rank_first", rank_shared_with_last: "rank_last", sampling_order: "order", territories: "areas" };
const columnTexts = () => w("columns") + w("colon") + COLUMNS.map((name) => [name, w("heading_" + (HEADED[name] ?? name))]).map((both) => both.join(" = ")).join(w("between_clauses"));
/* What is told of a list that leaves the page: in short in every row, so that programs find headings in the first line; in full in a text. */
const rowNotice = () => [meta.title, fill("run_line", { run_id: meta.run_id, date: day(meta.run_date) }), w("list_holds") + w("colon") + listTexts().join(w("between_clauses")), w("notice_not_resource_list")].join(" · ");
const caveats = () => [meta.title, fill("run_line", { run_id: meta.run_id, date: day(meta.run_date) }), w("list_holds") + w("colon") + listTexts().join(w("between_clauses")), columnTexts(), ...noticeTexts(), w("sources") + w("colon") + data.sources.map((one) => [one.title ?? one.source_id, one.attribution, one.licence ?? w("licence_unstated")].filter(Boolean).join(", ")).join(w("between_clauses"))];
function csv(rows = order) {
  const notice = rowNotice();
  const cell = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^\s*[=+\-@\t\r\n]/.test(text)) text = "'" + text;
    return /[",\n\r;]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  const table = [[...COLUMNS, ...targetHeads(), "notice"], ...rows.map((i) => [...valuesOf(i), ...targetValues(i), notice])].map((row) => row.map(cell).join(","));
  return table.join("\r\n") + "\r\n";
}
function geojson(rows = order) {
  const features = rows.map((i) => {
    const values = valuesOf(i), properties = {};
    COLUMNS.slice(0, -2).forEach((name, k) => { properties[name] = values[k]; });
    targetHeads().forEach((name, k) => { properties[name] = targetValues(i)[k]; });
    return { type: "Feature", geometry: { type: "Point", coordinates: [lon(i), lat(i)] }, properties };
  });
  return JSON.stringify({ type: "FeatureCollection", metadata: { title: meta.title, run_id: meta.run_id, run_date: meta.run_date, language: lang, list: listTexts(), notices: noticeTexts(), sources: data.sources }, features });
}
function download(text, kind, ending) {
  const address = URL.createObjectURL(new Blob([text], { type: kind + ";charset=utf-8" })), anchor = el("a", { href: address, download: `minewaste_${meta.run_id}_${target === COMBINED ? "targets" : listed}.${ending}` });
  document.body.append(anchor); anchor.click(); anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  say(fill("downloaded", { n: number(order.length) }));
}
/* Measuring: every click adds a point, the way is told in kilometres; with the keyboard Enter adds the middle of the map. */
let way = null;
const wayKm = () => way.reduce((sum, at, k) => k ? sum + km(way[k - 1].lng, way[k - 1].lat, at.lng, at.lat) : 0, 0);
function measure(start) {
  way = start ? [] : null;
  byId("tool-measure").setAttribute("aria-pressed", String(start));
  map.getContainer().classList.toggle("measuring", start);
  byId("measured").hidden = !start;
  if (start) byId("measured").textContent = w("measure_how");
  layers.sites.draw();
}
function addToWay(at) {
  way.push(at);
  const told = (far) => `${number(far, far < 100 ? 1 : 0)}\u00a0km`, last = way.length > 2 ? ` (+ ${told(km(way.at(-2).lng, way.at(-2).lat, at.lng, at.lat))})` : "";
  byId("measured").textContent = `${told(wayKm())}${last} · ${w("measure_more")}`;
  layers.sites.draw();
}
function paintMeasure(pen, v) {
  if (!way || !way.length) return;
  pen.strokeStyle = pen.fillStyle = ink().measure; pen.lineWidth = 2.5; pen.beginPath();
  way.forEach((at, k) => { const [x, y] = place(at.lng, at.lat, v); if (k) pen.lineTo(x, y); else pen.moveTo(x, y); });
  pen.stroke();
  for (const at of way) { const [x, y] = place(at.lng, at.lat, v); circle(pen, x, y, 4); pen.fill(); }
}
function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (byId("mapbox").requestFullscreen) byId("mapbox").requestFullscreen().catch(() => say(w("full_screen_refused")));
  else say(w("full_screen_refused"));
}
const whole = () => { const box = L.latLngBounds([]); for (let i = 0; i < N; i++) box.extend([lat(i), lon(i)]); return box; };
function showAll() { const box = whole(); if (box.isValid()) map.fitBounds(box, { ...MARGINS(), animate: false }); }
/* Rows of the list that `map.css` prints. */
const PAPER_ROWS = 27;
/* On paper the same part of the map in the width of a page, on white. */
let beforePaper = null;
function toPaper() {
  if (beforePaper) return;
  beforePaper = { bounds: map.getBounds(), zoom: map.getZoom(), middle: map.getCenter() };
  document.documentElement.dataset.paper = "1";
  document.documentElement.dataset.wish = "light"; dress();
  beforePaper.open = byId("sure").open; byId("sure").open = true; // paper cannot be unfolded
  document.documentElement.dataset.more = byId("list").querySelectorAll("li").length > PAPER_ROWS || !byId("more-box").hidden ? "1" : "0";
  refit(beforePaper.bounds);
}
/* Fit the map to its new size at once: Leaflet would draw its own canvases with the next frame, too late for paper. */
function refit(bounds) {
  map.invalidateSize({ animate: false, pan: false });
  map.fitBounds(bounds, { animate: false });
}
function drawNow() {
  for (const canvas of [ground, over, outlines]) if (canvas._ctx) { canvas._redrawBounds = null; canvas._redraw(); }
  layers.sites.draw();
}
/* Printed canvases hide each other: on paper the one of the sites holds what lies under it too. */
function paintUnder(pen, corner) {
  const put = (canvas) => { if (!canvas._container) return; const at = L.DomUtil.getPosition(canvas._container).subtract(corner); pen.drawImage(canvas._container, at.x, at.y, parseFloat(canvas._container.style.width), parseFloat(canvas._container.style.height)); };
  put(ground);
  if (on.has("surface") && layers.surface) {
    const box = layers.surface.getBounds(), [l, t] = [map.latLngToLayerPoint(box.getNorthWest()).subtract(corner), map.latLngToLayerPoint(box.getSouthEast()).subtract(corner)];
    pen.globalAlpha = layers.surface.options.opacity; pen.drawImage(layers.surface.getElement(), l.x, l.y, t.x - l.x, t.y - l.y); pen.globalAlpha = 1;
  }
  put(over);
  put(outlines);
}
function fromPaper() {
  if (!beforePaper) return;
  delete document.documentElement.dataset.paper; byId("sure").open = beforePaper.open;
  if (wish) document.documentElement.dataset.wish = wish; else delete document.documentElement.dataset.wish;
  dress();
  const { bounds, zoom, middle } = beforePaper;
  refit(bounds);
  map.setView(middle, zoom, { animate: false });
  beforePaper = null;
}
let wish = null;
function changeTheme() {
  wish = theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.wish = wish;
  dress(); fillLegend(); nameTools();
}
const TOOLS = { "tool-full": ["full_screen", fullScreen], "tool-all": ["show_all", showAll], "tool-measure": ["measure", () => measure(way === null)], "tool-print": ["print", () => window.print()], "tool-theme": ["theme_dark", changeTheme], "tool-link": ["copy_link", copyLink] };
function nameTools() {
  for (const [id, [key]] of Object.entries(TOOLS)) { const text = w(id === "tool-theme" && theme === "dark" ? "theme_light" : key); byId(id).title = text; byId(id).setAttribute("aria-label", text); }
}
const phone = window.matchMedia("(max-width: 760px)"), HEIGHTS = ["low", "half", "high"], HALF_SHEET = 0.54; // as in map.css
function sheetTo(height) {
  document.documentElement.dataset.sheet = height;
  byId("sheet-handle").setAttribute("aria-expanded", String(height !== "low"));
}
function fitPhone() {
  byId(phone.matches ? "legend-home" : "mapbox").append(byId("legend"));
  if (phone.matches) sheetTo(document.documentElement.dataset.sheet || "low");
  map.invalidateSize({ animate: false });
}
