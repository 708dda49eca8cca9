"""YAML as people mean it: ON, NO and dates are texts, and a key given twice is a mistake."""

from __future__ import annotations

import re
from typing import Any

import yaml


class TextLoader(yaml.SafeLoader):
    """YAML whose only truth values are true and false, so that ON, NO and YES stay the texts people meant."""


TextLoader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
TextLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _unique_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=deep) for key, _ in node.value]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' is given twice", node.value[position][0].start_mark
            )
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


TextLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)
