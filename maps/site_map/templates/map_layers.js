/* What is drawn: background, areas, surface, communities, and the sites on one canvas. */
const layers = {};
for (const [name, z] of [["tiles", 150], ["ground", 210], ["surface", 230], ["areas", 260], ["cells", 300], ["sites", 420], ["marks", 430]]) {
  map.createPane(name).style.zIndex = z;
  if (name !== "sites") map.getPane(name).style.pointerEvents = "none";
}
map.attributionControl.setPrefix(false);
const ground = L.canvas({ pane: "ground", padding: 0.4 }), outlines = L.canvas({ pane: "areas", padding: 0.4 });
const GROUND = {
  land: { fill: true, fillColor: "#fbfbf9", fillOpacity: 1, stroke: true, color: "#9aa5ad", weight: 0.8 },
  province: { fill: true, fillColor: "#fbfbf9", fillOpacity: 1, stroke: true, color: "#8d98a1", weight: 1, dashArray: "6 4" },
  protected: { fill: true, fillColor: "#7b8a5c", fillOpacity: 0.14, stroke: true, color: "#6c7a50", weight: 0.8 },
  lake: { fill: true, fillColor: "#d3e3ec", fillOpacity: 1, stroke: true, color: "#a9c3d2", weight: 0.6 },
  water: { color: "#a9c8d8", weight: 1 }, structure: { color: "#a58f80", weight: 1.1, dashArray: "8 3 2 3" },
  power: { color: "#8b8b8b", weight: 1, dashArray: "2 4" }, rail: { color: "#555c63", weight: 1.4, dashArray: "7 3" }, road: { color: "#a3876b", weight: 1.3 },
};
function groundLayer(one, polygon) {
  const style = { renderer: ground, pane: "ground", interactive: false, smoothFactor: 1.2, ...GROUND[one.kind] };
  const paths = one.paths.map(decode);
  return polygon ? L.polygon(paths.map((ring) => [ring]), style) : L.polyline(paths, style);
}
const Graticule = L.Layer.extend({
  onAdd() { this.lines = L.layerGroup().addTo(map); map.on("moveend", this.draw, this); this.draw(); },
  onRemove() { map.off("moveend", this.draw, this); this.lines.remove(); },
  draw() {
    this.lines.clearLayers();
    const box = map.getBounds().pad(0.3), wide = box.getEast() - box.getWest();
    const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30].find((one) => wide / one < 11) || 45;
    const style = { renderer: ground, pane: "ground", interactive: false, color: "#c4ccd2", weight: 0.7 };
    const south = Math.max(-85, box.getSouth()), north = Math.min(85, box.getNorth());
    for (let x = Math.floor(box.getWest() / step) * step; x <= box.getEast(); x += step) L.polyline([[south, x], [north, x]], style).addTo(this.lines);
    for (let y = Math.floor(south / step) * step; y <= north; y += step) L.polyline([[y, box.getWest()], [y, box.getEast()]], style).addTo(this.lines);
  },
});
layers.graticule = new Graticule();
for (const one of data.backdrop) layers["backdrop_" + one.kind] = groundLayer(one, true);
for (const one of data.lines) layers["line_" + one.kind] = groundLayer(one, false);

/* Areas: one colour, weight and opacity for all; only the dashes tell the kinds apart. */
const A = data.areas, DASHES = ["", "9 5", "2 5", "12 4 2 4", "5 5", "16 6", "2 9", "9 3 2 3 2 3"];
const areaStyle = (i) => ({ renderer: outlines, pane: "areas", interactive: false, fill: true, fillColor: "#4d4466", fillOpacity: 0.035, color: "#4d4466", weight: 1.6, opacity: 0.9, dashArray: DASHES[A.kind[i] % DASHES.length] });
A.kinds.forEach((kind, k) => {
  layers["area_" + k] = L.featureGroup(A.name.map((_, i) => i).filter((i) => A.kind[i] === k).map((i) => L.polygon(A.paths[i].map(decode), areaStyle(i))));
});
const areaBounds = (i) => L.latLngBounds(A.paths[i].flatMap(decode));
if (data.surface) {
  const b = data.surface.bounds;
  layers.surface = L.imageOverlay(data.surface.address, [[b[0], b[1]], [b[2], b[3]]], { pane: "surface", opacity: 0.6, alt: "" });
}

/* A canvas that follows the map: sites, squares of summed sites, communities and names. */
const CanvasLayer = L.Layer.extend({
  initialize(pane, paint) { this.pane = pane; this.paint = paint; },
  onAdd() {
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane(this.pane));
    this.canvas.setAttribute("aria-hidden", "true");
    map.on("moveend zoomend resize viewreset", this.draw, this);
    this.draw();
  },
  onRemove() { map.off("moveend zoomend resize viewreset", this.draw, this); this.canvas.remove(); },
  draw() {
    const size = map.getSize(), pad = Math.round(Math.max(size.x, size.y) * 0.25), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const corner = map.containerPointToLayerPoint([-pad, -pad]);
    L.DomUtil.setPosition(this.canvas, corner);
    this.canvas.width = (size.x + 2 * pad) * ratio;
    this.canvas.height = (size.y + 2 * pad) * ratio;
    this.canvas.style.width = size.x + 2 * pad + "px";
    this.canvas.style.height = size.y + 2 * pad + "px";
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    this.paint(pen, { width: size.x + 2 * pad, height: size.y + 2 * pad, ...view(corner) });
  },
});
const worldX = new Float64Array(N), worldY = new Float64Array(N), radii = new Float32Array(N);
for (let i = 0; i < N; i++) {
  const s = Math.sin(Math.max(-85.05, Math.min(85.05, lat(i))) * Math.PI / 180);
  worldX[i] = lon(i) / 360 + 0.5;
  worldY[i] = 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  radii[i] = radius(S.t[i]);
}
function view(corner) {
  const scale = map.options.crs.scale(map.getZoom()), origin = map.getPixelOrigin();
  return { scale, left: origin.x + corner.x, top: origin.y + corner.y };
}
let visible = new Uint8Array(N).fill(1), chosen = -1, chosenCell = -1;
function circle(pen, x, y, r) { pen.beginPath(); pen.arc(x, y, r, 0, 6.2832); }
function paintSite(pen, i, x, y, r) {
  if (S.score[i] === null) {
    pen.fillStyle = "rgba(200,204,208,.85)"; pen.strokeStyle = "#5f6770"; pen.lineWidth = 1;
    circle(pen, x, y, r); pen.fill(); pen.stroke();
    const d = r * 0.7; pen.beginPath(); pen.moveTo(x - d, y - d); pen.lineTo(x + d, y + d); pen.moveTo(x + d, y - d); pen.lineTo(x - d, y + d); pen.stroke();
    return;
  }
  pen.fillStyle = siteColour(i);
  circle(pen, x, y, r); pen.fill();
  const kind = S.evidence[i];
  if (kind === 0 && r > 3) { pen.lineWidth = 1.4; pen.strokeStyle = "#fff"; circle(pen, x, y, r + 0.9); pen.stroke(); pen.lineWidth = 2; pen.strokeStyle = "#111"; circle(pen, x, y, r + 2.4); pen.stroke(); }
  else { pen.lineWidth = kind === 1 ? 1.2 : 0.7; pen.strokeStyle = kind === 1 ? "#222" : "#8a8f94"; pen.stroke(); }
}
/* Where sites crowd, circles shrink, and those wholly under better-ranked ones are left out of the picture. */
const CELL = 5;
let factor = 1;
layers.sites = new CanvasLayer("sites", (pen, v) => {
  const near = [], wide = Math.ceil(v.width / CELL) + 8, taken = new Uint8Array(wide * (Math.ceil(v.height / CELL) + 8));
  for (let i = 0; i < N; i++) {
    if (!visible[i]) continue;
    const x = worldX[i] * v.scale - v.left, y = worldY[i] * v.scale - v.top;
    if (x > -16 && y > -16 && x < v.width + 16 && y < v.height + 16) near.push(i, x, y);
  }
  factor = Math.min(1, Math.max(0.34, Math.sqrt(v.width * v.height / (near.length * 100))));
  const drawn = [];
  for (let k = 0; k < near.length; k += 3) {
    const cell = (Math.floor(near[k + 2] / CELL) + 4) * wide + Math.floor(near[k + 1] / CELL) + 4;
    if (N < 3000 || taken[cell] < 2) { taken[cell] += 1; drawn.push(k); }
  }
  for (let j = drawn.length - 1; j >= 0; j--) {
    const k = drawn[j], i = near[k], x = near[k + 1], y = near[k + 2], r = radii[i] * factor;
    if (r > 2.2) { paintSite(pen, i, x, y, r); continue; }
    pen.fillStyle = S.score[i] === null ? "#b4b9be" : siteColour(i);
    pen.fillRect(x - r, y - r, 2 * r, 2 * r);
    if (S.evidence[i] === 0) { pen.fillStyle = "#111"; pen.fillRect(x - 0.8, y - 0.8, 1.6, 1.6); }
  }
  if (chosen >= 0) {
    const x = worldX[chosen] * v.scale - v.left, y = worldY[chosen] * v.scale - v.top, r = radii[chosen] * factor;
    paintSite(pen, chosen, x, y, r);
    pen.lineWidth = 3; pen.strokeStyle = "#b3470b"; circle(pen, x, y, r + 6); pen.stroke();
  }
});
const place = (x, y, v) => {
  const s = Math.sin(y * Math.PI / 180);
  return [(x / 360 + 0.5) * v.scale - v.left, (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * v.scale - v.top];
};
layers.cells = new CanvasLayer("cells", (pen, v) => {
  pen.font = "600 11px " + getComputedStyle(document.body).fontFamily;
  pen.textAlign = "center"; pen.textBaseline = "middle";
  for (const [x, y, n, best] of data.cells) {
    const [l, b] = place(x, y, v), [r, t] = place(x + 0.25, y + 0.25, v);
    if (r < 0 || b < 0 || l > v.width || t > v.height) continue;
    pen.globalAlpha = 0.4; pen.fillStyle = best === null ? "#c8ccd0" : colour(best); pen.fillRect(l, t, r - l, b - t);
    pen.globalAlpha = 1; pen.strokeStyle = "rgba(60,60,60,.35)"; pen.lineWidth = 0.6; pen.strokeRect(l, t, r - l, b - t);
    if (r - l > 30) { pen.fillStyle = "#fff"; pen.fillRect((l + r) / 2 - 16, (t + b) / 2 - 8, 32, 16); pen.fillStyle = "#111"; pen.fillText(String(n), (l + r) / 2, (t + b) / 2); }
  }
});
const C = data.communities;
let boxes = [];
layers.communities = new CanvasLayer("marks", (pen, v) => {
  const family = getComputedStyle(document.body).fontFamily;
  boxes = [];
  pen.font = "600 12px " + family; pen.textBaseline = "middle"; pen.lineJoin = "round";
  for (let i = 0; i < C.name.length; i++) {
    const [x, y] = place(C.x[i] / 1e5, C.y[i] / 1e5, v);
    if (x < 0 || y < 0 || x > v.width || y > v.height) continue;
    pen.fillStyle = "#fff"; pen.strokeStyle = "#1b2530"; pen.lineWidth = 1.6; pen.beginPath();
    if (C.kind[i] === "office_point") pen.rect(x - 4, y - 4, 8, 8); else { pen.moveTo(x, y - 5.5); pen.lineTo(x + 5.5, y); pen.lineTo(x, y + 5.5); pen.lineTo(x - 5.5, y); pen.closePath(); }
    pen.fill(); pen.stroke();
    name(pen, boxes, C.name[i], x + 9, y, "#1b2530");
  }
});
layers.areaNames = new CanvasLayer("marks", (pen, v) => {
  const taken = map.hasLayer(layers.communities) ? [...boxes] : [];
  pen.font = "italic 600 12px " + getComputedStyle(document.body).fontFamily; pen.textBaseline = "middle"; pen.lineJoin = "round";
  A.name.forEach((text, i) => {
    if (!map.hasLayer(layers["area_" + A.kind[i]])) return;
    const [x, y] = place(A.label[i][0], A.label[i][1], v);
    if (x < 0 || y < 0 || x > v.width || y > v.height) return;
    name(pen, taken, text, x - pen.measureText(text).width / 2, y, "#4d4466");
  });
});
function name(pen, taken, text, x, y, ink) {
  const wide = pen.measureText(text).width, box = [x - 2, y - 8, x + wide + 2, y + 8];
  if (taken.some((one) => box[0] < one[2] && box[2] > one[0] && box[1] < one[3] && box[3] > one[1])) return;
  taken.push(box);
  pen.lineWidth = 3.5; pen.strokeStyle = "rgba(255,255,255,.9)"; pen.strokeText(text, x, y);
  pen.fillStyle = ink; pen.fillText(text, x, y);
}
function siteAt(point) {
  const v = view(map.containerPointToLayerPoint([0, 0]));
  let best = -1, nearest = Infinity;
  for (let i = 0; i < N; i++) {
    if (!visible[i]) continue;
    const dx = worldX[i] * v.scale - v.left - point.x, dy = worldY[i] * v.scale - v.top - point.y;
    const gap = Math.sqrt(dx * dx + dy * dy) - radii[i] * factor;
    if (gap < 6 && gap < nearest - 0.01) { nearest = gap; best = i; }
  }
  return best;
}
const cellAt = (at) => data.cells.findIndex(([x, y]) => at.lng >= x && at.lng < x + 0.25 && at.lat >= y && at.lat < y + 0.25);
layers.tiles = null;
function toggle(name, on) {
  if (name === "tiles" && on && !layers.tiles) {
    layers.tiles = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { pane: "tiles", maxZoom: 19, attribution: "© OpenStreetMap contributors", referrerPolicy: "strict-origin-when-cross-origin" });
    layers.tiles.once("tileerror", () => say(w("tiles_failed")));
  }
  const layer = layers[name];
  if (!layer) return;
  if (on) layer.addTo(map); else layer.remove();
  if (name.startsWith("area_")) layers.areaNames.draw();
}
