"""Writes segmentation.json: masks, and what MONAI, torchmetrics and SciPy make of them.

Run with: python make_segmentation.py
"""

import json
import math
import warnings
from pathlib import Path

import monai
import numpy as np
import scipy
import torch
import torchmetrics
from monai.metrics import (
    DiceMetric,
    compute_average_surface_distance,
    compute_dice,
    compute_hausdorff_distance,
    compute_iou,
    compute_surface_dice,
)
from monai.metrics.utils import get_mask_edges
from scipy.ndimage import distance_transform_edt
from torchmetrics.functional.segmentation import dice_score

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent


def number(value):
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity"
    return float(f"{value:.7g}")


def numbers(values):
    return [number(v) for v in np.asarray(values, dtype=float).ravel()]


def disc(shape, center, radius, spacing=None):
    grid = np.indices(shape).astype(float)
    spacing = spacing or (1,) * len(shape)
    squares = sum((s * (g - c)) ** 2 for g, c, s in zip(grid, center, spacing))
    return squares <= radius**2


def box(shape, low, high):
    mask = np.zeros(shape, dtype=bool)
    mask[tuple(slice(a, b) for a, b in zip(low, high))] = True
    return mask


def blobs(shape, seed, share):
    noise = np.random.default_rng(seed).random(shape)
    smooth = scipy.ndimage.gaussian_filter(noise, 1.2)
    return smooth > np.quantile(smooth, 1 - share)


def cases():
    empty = np.zeros((8, 9), dtype=bool)
    point = box((8, 9), (2, 3), (3, 4))
    yield "two discs", disc((16, 18), (7, 8), 5), disc((16, 18), (8, 10), 4), [1, 1]
    yield "two discs, spacing", disc((16, 18), (7, 8), 5), disc((16, 18), (8, 10), 4), [0.7, 1.3]
    yield "the same disc", disc((12, 12), (6, 5), 4), disc((12, 12), (6, 5), 4), [1, 1]
    yield "at the border", box((10, 11), (0, 0), (4, 11)), box((10, 11), (6, 2), (10, 9)), [1, 1]
    yield "the whole image", box((6, 7), (0, 0), (6, 7)), box((6, 7), (1, 1), (5, 6)), [2.0, 0.5]
    yield "two single pixels", point, box((8, 9), (6, 7), (7, 8)), [1, 1]
    yield "a pixel and a disc", point, disc((8, 9), (4, 5), 3), [1.5, 0.8]
    yield "a ring and its filling", disc((15, 15), (7, 7), 6) & ~disc((15, 15), (7, 7), 3), disc((15, 15), (7, 7), 6), [1, 1]
    yield "blobs", blobs((20, 17), 1, 0.3), blobs((20, 17), 2, 0.2), [1, 1]
    yield "blobs, spacing", blobs((20, 17), 3, 0.25), blobs((20, 17), 4, 0.4), [0.33, 2.1]
    yield "one line", box((1, 12), (0, 1), (1, 4)), box((1, 12), (0, 3), (1, 9)), [1, 1]
    yield "volumes", disc((7, 9, 8), (3, 4, 4), 3), disc((7, 9, 8), (3, 5, 3), 2.3), [1, 1, 1]
    yield "volumes, spacing", blobs((6, 9, 8), 5, 0.3), blobs((6, 9, 8), 6, 0.2), [2.5, 0.7, 0.9]
    yield "nothing predicted", point, empty, [1, 1]
    yield "nothing there", empty, point, [1, 1]
    yield "both empty", empty, empty, [1, 1]


TOLERANCES = [0, 1, 1.5, 3]


def measure(name, truth, prediction, spacing):
    y = torch.tensor(truth)[None, None].float()
    p = torch.tensor(prediction)[None, None].float()
    common = dict(include_background=True, spacing=spacing)
    edges = get_mask_edges(prediction, truth, crop=False)
    return {
        "name": name,
        "shape": list(truth.shape),
        "spacing": spacing,
        "truth": "".join("01"[int(v)] for v in truth.ravel()),
        "prediction": "".join("01"[int(v)] for v in prediction.ravel()),
        "surface": "".join("01"[int(v)] for v in edges[1].ravel()),
        "dice": {
            "skip": number(compute_dice(p, y, ignore_empty=True)),
            "one": number(compute_dice(p, y, ignore_empty=False)),
            "skip-both": number(dice_score(p.int(), y.int(), num_classes=1, average="none")),
        },
        "iou": {
            "skip": number(compute_iou(p, y, ignore_empty=True)),
            "one": number(compute_iou(p, y, ignore_empty=False)),
        },
        "hausdorff": {
            "100": number(compute_hausdorff_distance(p, y, **common)),
            "95": number(compute_hausdorff_distance(p, y, percentile=95, **common)),
            "directed": number(compute_hausdorff_distance(p, y, directed=True, **common)),
            "directed95": number(compute_hausdorff_distance(p, y, directed=True, percentile=95, **common)),
        },
        "averageSurfaceDistance": {
            "symmetric": number(compute_average_surface_distance(p, y, symmetric=True, **common)),
            "directed": number(compute_average_surface_distance(p, y, **common)),
        },
        "surfaceDice": {str(t): number(compute_surface_dice(p, y, class_thresholds=[t], **common)) for t in TOLERANCES},
    }


def transform(truth, spacing):
    return numbers(distance_transform_edt(~truth, sampling=spacing)) if truth.any() else None


def several_classes():
    """A batch of four images with three classes, some of them empty: how the means are taken."""
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 3, (4, 6, 5))
    labels[1][labels[1] == 2] = 0
    labels[2] = 0
    scores = rng.random((4, 6, 5, 3)) + 0.8 * np.eye(3)[labels]
    scores = scores / scores.sum(-1, keepdims=True)
    predicted = scores.argmax(-1)
    y = torch.tensor(np.eye(3)[labels]).permute(0, 3, 1, 2)
    p = torch.tensor(np.eye(3)[predicted]).permute(0, 3, 1, 2)

    def reduced(**options):
        metric = DiceMetric(get_not_nans=True, **options)
        metric(p, y)
        value, counted = metric.aggregate()
        return {"value": numbers(value), "n": numbers(counted)}

    surface = compute_surface_dice(p, y, class_thresholds=[1.0, 1.5], include_background=False)
    return {
        "shape": list(scores.shape),
        "labels": labels.ravel().tolist(),
        "scores": [round(float(v), 6) for v in scores.ravel()],
        "dice": {
            "mean": reduced(reduction="mean"),
            "classes": reduced(reduction="mean_batch"),
            "foreground": reduced(reduction="mean", include_background=False),
            "one": reduced(reduction="mean", ignore_empty=False),
        },
        "surfaceDice": numbers(surface),
    }


result = {
    "versions": {
        "monai": monai.__version__,
        "torchmetrics": torchmetrics.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "torch": torch.__version__,
    },
    "masks": [
        {**measure(name, truth, prediction, spacing), "transform": transform(truth, spacing)}
        for name, truth, prediction, spacing in cases()
    ],
    "classes": several_classes(),
}
lines = ["{", f'"versions": {json.dumps(result["versions"])},', '"masks": [']
lines.append(",\n".join(json.dumps(case) for case in result["masks"]))
lines += ["],", f'"classes": {json.dumps(result["classes"])}', "}"]
(HERE / "segmentation.json").write_text("\n".join(lines) + "\n")
