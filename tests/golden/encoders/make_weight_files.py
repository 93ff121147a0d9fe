"""Writes the first layers of two networks, with weights by formula.py, as files of Keras and PyTorch.

KERAS_BACKEND=jax python make_weight_files.py keras  # keras 3.15.1, jax 0.10.2: vgg16-block1.h5 and vgg16-block1.weights.h5
/usr/bin/python3 make_weight_files.py torch          # torch 1.13.0, torchvision 0.14.1: resnet18-layer1.pth
"""

import sys
from pathlib import Path

from formula import weight

HERE = Path(__file__).parent


def write_keras():
    import keras

    whole = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
    net = keras.Model(whole.input, whole.get_layer("block1_conv2").output)
    for layer in net.layers:
        for variable in layer.weights:
            variable.assign(weight(layer.name, variable.name, tuple(variable.shape)))
    net.save(HERE / "vgg16-block1.h5", include_optimizer=False)
    net.save_weights(HERE / "vgg16-block1.weights.h5")


def write_torch():
    import torch
    import torchvision
    from make_torch_encoders import set_weights

    net = torchvision.models.resnet18(weights=None)
    set_weights(net)
    names = ("conv1.", "bn1.", "layer1.")
    first = {name: value.clone() for name, value in net.state_dict().items() if name.startswith(names)}
    torch.save(first, HERE / "resnet18-layer1.pth")


{"keras": write_keras, "torch": write_torch}[sys.argv[1]]()
