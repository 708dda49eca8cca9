/* Search: names in any spelling, order and part; commodities; towns, lakes, communities, areas; coordinates. */
const APART = /[^\p{L}\p{N}]+/gu, SILENT = /[ʼ’‘`'ʹʻˈ:·ʔˀ]/gu;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(SILENT, "").toLowerCase().replace(APART, " ").trim();
const KIND_OF_NAME = /\b(first nations?|premieres? nations?|indian reserves?|reserves? indiennes?|fn)\b( (of|de|des|du)\b)?/g, WATER_WORDS = { lake: ["lake", "lac"], water: ["river", "riviere"] };
/* Words of a search; what a name is called by kind ("First Nation") is left out unless it is all there is. */
function wordsOf(text) {
  const folded = fold(text), bare = folded.replace(KIND_OF_NAME, " ").trim();
  return (bare || folded).split(" ").filter(Boolean);
}
const french = (commodity) => data.sites.commodities[commodity] ?? commodity, symbolOf = (commodity) => data.sites.symbols[commodity] ?? "";
/* Names of lakes and rivers as the other language has them: "Lake Nipigon" is found as "lac Nipigon", and the other way round. */
const SAME_WATER = [["lake", "lac"], ["river", "rivière"], ["superior", "supérieur"], ["erie", "érié"]].map((pair) => pair.map(fold));
function otherTongue(name) {
  const parts = fold(name).split(" "), turned = (from) => parts.map((part) => SAME_WATER.find((pair) => pair[from] === part)?.[1 - from] ?? part).join(" ");
  const own = parts.join(" "), others = [turned(0), turned(1)].filter((one) => one !== own);
  return others.flatMap((one) => { const back = one.split(" "), kind = back.findIndex((part) => ["lac", "riviere"].includes(part)); return kind < 1 ? [one] : [one, [back[kind], ...back.filter((_, k) => k !== kind)].join(" ")]; });
}
let hay = null, ownHay = null, commoditySites = null; // ownHay: without the areas a site lies in
function haystack() {
  if (hay) return hay;
  const mined = T.map((text) => fold(text.split("; ").map((one) => [one, french(one), symbolOf(one), ALSO_CALLED[fold(one)] ?? ""].join(" ")).join(" "))), areas = A.name.map((one, i) => fold(one + " " + (A.other[i] ?? "")));
  hay = new Array(N); ownHay = new Array(N);
  for (let i = 0; i < N; i++) {
    const near = S.relations[i], parts = [fold(S.id[i] + " " + (S.name[i] ?? "") + " " + (col("aliases", i) ?? ""))];
    if (col("commodities", i) !== null) parts.push(mined[S.commodities[i]]);
    ownHay[i] = " " + parts.join(" ");
    for (let k = 0; k < near.length; k += 3) if (near[k + 1] < 2) parts.push(areas[near[k]]);
    hay[i] = " " + parts.join(" ");
  }
  return hay;
}
/* Sites per commodity, by the name the page gives it in English. */
function commodities() {
  if (commoditySites) return commoditySites;
  commoditySites = new Map();
  for (let i = 0; i < N; i++) for (const one of (txt("commodities", i) ?? "").split("; ")) if (one) commoditySites.set(one, (commoditySites.get(one) ?? 0) + 1);
  return commoditySites;
}
const ALSO_CALLED = { tungsten: "wolfram", niobium: "columbium" };
const minedName = (one) => lang === "fr" ? french(one) : one;
const holdsAll = (hay, tokens, whole) => tokens.every((one) => hay.includes(whole ? " " + one : one));
/* A test for sites: words at the beginning of words; where no site has them all, anywhere; where still none has, with one letter wrong.
   "own" tries what is on record of the site itself, not the areas it lies in. */
function siteTest(text, own = false) {
  const tokens = wordsOf(text);
  if (!tokens.length) return null;
  const full = haystack(), all = own ? ownHay : full;
  for (const whole of [true, false]) {
    const test = (i) => holdsAll(all[i], tokens, whole);
    for (let i = 0; i < N; i++) if (test(i)) return Object.assign(test, { loose: !whole });
  }
  const alike = new Map(tokens.map((one) => [one, nearWords(one)]));
  return Object.assign((i) => tokens.every((one) => all[i].includes(one) || alike.get(one).some((other) => all[i].includes(" " + other))), { loose: true });
}
let vocabulary = null;
function nearWords(token) {
  if (token.length < 4) return [];
  vocabulary ??= [...new Set([...haystack().join(" ").split(" "), ...base.towns.name.flatMap((one) => fold(one).split(" "))])].filter((one) => one.length > 3 && !/\d/.test(one));
  return vocabulary.filter((one) => Math.abs(one.length - token.length) < 2 && oneOff(one, token));
}
/* Whether one letter added, left out, changed, or two exchanged make the words equal. */
function oneOff(a, b) {
  let k = 0;
  while (k < a.length && k < b.length && a[k] === b[k]) k++;
  const rest = (x, y) => a.slice(k + x) === b.slice(k + y);
  return rest(1, 1) || rest(1, 0) || rest(0, 1) || (a[k] === b[k + 1] && a[k + 1] === b[k] && rest(2, 2));
}
/* Coordinates with what stands before each number behind it: "N46.5 W82.6" as "46.5N 82.6W", "lat 46.5 lon -82.6" as "46.5N -82.6E". */
function lettersBehind(written) {
  const short = written.replace(/\b(lat|lon|lng)[a-z]*\b\.?\s*[:=]?\s*/gi, (_, axis) => (/lat/i.test(axis) ? "N" : "E"));
  const parts = [...short.matchAll(/([NSEWO])\s*([-\d][^NSEWO]*?)[\s,;]*(?=[NSEWO]|$)/gi)];
  return /^\s*[NSEWO]\s*[-\d]/i.test(short) && parts.length === 2 ? parts.map(([, half, number]) => number + half).join(" ") : written;
}
/* Degrees from "46.5, -82.6", "46,5; -82,6", "46°30'N 82°36'W", "46 30 00 N 82 36 00 W" or "N46.5 W82.6"; null where the text is no place on the globe. */
function coordinates(given) {
  const written = lettersBehind(given);
  const spaced = /(?<![\d.,])(\d{1,3})[ °]+([0-5]?\d(?:[.,]\d+)?)(?: +([0-5]?\d(?:[.,]\d+)?))? *([NSEWO])(?=[\s,;]|$)/gi;
  const text = [...written.matchAll(spaced)].length === 2 ? written.replace(spaced, (_, d, m, s, half) => `${d}°${m}'${s ? s + '"' : ""}${half}`) : written;
  const found = [...text.matchAll(/(-?\d+(?:[.,]\d+)?)\s*°?\s*(?:(\d+(?:[.,]\d+)?)\s*['′]\s*)?(?:(\d+(?:[.,]\d+)?)\s*["″]\s*)?([NSEWO])?(?=[\s,;]|$)/giu)].filter((one) => one[0].trim());
  if (found.length !== 2 || fold(text.replace(/[NSEWO°]/gi, "")).match(/\p{L}/u)) return null;
  const value = (one) => { const part = (k) => Number((one[k] ?? "0").replace(",", ".")), size = Math.abs(part(1)) + part(2) / 60 + part(3) / 3600; return one[1].startsWith("-") || /[SWO]/i.test(one[4] ?? "") ? -size : size; };
  let [y, x] = found.map(value);
  if (/[EWO]/i.test(found[0][4] ?? "")) [y, x] = [x, y];
  if (Math.abs(y) > 85 && Math.abs(x) <= 85) [y, x] = [x, y];
  return Math.abs(y) <= 85 && Math.abs(x) <= 180 ? { y, x } : null;
}
/* Whether a place lies among the sites of this map, or a few degrees off. */
let reach = null;
function onMap(place) {
  reach ??= Array.from({ length: N }, (_, i) => [lat(i), lon(i)]).reduce((box, [y, x]) => [Math.min(box[0], y), Math.max(box[1], y), Math.min(box[2], x), Math.max(box[3], x)], [90, -90, 180, -180]);
  return place.y > reach[0] - 5 && place.y < reach[1] + 5 && place.x > reach[2] - 5 && place.x < reach[3] + 5;
}
/* "lake 1" is lake 1 before lake 15. */
function inWholeWords(folded, tokens) { const all = new Set(folded.split(" ")); return tokens.every((token) => all.has(token)); }
/* How wholly a text is the name of a place: by its letters; by its words in any order, with a word of its kind that the name may lack ("Spanish River" for
   the river Spanish); but for a word of its kind ("Mississauga" for a First Nation of that name). Null where it is a part of the name, or something else. */
const WHOLE = { letters: 0, own_words: 0.05, words: 0.1, but_for_kind: 0.2 };
function wholeness(text, name, kind) {
  if (fold(text) === fold(name)) return WHOLE.letters;
  /* "Garden River" is the First Nation of that name before the river Garden. */
  if (kind === "nation" && Object.values(WATER_WORDS).flat().some((one) => wordsOf(text).includes(one)) && wordsOf(text).join(" ") === wordsOf(name).join(" ")) return WHOLE.own_words;
  const water = WATER_WORDS[kind] ?? [], bare = (words) => words.filter((one) => !water.includes(one)), asked = wordsOf(text), told = wordsOf(name), alike = (one, other) => one.length > 0 && [...one].sort().join(" ") === [...other].sort().join(" ");
  if (!alike(bare(asked), bare(told))) return null;
  const says = water.length ? asked.some((one) => water.includes(one)) : ["nation", "town"].includes(kind) && (fold(text).match(KIND_OF_NAME) !== null) === (kind === "nation");
  return says || alike(fold(text).split(" "), fold(name).split(" ")) ? WHOLE.words : WHOLE.but_for_kind;
}
let foldedNames = null;
/* The place that a search names in full, areas first: none where a metal is called so too, or where the name lacks a word of the kind and a site is called so. */
function wholePlace(text) {
  const [first] = suggested.filter((one) => one.at && one.order <= WHOLE.but_for_kind);
  if (!first || suggested.some((one) => one.metal)) return null;
  foldedNames ??= new Set(S.name.filter(Boolean).map(fold));
  if (first.order === WHOLE.but_for_kind && foldedNames.has(fold(text))) return null;
  return suggested.find((one) => one.area && one.order === first.order) ?? first;
}
/* Names of places as they are cut short, and whether all words of a search are such a word, its beginning, or one letter off. */
const CUT_SHORT = { ft: "fort", st: "saint", ste: "saint", sainte: "saint", mt: "mount", lk: "lake", hbr: "harbour", harbor: "harbour", riv: "river", isl: "island" }, inFull = (one) => CUT_SHORT[one] ?? one;
function mistypedFits(name, tokens) {
  const parts = fold(name).split(" ").map(inFull);
  return tokens.map(inFull).every((token) => parts.some((part) => part.startsWith(token) || (Math.min(token.length, part.length) > 3 && Math.abs(part.length - token.length) < 2 && oneOff(part, token))));
}
/* Places that fit, the best first: what to write on the button, what it does, and where the map moves while it is typed. */
function placesFor(text, loose = false) {
  const found = [], at = coordinates(text), tokens = wordsOf(text);
  if (at) return [at, { y: at.x, x: at.y }].filter((one, k) => !k || (Math.abs(one.y) <= 85 && onMap(one) && !onMap(at))).sort((a, b) => onMap(b) - onMap(a)).map((one, order) => {
    const name = `${number(one.y, 4)}${lang === "fr" ? " ; " : ", "}${number(one.x, 4)}`, look = () => lookAt(one.y, one.x, name, 9);
    return { order, text: fill("place_at", { place: name }), at: { ...one, name }, look, go: () => goTo(look, { ...one, name }) };
  });
  if (!tokens.length || tokens.join("").length < 2) return [];
  const fits = (name, kind, more) => {
    const whole = wholeness(text, name, kind), water = WATER_WORDS[kind] ?? [], folded = " " + fold([name, more, tokens.every((one) => water.includes(one)) ? "" : water.join(" ")].join(" "));
    return whole ?? (holdsAll(folded, tokens, true) ? (folded.startsWith(" " + tokens[0]) ? 1 : 2) - (inWholeWords(folded, tokens) ? 0.3 : 0) : loose && kind !== "metal" && mistypedFits(name, tokens) ? 3 : -1);
  };
  const add = (order, one) => { if (order >= 0) found.push({ order, ...one }); };
  for (const [one, n] of commodities()) add(fits(one, "metal", [french(one), symbolOf(one), ALSO_CALLED[fold(one)] ?? ""].join(" ")) < 0 ? -1 : 0.5, { metal: [one, french(one), symbolOf(one)].map(fold).includes(fold(text)), text: fill("place_mined", { mined: minedName(one), n: number(n) }), go: () => { byId("f-commodity").value = one; byId("search").value = ""; apply(); fitShown(); } });
  C.name.forEach((one, i) => add(fits(one, "nation"), { text: `${one} (${w("kind_" + C.kind[i])})`, at: { y: C.y[i] / 1e5, x: C.x[i] / 1e5, name: one }, look: () => lookAt(C.y[i] / 1e5, C.x[i] / 1e5, one, 8), go: () => chooseCommunity(i, true) }));
  A.name.forEach((one, i) => add(fits(one, "nation", A.other[i]), { text: `${one} (${A.kinds[A.kind[i]][lang]})`, area: one, at: { y: areaBounds(i).getCenter().lat, x: areaBounds(i).getCenter().lng, name: one, outline: () => areaRings[i] }, look: () => map.fitBounds(areaBounds(i), { ...MARGINS(), animate: false }), go: () => { showLayer("area_" + A.kind[i]); chooseArea(i, true); } }));
  const named = (table, k, kind, zoom, more = {}, also = [], of = "town") => {
    const at = { y: table.y[k] / 1e4, x: table.x[k] / 1e4, name: table.name[k], of, ...more }, look = () => lookAt(at.y, at.x, at.name, zoom);
    const orders = [at.name, ...also].map((one) => fits(one, of)).filter((one) => one >= 0);
    add(orders.length ? Math.min(...orders) : -1, { text: fill("place_near", { place: `${at.name} (${kind})` }), at, look, go: () => goTo(look, at) });
  };
  base.towns.name.forEach((_, k) => named(base.towns, k, w("kind_town"), 9));
  base.names.name.forEach((_, k) => named(base.names, k, w("name_" + kindOfName(k)), zoomOfName(k), { outline: () => outlineOfName(k) }, otherTongue(base.names.name[k]), kindOfName(k)));
  return found.length || loose ? found.sort((a, b) => a.order - b.order) : placesFor(text, true);
}
const kindOfName = (k) => base.names.kinds[base.names.kind[k]];
const zoomOfName = (k) => Math.max(5, Math.min(10, Math.round(8.5 - Math.log2(base.names.size[k]))));
const outlineOfName = (k) => kindOfName(k) === "water" ? linesOfName(k) : outlineAt(kindOfName(k), base.names.y[k] / 1e4, base.names.x[k] / 1e4);
/* The sites near a lake or a protected area, as the search gives them. */
function goToName(k) {
  const at = { y: base.names.y[k] / 1e4, x: base.names.x[k] / 1e4, name: base.names.name[k], of: kindOfName(k), outline: () => outlineOfName(k) };
  closeCard(false);
  goTo(() => lookAt(at.y, at.x, at.name, zoomOfName(k)), at);
}
function lookAt(y, x, text, zoom) {
  pin = { x, y, text };
  seeAt(y, x, zoom);
}
/* A place that was chosen: its name stays in the field, and the list holds what is near it, sites of its name or not. */
function goTo(look, at) {
  byId("search").value = at.name; picked = at;
  shownRows = STEP;
  apply();
  look(); layers.sites.draw();
  if (phone.matches) sheetTo("half");
  say(fill("nearest_site", nearestTo(at)));
}
/* Kilometres of every site from a place: from its outline or its lines where the map draws them, else from its point. */
function farFrom(at, limit) {
  const rings = at.outline ? at.outline() : null;
  return rings ? distancesToOutline(rings, limit) : distancesTo(at.y, at.x);
}
const nearText = (at) => fill(!at.outline ? "nearest_to" : at.outline() ? (at.of === "water" ? "nearest_to_lines" : "nearest_to_outline") : "nearest_to_point", { km: number(Number(select("f-km")) || 0), place: at.of === "water" ? `${at.name} (${w("name_water")})` : at.name });
function nearestTo(at) {
  let best = -1, least = Infinity;
  for (const limit of [Number(select("f-km")) || Infinity, Infinity]) {
    const table = farFrom(at, limit);
    for (let i = 0; i < N; i++) if (table[i] < least) { least = table[i]; best = i; }
    if (best >= 0) break;
  }
  return { far: least, site: best < 0 ? w("none_word") : nameOf(best), km: best < 0 ? "–" : number(Math.round(least)) };
}
let suggested = [];
function suggest(text) {
  const fitting = placesFor(text), more = fitting.length - 8;
  suggested = fitting.slice(0, 8);
  const box = clear(byId("places"));
  box.hidden = suggested.length === 0;
  for (const one of suggested) box.append(el("li", {}, el("button", { type: "button", class: "plain", on: { click: one.go } }, one.text)));
  if (more > 0) box.append(el("li", { class: "small" }, fill(more === 1 ? "and_more_one" : "and_more", { n: number(more) })));
}
