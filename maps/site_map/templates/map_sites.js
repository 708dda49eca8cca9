/* Sites, squares of summed sites, communities and names, on one canvas that follows the map. */
const CanvasLayer = L.Layer.extend({
  onAdd() {
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("sites"));
    this.canvas.setAttribute("aria-hidden", "true");
    map.on("moveend resize", this.draw, this);
    this.draw();
  },
  onRemove() { map.off("moveend resize", this.draw, this); this.canvas.remove(); },
  draw() {
    if (!this.canvas) return;
    const size = map.getSize(), pad = Math.round(Math.min(size.x, size.y) * 0.12), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const corner = map.containerPointToLayerPoint([-pad, -pad]), width = size.x + 2 * pad, height = size.y + 2 * pad;
    L.DomUtil.setPosition(this.canvas, corner);
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.width = width + "px";
    this.canvas.style.height = height + "px";
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    if (beforePaper) paintUnder(pen, corner);
    paint(pen, { width, height, pad, ...view(corner) });
  },
});
const worldX = new Float64Array(N), worldY = new Float64Array(N), radii = new Float32Array(N);
const mercator = (y) => { const s = Math.sin(Math.max(-85.05, Math.min(85.05, y)) * Math.PI / 180); return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI); };
for (let i = 0; i < N; i++) {
  worldX[i] = lon(i) / 360 + 0.5;
  worldY[i] = mercator(lat(i));
  radii[i] = radius(S.t[i]);
}
function view(corner) {
  const scale = map.options.crs.scale(map.getZoom()), origin = map.getPixelOrigin();
  return { scale, left: origin.x + corner.x, top: origin.y + corner.y };
}
const place = (x, y, v) => [(x / 360 + 0.5) * v.scale - v.left, mercator(y) * v.scale - v.top];
const inView = (x, y, v) => x > -16 && y > -16 && x < v.width + 16 && y < v.height + 16;
let visible = new Uint8Array(N).fill(1), chosen = -1, chosenCell = -1, pin = null, factor = 1, crowded = false;
const planned = new Map(data.plan.map((i, k) => [i, data.plan_steps[k]]));
function circle(pen, x, y, r) { pen.beginPath(); pen.arc(x, y, r, 0, 6.2832); }
function paintSite(pen, i, x, y, r) {
  const c = ink();
  if (!ranked(i)) {
    pen.fillStyle = c.unscored; pen.strokeStyle = c.province; pen.lineWidth = 1;
    circle(pen, x, y, r); pen.fill(); pen.stroke();
    const d = r * 0.7; pen.beginPath(); pen.moveTo(x - d, y - d); pen.lineTo(x + d, y + d); pen.moveTo(x + d, y - d); pen.lineTo(x - d, y + d); pen.stroke();
    return;
  }
  pen.fillStyle = siteColour(i);
  circle(pen, x, y, r); pen.fill();
  pen.lineWidth = 1; pen.strokeStyle = c.edge; pen.stroke();
  if (doubtful(i)) { pen.setLineDash([2, 2]); pen.lineWidth = 1.6; pen.strokeStyle = c.ring; pen.stroke(); pen.setLineDash([]); }
}
/* A circle on the map: where sites crowd it shrinks, so that camps come apart as one zooms in. */
const LEAST_PX = 3, sizeOf = (i) => crowded ? 3 : Math.max(LEAST_PX, radii[i] * factor);
const leads = (i) => ranked(i) && S.tier[i] === 0 ? 1 : 0;
/* Heaps of sites in view: squares as wide as a large circle that hold any. */
const HEAP_PX = 22;
function heapsIn(v) {
  const wide = Math.ceil((v.width + 32) / HEAP_PX), held = new Uint8Array(wide * Math.ceil((v.height + 32) / HEAP_PX));
  let heaps = 0;
  for (let k = 0; k < near.n; k++) {
    const square = Math.floor((near.y[k] + 16) / HEAP_PX) * wide + Math.floor((near.x[k] + 16) / HEAP_PX);
    if (!held[square]) { held[square] = 1; heaps++; }
  }
  return heaps;
}
/* Rings are drawn with their circles, the large before the small: none is swallowed, and none seems to be another's. */
function paintRing(pen, i, x, y, r) {
  if (!ranked(i) || !ringed(i)) return;
  pen.lineWidth = S.tier[i] < 2 ? 2 : 1.2; pen.strokeStyle = ink().ring; circle(pen, x, y, r + 2); pen.stroke();
}
/* Where sites crowd, one mark stands for those within a few pixels, in the colour of the best; such marks are drawn once and copied. */
const MANY = 3000, BIN = 9, sprites = new Map();
function sprite(tier, measured, size) {
  const key = tier * 8 + (measured ? 4 : 0) + size;
  if (!sprites.has(key)) {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), ratio = Math.min(window.devicePixelRatio || 1, 2), r = [2.4, 3.3, 4.4][size], c = ink();
    canvas.width = canvas.height = 16 * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = tier === 4 ? c.unscored : c.tiers[tier];
    circle(pen, 8, 8, r); pen.fill();
    pen.lineWidth = 0.7; pen.strokeStyle = c.edge; pen.stroke();
    if (measured) { pen.lineWidth = 1.3; pen.strokeStyle = c.ring; circle(pen, 8, 8, r + 1.4); pen.stroke(); }
    sprites.set(key, canvas);
  }
  return sprites.get(key);
}
function paintCrowd(pen, v, room) {
  const wide = Math.ceil((v.width + 32) / BIN), first = new Int32Array(wide * Math.ceil((v.height + 32) / BIN)).fill(-1), count = new Uint16Array(first.length), bright = new Uint8Array(first.length), sampled = new Uint8Array(first.length), used = [];
  for (let k = 0; k < near.n; k++) {
    const bin = Math.floor((near.y[k] + 16) / BIN) * wide + Math.floor((near.x[k] + 16) / BIN);
    if (first[bin] < 0) { first[bin] = k; used.push(bin); }
    else if (target && S.tier[near.site[k]] < S.tier[near.site[first[bin]]]) first[bin] = k;
    if (count[bin] < 65535) count[bin]++;
    if (ringed(near.site[k])) sampled[bin] = 1;
    if (lit(near.site[k])) bright[bin] = 1;
  }
  for (let j = used.length - 1; j >= 0; j--) {
    const k = first[used[j]], i = near.site[k], x = near.x[k], y = near.y[k], n = count[used[j]], tier = ranked(i) ? S.tier[i] : 4;
    pen.globalAlpha = bright[used[j]] ? 1 : FAINT;
    pen.drawImage(sprite(tier, sampled[used[j]] === 1, n > 9 ? 2 : n > 2 ? 1 : 0), x - 8, y - 8, 16, 16);
    room.stamp(x - 3, y - 3, x + 3, y + 3, tier === 0 ? HARD : 1);
  }
  pen.globalAlpha = 1;
}
/* While a list other than that of all sites not sampled is open, the sites that are not in it are faint: null, or 1 per site of the list. */
const FAINT = 0.22;
let spotlight = null;
const lit = (i) => !spotlight || spotlight[i] === 1 || i === chosen;
const near = { n: 0, site: new Int32Array(N), x: new Float32Array(N), y: new Float32Array(N) }; // the sites in view, the best-ranked first
function paintSites(pen, v, room) {
  near.n = 0;
  for (let i = 0; i < N; i++) {
    if (!visible[i]) continue;
    const x = worldX[i] * v.scale - v.left, y = worldY[i] * v.scale - v.top;
    if (inView(x, y, v)) { near.site[near.n] = i; near.x[near.n] = x; near.y[near.n++] = y; }
  }
  if (target) near.site.subarray(0, near.n).sort((a, b) => S.tier[a] - S.tier[b] || a - b).forEach((i, k) => { near.x[k] = worldX[i] * v.scale - v.left; near.y[k] = worldY[i] * v.scale - v.top; });
  crowded = near.n > MANY;
  factor = near.n === 0 ? 1 : Math.min(1, Math.max(0.4, Math.sqrt(v.width * v.height / (near.n * 1500))), Math.max(0.4, Math.sqrt(heapsIn(v) / near.n)));
  if (crowded) paintCrowd(pen, v, room);
  else {
    const bigFirst = Array.from({ length: near.n }, (_, k) => k).sort((a, b) => leads(near.site[a]) - leads(near.site[b]) || radii[near.site[b]] - radii[near.site[a]] || b - a); // what leads the list lies on top
    if (spotlight) { pen.globalAlpha = FAINT; for (const k of bigFirst) if (!lit(near.site[k])) paintSite(pen, near.site[k], near.x[k], near.y[k], sizeOf(near.site[k])); pen.globalAlpha = 1; }
    for (const k of bigFirst) {
      const i = near.site[k], x = near.x[k], y = near.y[k], r = sizeOf(i);
      if (!lit(i)) continue;
      paintSite(pen, i, x, y, r);
      paintRing(pen, i, x, y, r);
      room.stamp(x - r, y - r, x + r, y + r, ranked(i) && S.tier[i] < 2 ? HARD : 1);
    }
  }
  if (chosen >= 0) {
    const x = worldX[chosen] * v.scale - v.left, y = worldY[chosen] * v.scale - v.top, r = sizeOf(chosen);
    paintSite(pen, chosen, x, y, r); paintRing(pen, chosen, x, y, r);
    pen.lineWidth = 3; pen.strokeStyle = ink().chosen; circle(pen, x, y, r + 6); pen.stroke();
  }
}
function paintPlan(pen, v, room) {
  pen.font = "700 10px " + FAMILY; pen.textAlign = "center"; pen.textBaseline = "middle";
  for (const [i, step] of [...planned].reverse()) { // where they overlap the first of the plan is on top
    const x = worldX[i] * v.scale - v.left, y = worldY[i] * v.scale - v.top - sizeOf(i) - 11;
    if (!visible[i] || !inView(x, y, v)) continue;
    pen.fillStyle = ink().ring; pen.beginPath(); pen.moveTo(x, y + 11); pen.lineTo(x - 4, y + 5); pen.lineTo(x + 4, y + 5); pen.closePath(); pen.fill();
    circle(pen, x, y, 8); pen.fill();
    pen.fillStyle = ink().edge; pen.fillText(String(step), x, y + 0.5);
    room.stamp(x - 8, y - 8, x + 8, y + 11, HARD);
  }
}
function paintCells(pen, v) {
  pen.font = "600 11px " + FAMILY; pen.textAlign = "center"; pen.textBaseline = "middle";
  for (const [x, y, n, best] of data.cells) {
    const [l, b] = place(x, y, v), [r, t] = place(x + 0.25, y + 0.25, v);
    if (r < 0 || b < 0 || l > v.width || t > v.height) continue;
    pen.globalAlpha = best === null ? 0.25 : 0.4; pen.fillStyle = ink().tiers[3]; pen.fillRect(l, t, r - l, b - t);
    pen.globalAlpha = 1; pen.strokeStyle = ink().grid; pen.lineWidth = 0.6; pen.strokeRect(l, t, r - l, b - t);
    if (r - l > 30) { pen.fillStyle = ink().edge; pen.fillRect((l + r) / 2 - 16, (t + b) / 2 - 8, 32, 16); pen.fillStyle = ink().ink; pen.fillText(String(n), (l + r) / 2, (t + b) / 2); }
  }
}
function communityMark(pen, kind, x, y, own) {
  const r = own ? 6 : map.getZoom() < 6 ? 3 : 4;
  pen.fillStyle = own ? ink().ink : ink().edge; pen.strokeStyle = ink().ink; pen.lineWidth = 1.6; pen.beginPath();
  if (kind === "office_point") pen.rect(x - r, y - r, 2 * r, 2 * r); else { const d = r + 1.5; pen.moveTo(x, y - d); pen.lineTo(x + d, y); pen.lineTo(x, y + d); pen.lineTo(x - d, y); pen.closePath(); }
  pen.fill(); pen.stroke();
}
function paintCommunities(pen, v, room) {
  for (let i = 0; i < C.name.length; i++) {
    const [x, y] = place(C.x[i] / 1e5, C.y[i] / 1e5, v);
    if (!inView(x, y, v)) continue;
    communityMark(pen, C.kind[i], x, y, false);
    room.stamp(x - 4, y - 4, x + 4, y + 4, HARD);
  }
}
/* What was asked about: the community, the Nation or the outline of a brief, and the area whose card is open. */
const ownRings = meta.place && meta.place.paths ? meta.place.paths.map(decode) : [];
function paintAsked(pen, v, room) {
  if (subject && subject[0] === "area" || meta.place && ["nation", "area"].includes(meta.place.kind)) {
    const name = subject && subject[0] === "area" ? subject[1] : meta.place.name;
    pen.lineWidth = 3; pen.strokeStyle = ink().chosen; pen.lineJoin = "round"; pen.beginPath();
    const rings = name === "" ? ownRings : A.name.flatMap((one, i) => one === name ? areaRings[i] : []);
    for (const ring of rings) ring.forEach(([y, x], k) => { const at = place(x, y, v); if (k) pen.lineTo(...at); else pen.moveTo(...at); });
    pen.stroke();
  }
  if (!meta.place || meta.place.kind !== "community") return;
  const [x, y] = place(meta.place.x, meta.place.y, v);
  if (!inView(x, y, v)) return;
  communityMark(pen, meta.place.point, x, y, true);
  room.stamp(x - 8, y - 8, x + 8, y + 8, HARD);
}
let legendCrowded = false, legendFactor = 1;
function paint(pen, v) {
  const room = new Room(v);
  const credits = map.attributionControl.getContainer(), right = v.width - v.pad, low = v.height - v.pad;
  for (const [l, t, r, b] of [[right - 52, v.pad, right, v.pad + byId("tools").offsetHeight + 12], [v.pad, v.pad, v.pad + 50, v.pad + 90], [v.pad, low - 32, v.pad + 110, low], [right - credits.offsetWidth, low - credits.offsetHeight, right, low]]) room.stamp(l, t, r, b, HARD); // under tools, scale and credits
  if (on.has("graticule")) paintGraticule(pen, v);
  if (on.has("cells")) paintCells(pen, v);
  paintSites(pen, v, room);
  if (on.has("communities")) paintCommunities(pen, v, room);
  paintAsked(pen, v, room);
  if (on.has("plan")) paintPlan(pen, v, room);
  paintNames(pen, v, room);
  paintMeasure(pen, v);
  if (crowded !== legendCrowded || Math.abs(factor - legendFactor) > 0.05) { legendCrowded = crowded; legendFactor = factor; fillLegend(); }
}
layers.sites = new CanvasLayer();
/* All sites whose marks a finger or a pointer covers, the best-ranked first: where circles lie on each other each can be chosen. */
function sitesAt(point, reach = 6) {
  const v = view(map.containerPointToLayerPoint([0, 0])), found = [];
  for (let i = 0; i < N; i++) {
    if (!visible[i]) continue;
    const far = Math.hypot(worldX[i] * v.scale - v.left - point.x, worldY[i] * v.scale - v.top - point.y);
    if (far < Math.max(reach, sizeOf(i))) found.push([S.tier[i] ?? 9, i]);
  }
  return found.sort((a, b) => (target ? a[0] - b[0] : 0) || a[1] - b[1]).map(([, i]) => i);
}
/* The best-ranked of the sites under a pointer that are as near as any; a finger is wider than a mouse. */
function siteAt(point, reach = 6) {
  const v = view(map.containerPointToLayerPoint([0, 0]));
  let best = -1, nearest = Infinity;
  for (let i = 0; i < N; i++) {
    if (!visible[i]) continue;
    const dx = worldX[i] * v.scale - v.left - point.x, dy = worldY[i] * v.scale - v.top - point.y;
    if (dx > 40 || dx < -40 || dy > 40 || dy < -40) continue;
    const gap = Math.sqrt(dx * dx + dy * dy) - sizeOf(i);
    if (gap < reach && gap < nearest - (crowded ? 2 : 0.01)) { nearest = gap; best = i; }
  }
  return best;
}
const cellAt = (at) => on.has("cells") ? data.cells.findIndex(([x, y]) => at.lng >= x && at.lng < x + 0.25 && at.lat >= y && at.lat < y + 0.25) : -1;
function communityAt(point, reach = 6) {
  if (!on.has("communities")) return -1;
  const v = view(map.containerPointToLayerPoint([0, 0]));
  let best = -1, nearest = reach + 4;
  for (let i = 0; i < C.name.length; i++) {
    const [x, y] = place(C.x[i] / 1e5, C.y[i] / 1e5, v), gap = Math.hypot(x - point.x, y - point.y);
    if (gap < nearest) { nearest = gap; best = i; }
  }
  return best;
}
