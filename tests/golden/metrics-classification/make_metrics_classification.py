"""Writes metrics-classification.json: scores and labels with the values that other libraries give for them.

Run: python make_metrics_classification.py (needs numpy, scipy, scikit-learn, torch and torchmetrics)
"""

import json
import math
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
import torch
import torchmetrics
from scipy import stats
from scipy.special import erfc, ndtr, ndtri
from sklearn import metrics as sk
from torchmetrics import classification as tm

warnings.simplefilter("ignore")
rng = np.random.default_rng(20)
BINS = 7  # no score lies on an edge, where rounding to 32 bits would decide


def plain(value):
    """15 significant digits; NaN and infinities as strings, which JSON lacks."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray) or torch.is_tensor(value):
        return plain(value.tolist())
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return float(f"{value:.15g}") if math.isfinite(value) else str(value)
    if isinstance(value, np.integer):
        return int(value)
    return value


def binary_case(y, p, weight, threshold):
    d = (p >= threshold).astype(int)
    w = {"sample_weight": weight}
    tn, fp, fn, tp = sk.confusion_matrix(y, d, labels=[0, 1], **w).ravel()
    fpr, tpr, roc_thresholds = sk.roc_curve(y, p, drop_intermediate=False, **w)
    precision, recall, pr_thresholds = sk.precision_recall_curve(y, p, **w)
    return {
        "yTrue": y, "yPred": p, "weight": weight, "threshold": threshold,
        "sklearn": {
            "confusion": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
            "accuracy": sk.accuracy_score(y, d, **w),
            "balancedAccuracy": sk.balanced_accuracy_score(y, d, **w),
            "sensitivity": sk.recall_score(y, d, zero_division=np.nan, **w),
            "specificity": sk.recall_score(y, d, pos_label=0, zero_division=np.nan, **w),
            "precision": sk.precision_score(y, d, zero_division=np.nan, **w),
            "negativePredictiveValue": sk.precision_score(y, d, pos_label=0, zero_division=np.nan, **w),
            "f1": sk.f1_score(y, d, zero_division=np.nan, **w),
            "f2": sk.fbeta_score(y, d, beta=2, zero_division=np.nan, **w),
            "fHalf": sk.fbeta_score(y, d, beta=0.5, zero_division=np.nan, **w),
            "iou": sk.jaccard_score(y, d, **w),
            "matthewsCorrelation": sk.matthews_corrcoef(y, d, **w),
            "cohenKappa": sk.cohen_kappa_score(y, d, **w),
            "roc": {"fpr": fpr, "tpr": tpr, "thresholds": roc_thresholds},
            "precisionRecallCurve": {"precision": precision, "recall": recall, "thresholds": pr_thresholds},
            "auc": sk.roc_auc_score(y, p, **w),
            "partialAuc": {f: sk.roc_auc_score(y, p, max_fpr=float(f), **w) for f in ["0.05", "0.1", "0.37", "0.8"]},
            "averagePrecision": sk.average_precision_score(y, p, **w),
            "brierScore": sk.brier_score_loss(y, p, **w),
        },
    }


def torch_binary(y, p):
    t, q = torch.tensor(y), torch.tensor(p, dtype=torch.float64)
    result = {
        "calibrationError": {n: tm.BinaryCalibrationError(n_bins=BINS, norm=n)(q, t) for n in ["l1", "l2", "max"]},
        "sensitivityAtSpecificity": {}, "specificityAtSensitivity": {},
    }
    for limit in ["0.5", "0.8", "0.95"]:
        for name, metric in [("sensitivityAtSpecificity", tm.BinarySensitivityAtSpecificity(float(limit))),
                             ("specificityAtSensitivity", tm.BinarySpecificityAtSensitivity(float(limit)))]:
            result[name][limit] = metric(q, t)[0]
    return result


def averages(score, y, d, **options):
    return {a: score(y, d, average=None if a == "none" else a, **options) for a in ["macro", "micro", "weighted", "none"]}


def ratios(y, d, zero_division, **options):
    options["zero_division"] = zero_division
    return {
        "sensitivity": averages(sk.recall_score, y, d, **options),
        "precision": averages(sk.precision_score, y, d, **options),
        "f1": averages(sk.f1_score, y, d, **options),
        "f2": averages(sk.fbeta_score, y, d, beta=2, **options),
    }


def classes_case(y, p, weight):
    classes = list(range(p.shape[1]))
    d = p.argmax(1)
    w = {"labels": classes, "sample_weight": weight}
    one_hot = np.eye(len(classes))[y]
    present = sorted(set(y))
    t, q = torch.tensor(y), torch.tensor(p, dtype=torch.float64)
    ovr = {"multi_class": "ovr", "labels": classes, "sample_weight": weight}
    complete = len(present) == len(classes)
    return {
        "yTrue": y, "yPred": p, "weight": weight,
        "sklearn": {
            "confusionMatrix": sk.confusion_matrix(y, d, **w),
            "accuracy": sk.accuracy_score(y, d, sample_weight=weight),
            "balancedAccuracy": sk.balanced_accuracy_score(y, d, sample_weight=weight),
            "matthewsCorrelation": sk.matthews_corrcoef(y, d, sample_weight=weight),
            "cohenKappa": {k: sk.cohen_kappa_score(y, d, weights=None if k == "none" else k, **w)
                           for k in ["none", "linear", "quadratic"]},
            "zeroDivision0": ratios(y, d, 0.0, **w),
            "zeroDivisionNaN": ratios(y, d, np.nan, **w),
            "foreground": ratios(y, d, 0.0, labels=classes[1:], sample_weight=weight),
            "iou": averages(sk.jaccard_score, y, d, zero_division=0, **w),
            "auc": {a: sk.roc_auc_score(y, p, average=None if a == "none" else a, **ovr)
                    for a in ["macro", "micro", "weighted", "none"]} if complete else None,
            "averagePrecision": averages(sk.average_precision_score, one_hot, p, sample_weight=weight) if complete else None,
            "brierScore": sk.brier_score_loss(y, p, labels=classes, sample_weight=weight),
        },
        "torchmetrics": {
            "specificity": {a: tm.MulticlassSpecificity(len(classes), average=a)(q, t) for a in ["macro", "micro", "none"]},
            "calibrationError": {n: tm.MulticlassCalibrationError(len(classes), n_bins=BINS, norm=n)(q, t)
                                 for n in ["l1", "l2", "max"]},
        } if weight is None else None,
    }


def labels_case(y, p, weight):
    d = (p >= 0.5).astype(int)
    return {
        "yTrue": y, "yPred": p, "weight": weight,
        "sklearn": {
            "zeroDivision0": ratios(y, d, 0.0, sample_weight=weight),
            "iou": averages(sk.jaccard_score, y, d, sample_weight=weight),
            "auc": averages(sk.roc_auc_score, y, p, sample_weight=weight),
            "averagePrecision": averages(sk.average_precision_score, y, p, sample_weight=weight),
        },
    }


def naive_delong(y, scores):
    """DeLong's components from all pairs of a positive and a negative, O(m n), and their covariance matrix."""
    psi = lambda a, b: 1.0 if a > b else 0.5 if a == b else 0.0
    v10, v01 = [], []
    for p in scores:
        positive, negative = p[y == 1], p[y == 0]
        v10.append([sum(psi(a, b) for b in negative) / len(negative) for a in positive])
        v01.append([sum(psi(a, b) for a in positive) / len(positive) for b in negative])
    covariance = np.cov(v10) / len(v10[0]) + np.cov(v01) / len(v01[0])
    return np.mean(v10, axis=1), np.atleast_2d(covariance)


def delong_case(y, a, b, level):
    areas, covariance = naive_delong(y, [a, b])
    error = math.sqrt(covariance[0, 0])
    z = stats.norm.ppf((1 + level) / 2)
    logit, logit_error = math.log(areas[0] / (1 - areas[0])), error / (areas[0] * (1 - areas[0]))
    difference = areas[0] - areas[1]
    difference_error = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return {
        "yTrue": y, "a": a, "b": b, "level": level,
        "interval": {
            "value": areas[0], "standardError": error,
            "identity": [max(areas[0] - z * error, 0), min(areas[0] + z * error, 1)],
            "logit": [1 / (1 + math.exp(-(logit - z * logit_error))), 1 / (1 + math.exp(-(logit + z * logit_error)))],
        },
        "test": {
            "aucA": areas[0], "aucB": areas[1], "difference": difference, "standardError": difference_error,
            "low": difference - z * difference_error, "high": difference + z * difference_error,
            "z": difference / difference_error, "p": 2 * stats.norm.sf(abs(difference / difference_error)),
        },
    }


def bootstrap_case():
    data = np.round(rng.gamma(1.5, size=12), 3)
    result = {"data": data, "level": 0.9}
    for method, name in [("percentile", "percentile"), ("BCa", "bca")]:
        found = stats.bootstrap((data,), np.mean, n_resamples=200, confidence_level=0.9, method=method,
                                rng=np.random.default_rng(5))
        result["replicates"] = found.bootstrap_distribution
        result[name] = list(found.confidence_interval)
    result["standardError"] = found.standard_error
    result["value"] = data.mean()
    result["jackknife"] = [np.delete(data, i).mean() for i in range(len(data))]
    return result


def probabilities(n, classes):
    p = np.round(rng.dirichlet(np.ones(classes) * 1.3, size=n), 3)
    p[:, 0] = np.round(1 - p[:, 1:].sum(1), 3)
    return np.abs(p)


n = 60
y = (rng.random(n) < 0.4).astype(int)
p = np.round(np.clip(0.5 + 0.15 * (2 * y - 1) + 0.25 * rng.normal(size=n), 0.01, 0.99), 2)
weight = rng.choice([0.5, 1.0, 1.7, 2.0], size=n)
b = np.round(np.clip(0.5 + 0.05 * (2 * y - 1) + 0.2 * rng.normal(size=n) + 0.3 * (p - 0.5), 0, 1), 2)
assert len(set(p)) < n - 10 and 0.5 in p

four = probabilities(50, 4)
y4 = np.where(rng.random(50) < 0.5, four.argmax(1), rng.integers(0, 4, 50))
w4 = rng.choice([0.5, 1.0, 3.0], size=50)
three = np.where(y4 == 3, 0, y4)
never = four.copy()
never[:, [1, 3]] = 0
multi = np.round(rng.random((40, 3)), 2)
y_multi = (rng.random((40, 3)) < 0.2 + 0.6 * multi).astype(int)
w_multi = rng.choice([0.5, 1.0, 3.0], size=40)

golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "torch": torch.__version__, "torchmetrics": torchmetrics.__version__},
    "binary": {
        "plain": binary_case(y, p, None, 0.5) | {"torchmetrics": torch_binary(y, p)},
        "weighted": binary_case(y, p, weight, 0.37),
        "allTied": binary_case(y, np.full(n, 0.3), weight, 0.3),
        "onlyPositives": binary_case(np.ones(5, int), np.array([0.1, 0.6, 0.6, 0.7, 0.2]), None, 0.5),
        "onlyNegatives": binary_case(np.zeros(5, int), np.array([0.1, 0.6, 0.6, 0.7, 0.2]), None, 0.5),
    },
    "classes": {
        "plain": classes_case(y4, four, None),
        "weighted": classes_case(y4, four, w4),
        "oneNeverTrue": classes_case(three, four, None),
        "oneNeverTrueOrPredicted": classes_case(three, never, w4),
    },
    "labels": {"plain": labels_case(y_multi, multi, None), "weighted": labels_case(y_multi, multi, w_multi)},
    "delong": {"plain": delong_case(y, p, b, 0.95), "reversed": delong_case(y, b, p, 0.8)},
    "bootstrap": bootstrap_case(),
    "normal": {
        "erfc": [[x, erfc(x)] for x in [-3, -0.5, 0, 1e-8, 0.3, 1, 1.49, 1.5, 2, 3.7, 6, 12, 26]],
        "cdf": [[x, ndtr(x)] for x in [-30, -8, -2.2, -1, 0, 0.4, 1.96, 5]],
        "quantile": [[q, ndtri(q)] for q in [1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.7, 0.95, 0.9999]],
    },
}
path = pathlib.Path(__file__).with_name("metrics-classification.json")
path.write_text(json.dumps(plain(golden), separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
