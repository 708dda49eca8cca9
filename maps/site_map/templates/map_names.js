/* Names on the map: each gives way to marks and to names that were written before it. */
const FAMILY = getComputedStyle(document.body).fontFamily, HARD = 9;
/* What is taken of the picture, in squares of four pixels: 0 free, 1 small marks, HARD names and marks that must stay clear. */
class Room {
  constructor(v) {
    this.seen = [v.pad, v.pad, v.width - v.pad, v.height - v.pad];
    this.wide = Math.ceil(v.width / 4) + 1; this.tall = Math.ceil(v.height / 4) + 1;
    this.taken = new Uint8Array(this.wide * this.tall);
  }
  span(l, t, r, b) { return [Math.max(0, l >> 2), Math.max(0, t >> 2), Math.min(this.wide - 1, r >> 2), Math.min(this.tall - 1, b >> 2)]; }
  stamp(l, t, r, b, how) {
    const [x1, y1, x2, y2] = this.span(l, t, r, b);
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) if (this.taken[y * this.wide + x] < how) this.taken[y * this.wide + x] = how;
  }
  /* Whether a box lies wholly in sight or wholly out of it: the edge of the map cuts no name. */
  whole(l, t, r, b) {
    const [left, top, right, low] = this.seen;
    return (l >= left && t >= top && r <= right && b <= low) || r <= left || l >= right || b <= top || t >= low;
  }
  /* Squares with small marks under a box; Infinity where it is outside, cut by the edge or touches what must stay clear. */
  cost(l, t, r, b) {
    if (!this.whole(l, t, r, b)) return Infinity;
    if (l < 0 || t < 0 || r >> 2 >= this.wide || b >> 2 >= this.tall) return Infinity;
    const [x1, y1, x2, y2] = this.span(l, t, r, b);
    let sum = 0;
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) { const how = this.taken[y * this.wide + x]; if (how === HARD) return Infinity; sum += how; }
    return sum / ((x2 - x1 + 1) * (y2 - y1 + 1));
  }
}
const CLEAR = 6; // from the edge of a mark to its name: a square of four pixels and the two that a name keeps around itself
const widths = new Map();
function widthOf(pen, text) {
  const key = pen.font + text;
  if (!widths.has(key)) widths.set(key, pen.measureText(text).width);
  return widths.get(key);
}
/* Write a name beside a mark (gap > 0: right, left, above, below, whichever is freest) or on its point; say whether there was room.
   "always" writes it where there is none, too. */
function write(pen, room, text, x, y, colour, gap, most, always) {
  const wide = widthOf(pen, text), spots = gap > 0 ? [[x + gap, y], [x - gap - wide, y], [x - wide / 2, y - gap - 5], [x - wide / 2, y + gap + 5], ...[-12, 12].flatMap((up) => [[x + gap - 2, y + up], [x - gap + 2 - wide, y + up]])] : [[x - wide / 2, y]];
  let best = null, least = most;
  for (const [left, middle] of spots) {
    const cost = room.cost(left - 2, middle - 7, left + wide + 2, middle + 7);
    if (cost < least || (cost === least && best === null && cost < Infinity)) { least = cost; best = [left, middle]; }
    if (least === 0 && best) break;
  }
  if (!best && always) best = spots.find(([left, middle]) => room.whole(left - 2, middle - 7, left + wide + 2, middle + 7)) ?? spots[0];
  if (!best) return false;
  room.stamp(best[0] - 3, best[1] - 8, best[0] + wide + 3, best[1] + 8, HARD);
  pen.lineWidth = 3.5; pen.strokeStyle = ink().halo; pen.strokeText(text, best[0], best[1]);
  pen.fillStyle = colour; pen.fillText(text, best[0], best[1]);
  return true;
}
const oneLine = (text) => text.replace(/\s+/g, " ").trim();
function paintNames(pen, v, room) {
  pen.textBaseline = "middle"; pen.textAlign = "left"; pen.lineJoin = "round";
  const pixels = v.scale / 360;
  if (pin) {
    const [x, y] = place(pin.x, pin.y, v);
    pen.lineWidth = 3; pen.strokeStyle = ink().chosen; circle(pen, x, y, 9); pen.stroke();
    pen.font = "700 13px " + FAMILY;
    write(pen, room, pin.text, x, y, ink().ink, 13, Infinity, true);
  }
  if (chosen >= 0) {
    pen.font = "700 13px " + FAMILY;
    write(pen, room, oneLine(nameOf(chosen)), worldX[chosen] * v.scale - v.left, worldY[chosen] * v.scale - v.top, ink().ink, sizeOf(chosen) + 10, Infinity, true);
  }
  if (meta.place && meta.place.kind !== "area") nameOwnPlace(pen, v, room);
  const cities = on.has("names") ? nameCities(pen, v, room) : new Map();
  if (on.has("communities")) {
    pen.font = "600 12px " + FAMILY;
    for (let i = 0; i < C.name.length; i++) {
      const [x, y] = place(C.x[i] / 1e5, C.y[i] / 1e5, v);
      if (inView(x, y, v) && !(pin && pin.text === C.name[i]) && !(meta.place && meta.place.name === C.name[i])) write(pen, room, oneLine(C.name[i]), x, y, ink().ink, 4 + CLEAR, 0.5);
    }
  }
  pen.font = "500 11px " + FAMILY;
  for (let k = 0, left = 14; k < near.n && left > 0; k++) {
    const i = near.site[k];
    if (near.n > 30 && !(ranked(i) && S.tier[i] === 0)) break; // the best come first
    if (i !== chosen && lit(i) && S.name[i] !== null && write(pen, room, oneLine(nameOf(i)), near.x[k], near.y[k], ink().ink, sizeOf(i) + CLEAR, 0.12)) left--;
  }
  if (on.has("areaNames")) nameAreas(pen, v, room, pixels);
  if (on.has("names")) nameGround(pen, v, room, pixels, cities);
}
/* The place that the brief beside this map is about: never unnamed, and where it is out of sight the edge says where it lies. */
function nameOwnPlace(pen, v, room) {
  const own = meta.place, [left, top, right, low] = room.seen, [x, y] = place(own.x, own.y, v), name = oneLine(own.name);
  pen.font = "700 13px " + FAMILY; pen.fillStyle = ink().ink;
  if (x >= left && x <= right && y >= top && y <= low) {
    if (!(pin && pin.text === own.name)) write(pen, room, name, x, y, ink().ink, own.kind === "community" ? 8 + CLEAR : 0, Infinity, true);
    return;
  }
  const far = chosen >= 0 && own.kind === "community" ? ` · ${number(Math.round(km(own.x, own.y, lon(chosen), lat(chosen))))}\u00a0km` : "", text = name + far, half = widthOf(pen, text) / 2;
  const middle = [(left + right) / 2, (top + low) / 2], way = [x - middle[0], y - middle[1]], turn = Math.atan2(way[1], way[0]);
  const reach = Math.min((right - left - 36) / 2 / Math.max(Math.abs(way[0]), 1e-9), (low - top - 36) / 2 / Math.max(Math.abs(way[1]), 1e-9));
  const tip = [middle[0] + way[0] * reach, middle[1] + way[1] * reach];
  pen.save(); pen.translate(...tip); pen.rotate(turn); pen.beginPath(); pen.moveTo(12, 0); pen.lineTo(-3, -8); pen.lineTo(-3, 8); pen.closePath();
  pen.lineWidth = 3; pen.strokeStyle = ink().halo; pen.stroke(); pen.fill(); pen.restore();
  const clear = (value, from, to) => Math.max(from, Math.min(to, value));
  write(pen, room, text, clear(tip[0] - Math.cos(turn) * (half + 16), left + half + 6, right - half - 6), clear(tip[1] - Math.sin(turn) * 20, top + 12, low - 12), ink().ink, 0, Infinity, true);
}
/* The largest towns near sites come before communities, none close to a larger one: by them one recognises a country, wherever in it
   the sites lie. */
const CITIES = 10, CITY_PEOPLE = 2e4, CITIES_APART = 85;
function nameCities(pen, v, room) {
  const towns = base.towns, named = new Map();
  for (let k = 0; k < towns.near && named.size < CITIES && towns.people[k] >= CITY_PEOPLE; k++) {
    const [x, y] = place(towns.x[k] / 1e4, towns.y[k] / 1e4, v);
    if (!inView(x, y, v) || pin && pin.text === towns.name[k] || [...named.values()].some((at) => Math.hypot(at[0] - x, at[1] - y) < CITIES_APART)) continue;
    if ([5, 14, 23].some((gap) => nameTown(pen, room, k, x, y, gap))) named.set(k, [x, y]);
  }
  return named;
}
function nameTown(pen, room, k, x, y, gap = 5) {
  const people = base.towns.people[k] || 0;
  pen.font = (people > 2e5 ? "600 13px " : people > 2e4 ? "500 12px " : "400 11.5px ") + FAMILY;
  if (!write(pen, room, base.towns.name[k], x, y, ink().town, gap, people > 5000 ? Infinity : 0.6)) return false;
  pen.fillStyle = ink().edge; pen.strokeStyle = ink().town; pen.lineWidth = 1.2; circle(pen, x, y, people > 2e5 ? 3 : 2.2); pen.fill(); pen.stroke();
  return true;
}
function nameAreas(pen, v, room, pixels) {
  pen.font = "italic 600 12px " + FAMILY;
  A.name.forEach((text, i) => {
    if (!on.has("area_" + A.kind[i])) return;
    const written = oneLine(text), wide = widthOf(pen, written);
    if (A.label[i][2] * pixels <= wide) return;
    for (const [x, y] of pointsInside(i).map(([y, x]) => place(x, y, v))) {
      if (inView(x, y, v) && room.cost(x - wide / 2 - 2, y - 7, x + wide / 2 + 2, y + 7) <= 0.5) { write(pen, room, written, x, y, ink().area, 0, 0.51); break; }
    }
  });
}
/* Points inside an area where its name may stand: the middle of its largest part first, then those of a grid over it, the nearer first. */
const insides = new Map(), GRID = 7;
function pointsInside(i) {
  if (!insides.has(i)) {
    const [x, y] = A.label[i], box = areaBounds(i), tall = box.getNorth() - box.getSouth(), wide = box.getEast() - box.getWest(), points = [];
    for (let r = 0; r < GRID; r++) for (let k = 0; k < GRID; k++) {
      const at = [box.getSouth() + (r + 0.5) / GRID * tall, box.getWest() + (k + 0.5) / GRID * wide];
      if (ringsHold(areaRings[i], ...at)) points.push(at);
    }
    insides.set(i, [[y, x], ...points.sort((a, b) => Math.hypot(a[0] - y, (a[1] - x) / 2) - Math.hypot(b[0] - y, (b[1] - x) / 2))]);
  }
  return insides.get(i);
}
function nameGround(pen, v, room, pixels, cities) {
  const towns = base.towns, names = base.names;
  for (let k = 0, left = Math.round(v.width * v.height / 14000), far = Math.round(left / 3); k < towns.name.length && left > 0 && far > 0; k++) {
    const [x, y] = place(towns.x[k] / 1e4, towns.y[k] / 1e4, v);
    if (!inView(x, y, v) || cities.has(k) || pin && pin.text === towns.name[k]) continue;
    if (!nameTown(pen, room, k, x, y)) continue;
    left--;
    if (k >= towns.near) far--; // those far from all sites only tell where the region lies
  }
  for (let k = 0, left = 60; k < names.name.length && left > 0; k++) {
    const kind = names.kinds[names.kind[k]], layer = kind === "water" ? "line_water" : "backdrop_" + kind;
    const [x, y] = place(names.x[k] / 1e4, names.y[k] / 1e4, v);
    if (!on.has(layer) || !inView(x, y, v)) continue;
    pen.font = kind === "province" ? "600 13px " + FAMILY : "italic 400 11.5px " + FAMILY;
    const share = kind === "water" ? 2 : kind === "province" ? 1.5 : 0.9;
    if (names.size[k] * pixels < share * widthOf(pen, names.name[k])) continue;
    if (write(pen, room, names.name[k], x, y, kind === "province" ? ink().province : kind === "protected" ? ink().town : ink().water, 0, 0.3)) left--;
  }
}
function paintGraticule(pen, v) {
  const box = map.getBounds().pad(0.15), wide = box.getEast() - box.getWest();
  const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30].find((one) => wide / one < 8) || 45, digits = step < 0.1 ? 2 : step < 1 ? String(step).length - 2 : 0;
  const south = Math.max(-85, box.getSouth()), north = Math.min(85, box.getNorth()), mark = (value, plus, minus) => number(Math.abs(value), digits) + "°" + (Math.abs(value) < 1e-9 ? "" : value > 0 ? plus : minus);
  pen.strokeStyle = ink().grid; pen.lineWidth = 0.6; pen.font = "400 10px " + FAMILY; pen.fillStyle = ink().province; pen.textBaseline = "bottom"; pen.textAlign = "left";
  pen.beginPath();
  for (let x = Math.ceil(box.getWest() / step) * step; x <= box.getEast(); x += step) { const [at] = place(x, 0, v); pen.moveTo(at, 0); pen.lineTo(at, v.height); pen.fillText(mark(x, "E", w("west_letter")), at + 3, v.pad + 12); }
  for (let y = Math.ceil(south / step) * step; y <= north; y += step) { const [, at] = place(0, y, v); pen.moveTo(0, at); pen.lineTo(v.width, at); pen.fillText(mark(y, "N", "S"), v.width - v.pad - 38, at - 2); }
  pen.stroke();
}
