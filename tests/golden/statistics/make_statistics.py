"""Writes statistics.json: paired values, p-values and scores with what other libraries make of them.

Run: python make_statistics.py (needs numpy, scipy, scikit-learn and statsmodels)
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(31)
BINS = 7  # no score lies on an edge, which belongs to the lower bin there and to the upper one here
RESAMPLES = 20000


def plain(value):
    """15 significant digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.15g}")
    if isinstance(value, np.integer):
        return int(value)
    return value


def wilcoxon_case(a, b, zeros, method, continuity=False):
    """Exact: from SciPy's table where there are no ties, else from all signs."""
    d = np.abs(a - b)[a != b]
    options = {"zero_method": zeros, "correction": continuity}
    if method == "normal":
        found = stats.wilcoxon(a, b, method="approx", **options)
        z = abs(found.zstatistic)
    else:
        table = len(set(d)) == len(d) and len(d) == len(a)
        signs = stats.PermutationMethod(n_resamples=np.inf)
        found = stats.wilcoxon(a, b, method="exact" if table else signs, **options)
        z = None
    return {"a": a, "b": b, "zeros": zeros, "method": method, "continuity": continuity,
            "statistic": found.statistic, "absoluteZ": z, "p": found.pvalue, "n": len(d)}


def whole(n, shift):
    """Halves, exact in binary, so that ties are ties."""
    b = rng.integers(0, 12, n) / 2
    return b + rng.integers(-4, 5, n) / 2 + shift, b


def smooth(n, shift):
    a = np.round(rng.normal(size=n), 6)
    return a, np.round(a + rng.normal(shift, 1, size=n), 6)


def vertical(y, p, rates):
    fpr, tpr, _ = sk.roc_curve(y, p, drop_intermediate=False)
    curve = []
    for rate in rates:
        i = np.searchsorted(fpr, rate + 1e-12, side="right") - 1
        at = tpr[i] if i == len(fpr) - 1 else tpr[i] + (tpr[i + 1] - tpr[i]) * max(0, rate - fpr[i]) / (fpr[i + 1] - fpr[i])
        curve.append(at)
    return np.array(curve)


def scores_case(n):
    y = (rng.random(n) < 0.45).astype(int)
    a = np.round(1 / (1 + np.exp(-(1.2 * (2 * y - 1) + 1.3 * rng.normal(size=n)))), 3)
    b = np.round(1 / (1 + np.exp(-(0.6 * (2 * y - 1) + 1.3 * rng.normal(size=n)))), 3)
    groups = np.arange(n) // 2
    rates = np.linspace(0, 1, 21)
    observed, predicted = calibration_curve(y, a, n_bins=BINS, strategy="uniform")
    fpr, tpr, thresholds = sk.roc_curve(y, a, drop_intermediate=False)
    best = int(np.argmax(tpr - fpr))
    differences, grouped, curves = [], [], []
    for _ in range(RESAMPLES):
        i = rng.integers(0, n, n)
        differences.append(sk.roc_auc_score(y[i], a[i]) - sk.roc_auc_score(y[i], b[i]))
        drawn = rng.integers(0, n // 2, n // 2)
        i = np.concatenate([2 * drawn, 2 * drawn + 1])
        grouped.append(sk.roc_auc_score(y[i], a[i]) - sk.roc_auc_score(y[i], b[i]))
    for _ in range(RESAMPLES // 10):
        i = rng.integers(0, n, n)
        curves.append((vertical(y[i], a[i], rates) + vertical(y[i], b[i], rates)) / 2)
    return {
        "y": y, "a": a, "b": b, "groups": groups,
        "calibration": {"bins": BINS, "observed": observed, "predicted": predicted},
        "youden": {"value": tpr[best] - fpr[best], "threshold": thresholds[best]},
        "difference": {"value": sk.roc_auc_score(y, a) - sk.roc_auc_score(y, b),
                       "bounds": np.quantile(differences, [0.025, 0.975]),
                       "groupedBounds": np.quantile(grouped, [0.025, 0.975])},
        "band": {"fpr": rates, "tpr": (vertical(y, a, rates) + vertical(y, b, rates)) / 2,
                 "low": np.quantile(curves, 0.05, axis=0), "high": np.quantile(curves, 0.95, axis=0), "level": 0.9},
    }


p_values = [rng.random(8) ** 3, np.array([0.01, 0.01, 0.04, 0.03, 0.005]), np.array([0.6, 0.9, 1.0, 0.0]), np.array([0.2])]
values = [np.round(rng.gamma(2, size=n), 4) for n in (1, 2, 7, 30)]
shares = [0, 0.025, 0.25, 0.5, 0.75, 0.975, 1]
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "statsmodels": statsmodels.__version__},
    "wilcoxon": {
        "exact, 10 pairs": wilcoxon_case(*smooth(10, 0.8), "wilcox", "exact"),
        "exact, 40 pairs": wilcoxon_case(*smooth(40, 0.3), "wilcox", "exact"),
        "exact, ties": wilcoxon_case(*whole(12, 0.25), "wilcox", "exact"),
        "exact, ties and zeros": wilcoxon_case(*whole(13, 0.5), "wilcox", "exact"),
        "exact, ties and zeros, pratt": wilcoxon_case(*whole(13, 0.5), "pratt", "exact"),
        "normal, 60 pairs": wilcoxon_case(*smooth(60, 0.2), "wilcox", "normal"),
        "normal, ties": wilcoxon_case(*whole(60, 0.25), "wilcox", "normal"),
        "normal, ties and zeros, continuity": wilcoxon_case(*whole(60, 0.5), "wilcox", "normal", True),
        "normal, ties and zeros, pratt": wilcoxon_case(*whole(60, 0.5), "pratt", "normal"),
        "normal, ties and zeros, pratt, continuity": wilcoxon_case(*whole(30, -0.5), "pratt", "normal", True),
    },
    "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1]} for p in p_values],
    "quantiles": [{"values": v, "shares": shares, "quantiles": np.quantile(v, shares)} for v in values],
    "scores": scores_case(200),
}
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(plain(golden), separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
