/* Full screen, measuring, position and search for a plain folium map; written here because folium's own plugins are fetched from a network. */
((map, words) => {
  "use strict";
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions(MARKERS);
  const el = (tag, attributes, text) => { const node = document.createElement(tag); for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value); if (text) node.textContent = text; return node; };
  const control = (position, fill) => { const one = L.control({ position }); one.onAdd = () => { const box = L.DomUtil.create("div", "leaflet-bar minewaste-tools"); box.style.background = "#fff"; L.DomEvent.disableClickPropagation(box); L.DomEvent.disableScrollPropagation(box); fill(box); return box; }; one.addTo(map); };
  const button = (sign, name, run) => { const one = el("button", { type: "button", title: name, "aria-label": name, style: "display:block;width:34px;height:34px;border:0;background:none;font-size:18px;cursor:pointer" }, sign); one.addEventListener("click", () => run(one)); return one; };
  let way = null, line = null;
  const position = el("output", { style: "padding:2px 6px;font:12px sans-serif" });
  const degrees = (at) => `${at.lat.toFixed(4)}, ${at.wrap().lng.toFixed(4)}`;
  const length = () => way.reduce((sum, at, k) => k ? sum + map.distance(way[k - 1], at) : 0, 0) / 1000;
  control("topleft", (box) => box.append(
    button("⛶", words.full_screen, () => { if (document.fullscreenElement) document.exitFullscreen(); else map.getContainer().requestFullscreen().catch(() => {}); }),
    button("↔", words.measure, (one) => {
      way = way ? null : [];
      one.setAttribute("aria-pressed", String(way !== null));
      if (line) line.remove();
      line = way ? L.polyline([], { color: "#b3470b", interactive: false }).addTo(map) : null;
      position.textContent = way ? words.measure_how : degrees(map.getCenter());
    })));
  map.on("click", (event) => { if (!way) return; way.push(event.latlng); line.setLatLngs(way); position.textContent = `${length().toFixed(1)} km`; });
  map.on("mousemove", (event) => { if (!way) position.textContent = degrees(event.latlng); });
  map.on("moveend", () => { if (!way) position.textContent = degrees(map.getCenter()); });
  control("bottomleft", (box) => box.append(position));
  /* Search in the names of everything on the map that has one: also in layers that were added later. */
  control("topright", (box) => {
    const search = el("input", { type: "search", placeholder: words.search, "aria-label": words.search, style: "width:190px;padding:6px;border:0" }), found = el("div", { style: "max-height:220px;overflow-y:auto" });
    const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    search.addEventListener("input", () => {
      found.replaceChildren();
      const wanted = fold(search.value.trim());
      if (wanted.length < 2) return;
      const offer = (layer, content) => {
        if (found.children.length > 11 || !content) return;
        const name = (typeof content === "string" ? new DOMParser().parseFromString(content, "text/html").body : content).textContent.trim();
        if (!fold(name).includes(wanted)) return;
        const one = el("button", { type: "button", style: "display:block;width:100%;text-align:left;border:0;background:none;padding:5px;cursor:pointer" }, name);
        one.addEventListener("click", () => { if (layer.getLatLng) map.setView(layer.getLatLng(), Math.max(map.getZoom(), 9)); else map.fitBounds(layer.getBounds()); if (layer.getPopup && layer.getPopup()) layer.openPopup(); });
        found.append(one);
      };
      map.eachLayer((layer) => {
        const content = layer.getTooltip && layer.getTooltip() && layer.getTooltip().getContent();
        if (typeof content !== "function") offer(layer, content);
        else if (layer.eachLayer) layer.eachLayer((part) => offer(part, content(part))); // areas of a folium.GeoJson share one tooltip
      });
    });
    box.append(search, found);
  });
})(MAP_NAME, WORDS);
