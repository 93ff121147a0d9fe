"""Weight files of Keras and what its models return; writes the files of Keras beside this one, and keras.json.

Ran with keras 3.15.1, jax 0.10.2 and h5py: python make_keras.py
"""
import json
import os
import shutil
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

HERE = Path(__file__).parent
rng = np.random.default_rng(11)
golden = {"versions": {"keras": keras.__version__, "h5py": h5py.__version__}}


def fill(model):
    """Weights that are all different from what layers begin with, statistics too."""
    for weight in model.weights:
        if not str(weight.dtype).startswith("float"):
            continue
        value = rng.normal(size=weight.shape) * 0.4
        if "variance" in weight.path or "gamma" in weight.path:
            value = 0.5 + np.abs(value)
        weight.assign(value)


def record(name, model, shape=(8, 8, 3)):
    x = np.round(rng.normal(size=(2, *shape)), 2)
    y = np.asarray(model(x, training=False), np.float64)
    golden[name] = {"x": x.flatten().tolist(), "y": np.round(y, 6).tolist()}


def small():
    x = image = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="stem")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.ReLU(name="stem_relu")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="dw")(x)
    x = layers.BatchNormalization(scale=False, name="dw_bn")(x)
    x = layers.SeparableConv2D(4, 3, padding="same", activation="relu", name="sep")(x)
    x = layers.Conv2DTranspose(3, 2, strides=2, name="up")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, seed=1, name="drop")(x)
    x = layers.Dense(3, name="out")(x)
    return keras.Model(image, x, name="small")


def save_legacy(model, name):
    with h5py.File(HERE / name, "w") as file:
        save_weights_to_hdf5_group(file, model)


model = small()
model.compile("adam", "mse")
model.train_on_batch(np.zeros((1, 8, 8, 3)), np.zeros((1, 3)))
fill(model)
record("small", model)
model.save(HERE / "small.keras")
model.save(HERE / "small.h5")
model.save_weights(HERE / "small.weights.h5")
save_legacy(model, "small-legacy.h5")

# As versions before 3.9 or so wrote it, without the names of layers.
shutil.copy(HERE / "small.weights.h5", HERE / "small-unnamed.weights.h5")
with h5py.File(HERE / "small-unnamed.weights.h5", "r+") as file:
    file.visititems(lambda _, item: item.attrs.pop("name", None) and None)

# As Keras 2 wrote it: `:0` behind the names, and half precision.
with h5py.File(HERE / "small-keras2-half.h5", "w") as file, h5py.File(HERE / "small-legacy.h5") as source:
    file.attrs["layer_names"] = source.attrs["layer_names"]
    file.attrs["keras_version"] = b"2.3.1"
    for layer in source.attrs["layer_names"]:
        group = file.create_group(layer)
        names = [name for name in source[layer].attrs["weight_names"]]
        group.attrs["weight_names"] = [f"{name}:0".encode() for name in names]
        for name in names:
            group.create_dataset(f"{name}:0", data=source[layer][name][()].astype(np.float16))


def branches():
    """Layers with automatic names, made in another order than that in which the graph has them."""
    image = keras.Input((8, 8, 3), name="image")
    late = layers.Conv2D(3, 3, padding="same")
    early = layers.Conv2D(3, 3, padding="same")
    x = layers.BatchNormalization()(early(image))
    x = layers.Add(name="sum")([late(x), x])
    x = layers.Conv2D(3, 3, padding="same")(x)
    return keras.Model(image, layers.GlobalAveragePooling2D(name="pool")(x), name="branches")


branches()  # so that the numbers in the names of the next ones do not begin at 0
model = branches()
fill(model)
record("branches", model)
save_legacy(model, "branches-legacy.h5")
model.save_weights(HERE / "branches.weights.h5")
golden["branches"]["names"] = [layer.name for layer in model.layers]


def nested():
    inside = keras.Input((8, 8, 4), name="inside")
    x = layers.Conv2D(4, 3, padding="same", name="conv")(inside)
    x = layers.BatchNormalization(name="bn")(x)
    inner = keras.Model(inside, x, name="inner")
    inner.get_layer("conv").trainable = False
    image = keras.Input((8, 8, 3), name="image")
    x = inner(layers.Conv2D(4, 3, padding="same", name="stem")(image))
    x = inner(x)
    x = layers.Reshape((16, 16), name="rows")(x)
    x = layers.Bidirectional(layers.LSTM(3, name="rnn"), name="both")(x)
    return keras.Model(image, layers.Dense(2, activation="softmax", name="out")(x), name="nested")


model = nested()
fill(model)
record("nested", model)
model.save(HERE / "nested.keras")
model.save(HERE / "nested.h5")

def many():
    """One of most layers that are read, a model used twice, and a sequential one."""
    inside = keras.Input((4, 4, 4), name="inside")
    y = layers.Conv2D(4, 3, padding="same", name="conv")(inside)
    inner = keras.Model(inside, layers.BatchNormalization(name="bn")(y), name="inner")
    block = keras.Sequential(
        [keras.Input((4, 4, 4)), layers.Conv2D(4, 1, activation="silu", name="conv"), layers.ELU(name="elu")], name="block"
    )
    image = keras.Input((8, 8, 3), name="image")
    x = layers.Rescaling(2.0, offset=-1.0, name="rescaling")(image)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="pad")(x)
    x = layers.Conv2D(4, 3, strides=2, name="stem")(x)
    x = layers.LeakyReLU(negative_slope=0.2, name="leaky")(x)
    x = inner(inner(x))
    x = layers.Add(name="add")([x, block(x)])
    x = layers.PReLU(shared_axes=[1, 2], name="prelu")(x)
    x = layers.LayerNormalization(name="norm")(x)
    a = layers.UpSampling2D(2, name="up")(layers.MaxPooling2D(2, name="max")(x))
    b = layers.AveragePooling2D(3, strides=1, padding="same", name="mean")(x)
    x = layers.Concatenate(name="concat")([a, layers.Multiply(name="times")([b, x])])
    x = layers.Activation("relu6", name="relu6")(layers.Cropping2D(1, name="crop")(x))
    x = layers.Permute((3, 1, 2), name="permute")(x)
    x = layers.Reshape((8, 4), name="rows")(x)
    x = layers.Conv1D(3, 2, activation="tanh", name="conv1d")(x)
    x = layers.Flatten(name="flat")(x)
    return keras.Model(image, layers.Softmax(name="softmax")(layers.Dense(4, name="out")(x)), name="many")


model = many()
fill(model)
record("many", model)
model.save(HERE / "many.keras")
model.save(HERE / "many.h5")

golden_text = json.dumps(golden, separators=(",", ":"))
(HERE / "keras.json").write_text(golden_text + "\n")
