"""The library that keeps models, without all it trusts."""

import subprocess
import sys

import numpy as np
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import RobustScaler

from pipeline.folder.lean_skops import skops_io
from pipeline.folder.model_store import TRUSTED

QUESTION = """
import sys
from pipeline.folder.lean_skops import skops_io
skops_io().loads(skops_io().dumps({"rows": [1.0]}), trusted=[])
print("sklearn.ensemble" in sys.modules, any(name.startswith("skops") for name in sys.modules))
"""


def test_nothing_of_scikit_learn_is_loaded_and_the_library_stays_to_be_imported() -> None:
    """A second of every command went into that; who imports the library afterwards has it whole."""
    answer = subprocess.run([sys.executable, "-c", QUESTION], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]


def test_a_type_this_product_does_not_write_is_strange() -> None:
    """A forest is one of scikit-learn's estimators, all of which the library trusts by itself."""
    forest = skops.io.dumps(RandomForestClassifier(2).fit(np.eye(2), [0, 1]))
    kind = "sklearn.ensemble._forest.RandomForestClassifier"
    assert kind in set(skops_io().get_untrusted_types(data=forest)) - set(TRUSTED)
    assert kind not in skops.io.get_untrusted_types(data=forest)


def test_it_writes_and_reads_what_the_whole_library_does() -> None:
    """Numbers of numpy, arrays and texts are read without a word, a written type with one."""
    content = {
        "array": np.arange(3.0),
        "number": np.float32(0.5),
        "text": ["a", ("b", None)],
        "kind": np.dtype("int64"),
    }
    again = skops.io.loads(skops_io().dumps(content), trusted=["numpy.dtype"])
    own = skops_io().loads(skops.io.dumps(content), trusted=["numpy.dtype"])
    assert str(again) == str(own) == str(content)
    scaler = skops_io().dumps(RobustScaler().fit(np.eye(3)))
    assert set(skops_io().get_untrusted_types(data=scaler)) <= set(TRUSTED)
