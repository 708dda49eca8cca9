"""YAML as people mean it: ON, NO and dates are texts; numbers that only YAML reads so, and a key given twice, are mistakes."""

from __future__ import annotations

import re
from typing import Any

import yaml


class TextLoader(yaml.SafeLoader):
    """YAML whose only truth values are true and false, so that ON, NO and YES stay the texts people meant."""


_REPLACED = {f"tag:yaml.org,2002:{kind}" for kind in ("bool", "timestamp", "int", "float")}
_SURPRISING = {
    "an octal number": r"[-+]?0[0-7_]*[0-7]",
    "a hexadecimal number": r"[-+]?0x[0-9a-fA-F_]+",
    "a binary number": r"[-+]?0b[01_]+",
    "a number to the base 60": r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
    "infinity": r"[-+]?\.(?:inf|Inf|INF)",
    "no number at all": r"\.(?:nan|NaN|NAN)",
}
"""What YAML 1.1 makes of texts that people write for something else."""

TextLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag not in _REPLACED]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
TextLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
TextLoader.add_implicit_resolver(
    "!surprising", re.compile("^(?:" + "|".join(_SURPRISING.values()) + ")$"), list("-+.0123456789")
)
TextLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
TextLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def _refuse_surprising(_: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    reading = next(name for name, pattern in _SURPRISING.items() if re.fullmatch(pattern, text))
    spelling = f"write '{text}' in quotes for a text"
    if "octal" in reading:
        spelling += f", {text.replace('_', '').lstrip('+0') or 0} for a number"
    elif "60" in reading:
        spelling += ", or the number itself"
    elif reading in ("infinity", "no number at all"):
        spelling = f"no setting takes it; leave the key out, or write '{text}' in quotes for a text"
    raise yaml.constructor.ConstructorError(None, None, f"YAML takes {text} for {reading}: {spelling}", node.start_mark)


TextLoader.add_constructor("!surprising", _refuse_surprising)


def _unique_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        key = repr(loader.construct_object(key_node, deep=deep or not isinstance(key_node, yaml.ScalarNode)))
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key_node.value}' is given twice", key_node.start_mark
            )
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


TextLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


class ShippedLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """`TextLoader` in an eighth of the time where PyYAML has libyaml, whose messages say less: for files that we ship."""

    yaml_implicit_resolvers = TextLoader.yaml_implicit_resolvers
    yaml_constructors = TextLoader.yaml_constructors


MOST_LETTERS = 2_000_000
MOST_NODES = 50_000
MOST_LEVELS = 30
"""Limits of a run file: a hundred times what the longest hand-written ones need."""


def load_text(content: str) -> Any:
    """Read YAML text with `TextLoader`, within limits that no file written by a person reaches.

    Parameters
    ----------
    content : str
        The whole file.

    Returns
    -------
    Any
        Mappings, lists, texts, numbers and truth values.

    Raises
    ------
    yaml.MarkedYAMLError
        If it is no YAML, holds a character YAML does not know, is too long or too deep, repeats its own parts (``*name``) until
        they fill the memory, or holds a number nobody can mean. The only kind of exception that comes from here.
    """
    if len(content) > MOST_LETTERS:
        raise yaml.MarkedYAMLError(problem=f"the file has {len(content):,} letters; {MOST_LETTERS:,} are read")
    try:
        loader = TextLoader(content)
        node = loader.get_single_node()
        if node is None:
            return None
        _require_small(node, content)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError:
        raise
    except yaml.reader.ReaderError as failure:
        line = content.count("\n", 0, int(failure.position or 0))
        letter = failure.character if isinstance(failure.character, int) else ord(str(failure.character)[0])
        raise yaml.MarkedYAMLError(
            problem=f"the character U+{letter:04X} may not stand in YAML", problem_mark=_mark(line)
        ) from None
    except RecursionError:
        raise yaml.MarkedYAMLError(problem=f"lists and mappings are nested more than {MOST_LEVELS} deep") from None
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as failure:
        raise yaml.MarkedYAMLError(problem=f"a value cannot be read ({str(failure)[:100]})") from None


_CUT_OFF = re.compile(r"[ \t]+#\d")
"""``Area #2``: YAML takes what follows the blank for a comment."""


def _require_small(root: yaml.Node, content: str) -> None:
    """Stop at depth or at repeated parts before anything is built of them, and at texts of which YAML drops the end."""
    waiting, seen = [(root, 1)], 0
    while waiting:
        node, level = waiting.pop()
        seen += 1
        if level > MOST_LEVELS:
            problem = f"lists and mappings are nested more than {MOST_LEVELS} deep"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        if seen > MOST_NODES:
            problem = f"with its repeated parts the file holds more than {MOST_NODES:,} values"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        cut = (
            _CUT_OFF.match(content, node.end_mark.index)
            if isinstance(node, yaml.ScalarNode) and not node.style
            else None
        )
        if cut is not None:
            problem = f"YAML takes what follows '{node.value}' for a comment: write the whole text in quotes"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.end_mark)
        if isinstance(node, yaml.SequenceNode):
            waiting += [(child, level + 1) for child in node.value]
        elif isinstance(node, yaml.MappingNode):
            waiting += [(child, level + 1) for pair in node.value for child in pair]


def _mark(line: int) -> yaml.Mark:
    return yaml.Mark("run file", 0, line, 0, None, 0)
