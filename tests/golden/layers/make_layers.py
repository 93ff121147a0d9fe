"""Expected values of the layers from PyTorch and Keras; writes layers.json beside this file.

Arrays are nested lists in NHWC. Run with torch, keras and tensorflow-cpu installed: python make_layers.py
"""
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow
import torch

rng = np.random.default_rng(7)


def draw(*shape):
    return np.round(rng.normal(size=shape), 3)


def nested(array):
    return np.round(np.asarray(array, np.float64), 6).tolist()


def nchw(array):
    return torch.tensor(np.moveaxis(array, -1, 1), dtype=torch.float64, requires_grad=True)


def nhwc(tensor):
    return np.moveaxis(tensor.detach().numpy(), 1, -1)


def affine(module, gamma, beta):
    module = module.double()
    with torch.no_grad():
        module.weight.copy_(torch.tensor(gamma))
        module.bias.copy_(torch.tensor(beta))
    return module


def case(module, inputs, dy):
    """Forward value, and the gradients of sum(dy * y) with respect to inputs and parameters."""
    tensors = [nchw(x) for x in inputs]
    y = module(*tensors)
    (y * nchw(dy).detach()).sum().backward()
    return {
        "inputs": [nested(x) for x in inputs],
        "dy": nested(dy),
        "y": nested(nhwc(y)),
        "dx": [nested(nhwc(t.grad)) for t in tensors],
    }


def norm_case(module, x, dy, gamma, beta):
    module = affine(module, gamma, beta)
    found = case(module, [x], dy)
    found["gamma"], found["beta"] = nested(gamma), nested(beta)
    found["dgamma"], found["dbeta"] = nested(module.weight.grad.numpy()), nested(module.bias.grad.numpy())
    return found


x, dy, gamma, beta = 2 * draw(2, 3, 4, 6) + 1, draw(2, 3, 4, 6), draw(6), draw(6)
instance = norm_case(torch.nn.InstanceNorm2d(6, eps=1e-5, affine=True), x, dy, gamma, beta)
group = norm_case(torch.nn.GroupNorm(3, 6, eps=1e-5), x, dy, gamma, beta)

layer = keras.layers.GroupNormalization(groups=2, epsilon=1e-3)
layer.build(x.shape)
layer.set_weights([gamma, beta])
keras_group = {"x": nested(x), "gamma": nested(gamma), "beta": nested(beta), "y": nested(layer(x.astype("float32")))}

x, dy = draw(1, 2, 3, 2), draw(1, 4, 6, 2)
bilinear = case(torch.nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), [x], dy)
bilinear["keras"] = nested(keras.layers.UpSampling2D(2, interpolation="bilinear")(x.astype("float32")))


class Gate(torch.nn.Module):
    """Oktay et al., 2018, eq. 1 and 2, with the gate at the skip's resolution."""

    def __init__(self, channels, gate_channels, filters):
        super().__init__()
        self.skip = torch.nn.Conv2d(channels, filters, 1, bias=False)
        self.gate = torch.nn.Conv2d(gate_channels, filters, 1)
        self.psi = torch.nn.Conv2d(filters, 1, 1)

    def forward(self, skip, gate):
        return skip * torch.sigmoid(self.psi(torch.relu(self.skip(skip) + self.gate(gate))))


gate = Gate(4, 3, 2).double()
kernels = {"skip_kernel": draw(4, 2), "gate_kernel": draw(3, 2), "gate_bias": draw(2), "psi_kernel": draw(2, 1), "psi_bias": draw(1)}
with torch.no_grad():
    gate.skip.weight.copy_(torch.tensor(kernels["skip_kernel"].T[:, :, None, None]))
    gate.gate.weight.copy_(torch.tensor(kernels["gate_kernel"].T[:, :, None, None]))
    gate.gate.bias.copy_(torch.tensor(kernels["gate_bias"]))
    gate.psi.weight.copy_(torch.tensor(kernels["psi_kernel"].T[:, :, None, None]))
    gate.psi.bias.copy_(torch.tensor(kernels["psi_bias"]))
attention = case(gate, [draw(1, 2, 3, 4), draw(1, 2, 3, 3)], draw(1, 2, 3, 4))
attention["weights"] = {name: nested(value) for name, value in kernels.items()}


def fill(model):
    """Weights by a formula that the tests repeat: layer k, entry i, in the order in which the layers were made."""
    weighted = [layer for layer in model.layers if layer.weights]
    for k, layer in enumerate(weighted):
        kernel, bias = layer.get_weights()
        i = np.arange(kernel.size).reshape(kernel.shape)
        j = np.arange(bias.size)
        layer.set_weights([0.4 * np.sin(1.7 * k + 0.37 * i + 0.2), 0.1 + 0.05 * np.cos(k + j)])


L = keras.layers


def conv(x, filters, size=3, activation="relu"):
    return L.Conv2D(filters, size, padding="same", activation=activation)(x)


def unet(filters, side, channels, activation):
    """The Keras U-Net that was widespread in 2020, at any size."""
    x = inputs = keras.Input((side, side, 1))
    skips = []
    for count in filters[:-1]:
        x = conv(conv(x, count), count)
        skips.append(x)
        x = L.MaxPooling2D(2)(x)
    x = conv(conv(x, filters[-1]), filters[-1])
    for skip, count in zip(reversed(skips), reversed(filters[:-1])):
        x = conv(L.UpSampling2D(2)(x), count, 2)
        x = L.Concatenate()([skip, x])
        x = conv(conv(x, count), count)
    x = conv(x, 2 * channels)
    return keras.Model(inputs, L.Conv2D(channels, 1, activation=activation)(x))


def cnn(filters, side):
    x = inputs = keras.Input((side, side, 1))
    for count in filters:
        x = L.Dropout(0.25)(L.MaxPooling2D(2)(conv(x, count, 3, "elu")))
    x = L.Dropout(0.5)(L.Dense(128, activation="elu")(L.Flatten()(x)))
    return keras.Model(inputs, L.Dense(1, activation="sigmoid")(x))


def head(filters, side):
    """The class head on one convolution."""
    inputs = keras.Input((side, side, 1))
    x = L.MaxPooling2D(2)(conv(conv(inputs, 4), filters))
    x = L.Dropout(0.5)(L.Dense(6, activation="elu")(L.Flatten()(x)))
    x = L.Dropout(0.5)(L.Dense(3, activation="elu")(x))
    return keras.Model(inputs, L.Dense(2, activation="softmax")(x))


def model_case(model, side):
    fill(model)
    image = np.round(rng.uniform(size=(1, side, side, 1)), 3)
    return {"x": nested(image), "y": nested(model(image.astype("float32"), training=False))}


found = {
    "made by": {"script": "make_layers.py", "torch": torch.__version__, "keras": keras.__version__, "tensorflow": tensorflow.__version__, "numpy": np.__version__},
    "instance": instance,
    "group": group,
    "kerasGroup": keras_group,
    "bilinear": bilinear,
    "attention": attention,
    "unet": model_case(unet([2, 3, 4], 8, 1, "sigmoid"), 8),
    "softmaxUnet": model_case(unet([2, 3], 4, 3, "softmax"), 4),
    "cnn": model_case(cnn([2, 3], 8), 8),
    "head": model_case(head(5, 4), 4),
    "parameters": {
        "unet": unet([64, 128, 256, 512, 1024], 256, 1, "sigmoid").count_params(),
        "cnn256": cnn([8, 16, 32, 64, 128, 256], 256).count_params(),
        "cnn512": cnn([8, 16, 32, 64, 128, 256], 512).count_params(),
    },
}
Path(__file__).with_name("layers.json").write_text(json.dumps(found) + "\n")
