/* Cards: a site, an area, a community, a square of sites. */
const said = (head, value) => [el("dt", {}, head), el("dd", {}, value)];
const fact = (key, value) => value === null || value === undefined || value === "" ? [] : said(w(key), value);
const areasHere = (n) => (n === 1 ? w("areas_here_one") : fill("areas_here", { n: number(n) }));
function paragraphs(items, none) { return items.length ? el("ul", {}, items.map((one) => el("li", {}, one))) : el("p", {}, none); }
const button = (text, run, more) => el("button", { type: "button", class: "plain", ...more, on: { click: run } }, text);
function relationsOf(i) {
  const near = S.relations[i], found = [], collator = new Intl.Collator(lang);
  for (let k = 0; k < near.length; k += 3) {
    const how = ["relation_inside", "relation_overlaps", "relation_near_km"][near[k + 1]];
    found.push([A.name[near[k]], `${A.name[near[k]]} (${A.kinds[A.kind[near[k]]][lang]})${w("colon")}${fill(how, { far: outlineKm(near[k + 2], A.coarse[near[k]]) })}`]);
  }
  return found.sort((a, b) => collator.compare(fold(a[0]), fold(b[0]))).map((one) => one[1]);
}
/* A distance to an outline that is kept coarse is told in steps, as about so far. */
const outlineKm = (far, coarse) => coarse ? fill("about_km", { km: number(meta.coarse_step_km * Math.max(1, Math.round(far / meta.coarse_step_km)), 0) }) : `${number(far)}\u00a0km`;
function areasOf(i) {
  const near = S.relations[i], kinds = new Map(), collator = new Intl.Collator(lang), hows = ["relation_inside", "relation_overlaps", "relation_near"];
  for (let k = 0; k < near.length; k += 3) {
    const kind = A.kinds[A.kind[near[k]]][lang], name = A.name[near[k]], how = near[k + 1];
    if (!kinds.has(kind)) kinds.set(kind, [[], [], []]);
    kinds.get(kind)[how].push([fold(name), near[k], how === 2 ? ` (${outlineKm(near[k + 2], A.coarse[near[k]])})` : ""]);
  }
  return [...kinds].sort((a, b) => collator.compare(a[0], b[0])).map(([kind, rows]) => [kind + w("colon"), ...rows.flatMap((names, how) => names.length ? [w(hows[how]) + " ", ...names.sort((a, b) => collator.compare(a[0], b[0])).flatMap(([, area, far], k) => [k ? ", " : "", button(A.name[area], () => chooseArea(area, false), { class: "inline" }), far]), how < 2 && rows.slice(how + 1).some((more) => more.length) ? w("between_clauses") : ""] : [])]);
}
function communitiesOf(i) {
  const near = C.name.map((one, k) => [km(C.x[k] / 1e5, C.y[k] / 1e5, lon(i), lat(i)), k]).sort((a, b) => a[0] - b[0]).slice(0, 5);
  return near.map(([far, k]) => [button(C.name[k], () => chooseCommunity(k, false), { class: "inline" }), `${w("colon")}${number(Math.round(far))} ${w(C.kind[k] === "office_point" ? "straight_line_office" : "straight_line_place")}`]);
}
function townsOf(i) {
  const near = base.towns.name.map((one, k) => [km(base.towns.x[k] / 1e4, base.towns.y[k] / 1e4, lon(i), lat(i)), one]).sort((a, b) => a[0] - b[0]).slice(0, 3);
  return near.map(([far, one]) => `${one} (${number(Math.round(far))}\u00a0km)`).join(", ");
}
/* Which kinds of area this run holds: of others an empty list says nothing. */
const lookedUp = () => A.kinds.length ? fill("areas_looked_up", { kinds: [...new Set(A.kinds.map((kind) => kind[lang]))].join(", ") }) : w("areas_looked_up_none");
/* The first commodities on record, or of them the first that are looked for, as sheets name them. */
function namesOfRecord(i, own) {
  const names = txt("commodities", i).split("; ").filter((one) => !own || data.sites.looked_for.includes(one));
  return names.slice(0, meta.recorded_shown).map(minedName).join(", ") + (names.length > meta.recorded_shown ? " …" : "");
}
function reasonsOf(i) {
  const flat = S.reasons[i], found = [];
  for (let k = 0; k < flat.length; k += 2) { const one = data.sites.reasons[flat[k]]; found.push(one[lang === "en" ? 0 : 1].replace("{value}", withUnit(flat[k + 1], one[2])).replace("{own}", () => namesOfRecord(i, true)).replace("{recorded}", () => namesOfRecord(i, false))); }
  return found;
}
/* Cautions with what was found, where the name of the caution alone says too little. */
function cautionsOf(i) {
  const found = S.findings[i], texts = new Map();
  for (let k = 0; k < found.length; k += 2) texts.set(found[k], [...(texts.get(found[k]) ?? []), data.sites.findings[found[k + 1]][lang]]);
  return S.flags[i].map((k) => [data.sites.flags[k][lang], ...(texts.has(k) ? [w("colon") + texts.get(k).join(" ")] : [])]);
}
function rankLine(i) {
  const tie = tieOf(i), values = { rank: number(S.rank[i]), n: number(meta.n_ranked), low: number(S.rank_low[i]), high: number(S.rank_high[i]) };
  if (tie) return fill(tie[1] - tie[0] === 1 ? "rank_sentence_tied_pair" : "rank_sentence_tied", { ...values, first: number(tie[0]), last: number(tie[1]), others: number(tie[1] - tie[0]) });
  return fill(S.rank_low[i] === S.rank_high[i] ? "rank_sentence_sure" : "rank_sentence", values);
}
function scoreBlock(i) {
  if (!ranked(i)) return [el("p", { class: "strong" }, w("not_scored_sentence"))];
  const rank = el("p", { class: "strong" }, rankLine(i));
  if (S.score[i] === null) return [rank]; // what was measured stands below, and its chance says no more
  const bar = el("div", { class: "bar", "aria-hidden": "true" }), band = el("span", { class: "band" }), mark = el("span", { class: "mark" });
  band.style.left = S.score_low[i] / 10 + "%"; band.style.width = (S.score_high[i] - S.score_low[i]) / 10 + "%"; mark.style.left = S.score[i] / 10 + "%";
  bar.append(band, mark);
  const low = chance(S.score_low[i] / 1000), high = chance(S.score_high[i] / 1000), values = { score: chance(scoreOf(i)), band: chanceBand(low, high) };
  return [rank, bar, el("p", {}, `${w("score")}${w("colon")}${fill(low === high ? "score_range_plain" : "score_range", values)}`), el("p", { class: "small" }, w(mere(i) ? "score_note_showing" : "score_note"))];
}
/* Who published the analyses of a waste: the titles of the sources. */
function assaySources(i) {
  const titles = (txt("waste_sources", i) ?? "").split("; ").flatMap((id) => data.sources.filter((one) => one.source_id === id).map((one) => one.title ?? id));
  return titles.length ? `${w("source")}${w("colon")}${titles.join(w("between_clauses"))}.` : "";
}
function years(i) {
  const ends = [col("first", i), col("last", i)].filter((one) => one !== null).map(String);
  return ends.length ? [...new Set(ends)].join("–") : null;
}
function payable(i) {
  if (col("payable", i) === null || !ranked(i)) return [];
  const mean = col("payable", i), high = col("payable_high", i), least = meta.practically_none_t;
  const key = mean < least ? "payable_tonnes_none" : mean > high ? "payable_tonnes_rare" : high >= meta.cap_t ? "payable_tonnes_capped" : "payable_tonnes", tonnes = fill(key, { mean: rounded(mean), high: rounded(high), least: number(least) });
  return said(fill("payable", { grade: number(meta.grade) }), fill(S.t[i] === null ? "payable_supposed" : "payable_range", { tonnes, enough: rounded(meta.enough_t), chance: percent(col("chance_payable", i) / 1000) }));
}
function chemistry(i) {
  if (mere(i)) return []; // no grade and no amount of a waste that does not exist
  const low = col("treo_low", i), high = col("treo_high", i), mean = col("treo", i), rule = txt("grade_rule", i);
  const grade = assayed(i) && undetected(i) !== null ? undetected(i) : mean === null ? span(low, high, "ppm") : `${rounded(mean)}\u00a0ppm (${span(low, high, "")})`;
  if (meta.target !== "REE") return [...(mean === null ? [] : fact("treo_measured", grade)), ...payable(i)]; // of the rare earths only an assay is told
  return [...(low === null && high === null ? [] : fact(rule ? "grade_rule_" + rule : assayed(i) ? "treo_measured" : "treo_inferred", grade)), ...fact("contained", col("contained_high", i) === null ? w(S.t[i] === null ? "contained_unknown_amount" : "contained_unknown_grade") : span(col("contained_low", i), col("contained_high", i), "t")), ...fact("expected_grade", col("expected", i) === null ? null : expectedOf(i)), ...payable(i)];
}
function backRow() { return button("← " + w("back"), () => closeCard(true), { id: "back" }); }
const title = (text) => el("h2", { tabindex: "-1", id: "card-title", dir: "auto" }, text);
function fillCard(i) {
  const sheet = ranked(i) && S.rank[i] <= (assayed(i) ? Math.max(meta.sheets, meta.sheets_assayed) : meta.sheets), rule = txt("rule", i), url = col("url", i), scored = S.companion && S.companion[i] !== null && !meta.companion_order;
  const parts = [backRow(), title(nameOf(i)),
    el("p", { class: "small" }, [S.id[i], txt("jurisdiction", i) && data.sites.jurisdictions[txt("jurisdiction", i)][lang], `${number(lat(i), 4)}, ${number(lon(i), 4)}`].filter(Boolean).join(" · ")),
    col("aliases", i) ? el("p", { class: "small" }, `${w("other_names")}${w("colon")}${col("aliases", i)}`) : null,
    planned.has(i) ? el("p", {}, fill("visit_step", { step: number(planned.get(i)) })) : null,
    ...(target ? targetBlock(i) : []), G ? el("h3", {}, w("target_main")) : null,
    ...scoreBlock(i),
    el("dl", {}, fact("evidence", S.evidence[i] === null ? null : w("evidence_" + data.sites.evidence[S.evidence[i]])), mere(i) ? [] : fact("amount", span(col("t_low", i), col("t_high", i), "t") + doubtText(i)), mere(i) || S.t[i] === null ? [] : fact("tonnage_how", rule ? w("tonnage_rule_" + rule) : null), chemistry(i), txt("applicability", i) && !assayed(i) ? fact("applicability", w("applicability_" + txt("applicability", i))) : []),
    col("waste_n", i) ? el("p", {}, [fill(assayed(i) ? "sampled" : "sampled_other", { n: number(col("waste_n", i)) }), assaySources(i)].filter(Boolean).join(" ")) : el("p", { class: "strong" }, w({ worked: "not_sampled_worked", quarry: "not_sampled_quarry", unclear: "not_sampled_unclear", showing: "not_sampled_showing", gone: "not_sampled_gone" }[kindOf(i)] ?? "not_sampled")),
    col("ranked_last", i) ? el("p", { class: "strong" }, w({ showing: "ranked_last_showing", gone: "ranked_last_gone", waste: "ranked_last", worked: "ranked_last_kind", unclear: "ranked_last_kind" }[kindOf(i)] ?? "ranked_last")) : null,
    el("div", { class: "notice" }, el("p", {}, w(col("waste_n", i) ? "notice_not_resource_sampled" : "notice_not_resource"))),
    el("h3", {}, w("reasons")), paragraphs(reasonsOf(i), w("reasons_none")),
    ...(target ? [] : targetBlock(i)),
    el("h3", {}, w("cautions")), paragraphs(cautionsOf(i), w("cautions_none")),
    el("h3", {}, w("areas")), paragraphs(areasOf(i), w("areas_none")), el("p", { class: "small" }, lookedUp() + " " + w("notice_absence")),
    el("h3", {}, w("access")),
    el("dl", {}, ["road_km", "rail_km", "power_km"].filter((key) => S[key] && S[key].some((one) => one !== null)).flatMap((key) => fact(key, col(key, i) === null ? w("not_known") : fill("near_lines", { km: col(key, i) < 0.1 ? fill("under_km", { km: number(0.1) }) : number(col(key, i)) }))), base.towns.name.length ? fact("nearest_towns", townsOf(i)) : []),
    C.name.length ? paragraphs(communitiesOf(i), "") : null, el("p", { class: "small" }, w("notice_tenure")),
    el("h3", {}, w("site")),
    el("dl", {}, col("kind", i) === null ? [] : fact("site_kind_label", w("kind_" + data.sites.kinds[S.kind[i]])), fact("commodities", minedAt(i)), fact("deposit_type", txt("deposit", i) && data.sites.deposits[txt("deposit", i)][lang]), ...(mere(i) ? [] : [fact("waste_type", w("waste_type_" + data.sites.waste[S.waste[i]])), fact("disposal", w("disposal_" + data.sites.disposal[S.disposal[i]]))]), fact("years", years(i)), fact("status", txt("status", i) && data.sites.statuses[txt("status", i)][lang]),
      fact("companion", scored ? fill("companion_line", { score: number(S.companion[i] / 1000, 2), rank: number(S.companion_rank[i]) }) : null), url ? fact("record_link", link(url, url)) : []), scored ? el("p", { class: "small" }, w("companion_note")) : null,
    el("div", { class: "row" }, sheet ? el("a", { class: "plain", href: "sheets/" + encodeURIComponent(S.id[i]) + ".html" + (lang === "fr" ? "#fr" : "") }, w("open_sheet")) : null,
      ownButton(i), button(w("zoom_here"), () => seeAt(lat(i), lon(i), Math.max(map.getZoom(), 11))), button(w("copy_link"), copyLink))];
  clear(byId("card")).append(...parts.filter(Boolean));
}
/* Sites of a list as buttons that open their cards, the best-ranked first. */
function siteButtons(rows, most) {
  const listed = rows.slice(0, most).map(([i, more]) => el("li", {}, swatch(i), button(nameOf(i), () => choose(i, true), { class: "inline" }), ` ${w("rank").toLowerCase()} ${rankText(i)}${more}`));
  return [el("ul", { class: "bare" }, listed), rows.length > most ? el("p", { class: "small" }, fill("and_more", { n: number(rows.length - most) })) : null];
}
const quoted = (text) => '"' + text.replace(/[\\"$`]/g, "\\$&") + '"';
function runFolder() {
  if (location.protocol !== "file:") return w("run_folder_word");
  const path = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "");
  return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
}
/* The command that makes the brief of a place: nothing about who asks leaves this machine. */
function screenBlock(option, name) {
  const command = `minewaste screen ${quoted(runFolder())} ${option} ${quoted(name)} --lang ${lang}`;
  return [el("h3", {}, w("brief_this")), el("p", { class: "small" }, w("brief_how")), el("code", { class: "command" }, command), el("div", { class: "row" }, button(w("copy_command"), () => copy(command, w("command_copied"))))];
}
function sourceFacts(at, steward) {
  const one = at === null ? {} : data.sources[at];
  return el("dl", {}, fact("source", one.title ?? one.source_id), fact("publisher", one.publisher), fact("date", one.date ? day(one.date) : w("date_unstated")), fact("steward", steward ?? one.steward ?? w("steward_unstated")), fact("licence", one.licence ?? w("licence_unstated")), fact("attribution", one.attribution), fact("use_conditions", one.use_conditions), one.address ? fact("address", link(one.address, one.address)) : []);
}
const contactLine = () => el("p", { class: "small" }, fill("notice_contact", { contact: meta.contact ?? w("contact_unstated") }));
/* Lakes and protected areas at the point of a click, and the way to the sites near each. */
const groundFacts = (here) => here.length ? [el("dl", {}, here.flatMap(([kind, name]) => said(w("name_" + kind), name))), el("div", { class: "row" }, here.map(([kind, name, k]) => button(fill("place_near", { place: `${name} (${w("name_" + kind)})` }), () => goToName(k))))] : [];
function fillArea(i, here = []) {
  const inside = [], near = [];
  for (let k = 0; k < N; k++) for (let j = 0; j < S.relations[k].length; j += 3) if (S.relations[k][j] === i) { if (S.relations[k][j + 1] === 2) near.push([k, ` · ${outlineKm(S.relations[k][j + 2], A.coarse[i])}`]); else inside.push([k, ""]); break; }
  const twins = A.name.filter((one) => one === A.name[i]).length;
  clear(byId("card")).append(...[backRow(), title(A.name[i]), el("p", { class: "small" }, A.kinds[A.kind[i]][lang] + (A.coarse[i] ? " · " + w("outline_coarse") : "")), A.other[i] ? el("p", { class: "small" }, `${w("other_names")}${w("colon")}${A.other[i]}`) : null,
    ...groundFacts(here), sourceFacts(A.source[i], A.steward[i]), el("div", { class: "notice" }, el("p", {}, w("notice_nations")), el("p", {}, w("notice_boundaries") + " " + w("notice_absence"))), contactLine(),
    el("h3", {}, fill("sites_inside", { n: number(inside.length) })), ...siteButtons(inside, 10), el("h3", {}, fill(meta.near_km ? "sites_near_km" : "sites_near", { n: number(near.length), km: meta.near_km ? number(meta.near_km) : "" })), ...siteButtons(near, 10),
    el("div", { class: "row" }, button(w("zoom_here"), () => map.fitBounds(areaBounds(i), { ...MARGINS(), animate: false })), button(fill("place_area", { place: A.name[i] }), () => { byId("f-area").value = A.name[i]; byId("search").value = ""; apply(); closeCard(true); }), button(w("copy_link"), copyLink)),
    ...screenBlock("--nation", A.name[i]), twins > 1 ? el("p", { class: "small" }, fill("area_parts", { n: number(twins) })) : null].filter(Boolean));
}
function fillCommunity(k) {
  const near = [], limit = Number(select("f-km")) || 100;
  for (let i = 0; i < N; i++) { const far = km(C.x[k] / 1e5, C.y[k] / 1e5, lon(i), lat(i)); if (far <= limit) near.push([i, far]); }
  const nearest = [...near].sort((a, b) => a[1] - b[1]), rows = (list) => list.map(([i, far]) => [i, ` · ${number(far, far < 10 ? 1 : 0)}\u00a0km`]);
  clear(byId("card")).append(...[backRow(), title(C.name[k]), el("p", { class: "small" }, w("kind_" + C.kind[k]) + ` · ${number(C.y[k] / 1e5, 4)}, ${number(C.x[k] / 1e5, 4)}`), sourceFacts(C.source[k], null), el("div", { class: "notice" }, el("p", {}, w("notice_nations"))), contactLine(),
    el("h3", {}, fill("place_within", { km: number(limit), place: C.name[k] }) + ` (${number(near.length)})`), near.length ? el("p", { class: "small" }, w("nearest_first")) : el("p", {}, w("none_near")), ...siteButtons(rows(nearest), 5), near.length > 5 ? el("p", { class: "small" }, w("best_first")) : null, ...(near.length > 5 ? siteButtons(rows(near), 5) : []),
    el("p", { class: "small" }, w(C.kind[k] === "office_point" ? "straight_line_office" : "straight_line_place")),
    el("div", { class: "row" }, button(w("zoom_here"), () => seeAt(C.y[k] / 1e5, C.x[k] / 1e5, 9)), button(w("show_in_list"), () => { byId("f-near").value = String(k); byId("search").value = ""; apply(); closeCard(true); fitShown([C.y[k] / 1e5, C.x[k] / 1e5]); }), button(w("copy_link"), copyLink)),
    ...screenBlock("--community", C.name[k])].filter(Boolean));
}
function fillCell(k) {
  const [x, y, n, , ...named] = data.cells[k], rows = [];
  for (let j = 0; j < named.length; j += 2) rows.push(`${named[j + 1] ?? w("unnamed")} (${named[j]})`);
  clear(byId("card")).append(backRow(), title(fill("cell_title", { n: number(n) })), el("h3", {}, w("cell_best")), paragraphs(rows, ""), el("div", { class: "row" }, button(w("zoom_here"), () => map.fitBounds([[y, x], [y + 0.25, x + 0.25]], { ...MARGINS(), animate: false }))));
}
/* Several sites under one pointer: all, the best-ranked first. */
function fillHeap(sites) {
  const box = L.latLngBounds(sites.map((i) => [lat(i), lon(i)])), apart = box.getNorth() - box.getSouth() + box.getEast() - box.getWest() > 1e-4;
  clear(byId("card")).append(...[backRow(), title(fill("sites_here", { n: number(sites.length) })), sites.length > 20 ? el("p", { class: "small" }, w("best_first")) : null,
    ...siteButtons(sites.map((i) => [i, targetHere(i)]), 20), apart ? el("div", { class: "row" }, button(w("zoom_here"), () => map.fitBounds(box, { ...MARGINS(), maxZoom: 15, animate: false }))) : null].filter(Boolean));
}
const targetHere = (i) => { const value = assayed(i) ? measuredText(i) : S.score[i] === null ? w("not_scored") : chance(scoreOf(i)); return value ? ` · ${value}` : ""; };
/* Several areas at one point: all, by name, alike; then the lakes there, or these alone. */
function fillOverlap(found, here) {
  const areas = found.map((i) => el("li", {}, button(A.name[i], () => chooseArea(i, false), { class: "plain" }), " " + A.kinds[A.kind[i]][lang]));
  clear(byId("card")).append(backRow(), title(found.length ? fill("areas_here", { n: number(found.length) }) : here[0][1]), ...(found.length ? [el("ul", { class: "bare" }, areas), el("div", { class: "notice" }, el("p", {}, w("notice_nations")))] : []), ...groundFacts(here));
}
/* What the card shows, so that a change of language can write it again. */
let shownCard = null;
function openCard(refill) {
  shownCard = refill; refill();
  byId("card").hidden = false; byId("finder").hidden = true;
  showTab("sites"); byId("tab-sites").scrollTop = 0;
  if (phone.matches) sheetTo("half");
  writeHash(); layers.sites.draw();
  byId("card-title").focus({ preventScroll: true });
}
function closeCard(focus) {
  const before = chosen;
  chosen = -1; shownCard = null; subject = null; pin = null;
  byId("card").hidden = true; byId("finder").hidden = false;
  drawLists(); writeHash(); layers.sites.draw();
  if (focus) (document.querySelector(`#list button[data-site="${before}"]`) || byId("search")).focus();
}
let subject = null;
function choose(i, move) {
  chosen = i; subject = ["site", S.id[i]];
  openCard(() => fillCard(i));
  if ((move || phone.matches) && !inSight(lat(i), lon(i))) seeAt(lat(i), lon(i), move ? Math.max(map.getZoom(), 8) : map.getZoom()); // a sheet may have come over it
}
function chooseArea(i, move, here) {
  chosen = -1; subject = ["area", A.name[i]];
  openCard(() => fillArea(i, here));
  if (move) map.fitBounds(areaBounds(i), { ...MARGINS(), animate: false });
}
function chooseCommunity(k, move) {
  chosen = -1; subject = ["community", C.name[k]];
  if (move) pin = { x: C.x[k] / 1e5, y: C.y[k] / 1e5, text: C.name[k] };
  openCard(() => fillCommunity(k));
  if (move) seeAt(pin.y, pin.x, Math.max(map.getZoom(), 8));
}
