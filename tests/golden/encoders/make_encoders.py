"""Writes encoders.json: feature maps of keras.applications with weights by formula.py, and their numbers of parameters.

KERAS_BACKEND=jax python make_encoders.py        # all nets
KERAS_BACKEND=jax python make_encoders.py VGG16  # some of them, the others stay
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import numpy as np
from formula import image, summary, weight
from keras import applications as apps

RESNET = lambda *blocks: ["conv1_relu"] + [f"conv{i + 2}_block{b}_out" for i, b in enumerate(blocks)]
DENSENET = lambda *blocks: ["conv1_relu"] + [f"conv{i + 2}_block{b}_concat" for i, b in enumerate(blocks)] + ["relu"]
VGG = ["block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"]
MOBILENET = ["expanded_conv_project_BN", "block_2_add", "block_5_add", "block_12_add", "out_relu"]
EFFICIENTNET = lambda *ends: ["block1" + ends[0], "block2" + ends[1], "block3" + ends[2], "block5" + ends[3], "top_activation"]
INCEPTION = ["activation_2", "activation_4"]

# The second sizes are odd.
SMALL = [(64, 64), (49, 75)]
LARGE = [(96, 96), (107, 91)]

# The function, its arguments, the layers at the ends of the stages, the sizes of the images, and what they are multiplied by.
NETS = {
    "VGG16": (apps.VGG16, {}, VGG, SMALL, 1),
    "ResNet50": (apps.ResNet50, {}, RESNET(3, 4, 6, 3), SMALL, 1),
    "ResNet101": (apps.ResNet101, {}, RESNET(3, 4, 23, 3), SMALL, 1),
    "ResNet152": (apps.ResNet152, {}, RESNET(3, 8, 36, 3), SMALL, 1),
    "DenseNet121": (apps.DenseNet121, {}, DENSENET(6, 12, 24), SMALL, 1),
    "DenseNet169": (apps.DenseNet169, {}, DENSENET(6, 12, 32), SMALL, 1),
    "DenseNet201": (apps.DenseNet201, {}, DENSENET(6, 12, 48), SMALL, 1),
    "InceptionV3": (apps.InceptionV3, {}, INCEPTION + ["mixed2", "mixed7", "mixed10"], LARGE, 1),
    "InceptionResNetV2": (
        apps.InceptionResNetV2,
        {},
        INCEPTION + ["block35_10_ac", "block17_20_ac", "conv_7b_ac"],
        LARGE,
        1,
    ),
    "MobileNetV2": (apps.MobileNetV2, {}, MOBILENET, SMALL, 1),
    "MobileNetV2 alpha 0.35": (apps.MobileNetV2, {"alpha": 0.35}, MOBILENET, SMALL, 1),
    "EfficientNetB0": (apps.EfficientNetB0, {}, EFFICIENTNET("a_project_bn", "b_add", "b_add", "c_add"), SMALL, 255),
    "EfficientNetB1": (apps.EfficientNetB1, {}, EFFICIENTNET("b_add", "c_add", "c_add", "d_add"), SMALL, 255),
    "EfficientNetB2": (apps.EfficientNetB2, {}, EFFICIENTNET("b_add", "c_add", "c_add", "d_add"), SMALL, 255),
    "EfficientNetB3": (apps.EfficientNetB3, {}, EFFICIENTNET("b_add", "c_add", "c_add", "e_add"), SMALL, 255),
}


def set_weights(net):
    for layer in net.layers:
        if isinstance(layer, keras.layers.Normalization):
            continue
        for variable in layer.weights:
            # Keras calls the kernel of a depthwise convolution a kernel.
            name = "depthwise_kernel" if isinstance(layer, keras.layers.DepthwiseConv2D) and variable.name == "kernel" else variable.name
            variable.assign(weight(layer.name, name, tuple(variable.shape)))


def parameters(net):
    """Without those of a Normalization, which is preprocessing."""
    layers = [layer for layer in net.layers if not isinstance(layer, keras.layers.Normalization)]
    return int(sum(np.prod(variable.shape) for layer in layers for variable in layer.weights))


def build(make, arguments, height, width):
    """Of a known size: the padding of MobileNetV2 and EfficientNet depends on whether it is odd."""
    keras.backend.clear_session()
    net = make(include_top=False, weights=None, input_shape=(height, width, 3), **arguments)
    set_weights(net)
    return net


def run(make, arguments, ends, sizes, scale):
    images = []
    for height, width in sizes:
        net = build(make, arguments, height, width)
        part = keras.Model(net.input, [net.get_layer(name).output for name in ends])
        outputs = part(scale * image(height, width), training=False)
        images.append({"size": [height, width], "levels": [summary(np.asarray(y)) for y in outputs]})
    return {"parameters": parameters(build(make, arguments, 96, 96)), "images": images}


def main():
    path = Path(__file__).with_name("encoders.json")
    names = sys.argv[1:] or list(NETS)
    nets = json.loads(path.read_text())["nets"] if sys.argv[1:] else {}
    versions = {"keras": keras.__version__, "jax": jax.__version__, "numpy": np.__version__}
    for name in names:
        nets[name] = run(*NETS[name])
        print(name, nets[name]["parameters"], flush=True)
        text = json.dumps({"versions": versions, "nets": nets}, separators=(",", ":"))
        path.write_text(text.replace('"nets":', '\n"nets":').replace('},"', '},\n"') + "\n")


main()
