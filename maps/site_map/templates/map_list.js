/* Filters and the lists: wastes not sampled, wastes sampled, where to sample next, those taken by hand. */
const STEP = 100, LISTS = ["inferred", "measured", "plan", "own"];
let order = [], lists = { inferred: [], measured: [], plan: [], own: [] }, listed = "inferred", shownRows = STEP, away = null, around = null, within = null, picked = null, pickNamed = null, taken = null, byName = null, namesakes = 0, byText = false; // pickNamed: the kind of place that a link chose, taken: the place that the search names in full, byName: the search of which sites of that name are wanted instead, namesakes: how many there are, away: km of every site from a place, around: the place searched for, picked: the one chosen
const select = (id) => byId(id).value;
function distancesTo(y, x) {
  const table = new Float32Array(N);
  for (let i = 0; i < N; i++) table[i] = km(x, y, lon(i), lat(i));
  return table;
}
function distances() {
  const at = Number(select("f-near"));
  return select("f-near") === "" ? null : distancesTo(C.y[at] / 1e5, C.x[at] / 1e5);
}
function filter() {
  const least = Number(select("f-score")) * 1000, tonnes = Number(select("f-tonnage")) || 0, area = select("f-area"), flag = select("f-flag"), mined = select("f-commodity"), limit = Number(select("f-km")) || Infinity;
  const evidence = new Set([...document.querySelectorAll(".f-evidence")].filter((one) => one.checked).map((one) => Number(one.value)));
  const minedTexts = mined === "" ? null : new Set(T.map((text, k) => text.split("; ").includes(mined) ? k : -1));
  return (i) => {
    if (!(assayed(i) || (S.score[i] === null ? least === 0 : S.score[i] >= least)) || !(S.evidence[i] === null || evidence.has(S.evidence[i]))) return false;
    if (tonnes && !(S.t[i] !== null && S.t[i] >= tonnes)) return false;
    if (flag === "none" ? S.flags[i].length > 0 : flag !== "" && !S.flags[i].includes(Number(flag))) return false;
    if (minedTexts && !minedTexts.has(col("commodities", i))) return false;
    if (away && !(away[i] <= limit)) return false;
    return area === "" || relatedTo(i, area);
  };
}
/* Whether a site lies in or near an area. */
function relatedTo(i, area) {
  for (let k = 0; k < S.relations[i].length; k += 3) if (A.name[S.relations[i][k]] === area) return true;
  return false;
}
function apply(move = false) {
  const text = byId("search").value.trim();
  away = distances();
  suggest(text);
  const passes = filter();
  const whole = wholePlace(text), ofArea = Boolean(whole?.area);
  let found = text && !coordinates(text) ? siteTest(text, byName === text && ofArea) : null;
  if (pickNamed) { const named = suggested.filter((one) => one.at && one.at.name === text && !one.area); picked = (named.find((one) => one.at.of === pickNamed) ?? named[0])?.at ?? null; pickNamed = null; }
  if (picked && picked.name !== text) picked = null;
  if (byName !== text) byName = null;
  /* A place that is named in full or was chosen: what lies near it, of an area in or near it; sites of its name where they are asked for. */
  taken = picked || byName !== null ? null : whole;
  within = taken?.area ?? null;
  if (within !== null && !S.id.some((_, i) => passes(i) && relatedTo(i, within))) within = null;
  const called = ofArea && found ? siteTest(text, true) : found, hits = () => S.id.reduce((n, _, i) => n + (passes(i) && called(i)), 0);
  /* So too one that no site is named after. */
  around = picked ?? (within !== null ? null : taken ? taken.at : text && suggested.length && suggested[0].at && (found === null || found.loose || !hits()) ? suggested[0].at : null);
  namesakes = (picked || taken) && called && !called.loose ? hits() : 0;
  if (within !== null) { const name = within; found = (i) => relatedTo(i, name); }
  if (around) { found = null; away = farFrom(around, Number(select("f-km")) || Infinity); }
  byText = found !== null && within === null;
  lists = { inferred: [], measured: [], plan: [], own: ownOrder() };
  for (let i = 0; i < N; i++) {
    const keep = passes(i) && (found === null || found(i));
    visible[i] = keep ? 1 : 0;
    if (keep) lists[assayed(i) ? "measured" : "inferred"].push(i);
  }
  lists.plan = data.plan.filter((i) => visible[i]);
  aimAt();
  if (target) lists = aimLists();
  document.documentElement.toggleAttribute("data-searching", text !== "");
  pin = picked ? { y: picked.y, x: picked.x, text: picked.name } : null;
  if (!lists[listed].length) listed = LISTS.find((one) => lists[one].length) ?? listed;
  drawLists();
  fillLegend();
  if (move && text) moveToHits();
  layers.sites.draw();
  writeHash();
}
/* The map follows the search: to the sites found, else to the first place. */
function moveToHits() {
  const hits = lists.inferred.length + lists.measured.length, first = taken ?? suggested[0];
  if (first && first.look && (taken || around || !hits)) first.look();
  else if (hits && hits < N) fitShown();
}
function fitShown(more) {
  const box = L.latLngBounds(more ? [more] : []);
  for (const i of [...lists.inferred, ...lists.measured]) box.extend([lat(i), lon(i)]);
  if (box.isValid()) map.fitBounds(box, { ...MARGINS(), maxZoom: 9, animate: false });
}
const MARGINS = () => { // right of it stand the tools; a low map gives less of its height away
  const edge = Math.min(36, Math.round(map.getSize().y / 12));
  return { paddingTopLeft: [36, edge], paddingBottomRight: [Math.max(56, byId("tools").offsetWidth + 18), edge + coveredPx()], maxZoom: 11 };
};
/* How much of the map the sheet of a phone covers; the high one covers all and is taken as the half one that follows it. */
function coveredPx() {
  const sheet = document.documentElement.dataset.sheet;
  if (!phone.matches || sheet === "low") return 0;
  return Math.max(0, map.getContainer().getBoundingClientRect().bottom - document.body.clientHeight * (1 - HALF_SHEET));
}
/* Set the view so that a point lies in the middle of what is seen of the map. */
function seeAt(y, x, zoom) {
  map.setView(map.unproject(map.project([y, x], zoom).add([0, coveredPx() / 2]), zoom), zoom, { animate: false });
}
function inSight(y, x) {
  const size = map.getSize(), tall = size.y - coveredPx(), at = map.latLngToContainerPoint([y, x]);
  return at.x > 0.1 * size.x && at.x < 0.9 * size.x && at.y > 0.1 * tall && at.y < 0.9 * tall;
}
function sortRows(rows) {
  if (target && !around) return rows;
  const how = around ? "distance" : select("sort"), last = (value, worst) => value === null || value === undefined ? worst : value;
  if (listed === "plan") return rows;
  if (how === "name") { const collator = new Intl.Collator(lang); return rows.sort((a, b) => collator.compare(nameOf(a), nameOf(b))); }
  if (how === "tonnage") return rows.sort((a, b) => last(S.t[b], -1) - last(S.t[a], -1));
  if (how === "grade") return rows.sort((a, b) => last(col("treo", b), -1) - last(col("treo", a), -1) || last(scoreOf(b), -1) - last(scoreOf(a), -1));
  if (how === "distance") { const far = (i) => away ? away[i] : last(col("community_km", i), Infinity); return rows.sort((a, b) => far(a) - far(b) || a - b); }
  return rows;
}
function swatch(i) {
  const mark = el("span", { class: "swatch" + (ranked(i) ? " tier" + S.tier[i] : " none") + (assayed(i) ? " ring" : ""), "aria-hidden": "true" });
  return mark;
}
function minedAt(i) {
  const text = txt("commodities", i);
  return text && text.split("; ").map(minedName).join("; ");
}
const rankText = (i) => { const tie = tieOf(i); return !ranked(i) ? "–" : tie ? `${number(tie[0])}–${number(tie[1])}` : number(S.rank[i]); };
/* Of a showing no amount of a waste is told: there is none as far as is known. */
const amountOf = (i) => mere(i) ? null : S.t[i] === null ? w("amount_unknown").split(" (")[0] : span(col("t_low", i), col("t_high", i), "t") + doubtText(i);
/* The measured grade of a waste; from 0 on it is what limits leave open, for nothing was detected. */
const undetected = (i) => col("treo_low", i) === 0 ? fill("grade_undetected", { high: rounded(col("treo_high", i)) }) : null;
const measuredText = (i) => col("treo", i) === null ? "" : undetected(i) !== null ? `0–${rounded(col("treo_high", i))}\u00a0ppm` : number(col("treo", i)) + "\u00a0ppm";
/* What stands beside the chance of a site: that it was sampled for something else, is like no other. */
const marksOf = (i) => S.evidence[i] === null || assayed(i) ? [] : [col("waste_n", i) ? w("mark_sampled_other") : null, txt("applicability", i) === "outside" ? w("mark_unlike") : null];
/* The expected grade, where the list goes by it. */
const expectedOf = (i) => `${rounded(col("expected", i))}\u00a0ppm`;
function rowOf(i) {
  const band = ranked(i) && S.rank_low[i] !== S.rank_high[i] ? fill("rank_may_be", { low: number(S.rank_low[i]), high: number(S.rank_high[i]) }) : null;
  const grade = assayed(i) ? [col("treo_low", i) === null ? null : undetected(i) ?? fill("grade_between", { span: span(col("treo_low", i), col("treo_high", i), "ppm") }), col("waste_n", i) ? fill("analyses_n", { n: number(col("waste_n", i)) }) : null] : [S.evidence[i] === null ? null : w("evidence_" + data.sites.evidence[S.evidence[i]] + "_short"), ...marksOf(i)];
  const about = [tieOf(i) ? w("tied_short") : null, kindOf(i) === null || kindOf(i) === "waste" ? null : w("kind_short_" + kindOf(i)), ...grade, col("expected", i) === null ? null : fill("expected_grade_line", { grade: expectedOf(i) }), band, amountOf(i), away ? `${number(Math.round(away[i]))}\u00a0km` : select("sort") === "distance" && txt("community", i) ? `${txt("community", i)} (${number(col("community_km", i))}\u00a0km)` : null, minedAt(i)].filter(Boolean).join(" · ");
  const value = assayed(i) && meta.target === "REE" ? measuredText(i) : S.score[i] === null ? w("not_scored") : chance(scoreOf(i));
  return el("li", {}, el("button", { type: "button", "data-site": String(i), "aria-current": i === chosen ? "true" : null, on: { click: () => choose(i, true) } },
    el("span", { class: "rank" }, listed === "plan" ? String(planned.get(i)) : rankText(i)), el("span", { class: "name", dir: "auto" }, nameOf(i)), el("span", { class: "score" }, swatch(i), value), el("span", { class: "about" }, about)), ownStar(i));
}
const tierName = (i) => ranked(i) ? tierWord(S.tier[i]) : w("not_scored");
const aboutList = (one) => fill("list_about_" + one, { n: number(meta.n_ranked), grade: number(meta.grade) });
/* How many sites of a list are of each kind. */
function tally(rows) {
  const counts = data.sites.kinds.map((kind) => [kind, rows.reduce((n, i) => n + (kindOf(i) === kind), 0)]).filter((one) => one[1]);
  return counts.length ? fill("tally", { kinds: counts.map(([kind, n]) => fill("tally_" + kind, { n: number(n) })).join(w("between_clauses")) }) : "";
}
/* The map follows the list that is open: sites of other lists are faint when it is drawn next. */
function shine() {
  const before = spotlight !== null;
  spotlight = target || listed === "inferred" ? null : new Uint8Array(N);
  if (spotlight) for (const i of lists[listed]) spotlight[i] = 1;
  if (before !== (spotlight !== null)) fillLegend();
}
function drawLists() {
  for (const one of LISTS) {
    const button = byId("list-" + one), n = lists[one].length;
    button.setAttribute("aria-pressed", String(one === listed));
    button.textContent = `${w("list_" + one)} (${number(n)})`;
    button.hidden = one === "plan" ? data.plan.length === 0 : one === "measured" ? !S.evidence.includes(0) : one === "own" && ownSites.size === 0;
  }
  showOrder();
  order = sortRows([...lists[listed]]);
  shine();
  byId("choice").hidden = target !== "";
  byId("list-about").textContent = [target ? targetAbout() : aboutList(listed), target ? "" : meta.order_told[lang], tally(order), spotlight ? w("list_spotlight") : ""].filter(Boolean).join(" ");
  byId("sort").disabled = listed === "plan" || target !== "" || around !== null;
  const rows = [];
  order.slice(0, shownRows).forEach((i, k) => {
    if (select("sort") === "rank" && !around && listed !== "plan" && (k === 0 || tierName(i) !== tierName(order[k - 1]))) rows.push(el("li", { class: "tier" }, swatch(i), tierName(i)));
    rows.push(target ? targetItem(i, k + 1) : rowOf(i));
  });
  byId("list").replaceChildren(...rows);
  const total = lists.inferred.length + lists.measured.length;
  byId("count").textContent = total ? countText(total) : nothingText();
  byId("filtered-text").textContent = [...whereTexts(), byText ? fill("place_by_name", { text: byId("search").value.trim() }) : null].filter(Boolean).join(" · ");
  byId("filtered").hidden = visible.every((one) => one === 1) && !around;
  byId("namesakes").hidden = namesakes === 0;
  byId("namesakes-text").textContent = fill("namesakes", { n: number(namesakes) });
  const rest = Math.min(STEP, order.length - shownRows);
  byId("more-box").hidden = rest <= 0;
  byId("more").textContent = fill("show_more", { n: number(Math.max(rest, 0)) });
}
/* How many sites are listed of how many; of a target the page holds only the first. */
const countText = (shown) => target && target !== COMBINED ? fill("count_first", { shown: number(shown), first: number(G.top[target].length), n: number(G.worth_n[target]) }) : fill("count_shown", { shown: number(shown), n: number(meta.n) });
/* Where a place has no site near, how far the nearest is; else that the filters leave none. */
function nothingText() {
  const nearest = around ? nearestTo(around) : null, limit = Number(select("f-km")) || Infinity;
  return nearest && nearest.far > limit && nearest.far < Infinity ? `${fill("none_near_place", { km: number(limit), place: around.name })} ${fill("nearest_site", nearest)}` : w("nothing_found");
}
/* What the list is kept to by places and metals, in words. */
function whereTexts() {
  const kept = around ? [nearText(around)] : [];
  if (select("f-near") !== "") kept.push(fill("place_within", { km: number(Number(select("f-km")) || 0), place: C.name[Number(select("f-near"))] }));
  if (within !== null) kept.push(fill("place_area", { place: within }));
  if (select("f-area") !== "") kept.push(fill("place_area", { place: select("f-area") }));
  if (select("f-commodity") !== "") kept.push(w("filter_commodity") + w("colon") + minedName(select("f-commodity")));
  return kept;
}
/* Which list this is and everything that was asked of it, for the files that leave the page. */
function listTexts() {
  const goesBy = target ? "" : meta.order_told[lang];
  if (listed === "own" && !target) return [w("list_own"), countText(order.length), goesBy].filter(Boolean); // what is taken by hand no filter has kept
  const named = (key, text) => w(key) + w("colon") + text, chosenText = (id) => byId(id).selectedOptions[0].textContent, text = byId("search").value.trim();
  const kinds = [...document.querySelectorAll(".f-evidence")].filter((one) => one.checked).map((one) => w("evidence_" + data.sites.evidence[Number(one.value)] + "_short"));
  return [target ? named("target_choose", chosenText("f-target")) : w("list_" + listed), countText(order.length), text ? named("searched_for", text) : null, ...whereTexts(), kinds.length < 3 ? named("filter_evidence", kinds.join(", ") || w("none_word")) : null, select("f-flag") !== "" ? named("filter_flags", chosenText("f-flag")) : null,
    select("f-tonnage") !== "" ? named("filter_tonnage", chosenText("f-tonnage")) : null, Number(select("f-score")) ? named("filter_score", number(Number(select("f-score")), 2)) : null, goesBy].filter(Boolean);
}
/* Around a place the nearest come first, and the field says so; the order chosen before comes back with the whole list. */
function showOrder() {
  const box = byId("sort"), distance = box.querySelector('option[value="distance"]');
  if (distance) distance.textContent = w(away ? "sort_distance" : "sort_distance_community");
  if (around && box.dataset.before === undefined) { box.dataset.before = box.value; box.value = "distance"; }
  if (!around && box.dataset.before !== undefined) { box.value = box.dataset.before; delete box.dataset.before; }
}
function options(id, rows) {
  const box = byId(id), before = box.value;
  box.replaceChildren(...rows.map(([value, text]) => el("option", { value }, text)));
  if (rows.some((one) => one[0] === before)) box.value = before;
}
function fillChoices() {
  fillTargets();
  const collator = new Intl.Collator(lang), sorted = (rows) => rows.sort((a, b) => collator.compare(a[1], b[1]));
  options("f-near", [["", w("anywhere")], ...sorted(C.name.map((one, i) => [String(i), one]))]);
  options("f-area", [["", w("anywhere")], ...sorted([...new Set(A.name)].map((one) => [one, one]))]);
  options("f-commodity", [["", w("filter_any")], ...sorted([...commodities()].map(([one, n]) => [one, `${minedName(one)} (${number(n)})`]))]);
  options("f-flag", [["", w("filter_flags_any")], ["none", w("filter_flags_none")], ...data.sites.flags.map((one, k) => [String(k), one[lang]])]);
  options("f-tonnage", [["", w("filter_any")], ...[1e4, 1e5, 1e6, 1e7].map((one) => [String(one), number(one) + "\u00a0t"])]);
  options("sort", ["rank", "name", ...(known.amount ? ["tonnage"] : []), ...(known.grade ? ["grade"] : []), ...(C.name.length || base.towns.name.length ? ["distance"] : [])].map((one) => [one, w("sort_" + one)]));
  for (const box of document.querySelectorAll(".f-evidence")) box.closest("label").hidden = !S.evidence.includes(Number(box.value));
  byId("f-near-field").hidden = C.name.length === 0;
  byId("f-area-field").hidden = A.name.length === 0;
  byId("f-tonnage-field").hidden = !known.amount;
  byId("f-flag-field").hidden = data.sites.flags.length === 0;
  byId("f-commodity-field").hidden = commodities().size === 0;
  byId("f-score-value").textContent = number(Number(select("f-score")), 2);
}
/* What is known of any site at all: nothing is offered that could only give an empty list. */
const known = { amount: S.t.some((one) => one !== null), grade: S.treo !== undefined && S.treo.some((one) => one !== null) };
