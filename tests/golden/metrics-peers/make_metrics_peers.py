"""Writes metrics-peers.json: regression, image and decision metrics with the values that other libraries give for them.

Run: python make_metrics_peers.py (needs numpy, scipy, scikit-learn, scikit-image, torch, torchmetrics and monai)
"""

import json
import math
import pathlib

import monai
import numpy as np
import scipy
import skimage
import sklearn
import torch
import torchmetrics
from monai.metrics import compute_confusion_matrix_metric, compute_hausdorff_distance, get_confusion_matrix
from monai.metrics import MultiScaleSSIMMetric, compute_average_surface_distance, compute_surface_dice
from scipy import stats
from scipy.ndimage import distance_transform_cdt
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn import metrics as sk
from torchmetrics.functional import classification as tc
from torchmetrics.functional import regression as tr
from torchmetrics.functional.segmentation import dice_score

rng = np.random.default_rng(31)


def plain(value):
    """15 significant digits; NaN and infinities as strings, which JSON lacks."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if torch.is_tensor(value) or isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return float(f"{value:.15g}") if math.isfinite(value) else str(value)
    if isinstance(value, (np.integer, np.bool_)):
        return int(value)
    return value


def regression_case(y, p, weight=None):
    w = {"sample_weight": weight}
    result = {
        "yTrue": y, "yPred": p, "weight": weight,
        "meanAbsoluteError": sk.mean_absolute_error(y, p, **w),
        "rootMeanSquaredError": sk.root_mean_squared_error(y, p, **w),
        "rSquared": sk.r2_score(y, p, force_finite=False, **w),
    }
    if weight is None:
        d = (np.mean(y) - np.mean(p)) ** 2
        result |= {
            "pearsonCorrelation": stats.pearsonr(y, p).statistic,
            "spearmanCorrelation": stats.spearmanr(y, p).statistic,
            # Lin's definition has n in its variances; that of torchmetrics, n - 1, is the same where the means agree.
            "concordanceCorrelation": 2 * np.cov(y, p, ddof=0)[0, 1] / (np.var(y) + np.var(p) + d),
        }
    else:
        repeated = np.repeat(np.arange(len(y)), np.asarray(weight, int))
        again = regression_case(np.asarray(y)[repeated], np.asarray(p)[repeated])
        result |= {k: again[k] for k in ("pearsonCorrelation", "spearmanCorrelation", "concordanceCorrelation")}
    return result


def regression():
    y = np.round(rng.normal(3, 2, 14), 2)
    p = np.round(y * 0.7 + rng.normal(0.5, 0.8, 14), 2)
    tied = np.round(y)
    far = y + 1e6
    shifted = p - p.mean() + y.mean()
    columns = np.stack([y, y[::-1] * 10], 1), np.stack([p, p[::-1] * 9 + 3], 1)
    return {
        "cases": {
            "plain": regression_case(y, p),
            "tied": regression_case(tied, np.round(p)),
            "weighted": regression_case(tied, p, rng.integers(0, 4, 14)),
            "farFromZero": regression_case(far, p + 1e6),
            "opposite": regression_case(y, -y),
            "constantPrediction": regression_case(y, np.full(14, 2.5)),
            "constantTruth": regression_case(np.full(4, 2.0), np.array([1.0, 2.0, 3.0, 2.5])),
        },
        "torchmetrics": {
            "yTrue": y, "yPred": shifted,
            "concordanceCorrelation": float(tr.concordance_corrcoef(torch.tensor(shifted), torch.tensor(y))),
            "pearsonCorrelation": tr.pearson_corrcoef(torch.tensor(shifted), torch.tensor(y)),
            "spearmanCorrelation": tr.spearman_corrcoef(torch.tensor(shifted), torch.tensor(y)),
        },
        "columns": {
            "yTrue": columns[0], "yPred": columns[1],
            **{
                name: {"macro": f(*columns), "none": f(*columns, multioutput="raw_values")}
                for name, f in {
                    "meanAbsoluteError": sk.mean_absolute_error,
                    "rootMeanSquaredError": sk.root_mean_squared_error,
                    "rSquared": sk.r2_score,
                }.items()
            },
        },
    }


def images():
    def ssim(a, b, channels):
        return structural_similarity(
            a, b, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
            channel_axis=-1 if channels else None,
        )

    small = np.round(rng.random((2, 16, 13, 3)), 3)
    noisy = np.round(np.clip(small + rng.normal(0, 0.1, small.shape), 0, 1), 3)
    volume = np.round(rng.random((1, 12, 11, 13, 1)), 3)
    moved = np.round(np.clip(volume * 0.8 + 0.1 * rng.random(volume.shape), 0, 1), 3)
    # 8 bits in files of 176 x 177 would be large: the images are made of a formula in the test.
    i, j = np.meshgrid(np.arange(176), np.arange(177), indexing="ij")
    large = (1 + np.sin(i / 7) * np.cos(j / 5)) / 2
    blurred = (1 + np.sin(i / 7 + 0.3) * np.cos(j / 5) * 0.9) / 2 + ((i * 7 + j * 3) % 11) / 100
    tensors = [torch.tensor(x)[None, None] for x in (blurred, large)]
    return {
        "plane": {
            "shape": small.shape, "yTrue": small.ravel(), "yPred": noisy.ravel(),
            "psnr": [peak_signal_noise_ratio(t, p, data_range=1) for t, p in zip(small, noisy)],
            "psnr255": [peak_signal_noise_ratio(t, p, data_range=255) for t, p in zip(small, noisy)],
            "ssim": [ssim(t, p, True) for t, p in zip(small, noisy)],
        },
        "volume": {
            "shape": volume.shape, "yTrue": volume.ravel(), "yPred": moved.ravel(),
            "ssim": [ssim(volume[0, ..., 0], moved[0, ..., 0], False)],
        },
        "opposite": {
            "shape": [1, 16, 13, 3], "yTrue": small[0].ravel(), "yPred": (1 - small[0]).ravel(),
            "ssim": [ssim(small[0], 1 - small[0], True)],
        },
        "waves": {
            "multiScale": MultiScaleSSIMMetric(2, data_range=1.0)(*tensors)[0, 0],
            "ssim": ssim(large, blurred, False),
        },
    }


def decisions():
    y = rng.integers(0, 2, 40)
    p = np.round(np.clip(y * 0.3 + rng.random(40) * 0.7, 0, 1), 2)
    worst = 1 - y
    names = {"markedness": "markedness", "fowlkesMallows": "fowlkes mallows index", "prevalenceThreshold": "prevalence threshold"}

    def of(decided):
        matrix = get_confusion_matrix(torch.tensor(decided)[:, None].float(), torch.tensor(y)[:, None].float())
        return {name: compute_confusion_matrix_metric(monai_name, matrix.sum(0).double())[0] for name, monai_name in names.items()}

    classes, n = 4, 60
    t = rng.integers(0, classes, n)
    scores = np.round(rng.random((n, classes)) + 0.4 * np.eye(classes)[t], 1)  # of one digit: many ties
    rounded = np.round(scores, 1)
    scores = np.round(scores / scores.sum(1, keepdims=True), 3)
    scores[:, 0] = np.round(1 - scores[:, 1:].sum(1), 3)
    predicted = rounded.argmax(1)
    labels = rng.integers(0, 2, (20, 3))
    marks = np.round(np.clip(labels * 0.5 + rng.random((20, 3)) * 0.6, 0, 1), 2)
    binned = np.round(rng.random((30, 1)), 2)
    flipped = {"labels": list(range(classes))}
    return {
        "binary": {"yTrue": y, "yPred": p, "monai": of((p >= 0.5).astype(int)), "all wrong": of(worst), "all right": of(y)},
        "classes": {
            "yTrue": t, "yPred": rounded,
            # Of equal scores scikit-learn takes the last; turned round it takes the first.
            "topK": [sk.top_k_accuracy_score(classes - 1 - t, rounded[:, ::-1], k=k, **flipped) for k in (1, 2, 3)],
            "accuracy": [sk.accuracy_score(t == k, predicted == k) for k in range(classes)],
            "balancedAccuracy": [sk.balanced_accuracy_score(t == k, predicted == k) for k in range(classes)],
            "matthewsCorrelation": [sk.matthews_corrcoef(t == k, predicted == k) for k in range(classes)],
            "probabilities": scores,
            "oneVsOne": {
                average: sk.roc_auc_score(t, scores, multi_class="ovo", average=average) for average in ("macro", "weighted")
            },
        },
        "labels": {
            "yTrue": labels, "yPred": marks,
            "exactMatch": sk.accuracy_score(labels, marks >= 0.5),
            "torchmetrics": tc.multilabel_exact_match(torch.tensor(marks), torch.tensor(labels), num_labels=3, threshold=0.5 - 1e-9),
        },
        "binned": {
            "yTrue": (y := rng.integers(0, 2, 50)), "yPred": (q := np.round(np.clip(y * 0.2 + rng.random(50) * 0.79, 0, 1), 2) + 0.003),
            "auc": {
                str(k): tc.binary_auroc(torch.tensor(q), torch.tensor(y), thresholds=k).double() for k in (3, 5, 11, 200)
            },
            "labels": {
                "yTrue": labels, "yPred": np.minimum(marks, 0.99),
                "none": tc.multilabel_auroc(torch.tensor(np.minimum(marks, 0.99)), torch.tensor(labels), 3, average="none", thresholds=9).double(),
                "macro": tc.multilabel_auroc(torch.tensor(np.minimum(marks, 0.99)), torch.tensor(labels), 3, average="macro", thresholds=9).double(),
            },
        },
    }


def masks():
    shape = (3, 9, 8)
    t = rng.integers(0, 3, shape)
    t[1] = np.where(t[1] == 2, 0, t[1])  # a class that is not there
    p = np.where(rng.random(shape) < 0.3, rng.integers(0, 3, shape), t)
    hot = [torch.tensor(np.eye(3)[x]).permute(0, 3, 1, 2) for x in (p, t)]
    a, b = rng.random((2, 7, 9)) < 0.4
    volumes = rng.random((2, 5, 6, 7)) < 0.3
    distances = []
    for one, two in ((a, b), tuple(volumes)):
        pair = [torch.tensor(x)[None, None] for x in (two, one)]
        distances.append({
            "shape": one.shape, "truth": one.ravel().astype(int), "prediction": two.ravel().astype(int),
            **{
                metric: {
                    "transform": distance_transform_cdt(~one, metric=metric).ravel(),
                    "hausdorff": compute_hausdorff_distance(*pair, include_background=True, distance_metric=metric)[0, 0],
                    "hausdorff95": compute_hausdorff_distance(*pair, include_background=True, distance_metric=metric, percentile=95)[0, 0],
                    "average": compute_average_surface_distance(*pair, include_background=True, symmetric=True, distance_metric=metric)[0, 0],
                    "dice": compute_surface_dice(*pair, [1.0], include_background=True, distance_metric=metric)[0, 0],
                }
                for metric in ("chessboard", "taxicab")
            },
        })
    return {
        "classes": {
            "yTrue": t, "yPred": p,
            "dice": {
                average: dice_score(hot[0].long(), hot[1].long(), num_classes=3, include_background=background, average=average)
                for average, background in (("weighted", True), ("macro", True))
            },
            "foreground": dice_score(hot[0].long(), hot[1].long(), num_classes=3, include_background=False, average="weighted"),
        },
        "distances": distances,
    }


golden = {
    "versions": {m.__name__: m.__version__ for m in (np, scipy, sklearn, skimage, torch, torchmetrics, monai)},
    "regression": regression(), "images": images(), "decisions": decisions(), "masks": masks(),
}
pathlib.Path(__file__).with_name("metrics-peers.json").write_text(json.dumps(plain(golden), separators=(",", ":")) + "\n")
