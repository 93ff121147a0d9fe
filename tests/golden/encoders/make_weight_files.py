"""Writes the first layers of two networks, with weights by formula.py, as files of Keras and PyTorch.

KERAS_BACKEND=jax python make_weight_files.py keras  # keras 3.15.1, jax 0.10.2: vgg16-block1.h5, .weights.h5 and .keras
/usr/bin/python3 make_weight_files.py torch          # torch 1.13.0, torchvision 0.14.1: resnet18-layer1.pth
python make_weight_files.py vgg                      # torch 2.15.0, onnx 1.23.2, safetensors 0.8.0: vgg16-block1.pth, .safetensors, .onnx
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
    net.save(HERE / "vgg16-block1.keras")


def write_torch():
    import torch
    import torchvision
    from make_torch_encoders import set_weights

    net = torchvision.models.resnet18(weights=None)
    set_weights(net)
    names = ("conv1.", "bn1.", "layer1.")
    first = {name: value.clone() for name, value in net.state_dict().items() if name.startswith(names)}
    torch.save(first, HERE / "resnet18-layer1.pth")


def write_vgg():
    import torch
    from safetensors.torch import save_file

    first, second = [torch.nn.Conv2d(channels, 64, 3, padding=1) for channels in (3, 64)]
    net = torch.nn.Module()
    net.features = torch.nn.Sequential(first, torch.nn.ReLU(), second, torch.nn.ReLU())
    for i, layer in enumerate((first, second)):
        channels = layer.in_channels
        kernel = weight(f"block1_conv{i + 1}", "kernel", (3, 3, channels, 64))
        layer.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        layer.bias.data = torch.from_numpy(weight(f"block1_conv{i + 1}", "bias", (64,)))
    net.forward = lambda x: net.features(x)
    torch.save(net.state_dict(), HERE / "vgg16-block1.pth")
    save_file(net.state_dict(), HERE / "vgg16-block1.safetensors", metadata={"format": "pt"})
    torch.onnx.export(net, torch.zeros(1, 3, 49, 75), HERE / "vgg16-block1.onnx", dynamo=False)


{"vgg": write_vgg, "keras": write_keras, "torch": write_torch}[sys.argv[1]]()
