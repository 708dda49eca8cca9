/* Legend of what is drawn and nothing else, the layers, and what the page is about. */
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const picture = (...shapes) => svg("svg", { width: 26, height: 18, viewBox: "0 0 26 18", "aria-hidden": "true" }, ...shapes);
const dot = (r, attributes) => svg("circle", { cx: 13, cy: 9, r, stroke: ink().edge, ...attributes });
function stroke(style, kind) {
  return picture(svg("path", { d: "M1 9h24", fill: "none", stroke: style.color, "stroke-width": SHAPES[kind].weight + 0.4, "stroke-dasharray": SHAPES[kind].dashArray ?? "" }));
}
const patch = (style, kind) => picture(svg("rect", { x: 2, y: 3, width: 22, height: 12, fill: style.fillColor, "fill-opacity": SHAPES[kind].fillOpacity, stroke: style.color, "stroke-dasharray": SHAPES[kind].dashArray ?? "" }));
function legendGroups() {
  const drawn = S.id.map((_, i) => i).filter((i) => visible[i]), rankedDrawn = drawn.filter(ranked), held = new Set(rankedDrawn.map((i) => S.tier[i])), tiersDrawn = [0, 1, 2, 3].filter((k) => held.has(k)), c = ink(), groups = [];
  groups.push([tierHeading(), [...tiersDrawn.map((k) => [picture(dot(k === 3 ? 4.5 : 5.5, { fill: c.tiers[k] })), tierWord(k)]),
    ...(rankedDrawn.length < drawn.length ? [[picture(dot(4.5, { fill: c.unscored, stroke: c.province }), svg("path", { d: "M10 6l6 6m0-6l-6 6", stroke: c.province })), w("legend_unscored")]] : [])]]);
  const marks = [];
  if (rankedDrawn.some(ringed)) marks.push([picture(dot(4.5, { fill: c.tiers[1] }), svg("circle", { cx: 13, cy: 9, r: 7, fill: "none", stroke: c.ring, "stroke-width": 1.8 })), w("legend_sampled")]);
  if (rankedDrawn.some((i) => !ringed(i))) marks.push([picture(dot(5, { fill: c.tiers[1] })), w("legend_not_sampled")]);
  if (on.has("plan") && data.plan.some((i) => visible[i])) marks.push([picture(svg("circle", { cx: 13, cy: 8, r: 7, fill: c.ring }), svg("text", { x: 13, y: 11.5, fill: c.edge, "font-size": 10, "text-anchor": "middle", "font-weight": 700 }, "1")), w("list_plan")]);
  if (crowded) marks.push([picture(dot(2.4, { fill: c.tiers[1] }), svg("circle", { cx: 21, cy: 9, r: 4.4, fill: c.tiers[1] })), w("legend_crowded")]);
  if (data.cells.length && on.has("cells")) marks.push([picture(svg("rect", { x: 5, y: 2, width: 16, height: 14, fill: c.tiers[3], "fill-opacity": 0.4, stroke: c.grid })), w("legend_squares")]);
  if (spotlight) marks.push([picture(dot(5, { fill: c.tiers[1], opacity: FAINT })), w("legend_faint")]);
  if (chosen >= 0) marks.push([picture(dot(4, { fill: c.tiers[1] }), svg("circle", { cx: 13, cy: 9, r: 7.5, fill: "none", stroke: c.chosen, "stroke-width": 2 })), w("legend_chosen")]);
  groups.push([w("legend_marks"), marks]);
  const sized = drawn.some((i) => S.t[i] !== null);
  if (known.amount && !crowded && drawn.length) groups.push([w("legend_size"), [...(sized ? [1e5, 1e6, 1e7] : []).map((one) => [picture(dot(Math.min(8.5, Math.max(LEAST_PX, radius(one) * factor)), { fill: c.tiers[1] })), number(one) + "\u00a0t"]), ...(drawn.some((i) => S.t[i] === null) ? [[picture(dot(Math.max(LEAST_PX, 4.5 * factor), { fill: c.tiers[1] })), w("amount_unknown").split(" (")[0]]] : []),
    ...(rankedDrawn.some(doubtful) ? [[picture(dot(7 * factor, { fill: c.tiers[1] }), svg("circle", { cx: 13, cy: 9, r: 7 * factor, fill: "none", stroke: c.ring, "stroke-width": 1.6, "stroke-dasharray": "2 2" })), w("legend_doubtful")]] : [])]]);
  const areas = A.kinds.map((_, k) => k).filter((k) => on.has("area_" + k)).map((k) => [picture(svg("rect", { x: 1.5, y: 2, width: 23, height: 14, fill: c.area, "fill-opacity": 0.1, stroke: c.area, "stroke-width": 1.6, "stroke-dasharray": DASHES[k % DASHES.length] })), A.kinds[k][lang]]);
  if (C.name.length && on.has("communities")) for (const kind of [...new Set(C.kind)]) areas.push([picture(kind === "office_point" ? svg("rect", { x: 9, y: 5, width: 8, height: 8, fill: c.edge, stroke: c.ink, "stroke-width": 1.6 }) : svg("path", { d: "M13 3.5l5.5 5.5-5.5 5.5-5.5-5.5z", fill: c.edge, stroke: c.ink, "stroke-width": 1.6 })), w("kind_" + kind)]);
  if (meta.place && meta.place.kind === "community") areas.unshift([picture(meta.place.point === "office_point" ? svg("rect", { x: 7, y: 3, width: 12, height: 12, fill: c.ink }) : svg("path", { d: "M13 1.5l7.5 7.5-7.5 7.5-7.5-7.5z", fill: c.ink })), meta.place.name]);
  if (ownRings.length || meta.place && meta.place.kind === "nation") areas.unshift([picture(svg("path", { d: "M1 9h24", fill: "none", stroke: c.chosen, "stroke-width": 3 })), meta.place.name || w("key_this_area")]);
  if (areas.length) groups.push([w("areas_legend"), areas]);
  const under = [];
  for (const one of base.backdrop) if (on.has("backdrop_" + one.kind) && one.kind !== "land") under.push([patch(groundColour(one.kind), one.kind), w("name_" + one.kind)]);
  for (const one of base.lines) if (on.has("line_" + one.kind)) under.push([stroke(groundColour(one.kind), one.kind), w("line_" + one.kind)]);
  const plain = (fill) => picture(svg("rect", { x: 2, y: 3, width: 22, height: 12, fill, stroke: c.province, "stroke-width": 0.6 })), outside = getComputedStyle(document.documentElement).getPropertyValue("--outside");
  if (layers.sea && on.has("sea")) under.push([plain(c.sea), w("legend_sea")]);
  if (!on.has("tiles")) under.push([plain(outside), w("legend_beyond")]);
  if (base.towns.name.length && on.has("names")) under.push([picture(dot(2.6, { fill: c.edge, stroke: c.town, "stroke-width": 1.4 })), w("kind_town")]);
  if (under.length) groups.push([w("legend_ground"), under]);
  return groups;
}
function fillLegend() {
  const box = clear(byId("legend-content"));
  for (const [heading, rows] of legendGroups()) if (rows.length) box.append(el("div", { class: "group" }, el("p", {}, heading), el("ul", {}, rows.map(([shape, text]) => el("li", {}, shape, el("span", {}, text))))));
  if (data.surface && on.has("surface")) {
    const ramp = el("div", { class: "ramp", "aria-hidden": "true" });
    ramp.style.setProperty("--ramp", `linear-gradient(to right, ${STOPS.map((one) => "#" + one).join(",")})`);
    ramp.style.setProperty("--seen", layers.surface.options.opacity); ramp.style.background = groundColour(base.backdrop.some((one) => one.kind === "land") ? "land" : "province").fillColor; // as it looks on the land of the map
    box.append(el("div", { class: "group" }, el("p", {}, w("legend_surface")), el("div", { class: "ends" }, el("span", {}, number(0)), ramp, el("span", {}, number(1))), el("span", {}, w("legend_surface_edge"))));
  }
}
const STOPS = VIRIDIS_STOPS;
function layerBox(name, text, note) {
  const box = el("input", { type: "checkbox", id: "layer-" + name, on: { change: (event) => { toggle(name, event.target.checked); fillLegend(); writeHash(); } } });
  box.checked = on.has(name);
  return [el("label", { class: "check", for: "layer-" + name }, box, el("span", {}, text)), note ? el("p", { class: "hint" }, note) : null];
}
function showLayer(name) { if (!on.has(name)) { toggle(name, true); fillLayers(); fillLegend(); } }
function sourceLine(ids) {
  return ids.map((id) => { const one = data.sources.find((row) => row.source_id === id); return one ? [one.title ?? id, one.date ? day(one.date) : w("date_unstated"), one.licence ?? w("licence_unstated")].join(", ") : null; }).filter(Boolean).join(w("between_clauses"));
}
/* Names of a layer as buttons, so that a keyboard reaches what a click on the map opens. */
function namesIn(rows, open) {
  const collator = new Intl.Collator(lang), sorted = rows.sort((a, b) => collator.compare(a[1], b[1]));
  return el("details", { class: "names" }, el("summary", {}, fill("names_n", { n: number(rows.length) })), el("ul", { class: "bare" }, sorted.map(([i, name]) => el("li", {}, button(name, () => open(i, true), { class: "inline" })))));
}
function fillLayers() {
  const box = clear(byId("layer-list")), put = (...nodes) => box.append(...nodes.flat().filter(Boolean));
  if (A.name.length || C.name.length) {
    put(el("h2", {}, w("areas_heading")));
    A.kinds.forEach((kind, k) => put(layerBox("area_" + k, kind[lang], sourceLine(kind.source)), namesIn(A.name.map((one, i) => [i, one]).filter(([i]) => A.kind[i] === k), chooseArea)));
    if (A.coarse.some((one) => one)) put(el("p", { class: "hint" }, w("notice_generalised")));
    if (C.name.length) put(layerBox("communities", w("communities_layer")), namesIn(C.name.map((one, k) => [k, one]), chooseCommunity));
    put(el("p", { class: "hint" }, w("notice_boundaries")));
  }
  put(el("h2", {}, w("legend_ground")), layerBox("names", w("names_layer")));
  for (const one of [...base.backdrop.filter((b) => b.kind !== "land").map((b) => "backdrop_" + b.kind), ...base.lines.map((b) => "line_" + b.kind)]) put(layerBox(one, w(one)));
  put(layerBox("graticule", w("graticule_layer")));
  put(el("h2", {}, w("sites_list")));
  if (data.plan.length) put(layerBox("plan", w("list_plan"), aboutList("plan")));
  if (data.cells.length) put(layerBox("cells", w("legend_squares")));
  if (data.surface) {
    const slider = el("input", { type: "range", id: "opacity", min: "0", max: "1", step: "0.05", value: String(layers.surface.options.opacity), on: { input: (event) => { layers.surface.setOpacity(Number(event.target.value)); fillLegend(); } } });
    put(layerBox("surface", w("surface_layer"), fill("surface_note", { km: rounded(data.surface.cell_km) })), el("label", { for: "opacity" }, w("surface_opacity")), slider);
  }
  put(layerBox("tiles", w("online_tiles"), w("online_note")));
}
const labelled = (key, value) => value ? `${w(key)}${w("colon")}${value}` : null;
function fillAbout() {
  byId("how-to-read").textContent = ["text", known.amount ? "size" : null, S.evidence.includes(0) ? "ring" : null, "rank"].filter(Boolean).map((part) => w("how_to_read_" + part)).join(" ");
  byId("basemap-note").textContent = w(base.backdrop.length || base.lines.length ? "basemap_note" : "basemap_none");
  const alike = new Map(data.sources.map((one) => [JSON.stringify({ ...one, source_id: one.title ? null : one.source_id }), one])); // parts of one dataset read as several sources stand once
  byId("sources").replaceChildren(...[...alike.values()].map((one) => el("li", {}, el("strong", {}, one.title ?? one.source_id), el("br"),
    [labelled("publisher", one.publisher), one.date ? day(one.date) : w("date_unstated"), labelled("licence", one.licence) ?? w("licence_unstated"), one.attribution !== one.publisher ? labelled("attribution", one.attribution) : null, labelled("steward", one.steward), one.use_conditions].filter(Boolean).join(" · "), one.address ? [el("br"), link(one.address, one.address)] : null)));
  byId("notices").replaceChildren(el("div", { class: "notice" }, noticeTexts().map((one) => el("p", {}, one))));
  byId("local-note").textContent = location.protocol === "file:" ? w("local_page") : "";
}
function noticeTexts() {
  const texts = [w("notice_nations") + " " + fill("notice_contact", { contact: meta.contact ?? w("contact_unstated") }), w("notice_absence") + " " + w("notice_boundaries"), w("notice_not_resource_list"), w("notice_tenure")];
  if (meta.withheld) texts.push(fill(meta.withheld === 1 ? "withheld_feature" : "withheld_features", { n: number(meta.withheld) }));
  return texts;
}
