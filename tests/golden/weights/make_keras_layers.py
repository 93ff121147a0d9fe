"""Whole models of Keras with recurrent layers, wrappers and later activations; writes recurrent.keras, recurrent.h5, blocks.keras
and keras-layers.json beside this script.

Ran with keras 3.15.1, jax 0.10.2 and h5py: python make_keras_layers.py
"""
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers

HERE = Path(__file__).parent
rng = np.random.default_rng(23)
golden = {"versions": {"keras": keras.__version__}}


def fill(model):
    """Weights that are all different from what layers begin with."""
    for weight in model.weights:
        if str(weight.dtype).startswith("float"):
            weight.assign(rng.normal(size=weight.shape) * 0.4)


def record(name, model, shape):
    x = np.round(rng.normal(size=(2, *shape)), 2)
    y = np.asarray(model(x, training=False), np.float64)
    golden[name] = {"x": x.flatten().tolist(), "y": np.round(y, 6).reshape(2, -1).tolist()}


def recurrent():
    """Each recurrent layer forwards, backwards and both ways."""
    series = keras.Input((5, 4), name="series")
    x = layers.TimeDistributed(layers.Dense(3, activation="gelu"), name="each")(series)
    lstm = layers.LSTM(3, return_sequences=True, go_backwards=True, name="lstm")(x)
    gru = layers.GRU(3, return_sequences=True, reset_after=False, unroll=True, name="gru")(x)
    x = layers.Add(name="sum")([lstm, gru])
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True, use_bias=False), name="both")(x)
    x = layers.Bidirectional(layers.GRU(2, reset_after=False, return_sequences=True), merge_mode="mul", name="times")(x)
    last = layers.Bidirectional(layers.SimpleRNN(3, activation="relu"), merge_mode="ave", name="mean")(x)
    simple = layers.SimpleRNN(3, name="simple")(x)
    x = layers.Concatenate(name="concat")([last, simple])
    return keras.Model(series, layers.Dense(2, activation="mish", name="out")(x), name="recurrent")


def blocks():
    image = keras.Input((4, 6, 8), name="image")
    x = layers.Conv2D(8, 3, padding="same", name="stem")(image)
    x = layers.GroupNormalization(groups=2, epsilon=0.01, name="groups")(x)
    x = layers.Activation("gelu", name="gelu")(x)
    x = layers.GroupNormalization(groups=-1, name="instance")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear", name="up")(x)
    return keras.Model(image, layers.Dense(2, name="out")(x), name="blocks")


for name, build, shape in [("recurrent", recurrent, (5, 4)), ("blocks", blocks, (4, 6, 8))]:
    model = build()
    fill(model)
    record(name, model, shape)
    model.save(HERE / f"{name}.keras")
    if name == "recurrent":
        model.save(HERE / f"{name}.h5")

(HERE / "keras-layers.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
