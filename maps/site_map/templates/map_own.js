/* The viewer's own list: sites taken into it by hand, whatever the filters hide, in the order of the ranking; a link keeps it. */
const ownSites = new Set();
function takeSite(i, into) {
  if (into) ownSites.add(i); else ownSites.delete(i);
  say(fill(into ? "own_added" : "own_removed", { name: nameOf(i), n: number(ownSites.size) }));
  lists.own = target ? [] : ownOrder();
  if (!lists[listed].length) listed = LISTS.find((one) => lists[one].length) ?? listed;
  drawLists(); layers.sites.draw(); writeHash();
}
const ownLabel = (i) => w(ownSites.has(i) ? "own_remove" : "own_add");
/* On a row of a list: a star that is full where the site is in the list. */
function ownStar(i) {
  return button(ownSites.has(i) ? "★" : "☆", () => { takeSite(i, !ownSites.has(i)); document.querySelector(`#list .star[data-star="${i}"]`)?.focus(); }, { class: "star", "data-star": String(i), "aria-pressed": String(ownSites.has(i)), "aria-label": `${w("own_add")}${w("colon")}${nameOf(i)}`, title: ownLabel(i) });
}
/* On the card of a site. */
function ownButton(i) {
  const into = button(ownLabel(i), () => { takeSite(i, !ownSites.has(i)); into.textContent = ownLabel(i); }, { id: "own-site" });
  return into;
}
const ownOrder = () => [...ownSites].sort((a, b) => (S.rank[a] ?? N + 1) - (S.rank[b] ?? N + 1) || a - b);
/* What a link holds of it; a site that is not on this page is said. */
function readOwn(wanted) {
  ownSites.clear();
  for (const id of wanted) { const i = S.id.indexOf(id); if (i >= 0) ownSites.add(i); else say(fill("link_unknown_site", { what: id })); }
}
