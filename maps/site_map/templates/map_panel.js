/* The panel: search, filters, list, card, layers, legend, language, links. */
const STEP = 100;
let order = [], shownRows = STEP, hay = null, placesFound = [];
const select = (id) => byId(id).value;
function haystack() {
  if (hay) return hay;
  hay = new Array(N);
  for (let i = 0; i < N; i++) {
    const parts = [S.id[i], S.name[i], col("aliases", i), txt("community", i)], near = S.relations[i];
    for (let k = 0; k < near.length; k += 3) parts.push(A.name[near[k]], A.other[near[k]]);
    hay[i] = fold(parts.filter(Boolean).join("\n"));
  }
  return hay;
}
function distances() {
  const at = Number(select("f-near"));
  if (select("f-near") === "") return null;
  const x = C.x[at] / 1e5, y = C.y[at] / 1e5, table = new Float32Array(N);
  for (let i = 0; i < N; i++) table[i] = km(x, y, lon(i), lat(i));
  return table;
}
let away = null;
function apply() {
  const text = fold(byId("search").value.trim()), least = Number(select("f-score")) * 1000, tonnes = Number(select("f-tonnage")) || 0;
  const area = select("f-area"), flag = select("f-flag"), evidence = new Set([...document.querySelectorAll(".f-evidence")].filter((one) => one.checked).map((one) => Number(one.value)));
  const limit = Number(select("f-km")) || Infinity;
  away = distances();
  const found = text ? haystack() : null;
  order = [];
  for (let i = 0; i < N; i++) {
    const score = S.score[i];
    let keep = (score === null ? least === 0 : score >= least) && (S.evidence[i] === null || evidence.has(S.evidence[i]));
    if (keep && tonnes) keep = S.t[i] !== null && S.t[i] >= tonnes;
    if (keep && flag === "none") keep = S.flags[i].length === 0;
    else if (keep && flag !== "") keep = S.flags[i].includes(Number(flag));
    if (keep && area !== "") { keep = false; for (let k = 0; k < S.relations[i].length; k += 3) if (A.name[S.relations[i][k]] === area) keep = true; }
    if (keep && away) keep = away[i] <= limit;
    if (keep && found) keep = found[i].includes(text);
    visible[i] = keep ? 1 : 0;
    if (keep) order.push(i);
  }
  sortRows();
  findPlaces(text);
  shownRows = STEP;
  drawList();
  layers.sites.draw();
}
function sortRows() {
  const how = select("sort"), last = (value, worst) => value === null || value === undefined ? worst : value;
  if (how === "name") { const collator = new Intl.Collator(lang); order.sort((a, b) => collator.compare(nameOf(a), nameOf(b))); }
  else if (how === "tonnage") order.sort((a, b) => last(S.t[b], -1) - last(S.t[a], -1));
  else if (how === "distance") { const far = (i) => away ? away[i] : last(col("community_km", i), Infinity); order.sort((a, b) => far(a) - far(b) || a - b); }
  else order.sort((a, b) => a - b);
}
const MARGINS = () => ({ paddingTopLeft: [40, 30], paddingBottomRight: [window.innerWidth > 1000 ? 260 : 30, 40], maxZoom: 11 });
function fitShown(place) {
  const box = L.latLngBounds([place]);
  for (const i of order) box.extend([lat(i), lon(i)]);
  map.fitBounds(box, { ...MARGINS(), animate: false });
}
function findPlaces(text) {
  placesFound = [];
  if (text.length > 1) {
    C.name.forEach((one, i) => { if (fold(one).includes(text)) placesFound.push({ text: `${fill("place_within", { km: number(Number(select("f-km")) || 100), place: one })} (${w("kind_" + C.kind[i])})`, go: () => { byId("f-near").value = String(i); byId("search").value = ""; apply(); fitShown([C.y[i] / 1e5, C.x[i] / 1e5]); byId("search").focus(); } }); });
    A.name.forEach((one, i) => { if (fold(one + "\n" + (A.other[i] ?? "")).includes(text)) placesFound.push({ text: `${fill("place_area", { place: one })} (${A.kinds[A.kind[i]][lang]})`, go: () => { toggleBox("area_" + A.kind[i], true); byId("f-area").value = one; byId("search").value = ""; apply(); map.fitBounds(areaBounds(i), { ...MARGINS(), animate: false }); byId("search").focus(); } }); });
  }
  const box = clear(byId("places"));
  box.hidden = placesFound.length === 0;
  for (const one of placesFound.slice(0, 12)) box.append(el("li", {}, el("button", { type: "button", class: "plain", on: { click: one.go } }, one.text)));
}
function swatch(i) {
  const mark = el("span", { class: S.score[i] === null ? "swatch none" : "swatch", "aria-hidden": "true" });
  if (S.score[i] !== null) mark.style.background = siteColour(i);
  return mark;
}
function minedAt(i) {
  const text = txt("commodities", i);
  return text && lang === "fr" ? text.split("; ").map((one) => data.sites.commodities[one] ?? one).join("; ") : text;
}
function rowOf(i) {
  const about = [S.evidence[i] === null ? null : w("evidence_" + data.sites.evidence[S.evidence[i]] + "_short"), S.rank[i] === null || S.rank_low[i] === S.rank_high[i] ? null : fill("rank_may_be", { low: number(S.rank_low[i]), high: number(S.rank_high[i]) }), S.t[i] === null ? w("amount_unknown").split(" (")[0] : span(col("t_low", i), col("t_high", i), "t"),
    away ? `${number(Math.round(away[i]))}\u00a0km` : null, minedAt(i)].filter(Boolean).join(" · ");
  return el("li", {}, el("button", { type: "button", "data-site": String(i), "aria-current": i === chosen ? "true" : null, on: { click: () => choose(i, true) } },
    el("span", { class: "rank" }, S.rank[i] === null ? "–" : String(S.rank[i])), el("span", { class: "name", dir: "auto" }, nameOf(i)),
    el("span", { class: "score" }, swatch(i), S.score[i] === null ? w("not_scored") : number(scoreOf(i), 2)), el("span", { class: "about" }, about)));
}
function drawList() {
  byId("list").replaceChildren(...order.slice(0, shownRows).map(rowOf));
  byId("count").textContent = order.length ? fill("count_shown", { shown: number(order.length), n: number(meta.n) }) : w("nothing_found");
  const kept = [];
  if (select("f-near") !== "") kept.push(fill("place_within", { km: number(Number(select("f-km")) || 0), place: C.name[Number(select("f-near"))] }));
  if (select("f-area") !== "") kept.push(fill("place_area", { place: select("f-area") }));
  byId("filtered-text").textContent = kept.join(" · ");
  byId("filtered").hidden = order.length === N;
  const rest = Math.min(STEP, order.length - shownRows);
  byId("more-box").hidden = rest <= 0;
  byId("more").textContent = fill("show_more", { n: number(Math.max(rest, 0)) });
}
const fact = (key, value) => value === null || value === undefined || value === "" ? [] : [el("dt", {}, w(key)), el("dd", {}, value)];
function paragraphs(items, none) { return items.length ? el("ul", {}, items.map((one) => el("li", {}, one))) : el("p", {}, none); }
function relationsOf(i) {
  const near = S.relations[i], found = [];
  for (let k = 0; k < near.length; k += 3) {
    const how = ["relation_inside", "relation_overlaps", "relation_near_km"][near[k + 1]];
    found.push([A.name[near[k]], `${A.name[near[k]]} (${A.kinds[A.kind[near[k]]][lang]})${w("colon")}${fill(how, { km: number(near[k + 2]) })}`]);
  }
  const collator = new Intl.Collator(lang);
  return found.sort((a, b) => collator.compare(fold(a[0]), fold(b[0]))).map((one) => one[1]);
}
function areasOf(i) {
  const near = S.relations[i], kinds = new Map(), collator = new Intl.Collator(lang), hows = ["relation_inside", "relation_overlaps", "relation_near"];
  for (let k = 0; k < near.length; k += 3) {
    const kind = A.kinds[A.kind[near[k]]][lang], name = A.name[near[k]], how = near[k + 1];
    if (!kinds.has(kind)) kinds.set(kind, [[], [], []]);
    kinds.get(kind)[how].push([fold(name), how === 2 ? `${name} (${number(near[k + 2])}\u00a0km)` : name]);
  }
  return [...kinds].sort((a, b) => collator.compare(a[0], b[0])).map(([kind, lists]) => kind + w("colon") + lists.map((names, how) => names.length ? w(hows[how]) + w("colon") + names.sort((a, b) => collator.compare(a[0], b[0])).map((one) => one[1]).join(", ") : "").filter(Boolean).join("; "));
}
function communitiesOf(i) {
  const near = C.name.map((one, k) => [km(C.x[k] / 1e5, C.y[k] / 1e5, lon(i), lat(i)), k]).sort((a, b) => a[0] - b[0]).slice(0, 5);
  return near.map(([far, k]) => `${C.name[k]}${w("colon")}${number(Math.round(far))} ${w(C.kind[k] === "office_point" ? "straight_line_office" : "straight_line_place")}`);
}
function reasonsOf(i) {
  const flat = S.reasons[i], found = [];
  for (let k = 0; k < flat.length; k += 2) { const one = data.sites.reasons[flat[k]]; found.push(one[lang === "en" ? 0 : 1].replace("{value}", withUnit(flat[k + 1], one[2]))); }
  return found;
}
function scoreBlock(i) {
  if (S.score[i] === null) return [el("p", { class: "strong" }, w("not_scored_sentence"))];
  const rank = el("p", { class: "strong" }, fill(S.rank_low[i] === S.rank_high[i] ? "rank_sentence_sure" : "rank_sentence", { rank: number(S.rank[i]), n: number(meta.n_ranked), low: number(S.rank_low[i]), high: number(S.rank_high[i]) }));
  if (txt("grade_rule", i) === "assay" && col("treo_low", i) !== null) return [rank]; // what was measured stands below, and its chance says no more
  const bar = el("div", { class: "bar", "aria-hidden": "true" }), band = el("span", { class: "band" }), mark = el("span", { class: "mark" });
  band.style.left = S.score_low[i] / 10 + "%"; band.style.width = (S.score_high[i] - S.score_low[i]) / 10 + "%"; mark.style.left = S.score[i] / 10 + "%";
  bar.append(band, mark);
  const values = { score: number(scoreOf(i), 2), low: number(S.score_low[i] / 1000, 2), high: number(S.score_high[i] / 1000, 2) };
  return [rank, bar, el("p", {}, `${w("score")}${w("colon")}${fill("score_range", values)}`), el("p", { class: "small" }, w("score_note"))];
}
function years(i) {
  const ends = [col("first", i), col("last", i)].filter((one) => one !== null).map(String);
  return ends.length ? [...new Set(ends)].join("–") : null;
}
function payable(i) {
  if (col("payable", i) === null || S.rank[i] === null) return [];
  return fact("payable", fill("payable_range", { mean: number(col("payable", i)), high: number(col("payable_high", i)), chance: number(Math.round(col("chance_payable", i) / 10)) }));
}
function chemistry(i) {
  const low = col("treo_low", i), high = col("treo_high", i), rule = txt("grade_rule", i);
  return [...(low === null && high === null ? [] : fact(rule ? "grade_rule_" + rule : S.evidence[i] === 0 ? "treo_measured" : "treo_inferred", span(low, high, "ppm"))), ...fact("contained", span(col("contained_low", i), col("contained_high", i), "t")), ...payable(i)];
}
function fillCard(i) {
  const sheet = S.rank[i] !== null && S.rank[i] <= meta.sheets;
  const rule = txt("rule", i), url = col("url", i);
  const said = [
    el("button", { type: "button", class: "plain", id: "back", on: { click: () => closeCard(true) } }, "← " + w("back")),
    el("h2", { tabindex: "-1", id: "card-title", dir: "auto" }, nameOf(i)),
    el("p", { class: "small" }, [S.id[i], txt("jurisdiction", i), `${number(lat(i), 4)}, ${number(lon(i), 4)}`].filter(Boolean).join(" · ")),
    col("aliases", i) ? el("p", { class: "small" }, `${w("other_names")}${w("colon")}${col("aliases", i)}`) : null,
    ...scoreBlock(i),
    el("dl", {}, fact("evidence", S.evidence[i] === null ? null : w("evidence_" + data.sites.evidence[S.evidence[i]])), fact("amount", span(col("t_low", i), col("t_high", i), "t")), S.t[i] === null ? [] : fact("tonnage_how", rule ? w("tonnage_rule_" + rule) : null), chemistry(i), txt("applicability", i) ? fact("applicability", w("applicability_" + txt("applicability", i))) : []),
    col("waste_n", i) ? el("p", {}, fill("sampled", { n: number(col("waste_n", i)) })) : el("p", { class: "strong" }, w("not_sampled")),
    col("ranked_last", i) ? el("p", { class: "strong" }, w("ranked_last")) : null,
    el("div", { class: "notice" }, el("p", {}, w("notice_not_resource"))),
    el("h3", {}, w("reasons")), paragraphs(reasonsOf(i), w("reasons_none")),
    el("h3", {}, w("cautions")), paragraphs(S.flags[i].map((k) => data.sites.flags[k][lang]), w("cautions_none")),
    el("h3", {}, w("areas")), paragraphs(areasOf(i), w("areas_none")), el("p", { class: "small" }, w("notice_absence")),
    el("h3", {}, w("access")),
    el("dl", {}, ["road_km", "rail_km", "power_km"].flatMap((key) => fact(key, col(key, i) === null ? w("not_known") : fill("near_lines", { km: number(col(key, i)) })))),
    C.name.length ? paragraphs(communitiesOf(i), "") : null, el("p", { class: "small" }, w("notice_tenure")),
    el("h3", {}, w("site")),
    el("dl", {}, fact("commodities", minedAt(i)), fact("deposit_type", txt("deposit", i)), fact("waste_type", w("waste_type_" + data.sites.waste[S.waste[i]])), fact("disposal", w("disposal_" + data.sites.disposal[S.disposal[i]])), fact("years", years(i)), fact("status", txt("status", i)),
      fact("companion", S.companion && S.companion[i] !== null && !meta.companion_order ? fill("companion_line", { score: number(S.companion[i] / 1000, 2), rank: number(S.companion_rank[i]) }) : null), url ? fact("sheet_record_link", link(url, url)) : []),
    el("div", { class: "row" }, sheet ? el("a", { class: "plain", href: "sheets/" + encodeURIComponent(S.id[i]) + ".html" + (lang === "fr" ? "#fr" : "") }, w("open_sheet")) : null,
      el("button", { type: "button", class: "plain", on: { click: () => copy(location.href, w("link_copied")) } }, w("copy_link")))];
  clear(byId("card")).append(...said.filter(Boolean));
}
function openCard() { byId("card").hidden = false; byId("finder").hidden = true; byId("panel").scrollTop = 0; }
function closeCard(focus) {
  const before = chosen;
  chosen = -1; chosenCell = -1;
  byId("card").hidden = true; byId("finder").hidden = false;
  writeHash(); layers.sites.draw();
  if (focus) { const row = document.querySelector(`#list button[data-site="${before}"]`); (row || byId("search")).focus(); }
}
function choose(i, move) {
  chosen = i; chosenCell = -1;
  fillCard(i); openCard(); writeHash();
  if (move && !map.getBounds().pad(-0.15).contains([lat(i), lon(i)])) map.setView([lat(i), lon(i)], Math.max(map.getZoom(), 8), { animate: false });
  layers.sites.draw();
  byId("card-title").focus({ preventScroll: window.innerWidth > 760 });
}
function fillCell(k) {
  const [x, y, n, best, ...named] = data.cells[k], card = clear(byId("card")), rows = [];
  for (let j = 0; j < named.length; j += 2) rows.push(`${named[j + 1] ?? w("unnamed")} (${named[j]})`);
  card.append(el("button", { type: "button", class: "plain", on: { click: () => closeCard(true) } }, "← " + w("back")), el("h2", { tabindex: "-1", id: "card-title" }, fill("cell_title", { n: number(n) })),
    el("dl", {}, fact("cell_best_score", best === null ? w("not_scored") : number(best, 2))), el("h3", {}, w("cell_best")), paragraphs(rows, ""),
    el("div", { class: "row" }, el("button", { type: "button", class: "plain", on: { click: () => map.fitBounds([[y, x], [y + 0.25, x + 0.25]]) } }, w("zoom_here"))));
}
function copy(text, done) {
  const old = () => {
    const box = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    box.value = text; document.body.append(box); box.select();
    const ok = document.execCommand("copy"); box.remove();
    say(ok ? done : w("copy_failed"));
  };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(() => say(done), old); else old();
}
function csv() {
  const head = ["rank", "site_id", "name", "score", "score_low", "score_high", "evidence", "tonnage_low_t", "tonnage_high_t", "flags", "territories", "nearest_community", "community_km", "latitude", "longitude"];
  const cell = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^\s*[=+\-@\t\r\n]/.test(text)) text = "'" + text;
    return /[",\n\r;]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  const rows = order.map((i) => [S.rank[i], S.id[i], S.name[i], scoreOf(i), S.score[i] === null ? null : S.score_low[i] / 1000, S.score[i] === null ? null : S.score_high[i] / 1000, S.evidence[i] === null ? null : data.sites.evidence[S.evidence[i]], col("t_low", i), col("t_high", i),
    S.flags[i].map((k) => data.sites.flags[k].code).join("; "), relationsOf(i).join("; "), txt("community", i), col("community_km", i), lat(i), lon(i)]);
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
function writeHash() {
  const parts = [];
  if (chosen >= 0) parts.push("site=" + encodeURIComponent(S.id[chosen]));
  parts.push("lang=" + lang);
  history.replaceState(null, "", "#" + parts.join("&"));
}
function readHash() {
  const found = new URLSearchParams(location.hash.slice(1)), wanted = found.get("lang");
  if (wanted === "en" || wanted === "fr") lang = wanted;
  return found.get("site");
}
function options(id, rows) {
  const box = byId(id), before = box.value;
  box.replaceChildren(...rows.map(([value, text]) => el("option", { value }, text)));
  if (rows.some((one) => one[0] === before)) box.value = before;
}
function fillChoices() {
  const collator = new Intl.Collator(lang), sorted = (rows) => rows.sort((a, b) => collator.compare(a[1], b[1]));
  options("f-near", [["", w("anywhere")], ...sorted(C.name.map((one, i) => [String(i), one]))]);
  options("f-area", [["", w("anywhere")], ...sorted([...new Set(A.name)].map((one) => [one, one]))]);
  byId("f-area-field").hidden = A.name.length === 0;
  options("f-flag", [["", w("filter_flags_any")], ["none", w("filter_flags_none")], ...data.sites.flags.map((one, k) => [String(k), one[lang]])]);
  options("f-tonnage", [["", w("filter_any")], ...[1e4, 1e5, 1e6, 1e7].map((one) => [String(one), number(one) + "\u00a0t"])]);
  options("sort", ["rank", "name", "tonnage", "distance"].map((one) => [one, w("sort_" + one)]));
  byId("f-score-value").textContent = number(Number(select("f-score")), 2);
}
function toggleBox(name, on) { const box = byId("layer-" + name); if (box) { box.checked = on; box.dispatchEvent(new Event("change")); } }
const started = new Set(["graticule", "communities", "areaNames", "cells", "sites", ...data.backdrop.map((one) => "backdrop_" + one.kind), ...data.lines.filter((one) => one.kind !== "structure").map((one) => "line_" + one.kind)]);
const on = new Set(started);
A.kinds.forEach((_, k) => on.add("area_" + k));
function layerBox(name, text, note) {
  const box = el("input", { type: "checkbox", id: "layer-" + name, on: { change: (event) => { if (event.target.checked) on.add(name); else on.delete(name); toggle(name, event.target.checked); fillLegend(); } } });
  box.checked = on.has(name);
  return [el("label", { class: "check", for: "layer-" + name }, box, el("span", {}, text)), note ? el("p", { class: "hint" }, note) : null];
}
function sourceLine(ids) {
  return ids.map((id) => { const one = data.sources.find((row) => row.source_id === id); return one ? [one.title ?? id, one.date ? day(one.date) : w("date_unstated"), one.licence ?? w("licence_unstated")].join(", ") : null; }).filter(Boolean).join("; ");
}
function fillLayers() {
  const box = clear(byId("layer-list"));
  if (A.name.length || C.name.length) {
    box.append(el("h2", {}, w("areas_heading")), ...A.kinds.flatMap((kind, k) => layerBox("area_" + k, kind[lang], sourceLine(kind.source))).filter(Boolean));
    if (A.coarse.some((one) => one)) box.append(el("p", { class: "hint" }, w("notice_generalised")));
    if (C.name.length) box.append(...layerBox("communities", w("communities_layer")).filter(Boolean));
    box.append(el("p", { class: "hint" }, w("notice_boundaries")));
  }
  for (const one of [...data.backdrop.map((b) => "backdrop_" + b.kind), ...data.lines.map((b) => "line_" + b.kind)]) box.append(...layerBox(one, w(one)).filter(Boolean));
  if (data.surface) {
    const slider = el("input", { type: "range", id: "opacity", min: "0", max: "1", step: "0.05", value: String(layers.surface.options.opacity), on: { input: (event) => layers.surface.setOpacity(Number(event.target.value)) } });
    box.append(...layerBox("surface", w("surface_layer"), w("surface_note")).filter(Boolean), el("label", { for: "opacity" }, w("surface_opacity")), slider);
  }
  box.append(...layerBox("tiles", w("online_tiles"), w("online_note")).filter(Boolean));
}
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const picture = (...shapes) => svg("svg", { width: 30, height: 22, viewBox: "0 0 30 22", "aria-hidden": "true" }, ...shapes);
const dot = (r, attributes) => svg("circle", { cx: 15, cy: 11, r, fill: COLOURS[60], ...attributes });
function fillLegend() {
  const box = clear(byId("legend-content")), ramp = el("div", { class: "ramp", "aria-hidden": "true" });
  ramp.style.background = `linear-gradient(to right, ${STOPS.map((one) => "#" + one).join(",")})`;
  const item = (shape, text) => el("li", {}, shape, el("span", {}, text));
  box.append(el("p", {}, w("legend_score")), ramp, el("div", { class: "ends" }, el("span", {}, "0"), el("span", {}, "1")),
    el("ul", {}, item(picture(svg("circle", { cx: 15, cy: 11, r: 5, fill: "#c8ccd0", stroke: "#5f6770" }), svg("path", { d: "M11.5 7.5l7 7m0-7l-7 7", stroke: "#5f6770" })), w("legend_unscored"))),
    el("p", {}, w("legend_outline")),
    el("ul", {}, item(picture(dot(5.5, {}), dot(7.9, { fill: "none", stroke: "#111", "stroke-width": 2 })), w("evidence_measured_short")), item(picture(dot(5.5, { stroke: "#222", "stroke-width": 1.2 })), w("evidence_inferred_short")), item(picture(dot(5.5, { stroke: "#8a8f94", "stroke-width": 0.7 })), w("evidence_none_short"))),
    el("p", {}, w("legend_size")),
    el("ul", {}, [1e5, 1e6, 1e7].map((one) => item(picture(dot(radius(one), {})), number(one) + "\u00a0t")), item(picture(dot(4.5, {})), w("amount_unknown"))));
  const kinds = A.kinds.map((one, k) => k).filter((k) => on.has("area_" + k));
  if (kinds.length) box.append(el("p", {}, w("areas")), el("ul", {}, kinds.map((k) => item(picture(svg("path", { d: "M1 11h28", stroke: "#4d4466", "stroke-width": 1.6, "stroke-dasharray": DASHES[k % DASHES.length] })), A.kinds[k][lang]))));
  if (C.name.length && on.has("communities")) box.append(el("ul", {}, [...new Set(C.kind)].map((kind) => item(picture(kind === "office_point" ? svg("rect", { x: 11, y: 7, width: 8, height: 8, fill: "#fff", stroke: "#1b2530", "stroke-width": 1.6 }) : svg("path", { d: "M15 5.5l5.5 5.5-5.5 5.5-5.5-5.5z", fill: "#fff", stroke: "#1b2530", "stroke-width": 1.6 })), w("kind_" + kind)))));
}
function fillAbout() {
  byId("basemap-note").textContent = w(data.backdrop.length || data.lines.length ? "basemap_note" : "basemap_none");
  byId("sources").replaceChildren(...data.sources.map((one) => el("li", {}, el("strong", {}, one.title ?? one.source_id), el("br"),
    [one.publisher, one.date ? day(one.date) : w("date_unstated"), one.licence ?? w("licence_unstated"), one.attribution, one.steward ? `${w("steward")}${w("colon")}${one.steward}` : null, one.use_conditions].filter(Boolean).join(" · "), one.address ? [el("br"), link(one.address, one.address)] : null)));
  const notices = [w("notice_nations") + " " + fill("notice_contact", { contact: meta.contact ?? w("contact_unstated") }), w("notice_absence") + " " + w("notice_boundaries"), w("notice_not_resource"), w("notice_tenure")];
  if (meta.withheld) notices.push(fill(meta.withheld === 1 ? "withheld_feature" : "withheld_features", { n: number(meta.withheld) }));
  byId("notices").replaceChildren(el("div", { class: "notice" }, notices.map((one) => el("p", {}, one))));
}
function speak() {
  document.documentElement.lang = lang;
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = w(node.dataset.w);
  for (const node of document.querySelectorAll("[data-w-label]")) node.setAttribute("aria-label", w(node.dataset.wLabel));
  for (const node of document.querySelectorAll("[data-w-placeholder]")) node.setAttribute("placeholder", w(node.dataset.wPlaceholder));
  for (const node of document.querySelectorAll("[data-lang]")) node.setAttribute("aria-pressed", String(node.dataset.lang === lang));
  byId("run-line").textContent = fill("run_line", { run_id: meta.run_id, date: day(meta.run_date) });
  byId("intro").textContent = fill("map_intro", { target: meta.target === "REE" ? w("target_ree") : meta.target });
  byId("plain-verdict").textContent = meta.plain_verdict[lang];
  byId("verdict").textContent = meta.verdict[lang];
  byId("aggregated").hidden = data.cells.length === 0;
  byId("aggregated").textContent = fill("aggregated", { shown: number(meta.shown), rest: number(meta.n - meta.shown) });
  for (const [part, key] of [["in", "zoom_in"], ["out", "zoom_out"]]) { const button = document.querySelector(".leaflet-control-zoom-" + part); if (button) { button.title = w(key); button.setAttribute("aria-label", w(key)); } }
  map.getContainer().setAttribute("aria-label", w("map_label"));
  fillChoices(); fillLayers(); fillLegend(); fillAbout();
  if (chosen >= 0) fillCard(chosen);
  if (chosenCell >= 0) fillCell(chosenCell);
  writeHash();
}
let soon = 0;
const later = () => { clearTimeout(soon); soon = setTimeout(() => { soon = 0; apply(); }, N > 5000 ? 200 : 60); };
byId("search").addEventListener("input", later);
byId("f-score").addEventListener("input", () => { byId("f-score-value").textContent = number(Number(select("f-score")), 2); later(); });
for (const id of ["f-near", "f-km", "f-area", "f-flag", "f-tonnage", "sort"]) byId(id).addEventListener("input", later);
for (const box of document.querySelectorAll(".f-evidence")) box.addEventListener("change", later);
for (const id of ["reset", "reset-all"]) byId(id).addEventListener("click", () => {
  byId("search").value = ""; byId("f-score").value = "0"; byId("f-km").value = "100";
  for (const id of ["f-near", "f-area", "f-flag", "f-tonnage"]) byId(id).value = "";
  for (const box of document.querySelectorAll(".f-evidence")) box.checked = true;
  fillChoices(); apply();
  if (id === "reset-all") byId("search").focus();
});
byId("more").addEventListener("click", () => { const at = shownRows; shownRows += STEP; drawList(); const row = byId("list").children[at]; if (row) row.firstChild.focus(); });
byId("copy").addEventListener("click", () => copy(csv(), fill("copied", { n: number(order.length) })));
for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => { lang = button.dataset.lang; speak(); apply(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("card").hidden) closeCard(true); });
const tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -8] });
map.on("click", (event) => {
  const i = siteAt(event.containerPoint);
  if (i >= 0) return choose(i, false);
  const k = cellAt(event.latlng);
  if (k >= 0) { chosen = -1; chosenCell = k; fillCell(k); openCard(); byId("card-title").focus({ preventScroll: true }); }
});
let hovered = -1;
map.on("mousemove", (event) => {
  const i = siteAt(event.containerPoint);
  if (i === hovered) return;
  hovered = i;
  map.getContainer().style.cursor = i >= 0 ? "pointer" : "";
  if (i < 0) { tip.remove(); return; }
  const text = nameOf(i) + "\n" + (S.score[i] === null ? w("not_scored") : `${w("rank")} ${S.rank[i]} · ${number(scoreOf(i), 2)}`);
  tip.setContent(el("span", {}, text)).setLatLng([lat(i), lon(i)]).addTo(map);
});
window.addEventListener("hashchange", () => { const wanted = readHash(); speak(); const i = wanted === null ? -1 : S.id.indexOf(wanted); if (i >= 0 && i !== chosen) choose(i, true); });
function start() {
  if (navigator.language && navigator.language.toLowerCase().startsWith("fr")) lang = "fr";
  const wanted = readHash(), i = wanted === null ? -1 : S.id.indexOf(wanted);
  if (i >= 0) chosen = i;
  if (window.innerWidth <= 760) byId("legend-box").open = false;
  for (const name of on) toggle(name, true);
  const box = L.latLngBounds([]);
  for (let k = 0; k < N; k++) box.extend([lat(k), lon(k)]);
  if (i >= 0) map.setView([lat(i), lon(i)], 9, { animate: false }); else if (box.isValid()) map.fitBounds(box, { ...MARGINS(), animate: false });
  speak();
  apply();
  if (i >= 0) choose(i, false);
  document.documentElement.dataset.ready = "1";
}
start();
