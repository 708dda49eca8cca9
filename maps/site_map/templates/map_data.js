/* Data of the page, numbers and words. All text reaches the page by textContent. */
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const meta = data.meta, S = unpack(data.sites.columns), T = data.sites.texts, N = S.id.length;
/* Columns are packed as packing.py tells: numbers as texts ("=" and a letter each; "~", values and the place of each among them; "#" and steps from the least; or commas), lists and names as parts. */
function unpack(columns) {
  const digits = new Map(Array.from({ length: 92 }, (_, k) => String.fromCharCode(35 + k)).filter((one) => !"&'<>\\,;".includes(one)).map((one, k) => [one, k]));
  const commas = (text) => text.split(",").map((one) => one === "" ? null : Number(one));
  const places = (text, width) => Array.from({ length: text.length / width }, (_, k) => { let at = 0; for (let j = 0; j < width; j++) at = at * digits.size + digits.get(text[k * width + j]); return at; });
  const numbers = (text) => {
    if (text === "") return [];
    if (text[0] === "=") return Array.from(text.slice(1), (one) => one === "-" ? null : parseInt(one, 36));
    if (text[0] !== "~" && text[0] !== "#") return commas(text);
    const end = text.indexOf(";"), head = commas(text.slice(1, end)), rest = text.slice(end + 1);
    return text[0] === "~" ? places(rest, head.length < digits.size ? 1 : 2).map((at) => at ? head[at - 1] : null) : places(rest, head[0]).map((at) => at ? at - 1 + head[1] : null);
  };
  const lists = ([counts, ...parts]) => { let k = 0; parts = parts.map(numbers); return numbers(counts).map((n) => { const one = []; for (const end = k + n; k < end; k++) for (const part of parts) one.push(part[k]); return one; }); };
  const texts = ({ words, counts, places, rest }) => { const at = numbers(places), others = rest.slice(1).split(rest[0]); let k = 0, other = 0; return numbers(counts).map((n) => { if (n === 0) return null; let text = ""; for (const end = k + n - 1; k < end; k++) text += at[k] === null ? others[other++] : words[at[k]]; return text; }); };
  for (const [name, column] of Object.entries(columns)) columns[name] = typeof column === "string" ? numbers(column) : Array.isArray(column) ? lists(column) : texts(column);
  let rank = 0;
  columns.rank = columns.rank.map((step) => step === null ? null : rank += step);
  for (const name of ["rank_low", "rank_high"]) if (columns[name]) columns[name] = columns[name].map((step, i) => step === null ? null : columns.rank[i] + step);
  return columns;
}
let lang = "en";
const w = (key) => data.words[lang][key] ?? key.replace(/^[a-z]+_/, "").replaceAll("_", " ");
/* Of one thing (in French of none, too) the sentence "<key>_one" is taken where there is one; "shown" counts before "n". */
function singular(key, values) {
  const count = String(values.shown ?? values.n);
  return (count === "1" || lang === "fr" && count === "0") && data.words[lang][key + "_one"] !== undefined ? key + "_one" : key;
}
const fill = (key, values) => w(singular(key, values)).replace(/\{(\w+)(?::[^}]*)?\}/g, (all, name) => name in values ? String(values[name]) : all);
const col = (name, i) => S[name] === undefined || S[name][i] === undefined ? null : S[name][i];
const txt = (name, i) => { const at = col(name, i); return at === null ? null : T[at]; };

// A chance that would round to 0 or 1 is told as less or more: no draw proves certainty.
function chance(value) { return value !== null && (value >= 0.995 || value < 0.005) ? (value > 0.5 ? "> " + number(0.99, 2) : "< " + number(0.01, 2)) : number(value, 2); }
function percent(value) { return value >= 0.995 || value <= 0.005 ? (value > 0.5 ? "> 99" : "< 1") : number(100 * value, 0); }
/* The ends of a band: "0.12–0.98", "0.12 to > 0.99". */
const chanceBand = (low, high) => /[<>]/.test(low + high) ? fill("chance_between", { low, high }) : `${low}–${high}`;
function number(value, decimals) {
  if (value === null || value === undefined) return w("not_known");
  if (decimals === undefined) {
    const size = Math.abs(value);
    decimals = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  }
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, lang === "fr" ? "\u202f" : ",");
  return (value < 0 ? "-" : "") + grouped + (part ? (lang === "fr" ? "," : ".") + part : "");
}
/* An estimate with two significant digits, as on sheets and reports. */
function rounded(value) {
  if (value === null || value === undefined || value === 0) return value === 0 ? "0" : w("not_known");
  return number(Number(value.toPrecision(2)), Math.max(1 - Math.floor(Math.log10(Math.abs(value))), 0));
}
function span(low, high, unit) {
  const ends = [low, high].filter((one) => one !== null && one !== undefined).map(rounded);
  if (!ends.length) return w("not_known");
  return [...new Set(ends)].join("–") + (unit ? "\u00a0" + unit : "");
}
function day(iso) {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso || "");
  if (!found) return iso || w("date_unstated");
  const d = Number(found[3]), first = lang === "fr" && d === 1 ? "1er" : String(d);
  return `${first} ${data.words.months[lang][Number(found[2]) - 1]} ${found[1]}`;
}
function withUnit(value, unit) {
  if (value === null) return w("not_known");
  if (unit === "z") return (value >= 0 ? "+" : "") + number(value, 1);
  if (unit === "year") return String(Math.round(value));
  const units = { ppm: "ppm", km: "km", m: "m", log_t: "t", log_m2: "m²", log_m3: "m³" };
  return (unit === "count" || Number.isInteger(value) ? number(value) : rounded(value)) + (units[unit] ? "\u00a0" + units[unit] : "");
}
const lat = (i) => S.y[i] / 1e5, lon = (i) => S.x[i] / 1e5;
const scoreOf = (i) => S.score[i] === null ? null : S.score[i] / 1000;
const ranked = (i) => S.rank[i] !== null, assayed = (i) => S.evidence[i] === 0;
const tieOf = (i) => col("tie", i) === null ? null : data.sites.ties[S.tie[i]];
const kindOf = (i) => col("kind", i) === null ? null : data.sites.kinds[S.kind[i]], mere = (i) => kindOf(i) === "showing";
const nameOf = (i) => S.name[i] ?? w("unnamed");
/* Cautions about the amount on record itself: wherever the amount stands they stand beside it, and its circle is dashed. */
const DOUBTS = data.sites.flags.map((one, k) => ["amount_doubtful", "amount_conflict"].includes(one.code) ? k : -1).filter((k) => k >= 0);
const doubtsOf = (i) => S.flags[i].filter((k) => DOUBTS.includes(k)), doubtful = (i) => DOUBTS.length > 0 && S.t[i] !== null && doubtsOf(i).length > 0;
const doubtText = (i) => doubtful(i) ? ` (${doubtsOf(i).map((k) => data.sites.flags[k][lang]).join(w("between_clauses"))})` : "";
/* Lambert's formula on the ellipsoid WGS84: metres off over 1,000 km, so that the page counts the sites that a screening counts. */
function km(lon1, lat1, lon2, lat2) {
  const r = Math.PI / 180, f = 1 / 298.257223563, b1 = Math.atan((1 - f) * Math.tan(lat1 * r)), b2 = Math.atan((1 - f) * Math.tan(lat2 * r));
  const a = Math.sin((b2 - b1) / 2) ** 2 + Math.cos(b1) * Math.cos(b2) * Math.sin((lon2 - lon1) * r / 2) ** 2;
  const s = 2 * Math.asin(Math.min(1, Math.sqrt(a)));
  if (s < 1e-9) return 0;
  const p = (b1 + b2) / 2, q = (b2 - b1) / 2;
  const x = (s - Math.sin(s)) * (Math.sin(p) * Math.cos(q) / Math.cos(s / 2)) ** 2, y = (s + Math.sin(s)) * (Math.cos(p) * Math.sin(q) / Math.sin(s / 2)) ** 2;
  return 6378.137 * (s - f / 2 * (x + y));
}
const radius = (t) => t === null || t <= 0 ? 4.5 : Math.min(13, Math.max(4.5, 4.5 + 1.7 * (Math.log10(t) - 4)));
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [kind, run] of Object.entries(value)) node.addEventListener(kind, run);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}
function link(address, text) {
  return /^https?:\/\//.test(address || "") ? el("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text) : document.createTextNode(text);
}
const clear = (node) => { node.replaceChildren(); return node; };
const byId = (id) => document.getElementById(id);
let quiet = 0;
function say(text) {
  byId("status").textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { byId("status").textContent = ""; }, Math.max(3500, 70 * text.length));
}
function decode(path) {
  const points = [];
  let x = 0, y = 0;
  for (let k = 0; k < path.length; k += 2) { x += path[k]; y += path[k + 1]; points.push([y * 1e-4, x * 1e-4]); }
  return points;
}
