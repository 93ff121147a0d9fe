"""Trains an exported model on exported batches over several devices; prints the joint loss of each step as a list of JSON.

python train.py FOLDER --devices 2    # on a machine with GPUs leave XLA's flag out and give their number
"""

import argparse
import json
import os
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("--devices", type=int, default=2)
arguments = parser.parse_args()
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("XLA_FLAGS", f"--xla_force_host_platform_device_count={arguments.devices}")

import keras
import numpy as np
from keras import ops

devices = keras.distribution.list_devices()
assert len(devices) == arguments.devices, f"expected {arguments.devices} devices, found {devices}"
keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))

recipe = json.loads((arguments.folder / "batches.json").read_text())
numbers = np.fromfile(arguments.folder / "batches.bin", np.float32)


def read(place):
    size = int(np.prod(place["shape"]))
    return numbers[place["offset"] : place["offset"] + size].reshape(place["shape"])


def squared_error(y_true, y_pred):
    """Of each image: the mean over its pixels."""
    return ops.mean(ops.square(y_true - y_pred), list(range(1, len(y_pred.shape))))


def soft_dice(y_true, y_pred, smooth=1e-5):
    """Of each image: with sums over its pixels."""
    axes = list(range(1, len(y_pred.shape)))
    overlap = ops.sum(y_true * y_pred, axes)
    return 1 - (2 * overlap + smooth) / (ops.sum(y_true, axes) + ops.sum(y_pred, axes) + smooth)


model = keras.models.load_model(arguments.folder / "model.keras")
model.compile(
    optimizer=keras.optimizers.SGD(recipe["learningRate"]),
    loss={"reconstruction": squared_error, "segmentation": soft_dice, "classification": "binary_crossentropy"},
)


def shares(weight):
    """Keras divides by the number of samples, the mean over the labels that there are by the sum of their weights."""
    return weight * len(weight) / max(weight.sum(), 1e-12)


losses = []
for batch in recipe["batches"]:
    x = read(batch["x"])
    y = {task: read(place) for task, place in batch["y"].items()}
    weight = {task: shares(read(batch["weight"][task]) if task in batch["weight"] else np.ones(len(x))) for task in y}
    losses.append(float(model.train_on_batch(x, y, sample_weight=weight, return_dict=True)["loss"]))
    model.reset_metrics()
model.save(arguments.folder / "trained.keras")
print(json.dumps(losses))
