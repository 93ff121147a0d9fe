"""Writes efficientnet-lite.json: feature maps of the EfficientNet-Lites of efficientnet_lite_pytorch, a port of Google's, with
weights by formula.py. Keras has no such networks.

torch 2.15.0, efficientnet-lite-pytorch 0.1.0: python make_efficientnet_lite.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from formula import image, summary, weight

SIZES = [(64, 64), (49, 75)]
# The groups of blocks that end the stages before the last one.
ENDS = [0, 1, 2, 4]
BLOCK = {"_expand_conv": "expand_conv", "_bn0": "expand_bn", "_depthwise_conv": "dwconv", "_bn1": "bn", "_project_conv": "project_conv", "_bn2": "project_bn"}
REST = {"_conv_stem": "stem_conv", "_bn0": "stem_bn", "_conv_head": "top_conv", "_bn1": "top_bn"}
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def groups(net):
    """How many blocks each group has: a new one begins where the arguments of its first block differ."""
    counts = []
    before = None
    for block in net._blocks:
        found = (block._block_args.output_filters, block._block_args.kernel_size)
        if found == before:
            counts[-1] += 1
        else:
            counts.append(1)
        before = found
    return counts


def set_weights(net):
    places = [f"block{g + 1}{chr(97 + i)}_" for g, count in enumerate(groups(net)) for i in range(count)]
    for name, module in net.named_modules():
        parts = name.split(".")
        layer = places[int(parts[1])] + BLOCK[parts[2]] if parts[0] == "_blocks" and len(parts) == 3 and parts[2] in BLOCK else REST.get(name)
        if isinstance(module, torch.nn.Conv2d):
            out, channels, height, width = module.weight.shape
            if module.groups > 1:
                kernel = weight(layer, "depthwise_kernel", (height, width, out, 1)).transpose(2, 3, 0, 1)
            else:
                kernel = weight(layer, "kernel", (height, width, channels, out)).transpose(3, 2, 0, 1)
            module.weight.data = torch.from_numpy(kernel.copy())
        elif isinstance(module, torch.nn.BatchNorm2d):
            for own, keras in NORM.items():
                getattr(module, own).data = torch.from_numpy(weight(layer, keras, tuple(module.weight.shape)))


def run(variant):
    # Without a size it pads as TensorFlow does, whatever comes.
    net = EfficientNet.from_name(f"efficientnet-{variant}", image_size=None).eval()
    set_weights(net)
    last = np.cumsum(groups(net)) - 1
    images = []
    for height, width in SIZES:
        levels = []
        with torch.no_grad():
            x = net._swish(net._bn0(net._conv_stem(torch.from_numpy(image(height, width).transpose(0, 3, 1, 2).copy()))))
            for i, block in enumerate(net._blocks):
                x = block(x)
                if i in last[ENDS]:
                    levels.append(x)
            levels.append(net._swish(net._bn1(net._conv_head(x))))
        images.append({"size": [height, width], "levels": [summary(y.numpy().transpose(0, 2, 3, 1)) for y in levels]})
    convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    count = sum(m.weight.numel() for m in convolutions) + sum(4 * m.weight.numel() for m in norms)
    return {"parameters": count, "images": images}


packages = ["torch", "efficientnet-lite-pytorch", "numpy"]
golden = {"versions": {name: version(name) for name in packages}, "nets": {f"lite{i}": run(f"lite{i}") for i in range(5)}}
text = json.dumps(golden, separators=(",", ":"))
Path(__file__).with_name("efficientnet-lite.json").write_text(text.replace('"nets":', '\n"nets":').replace('},"', '},\n"') + "\n")
