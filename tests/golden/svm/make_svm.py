"""Writes svm.json: support-vector machines of scikit-learn (LIBSVM) on a small table, and sigmoids fitted to decision values.

Run: python make_svm.py (needs numpy and scikit-learn)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

rng = np.random.default_rng(7)
SAMPLES, FEATURES = 60, 5
SCALES = np.array([1, 10, 0.1, 3, 0])  # the last feature is constant


def plain(values):
    """12 significant digits."""
    return [float(f"{float(value):.12g}") for value in np.ravel(values)]


def table(samples):
    labels = (rng.random(samples) < 0.4).astype(int)
    features = (rng.normal(size=(samples, FEATURES)) + 0.8 * labels[:, None]) * SCALES + 2
    return features.astype(np.float32), labels


train, labels = table(SAMPLES)
test, _ = table(9)
# Solved closely, so that what is left of the tolerance is below that of the test.
EXACT = {"tol": 1e-8, "cache_size": 10}
MACHINES = {
    "linear": ({"kernel": "linear"}, SVC(kernel="linear", **EXACT)),
    "linear, c 0.05": ({"kernel": "linear", "c": 0.05}, SVC(kernel="linear", C=0.05, **EXACT)),
    "rbf": ({"c": 2, "gamma": 0.3}, SVC(C=2, gamma=0.3, **EXACT)),
    "rbf, balanced": ({"gamma": 0.2, "classWeights": "balanced"}, SVC(gamma=0.2, class_weight="balanced", **EXACT)),
    "rbf, weights": ({"gamma": 0.2, "classWeights": [1, 5]}, SVC(gamma=0.2, class_weight={0: 1, 1: 5}, **EXACT)),
    "rbf, all on their bounds": ({"c": 1e-3, "gamma": 1, "classWeights": [1, 1]}, SVC(C=1e-3, gamma=1, **EXACT)),
    "polynomial": (
        {"kernel": "polynomial", "gamma": 0.1, "degree": 2},
        SVC(kernel="poly", gamma=0.1, degree=2, coef0=1, **EXACT),
    ),
}
machines = []
for name, (options, svc) in MACHINES.items():
    pipeline = make_pipeline(StandardScaler(), svc).fit(train, labels)
    machines.append({"name": name, "options": options, "decision": plain(pipeline.decision_function(test))})

sigmoids = []
for samples, gain, shift in [(12, 1, 0), (60, 3, 0.5), (200, 0.3, -1)]:
    decisions = rng.normal(size=samples) * 2
    classes = (rng.random(samples) < 1 / (1 + np.exp(-gain * (decisions - shift)))).astype(int)
    fitted = _SigmoidCalibration().fit(decisions, classes)
    sigmoids.append({"decisions": plain(decisions), "labels": classes.tolist(), "a": fitted.a_, "b": fitted.b_})

golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "features": plain(train),
    "labels": labels.tolist(),
    "test": plain(test),
    "columns": FEATURES,
    "machines": machines,
    "sigmoids": sigmoids,
}
path = pathlib.Path(__file__).with_name("svm.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
