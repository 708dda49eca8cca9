"""Words of a status, read whole, for wastes to come and wastes that are gone: patterns for `layers.cells.hedges`."""

TO_COME = (
    r"(?:en|em) pro[jy]e[ck]?to|(?:en|em|in|under) plan(?:ificaci[oó]n|eaci[oó]n|ejamento|ering)|(?:por|a|à) construi?re?|"
    r"(?:no|n[ãa]o|nunca|sin|sem|jamais|non) constru(?:id[oa]s?|ite?s?|ir)|(?:nie|nicht|noch nicht) gebaut|projektiert\w*|"
    r"under (?:byggnad|uppf[öo]rande|uppbyggnad)|projekterad\w*|(?:ej|inte|aldrig) byggd\w*|"
    r"suunnit\w+|rakenteilla|(?:ei|ei viel[äa]) rakennet\w+|(?:за)?планиру\w+|запланирован\w*|проектиру\w+|"
    r"(?:в )?проект(?:е|ный|ная|ное)?|строит(?:ся|ельство)|строящ\w+|не построен\w*|规划(?:中|建设)?|计划(?:中|建设)?|"
    r"拟建|在建|建设中|筹建中?|设计中?|未建(?:成|设)?"
)
"""What is being built, or on paper."""
IDEAS = (
    r"conceptual|concept|(?:pre-?)?feasibility|scoping|not (?:yet )?(?:started|begun|commissioned)|aldrig|inst[äa]lld\w*|"
    r"peru(?:ttu|utettu)|ei toteut\w+|отменен\w*|не (?:построен|реализован|начат)\w*|取消|未建\w*"
)
"""What was hardly thought of, or given up: what a row records beside it is told and not taken away."""
GONE = (
    r"washed away|eroded|backfilled|re-?processed|re-?treated|dug out|no longer (?:there|present|exists?)|"
    r"eliminad[oa]s?|arrastrad[oa]s?|rellenad[oa]s?|re-?procesad[oa]s?|re-?tratad[oa]s?|movid[oa]s?|"
    r"emport[ée]e?s?|remblay[ée]e?s?|enlev[ée]e?s?|[ée]vacu[ée]e?s?|abtransportiert\w*|aufbereitet\w*|wiederaufbereitet\w*|"
    r"verf[üu]llt\w*|borttag\w+|bortf[öo]rd\w*|bortforsl\w+|flyttad\w*|[åa]terfylld\w*|upparbetad\w*|"
    r"poistettu|siirretty|(?:uudelleen)?k[äa]sitelty|вывез\w+|удал[её]н\w*|перемещ\w+|переработан\w*|размыт\w*|"
    r"(?:已)?(?:清除|清理|搬迁|移除|拆除|再利用|再选|回采|销库|清库)(?:完毕)?"
)
"""What was taken, washed or put away, beside what remarks say of it as well."""
OF_REMOVALS = (
    r"all|entirely|completely|fully|already|site|wastes?|tailings?|waste|rock|slag|material|dumps?|piles?|heaps?|ponds?|were|was|has|"
    r"have|been|being|and|in|by|to|from|off|underground|offsite|elsewhere|since|during|before|after|for|the|of|"
    r"en|el|la|los|las|fue|sido|totalmente|em|foi|le|les|du|des|de|totalement|im|jahr|vollst[äa]ndig|wurde|[åa]r|helt|vuonna|"
    r"flood|floods|river|storm|1[89]\d\d|20\d\d|\d{1,2}"
)
"""What may stand beside these without saying more."""
FOUND = (
    r"(?:developed|advanced|mineral|raw|undeveloped)?\s*(?:prospects?|showings?|occurrences?|anomal(?:y|ies)|deposits?)|"
    r"indices?(?: min[ée]ra(?:l|ux))?|prospectos?|indicios?|ocurrencias?|(?:advanced )?exploration"
)
"""A place where ore was found and nothing more is said."""
