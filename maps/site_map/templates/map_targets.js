/* Further targets: the same sites in another order, or by how many targets each is worth a sample for. Never a sum of money. */
const G = data.targets, COMBINED = "combined", mainTier = S.tier, unpacked = (text) => text[0] === "=" ? Array.from(text.slice(1), (one) => parseInt(one, 36)) : text.split(",").map(Number);
const worth = G ? unpacked(G.worth) : null, worthSet = G ? unpacked(G.worth_set) : null, aimTiers = {};
let target = ""; // "": rare earths, COMBINED, or the symbol of a target
const targetName = (symbol) => G.names[symbol][lang];
/* Row of a site in the order of a target: what stands in which place, see target_columns.py. */
const ROW = { site: 0, first: 1, last: 2, low: 3, high: 4, score: 5, score_low: 6, score_high: 7, grade_low: 8, grade_high: 9, payable: 10, measured: 11 };
const rowsOfTarget = {};
function targetRows(symbol) {
  if (!rowsOfTarget[symbol]) rowsOfTarget[symbol] = new Map(G.top[symbol].map((row) => [row[ROW.site], row]));
  return rowsOfTarget[symbol];
}
const targetRow = (i) => target && target !== COMBINED ? targetRows(target).get(i) : undefined;
/* Whether the waste of a site was assayed for what is looked for; the combined view counts targets and rings none. */
const ringed = (i) => target === "" ? assayed(i) : Boolean(targetRow(i)?.[ROW.measured]);
function aimAt() {
  const wanted = G ? select("f-target") : "";
  if (wanted === target) return;
  target = wanted;
  if (target && !aimTiers[target]) aimTiers[target] = unpacked(target === COMBINED ? G.worth_tiers : G.tiers[target]);
  S.tier = target ? aimTiers[target] : mainTier;
  shownRows = STEP;
  if (shownCard) shownCard();
}
/* The lists of a target: its first sites among those the filters leave; of the combined view all that are worth a sample. */
function aimLists() {
  const found = target === COMBINED ? [...worth.keys()].filter((i) => worth[i] > 0).sort((a, b) => worth[b] - worth[a] || a - b) : [...targetRows(target).keys()];
  return { inferred: found.filter((i) => visible[i]), measured: [], plan: [], own: [] };
}
const tierWord = (k) => w((target === COMBINED ? ["worth_tier_4", "worth_tier_2", "worth_tier_1", "worth_tier_0"] : ["tier_top_10", "tier_top_tenth", "tier_top_half", "tier_rest"])[k]);
const tierHeading = () => target === "" ? w("legend_tier") : target === COMBINED ? w("target_combined") : `${w("legend_tier")} (${targetName(target)})`;
const targetRank = (row) => row[ROW.first] === row[ROW.last] ? number(row[ROW.first]) : `${number(row[ROW.first])}–${number(row[ROW.last])}`;
const targetValue = (i) => target === COMBINED ? fill("worth_of", { n: number(worth[i]) }) : targetRow(i) ? chance(targetRow(i)[ROW.score] / 1000) : "";
const targetGrade = (row) => (row[ROW.measured] ? w("target_assayed") + " " : "") + span(row[ROW.grade_low], row[ROW.grade_high], "ppm");
const worthNames = (i) => G.worth_sets[worthSet[i]].map((symbol) => G.names[symbol]?.[lang] ?? w("target_main"));
/* A row of the list under a target. */
function targetItem(i, place) {
  const row = targetRow(i), about = [];
  if (row) about.push(...[row[ROW.first] !== row[ROW.last] ? w("tied_short") : null, targetGrade(row), row[ROW.low] < row[ROW.high] ? fill("rank_may_be", { low: number(row[ROW.low]), high: number(row[ROW.high]) }) : null]);
  else about.push(worthNames(i).join(", "));
  about.push(kindOf(i) === null || kindOf(i) === "waste" ? null : w("kind_short_" + kindOf(i)), amountOf(i), away ? `${number(Math.round(away[i]))}\u00a0km` : null, minedAt(i));
  return el("li", {}, el("button", { type: "button", "data-site": String(i), "aria-current": i === chosen ? "true" : null, on: { click: () => choose(i, true) } },
    el("span", { class: "rank" }, row ? targetRank(row) : number(place)), el("span", { class: "name", dir: "auto" }, nameOf(i)), el("span", { class: "score" }, swatch(i), target === COMBINED ? number(worth[i]) : targetValue(i)), el("span", { class: "about" }, about.filter(Boolean).join(" · "))), ownStar(i));
}
const targetAbout = () => target === COMBINED ? [fill("target_combined_about", { chance: number(G.worth_chance, 2), n: number(G.symbols.length + 1) }), G.worth_last_n ? fill(G.worth_last_n === 1 ? "target_combined_last_one" : "target_combined_last", { n: number(G.worth_last_n) }) : ""].filter(Boolean).join(" ") : fill("target_list_about", { target: targetName(target), ppm: number(G.thresholds[target]) });
/* On the card of a site: the targets among whose first sites it stands, the one looked for first, then the best rank. */
function targetBlock(i) {
  if (!G) return [];
  const found = G.symbols.map((symbol) => [symbol, targetRows(symbol).get(i)]).filter((one) => one[1]).sort((a, b) => (b[0] === target) - (a[0] === target) || a[1][ROW.first] - b[1][ROW.first]);
  const items = found.map(([symbol, row]) => el("li", {}, button(targetName(symbol), () => { byId("f-target").value = symbol; apply(); }, { class: "inline" }),
    `${w("colon")}${w("rank").toLowerCase()} ${targetRank(row)} · ${fill("target_chance", { chance: chance(row[ROW.score] / 1000), ppm: number(G.thresholds[symbol]) })} · ${targetGrade(row)}`));
  return [el("h3", {}, w(target ? "target_count" : "target_others")), el("p", {}, fill(worth[i] ? "worth_of" : "worth_of_none", { n: number(worth[i]) })), items.length ? el("ul", {}, items) : el("p", {}, w("target_none_first")), el("p", { class: "small" }, w("target_note"))];
}
/* What a list that leaves the page tells of the target it was made for; its other columns are those of rare earths. */
const targetHeads = () => target === "" ? [] : target === COMBINED ? ["targets_worth_sampling"] : ["target", "target_rank", "target_rank_shared_with_last", "target_score", "target_grade_low_ppm", "target_grade_high_ppm", "target_threshold_ppm"];
function targetValues(i) {
  const row = targetRow(i);
  if (target === COMBINED) return [worth[i]];
  return row ? [target, row[ROW.first], row[ROW.first] === row[ROW.last] ? null : row[ROW.last], row[ROW.score] / 1000, row[ROW.grade_low], row[ROW.grade_high], G.thresholds[target]] : [];
}
function fillTargets() {
  byId("target-field").hidden = !G;
  if (!G) return;
  const collator = new Intl.Collator(lang);
  options("f-target", [["", w("target_main")], [COMBINED, w("target_combined")], ...G.symbols.map((symbol) => [symbol, `${targetName(symbol)} (${symbol})`]).sort((a, b) => collator.compare(a[1], b[1]))]);
}
