/* Colours of both themes, and what lies under the sites: clipped ground, areas, surface, internet background. */
const THEMES = {
  light: {
    tiers: ["#440154", "#31688e", "#35b779", "#9aa0a6"], unscored: "#c8ccd0", edge: "#ffffff", ring: "#111111", ink: "#1b2530", halo: "rgba(255,255,255,.92)", chosen: "#b3470b",
    town: "#333b43", province: "#6b7480", water: "#2a6487", area: "#4d4466", grid: "#b9c2c9", measure: "#b3470b",
    land: { fillColor: "#fbfaf6", color: "#8d98a1" }, province_: { fillColor: "#fbfaf6", color: "#8d98a1" }, sea: "#cfe0ea",
    protected: { fillColor: "#7b8a5c", color: "#6c7a50" }, lake: { fillColor: "#cfe0ea", color: "#8fb3c8" },
    lines: { water: "#8fb8cf", structure: "#a58f80", power: "#8b8b8b", rail: "#555c63", road: "#a3876b" },
  },
  dark: {
    tiers: ["#e6b8ff", "#5aa6e8", "#2e9c66", "#7b838b"], unscored: "#5a6169", edge: "#14181c", ring: "#ffffff", ink: "#f0f3f5", halo: "rgba(20,24,28,.92)", chosen: "#ff9a52",
    town: "#d3d9de", province: "#9aa4ae", water: "#8fc4e3", area: "#c3b6ea", grid: "#3f4850", measure: "#ff9a52",
    land: { fillColor: "#23282d", color: "#6c7782" }, province_: { fillColor: "#23282d", color: "#6c7782" }, sea: "#16222c",
    protected: { fillColor: "#9bb06f", color: "#8ea06a" }, lake: { fillColor: "#1a2f3f", color: "#3d6a86" },
    lines: { water: "#33617c", structure: "#8a7768", power: "#8b8b8b", rail: "#9aa2aa", road: "#a3876b" },
  },
};
let theme = "light";
const ink = () => THEMES[theme];
const siteColour = (i) => ranked(i) ? ink().tiers[S.tier[i]] : ink().unscored;
const layers = {};
for (const [name, z] of [["tiles", 150], ["ground", 210], ["surface", 230], ["over", 240], ["areas", 260], ["sites", 420]]) {
  map.createPane(name).style.zIndex = z;
  if (name !== "sites") map.getPane(name).style.pointerEvents = "none";
}
map.attributionControl.setPrefix(false);
const base = data.base, A = data.areas, C = data.communities;
/* Lakes and lines lie above the surface: it hides no water and no road. */
const ground = L.canvas({ pane: "ground", padding: 0.2 }), over = L.canvas({ pane: "over", padding: 0.2 }), outlines = L.canvas({ pane: "areas", padding: 0.2 });
const SHAPES = {
  land: { fill: true, fillOpacity: 1, weight: 0.8 }, province: { fill: true, fillOpacity: 1, weight: 1, dashArray: "6 4" }, protected: { fill: true, fillOpacity: 0.16, weight: 0.8 },
  lake: { fill: true, fillOpacity: 1, weight: 0.7 }, water: { weight: 1 }, structure: { weight: 1.1, dashArray: "8 3 2 3" }, power: { weight: 1, dashArray: "2 4" }, rail: { weight: 1.4, dashArray: "7 3" }, road: { weight: 1.3 },
};
const groundColour = (kind) => ink().lines[kind] ? { color: ink().lines[kind] } : ink()[kind === "province" ? "province_" : kind];
/* Leaflet projects every corner anew, twice per zoom, and leaves as many objects to be cleared away. Here a ring keeps its corners on the plane
   of the map (0 to 1) and its points: a zoom is a multiplication, done once. */
const QUICK = {
  _projectLatlngs(latlngs, result, box) {
    if (!(latlngs[0] instanceof L.LatLng)) { for (const one of latlngs) this._projectLatlngs(one, result, box); return; }
    const scale = map.options.crs.scale(map.getZoom()), origin = map.getPixelOrigin(), key = [scale, origin.x, origin.y].join();
    latlngs.plane ??= Float64Array.from(latlngs.flatMap((at) => [at.lng / 360 + 0.5, mercator(at.lat)]));
    latlngs.points ??= latlngs.map(() => L.point(0, 0));
    if (latlngs.key !== key) {
      let left = Infinity, top = Infinity, right = -Infinity, low = -Infinity;
      latlngs.points.forEach((point, k) => {
        point.x = Math.round(latlngs.plane[2 * k] * scale) - origin.x; point.y = Math.round(latlngs.plane[2 * k + 1] * scale) - origin.y;
        if (point.x < left) left = point.x; if (point.x > right) right = point.x; if (point.y < top) top = point.y; if (point.y > low) low = point.y;
      });
      latlngs.key = key; latlngs.corners = [L.point(left, top), L.point(right, low)];
    }
    for (const corner of latlngs.corners) box.extend(corner);
    result.push(latlngs.points);
  },
};
const QuickPolygon = L.Polygon.extend(QUICK), QuickPolyline = L.Polyline.extend(QUICK);
function groundLayer(one, polygon) {
  const above = !["land", "province", "protected"].includes(one.kind), style = { renderer: above ? over : ground, pane: above ? "over" : "ground", interactive: false, smoothFactor: 1.4, fillRule: "nonzero", ...SHAPES[one.kind], ...groundColour(one.kind) };
  const paths = one.paths.map(decode);
  return polygon ? new QuickPolygon(paths.map((ring) => [ring]), style) : new QuickPolyline(paths, style);
}
const [WEST, SOUTH, EAST, NORTH] = base.box;
layers.sea = base.sea ? L.rectangle([[SOUTH, WEST], [NORTH, EAST]], { renderer: ground, pane: "ground", interactive: false, fill: true, fillOpacity: 1, stroke: false, fillColor: ink().sea }) : null;
for (const one of base.backdrop) layers["backdrop_" + one.kind] = groundLayer(one, true);
for (const one of base.lines) layers["line_" + one.kind] = groundLayer(one, false);

/* Areas: one colour, weight and opacity for all; only the dashes tell the kinds apart. */
const DASHES = ["", "9 5", "2 5", "12 4 2 4", "5 5", "16 6", "2 9", "9 3 2 3 2 3"];
const areaStyle = (i) => ({ renderer: outlines, pane: "areas", interactive: false, fill: true, fillColor: ink().area, fillOpacity: 0.035, color: ink().area, weight: 1.6, opacity: 0.9, dashArray: DASHES[A.kind[i] % DASHES.length] });
const areaRings = A.paths.map((paths) => paths.map(decode));
A.kinds.forEach((kind, k) => {
  layers["area_" + k] = L.featureGroup(A.name.map((_, i) => i).filter((i) => A.kind[i] === k).map((i) => new QuickPolygon(areaRings[i], areaStyle(i))));
});
const areaBounds = (i) => L.latLngBounds(areaRings[i].flat());
function ringHolds(ring, y, x) {
  let inside = false;
  for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
    const [y1, x1] = ring[k], [y2, x2] = ring[j];
    if ((y1 > y) !== (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
const ringsHold = (rings, y, x) => rings.reduce((odd, ring) => odd !== ringHolds(ring, y, x), false);
/* Outline of a lake, protected area or province, with its islands: the smallest ring around the point of its name; null where none is drawn there. */
const drawnRings = new Map(), outlinesAt = new Map();
function outlineAt(kind, y, x) {
  const key = [kind, y, x].join(), drawn = base.backdrop.find((one) => one.kind === kind);
  if (outlinesAt.has(key)) return outlinesAt.get(key);
  if (drawn && !drawnRings.has(kind)) drawnRings.set(kind, drawn.paths.map(decode));
  const size = (ring) => { const box = L.latLngBounds(ring); return (box.getNorth() - box.getSouth()) * (box.getEast() - box.getWest()); };
  const rings = drawnRings.get(kind) ?? [], [outer] = rings.filter((ring) => ringHolds(ring, y, x)).sort((a, b) => size(a) - size(b));
  outlinesAt.set(key, outer ? [outer, ...rings.filter((ring) => ring !== outer && ringHolds(outer, ...ring[0]))] : null);
  return outlinesAt.get(key);
}
/* The lines of a river that is named on this map: all of that name; null where none is drawn. */
const linesOf = new Map();
function linesOfName(k) {
  if (linesOf.has(k)) return linesOf.get(k);
  const drawn = base.lines.find((one) => one.kind === "water"), many = base.names.paths, first = many.slice(0, k).reduce((sum, one) => sum + one, 0);
  const lines = drawn ? drawn.paths.slice(first, first + many[k]).map(decode) : [];
  linesOf.set(k, lines.length ? Object.assign(lines, { open: true }) : null);
  return linesOf.get(k);
}
/* Kilometres from sites to an outline or to lines: 0 inside, infinite where surely beyond the limit. The nearest point is searched on a plane, as a screening does. */
let measuredTo = {};
function distancesToOutline(rings, limit) {
  if (measuredTo.rings === rings && measuredTo.limit === limit) return measuredTo.table;
  const table = new Float32Array(N).fill(Infinity), box = L.latLngBounds(rings.flat()), pad = limit / 110;
  for (let i = 0; i < N; i++) {
    const y = lat(i), x = lon(i), squeeze = Math.cos(y * Math.PI / 180);
    if (y < box.getSouth() - pad || y > box.getNorth() + pad || x < box.getWest() - pad / squeeze || x > box.getEast() + pad / squeeze) continue;
    if (!rings.open && ringsHold(rings, y, x)) { table[i] = 0; continue; }
    let least = Infinity, nearY = y, nearX = x;
    for (const ring of rings) for (let k = rings.open ? 1 : 0, j = k ? 0 : ring.length - 1; k < ring.length; j = k++) {
      const [y1, x1] = ring[j], wide = (ring[k][1] - x1) * squeeze, tall = ring[k][0] - y1, px = (x - x1) * squeeze, py = y - y1, long = wide * wide + tall * tall;
      const t = long ? Math.max(0, Math.min(1, (px * wide + py * tall) / long)) : 0, far = (px - t * wide) ** 2 + (py - t * tall) ** 2;
      if (far < least) { least = far; nearY = y1 + t * tall; nearX = x1 + t * (ring[k][1] - x1); }
    }
    table[i] = km(x, y, nearX, nearY);
  }
  measuredTo = { rings, limit, table };
  return table;
}
/* All areas at a point whose layer is on, by name: none comes before another by its size or kind. */
function areasAt(point) {
  const collator = new Intl.Collator(lang);
  return A.name.map((_, i) => i).filter((i) => on.has("area_" + A.kind[i]) && ringsHold(areaRings[i], point.lat, point.lng))
    .sort((a, b) => collator.compare(A.name[a], A.name[b]));
}
/* Named lakes and protected areas at a point whose layers are on: kind, name and its place among the names. */
function groundAt(point) {
  const names = base.names, here = [];
  for (let k = 0; k < names.name.length; k++) {
    const kind = names.kinds[names.kind[k]];
    if (!["lake", "protected"].includes(kind) || !on.has("backdrop_" + kind)) continue;
    const rings = outlineAt(kind, names.y[k] / 1e4, names.x[k] / 1e4);
    if (rings && ringsHold(rings, point.lat, point.lng)) here.push([kind, names.name[k], k]);
  }
  return here;
}
if (data.surface) {
  const b = data.surface.bounds;
  layers.surface = L.imageOverlay(data.surface.address, [[b[0], b[1]], [b[2], b[3]]], { pane: "surface", opacity: 0.6, alt: "" });
}
/* Layers painted on the one canvas of the sites; the others are Leaflet's. */
const PAINTED = new Set(["graticule", "names", "communities", "areaNames", "cells", "plan"]);
const started = ["graticule", "names", "communities", "areaNames", "cells", "sea", ...base.backdrop.map((one) => "backdrop_" + one.kind), ...base.lines.filter((one) => one.kind !== "structure").map((one) => "line_" + one.kind), ...A.kinds.map((_, k) => "area_" + k)];
const on = new Set(started);
function toggle(name, wanted) {
  if (wanted) on.add(name); else on.delete(name);
  if (name === "tiles" && wanted && !layers.tiles) {
    layers.tiles = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { pane: "tiles", maxZoom: 19, attribution: "© OpenStreetMap contributors", referrerPolicy: "strict-origin-when-cross-origin" });
    layers.tiles.once("tileerror", () => say(w("tiles_failed")));
  }
  if (name === "tiles") for (const land of ["sea", "backdrop_land", "backdrop_province", "backdrop_lake"]) if (layers[land] && on.has(land)) { if (wanted) layers[land].remove(); else layers[land].addTo(map); }
  const layer = layers[name];
  if (layer) { if (wanted) layer.addTo(map); else layer.remove(); }
  if (PAINTED.has(name) || name.startsWith("area_")) layers.sites.draw();
}
function dress() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches, wish = document.documentElement.dataset.wish;
  theme = wish || (dark ? "dark" : "light");
  document.documentElement.dataset.theme = theme;
  for (const one of [...base.backdrop.map((b) => ["backdrop_", b.kind]), ...base.lines.map((b) => ["line_", b.kind])]) layers[one.join("")].setStyle(groundColour(one[1]));
  if (layers.sea) layers.sea.setStyle({ fillColor: ink().sea });
  A.kinds.forEach((_, k) => layers["area_" + k].setStyle({ color: ink().area, fillColor: ink().area }));
  sprites.clear();
  layers.sites.draw();
}
