"""What columns are called: the words of English, French and Spanish headings for each column of a layer.

A heading is compared without case, accents and punctuation (``Année d'ouverture`` reads ``annee_d_ouverture``). Whole headings
count more than headings that only hold a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from layers.text import fold

WHOLE: Mapping[str, tuple[str, ...]] = {
    "latitude": ("latitude", "lat", "lat_dd", "latitud", "lat_dec", "latitude_dd", "y_wgs84", "lat_wgs84", "latdd", "dec_lat",
                 "latitude_nad83", "lat_nad83", "latitude27", "latitud27", "latitude83", "decimallatitude", "lat_decimal"),
    "longitude": ("longitude", "lon", "long", "lng", "long_dd", "lon_dd", "longitud", "lng_dec", "long_dec", "longitude_dd",
                  "x_wgs84", "lon_wgs84", "long_wgs84", "longdd", "dec_long", "dec_lon", "longitude_nad83", "long_nad83",
                  "longitude27", "longitude83", "decimallongitude", "lon_decimal", "long_decimal"),
    "easting": ("easting", "utm_east", "utm_este", "este", "est", "utm_e", "easting_m", "utm_x", "coord_x", "xcoord", "xcoo",
                "x_coord", "estn", "utm_easting", "east", "abscisse", "coordenada_este", "n83_east", "x_utm", "utme"),
    "northing": ("northing", "utm_nort", "utm_north", "utm_norte", "norte", "nord", "utm_n", "northing_m", "utm_y", "coord_y",
                 "ycoord", "ycoo", "y_coord", "utm_northing", "north", "ordonnee", "coordenada_norte", "n83_nort", "y_utm",
                 "utmn"),
    "grid_reference": (
        "grid_ref", "grid_reference", "gridref", "gridreference", "ngr", "os_grid_ref", "os_grid_reference", "osgr", "mgrs",
        "usng", "irish_grid_ref", "irish_grid_reference", "national_grid_reference", "mgrs_reference",
    ),
    "utm_zone": ("utm_zone", "zone", "utmzone", "huso", "fuseau", "fus_utm", "fuseau_utm", "zona", "zona_utm", "n83_zone"),
    "datum": ("datum", "ll_datum", "horizontal_datum", "datum_horizontal", "systeme_geodesique", "coord_datum"),
    "official_id": ("id_site", "site_id", "site_no", "no_site", "mine_id", "minfilno", "mdi_ident", "official_id", "numero_site",
                    "no_gite", "numr_gite", "id_deposito", "id_faena", "codigo", "facility_id", "id_relave", "code_site",
                    "site_number", "numero", "dep_id", "deposit_id", "record_id", "id", "oid"),
    "parent_id": ("parent_id", "parent", "id_parent", "id_mine", "id_padre"),
    "name": ("name", "site_name", "mine_name", "nom", "nom_site", "nom_mine", "nombre", "nombre_faena", "nombre_instalacion",
             "nombre_deposito", "name1", "property_name", "deposit_name", "facility_name", "site", "mine", "nom_gite", "title",
             "nombre_mina", "site_title", "nom_du_site", "nombre_sitio", "name_en", "tsf_name"),
    "aliases": ("aliases", "alias", "name2", "other_names", "all_names", "autres_noms", "autre_nom", "otros_nombres",
                "alternate_names", "synonyms", "alternative_names", "former_names"),
    "jurisdiction": ("jurisdiction", "province", "state", "prov", "region_admin", "province_territory", "provincia", "etat_prov",
                     "prov_terr", "estado_region"),
    "commodities": ("commodities", "commodity", "commods", "commodity1", "commodity2", "commodity3", "commod1", "commod2",
                    "commod3", "p_commod", "s_commod", "commodity_code", "substances", "substance", "subst_prin", "recurso",
                    "recursos", "minerals_mined", "metals", "metaux", "elementos", "elements", "primary_commodity",
                    "secondary_commodity", "minerai", "produits", "mineral", "minerales", "comnames", "comname", "metales",
                    "sustancias"),
    "deposit_type": ("deposit_type", "dep_type", "deposit", "deposittype", "type_gite", "type_de_gite", "tipo_yacimiento",
                     "dep_class", "deposit_class", "orebody_type", "model", "deposit_model"),
    "waste_type": ("waste_type", "feature", "feature_type", "type_residu", "type_residus", "tipo_deposito", "site_type",
                   "tipo_residuo", "type_de_residus", "facility_type", "waste", "type_dechet", "tipo_instalacion",
                   "waste_feature", "tailings", "relaves"),
    "disposal": ("disposal", "disposal_method", "storage_method", "tailings_storage_method", "mode_entreposage",
                 "metodo_disposicion", "mode_de_depot", "disposicion"),
    "mass_t": ("tailings_t", "tonnes", "tonnage", "tonelaje", "tonnage_t", "mass_t", "waste_t", "tailings_mass", "tonnes_residus",
               "tonelaje_actual", "tons", "ton_actual", "tonnage_actuel", "toneladas", "residus_t", "waste_tonnes",
               "tailings_tonnes"),
    "volume_m3": ("volume_m3", "volume", "volumen", "tailings_volume", "vol_actual", "vol_m3", "volumen_m3", "volume_actuel",
                  "volumen_actual"),
    "milled_t": ("milled", "milled_t", "ore_milled", "ore_processed", "ore_milled_t", "minerai_traite", "tonnes_milled",
                 "mineral_procesado", "minerai_traite_t", "minerai_usine", "mineral_tratado", "minerio_processado"),
    "mined_t": ("mined", "mined_t", "ore_mined", "minerai_extrait", "mineral_extraido"),
    "area_m2": ("area_m2", "area", "superficie", "surface", "area_ha", "areaha", "superf_ha", "superficie_ha", "superficie_m2",
                "tailings_area", "area_km2", "surface_ha", "surface_m2", "footprint_m2", "footprint_ha", "area_hectares"),
    "height_m": ("height_m", "height", "hauteur", "altura", "hauteur_m", "altura_m", "max_height", "current_max_height",
                 "hauteur_max", "altura_muro"),
    "first_year": ("first_year", "year_open", "year_opened", "firstyear", "start_date", "start_year", "an_debut", "annee_debut",
                   "annee_ouverture", "ano_inicio", "inicio", "opened", "construction_year", "year_start"),
    "last_year": ("last_year", "year_close", "year_closed", "lastyear", "end_date", "end_year", "an_fin", "annee_fin",
                  "annee_fermeture", "ano_cierre", "cierre", "closed", "year_end"),
    "status": ("status", "mine_status", "mine_statu", "statut", "etat", "estado", "dev_stat", "development_status", "situacion",
               "etat_site", "estado_instalacion", "status_d", "dev_stage"),
    "hazard_class": ("hazard_class", "class", "hazard", "classe", "clase", "risk_class", "feature_class", "hazard_rating",
                     "classe_risque", "categoria_riesgo", "hazard_classification"),
    "minerals": ("ore_minerals", "ore_mineral", "ore_min", "oremin", "gangue_minerals", "gangue_mineral", "gangue_min", "gangue",
                 "mineralogy", "minerals_present", "mineraux", "mineraux_de_minerai", "minerales_de_mena", "minerales_mena",
                 "minerales_de_ganga", "minerales_ganga", "ganga", "mineralogie", "mineralogia"),
    "remarks": ("remarks", "comments", "comment", "notes", "note", "remarques", "commentaires", "observaciones", "comentarios",
                "description", "forcing_features", "observations", "remarque"),
    "url": ("url", "link", "web_link", "website", "lien", "enlace", "detail", "hyperlink"),
    "sample_id": ("sample_id", "sample", "sampleid", "sample_no", "lab_id", "lab_no", "rock_no", "field_id", "no_echantillon",
                  "echantillon", "numero_echantillon", "id_muestra", "muestra", "sample_number", "samp_id", "field_no",
                  "specimen", "masterid", "no_ech", "id_echantillon", "sample_name", "id"),
    "site_key": ("site_key",),
    "medium": ("medium", "sample_type", "sampletype", "material", "materiau", "matrix", "sample_source", "matrice",
               "tipo_muestra", "type_echantillon", "milieu", "media", "sample_medium"),
    "n_analyses": ("n_analyses", "n_samples", "n", "count", "nb_echantillons", "n_muestras"),
    "tree_ppm": ("tree_ppm", "tree_mean_ppm", "total_ree_ppm", "sum_ree_ppm", "ree_total_ppm", "tree_g_t", "ree_ppm"),
    "territory": ("territory", "territoire", "territorio", "nation", "nation_name", "treaty_name", "reserve_name", "ename",
                  "name_e", "english_name", "name_en", "name", "nom", "nombre", "comunidad", "title", "pueblo"),
    "territory_other_names": ("frenchname", "name_fr", "fname", "nom_fr", "french_name", "name_f", "nombre_es", "other_names",
                              "autres_noms"),
    "territory_id": ("territory_id", "tag_id", "alcode", "id", "reserve_no", "band_number"),
    "community": ("community", "communaute", "comunidad", "name", "nom", "nombre", "band_name", "first_nation", "town",
                  "village", "localidad", "community_name", "place_name", "nom_communaute"),
    "community_id": ("community_id", "band_number", "band_nbr", "id_communaute", "id"),
    "kind": ("kind", "type", "place_type", "type_lieu", "genre", "tipo"),
    "key": ("key", "site", "site_id", "site_no", "record_id", "official_id", "no_site", "id_site"),
    "reason": ("reason", "why", "raison", "motivo", "motif"),
    "date": ("date", "asked", "date_demande", "fecha"),
}  # fmt: skip
"""Layer column -> headings that mean it as a whole, most telling first."""

HOLDING: Mapping[str, str] = {
    "latitude": r"(?:^|_)lat(?:itude|itud)?(?:_|$|\d)",
    "longitude": r"(?:^|_)(?:lon|long|lng|longitude|longitud)(?:_|$|\d)",
    "easting": r"(?:^|_)(?:easting|este?|utm_?e|utm_?x|saga)(?:_|$)",
    "northing": r"(?:^|_)(?:northing|norte?|nord|utm_?n|utm_?y|yukari?)(?:_|$)",
    "grid_reference": r"(?:^|_)(?:grid_?ref(?:erence)?|ngr|mgrs|usng|osgr)(?:_|$)",
    "utm_zone": r"(?:^|_)(?:utm_?zone|huso|fuseau)(?:_|$)",
    "official_id": r"^(?:codigo|code|id|numero|no|num)_(?:de_)?(?:faena|deposito|sitio|site|mine|mina|gite)$|"
                   r"^(?:site|mine|facility|deposit|gite|faena)_?(?:id|no|num|number|code)$|_(?:site|mine)_?(?:id|no)$",
    "name": r"^(?:(?:site|mine|property|dep|deposit|facility|tsf|dam)_?names?|noms?_.*|nombre_.*|.*_names?)$",
    "commodities": r"commo|substance|metaux|metales|sustancia",
    "deposit_type": r"dep(?:osit)?_?(?:type?|desc|cla)|type_(?:de_)?gite|tipo_(?:de_)?yacimiento",
    "status": r"^(?:dev(?:elopment)?|mine|site|corps|gite|production|operating)_(?:stage|stat\w*)(?:_|$)|"
              r"^(?:statut|etat|estado)_(?:du_|de_|del_)?(?:site|corps|gite|mine|instalacion|faena|deposito)",
    "jurisdiction": r"^prov(?:ince|inc|incia)?s?(?:_\w\w)?$",
    "site_key": r"^(?:nombre_)?faena$|^(?:site|mine|deposit)(?:_name)?$|^nom_(?:du_)?site$",
    "waste_type": r"waste_?type|(?:type|tipo)_(?:de_)?(?:residus?|residuos?|relaves?|deposito|steriles)",
    "mass_t": r"^(?:tailings|waste|tonnage|tonelaje|tonnes|toneladas)_(?:t|tonnes|mass|tonnage|actual|actuel|mt|kt)$",
    "milled_t": r"milled|ore_(?:treated|processed)|minerai_(?:traite|usine|broye)|"
                r"mineral_(?:procesado|tratado|molido|beneficiado)|minerio_(?:processado|tratado|moido|beneficiado)",
    "mined_t": r"(?:^|_)mined_(?:quantity|tonnes|tonnage|tons|t|kt|mt)$|ore_(?:mined|extracted)|(?:^|_)mined_ore|minerai_extrait|"
               r"mineral_(?:extraido|extraida)",
    "area_m2": r"^\w+_(?:m2|ha|km2|hectares|sqm|sqkm)$",
    "volume_m3": r"^vol(?:ume|umen)?_(?:m3|actual|actuel|mm3)$|^\w+_(?:m3|cubic_met(?:re|er)s)$",
    "first_year": r"(?:year|annee|an|ano|date)_?(?:of_|d_|de_)?(?:open|start|debut|ouverture|inicio|apertura)",
    "last_year": r"(?:year|annee|an|ano|date)_?(?:of_|de_)?(?:clos|end|fin|fermeture|cierre)",
    "sample_id": r"(?:sample|muestra|echantillon|rock|lab|specimen)_?(?:id|no|num|number|name)$|^(?:no|id|num)_(?:ech|muestra)",
    "tree_ppm": r"^(?:tree|sum_ree|total_ree)(?:_\w+)?_(?:ppm|g_t)$",
    "community": r"communit|communaut|comunidad",
    "territory": r"territor|nation|treaty|traite|tratado",
}  # fmt: skip
"""Layer column -> what a plain heading may hold; weaker than a whole heading."""

MEDIA_WORDS: Mapping[str, str] = {
    "waste": r"tailing|relave|r[ée]sidu|mine.?waste|waste|halde|slag|scorie|escoria|heap.?leach|st[ée]ril|dump|"
             r"anrikningssand|avgang|rikastushiek|rejeito|\bjales?\b|varp|schlacke|slagg|хвост|отвал|尾矿",
    "lake_sediment": r"lake.?sed|s[ée]diments? de lac|sedimentos? (?:de )?lag|^lake$|^lac$|lakesed",
    "stream_sediment": r"stream|\bstrea\b|river.?sed|s[ée]diments? de ruisseau|sedimentos? (?:de )?(?:r[íi]o|corriente|quebrada)|"
                       r"ruisseau|^sediment|silt|_ssd\b|drainage",
    "till": r"\btill\b|till_|moraine|glacial",
    "soil": r"\bsoil|topsoil|^sol$|_sol\b|horizon|suelo|regolith|laterite|humus",
    "rock": r"rock|roche|roca|outcrop|affleurement|chip|bedrock|basalt|granit|core|lithogeo",
    "water": r"\bwater|\beau\b|agua",
}  # fmt: skip
"""Sample medium -> words of cells or file names, tried in this order."""

STATUS_WORDS = (
    r"past produc|\bproducer|producing|\bprospect|\bshowing|occurrence|^indication$|^deposit$|worked deposit|\bplant\b|abandon|"
    r"histori[cq]|\bclosed|^close|\b(?:in)?active\b|care and maintenance|orphan|dormant|exhausted|reclaim|rehabilit|operating|"
    r"\bshut\b|undeveloped|suspended|inactivity|construction|\binacti|\bactif|\bactiv[oa]s?\b|\bferme|en exploitation|^indice|"
    r"restaur|"
    r"cerrad|cierre|en operacion|paralizad|construccion|^mine$|closed mine|refinery|advanced (?:project|exploration)|"
    r"en production|^gite|ancienne mine|mina cerrada"
)
"""What states of sites are called, as plain words."""

MINE_STATUS_WORDS = (
    r"past produc|\bproducer|producing mine|\bprospect|\bshowing|occurrence|^indication$|closed mine|worked deposit|"
    r"developed prospect|"
    r"ancienne mine|mina cerrada|undeveloped|^indice"
)
"""States that only mines and mineral occurrences have."""

KIND_WORDS = (
    r"\btailing|relave|\bparc\b.*residu|residus? miniers?|bassin de residus|\btsf\b|waste rock|\bsteriles?\b|\bhaldes?\b|"
    r"botadero|\bmine dump|\bslag\b|\bscories?\b|escoria|heap leach|lixiviacion|ripios"
)
"""Kinds of mine waste, as plain words."""

DEPOSIT_WORDS = (
    r"\bveins?\b|\bskarn|porphyr|massive sul|\bvms\b|epithermal|mesothermal|\bplacer|kimberlit|iron formation|\blode\b|"
    r"stratabound|"
    r"stratiform|pegmatit|carbonatit|hydrothermal|magmatic|sedex|\bmvt\b|mississippi valley|orogenic|syngenetic|replacement|"
    r"polymetallic|sediment hosted|volcanic hosted|\bfilon|\bveta|porfid|ultramafic|alkali|intrusi|\biocg\b|lateri"
)
"""Types of mineral deposits, as plain words."""

PLACES_OF_LAW = frozenset(
    (  # noqa: SIM905
        "ab|bc|mb|nb|nl|nf|ns|nt|nu|on|pe|qc|yt|sk|alberta|british columbia|manitoba|new brunswick|newfoundland and labrador|"
        "nova scotia|northwest territories|nunavut|ontario|prince edward island|quebec|québec|saskatchewan|yukon|"
        "colombie-britannique|nouveau-brunswick|nouvelle-écosse|terre-neuve-et-labrador|île-du-prince-édouard|"
        "territoires du nord-ouest|al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|"
        "ny|nc|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|alaska|arizona|california|colorado|idaho|montana|nevada|"
        "new mexico|oregon|south dakota|utah|washington|wyoming|nsw|vic|qld|tas|act|new south wales|victoria|queensland|"
        "south australia|western australia|tasmania|northern territory"
    ).split("|")
)
"""Provinces, territories and states of Canada, the United States and Australia, lower case."""

FRENCH = ("nom", "annee", "an_debut", "superf", "tonnage", "etat", "substances", "residu", "echantillon", "fuseau", "statut",
          "gite", "teneur", "autre", "roche", "commentaires", "remarques", "minerai")  # fmt: skip
SPANISH = ("nombre", "faena", "huso", "este", "norte", "tonelaje", "volumen", "superficie", "estado", "recurso", "comuna",
           "muestra", "ley", "inicio", "cierre", "latitud", "longitud", "tipo", "relave")  # fmt: skip


def plain(text: str) -> str:
    """Return a heading without case, accents and punctuation, words joined by ``_``; ``SiteName`` reads ``site_name``."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text.strip())
    return re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")


def language_of(headings: list[str]) -> tuple[str | None, int]:
    """Return the language headings are in (None where it may be English) and how many headings say so."""
    plains = [plain(heading) for heading in headings]
    scores = {
        "fr": sum(any(word in plain_text for word in FRENCH) for plain_text in plains),
        "es": sum(any(word in plain_text.split("_") for word in SPANISH) for plain_text in plains),
    }
    best = max(scores, key=lambda language: scores[language])
    return (best, scores[best]) if scores[best] >= 3 and scores[best] > min(scores.values()) else (None, 0)
