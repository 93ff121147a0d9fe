"""Opens models of Keras with Keras itself, on JAX: prints what cases.py prints."""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import keras  # noqa: E402
import numpy  # noqa: E402
from cases import cases, report  # noqa: E402

jax.config.update("jax_default_matmul_precision", "highest")

for case, entry, path in cases(sys.argv[1], "keras"):

    def outputs():
        model = keras.models.load_model(path)
        x = case["x"]
        found = model(x[0] if len(x) == 1 else x, training=False)
        # A model of tasks returns them by name, in another order.
        if isinstance(found, dict):
            found = [found[name] for name in case["outputs"]]
        found = found if isinstance(found, list) else [found]
        return [numpy.asarray(y) for y in found], case["y"]

    report(case, entry, outputs)
    keras.backend.clear_session()
