"""Runs the losses of MONAI, Keras and segmentation_models.pytorch on small inputs and writes losses.json beside it.

Every value is of one sample: each library sees a batch of one, because Keras and smp sum over the batch before they
divide; "of each class" stands behind the name where a sample has a value for each, "of the batch" stands behind the name where it saw all samples at once, which then have one value. Labels of 255
are to be ignored. A case is named after the Python expression that made it. Run with python 3.11 and the packages that the JSON
names.
"""

import json
from importlib.metadata import version
from pathlib import Path

import monai.losses as monai
import numpy as np
import segmentation_models_pytorch.losses as smp
import torch
from coral_pytorch.losses import coral_loss
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import mean_pinball_loss

import keras  # after torch: loaded the other way around, their LLVMs clash

rng = np.random.default_rng(7)


def float32(array, digits=4):
    return np.round(np.asarray(array), digits).astype(np.float32)


def binary():
    """A lesion; an empty target with and without a prediction; a full mask that is found; hits of exactly 0 and 1."""
    target = np.zeros((5, 4, 4, 1), np.float32)
    prediction = float32(rng.uniform(0, 1, target.shape))
    target[0, 1:3, 1:4] = 1
    prediction[2] = 0
    target[3] = prediction[3] = 1
    target[4, :2] = 1
    prediction[4] = rng.integers(0, 2, (4, 4, 1))
    return target, prediction


def multiclass():
    """Three classes; one of them absent; only the background; one absent that is not predicted either."""
    labels = rng.integers(0, 3, (4, 4, 4))
    labels[1] = np.where(labels[1] == 2, 0, labels[1])
    labels[2] = 0
    labels[3] = np.where(labels[3] == 1, 2, labels[3])
    logits = rng.normal(0, 1.5, (*labels.shape, 3))
    prediction = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    prediction[3, ..., 1] = 0
    prediction[3] /= prediction[3].sum(-1, keepdims=True)
    return np.eye(3, dtype=np.float32)[labels], float32(prediction, 7)


def multilabel():
    """Two overlapping structures; one of them absent."""
    target = rng.integers(0, 2, (2, 3, 4, 2)).astype(np.float32)
    target[1, ..., 0] = 0
    return target, float32(rng.uniform(0, 1, target.shape))


def binary_logits():
    target, _ = binary()
    logits = float32(rng.normal(0, 3, target.shape))
    logits[1, 0, :, 0] = [100, -100, 30, -30]
    return target, logits


def multiclass_logits():
    target, _ = multiclass()
    logits = float32(rng.normal(0, 3, target.shape))
    logits[1, 0, :3] = [[100, -100, 0], [-100, 100, 100], [0, 0, 0]]
    return target, logits


def ignoring(target, prediction):
    """A third of the pixels have no label: all of a sample, or some of each class."""
    target = target.copy()
    unknown = rng.uniform(0, 1, (*target.shape[:-1], 1)) < 1 / 3
    unknown[1] = True
    return np.where(unknown, np.float32(255), target), prediction


def weighted(target, prediction, weight):
    return target, prediction, float32(weight)


def soft():
    """Shares as labels, with 0 and 1 among them, a prediction that is the label and one that is everywhere 1."""
    target = float32(np.clip(np.round(rng.uniform(-0.5, 1.5, (4, 4, 4, 2)), 1), 0, 1))
    prediction = float32(np.round(rng.uniform(0, 1, target.shape), 1))
    prediction[1] = target[1]
    prediction[2] = 1
    return target, prediction


def values():
    """Errors of 0, of exactly 1 and of any size, in several units."""
    target = float32(rng.normal(0, 3, (3, 5, 2)), 2)
    prediction = float32(rng.normal(0, 3, target.shape), 2)
    target[0, :2] = [[0, 1], [2, -1]]
    prediction[0, :2] = [[0, 2], [1, -1.5]]
    return target, prediction


def distributions():
    """Soft labels, one of them the prediction, and labels with exact zeros."""
    target = float32(rng.dirichlet(np.ones(4), (3, 3)), 6)
    prediction = float32(rng.dirichlet(np.ones(4), (3, 3)), 6)
    prediction[1, 0] = target[1, 0]
    target[2] = [[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0.25, 0.75, 0, 0]]
    return target, prediction


def levels():
    """The ranks 0 to 4 as levels, beside logits that are sure and wrong, too."""
    target = (np.arange(5)[:, None] > np.arange(4)).astype(np.float32)
    logits = float32(rng.normal(0, 3, target.shape))
    logits[3] = [-40, 0, 40, 40]
    return target, logits


INPUTS = {
    "binary": binary(),
    "multiclass": multiclass(),
    "multilabel": multilabel(),
    "binaryLogits": binary_logits(),
    "multiclassLogits": multiclass_logits(),
    "labels": (
        np.array([[0], [1], [0], [1], [1], [0.5]], np.float32),
        np.array([[0], [1], [1], [0], [0.3], [0.8]], np.float32),
    ),
    "classes": (
        np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0.1, 0.2, 0.3, 0.4]], np.float32),
        np.array([[1, 0, 0, 0], [1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], [0.4, 0.4, 0.4, 0.8]], np.float32),
    ),
}

def blobs():
    """Regions of two classes: a disc and a bar, one pixel, none, and one that fills the image; guesses in parts right."""
    rows, columns = np.mgrid[:9, :7]
    target = np.zeros((3, 9, 7, 2), np.float32)
    target[0, ..., 0] = (rows - 4) ** 2 + (columns - 3) ** 2 < 7
    target[0, 1:3, :, 1] = target[0, 6, 2, 1] = 1
    target[1, 5, 1, 0] = 1
    target[2, ..., 1] = 1
    prediction = float32(rng.uniform(0, 1, target.shape))
    prediction[1, ..., 1] = 0.25
    return target, prediction


def tied():
    """Three classes, few distinct probabilities: many errors are equal, within a class and on both sides of it."""
    labels = rng.integers(0, 3, (3, 4, 4))
    labels[1] = 0
    prediction = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [1, 0, 0]], np.float32)[rng.integers(0, 3, labels.shape)]
    return np.eye(3, dtype=np.float32)[labels], prediction


def tied_logits():
    """A mask, an empty and a full one, and logits that are whole numbers: errors are equal, some exactly 0."""
    target = rng.integers(0, 2, (3, 4, 4, 1)).astype(np.float32)
    target[1], target[2] = 0, 1
    return target, float32(rng.integers(-2, 3, target.shape))


def images():
    """Two channels: waves with noise, the image itself, and its opposite."""
    rows, columns = np.mgrid[:13, :12]
    waves = np.stack([np.sin(rows / 2), np.cos(columns / 3)], -1) / 2.5 + 0.5
    target = float32(np.stack([waves] * 3))
    noise = rng.normal(0, 0.1, target.shape)
    return target, float32([target[0] + noise[0], target[1], 1 - target[2]])


MULTILABEL = INPUTS["multilabel"]
INPUTS |= {
    "multilabelLogits": (MULTILABEL[0], float32(rng.normal(0, 3, MULTILABEL[0].shape))),
    "binaryIgnored": ignoring(*INPUTS["binary"]),
    "binaryLogitsIgnored": ignoring(*INPUTS["binaryLogits"]),
    "multiclassIgnored": ignoring(*INPUTS["multiclass"]),
    "multiclassLogitsIgnored": ignoring(*INPUTS["multiclassLogits"]),
    "binaryWeighted": weighted(*INPUTS["binary"], rng.uniform(0, 3, INPUTS["binary"][0].shape)),
    "binaryMasked": weighted(*INPUTS["binary"], rng.integers(0, 2, INPUTS["binary"][0].shape)),
    "multilabelSoft": soft(),
    "values": values(),
    "distributions": distributions(),
    "levels": levels(),
    "blobs": blobs(),
    "multiclassWeighted": weighted(*INPUTS["multiclass"], rng.uniform(0, 3, (4, 4, 4, 1))),
    "tied": tied(),
    "tiedLogits": tied_logits(),
    "images": images(),
}

KERAS = {
    "MeanSquaredError()": ["binary", "multiclass", "labels"],
    "MeanAbsoluteError()": ["binary", "multiclass", "labels"],
    "BinaryCrossentropy()": ["binary", "labels"],
    "BinaryCrossentropy(label_smoothing=0.2)": ["binary", "labels"],
    "BinaryCrossentropy(from_logits=True)": ["binaryLogits"],
    "BinaryCrossentropy(from_logits=True, label_smoothing=0.2)": ["binaryLogits"],
    "CategoricalCrossentropy()": ["multiclass", "classes"],
    "CategoricalCrossentropy(label_smoothing=0.2)": ["multiclass", "classes"],
    "CategoricalCrossentropy(from_logits=True)": ["multiclassLogits"],
    "CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)": ["multiclassLogits"],
    "BinaryFocalCrossentropy()": ["binary", "labels"],
    "BinaryFocalCrossentropy(apply_class_balancing=True)": ["binary", "labels"],
    "BinaryFocalCrossentropy(gamma=0.5)": ["binary", "labels"],
    "CategoricalFocalCrossentropy()": ["multiclass", "classes"],
    "CategoricalFocalCrossentropy(alpha=[0.2, 0.3, 0.5], gamma=1)": ["multiclass"],
    "Dice()": ["binary", "multilabel"],
    "Tversky()": ["binary", "multilabel"],
    "Tversky(alpha=0.3, beta=0.7)": ["binary", "multilabel"],
    "MeanSquaredError(reduction='mean_with_sample_weight')": ["binaryWeighted"],
    "BinaryCrossentropy(reduction='mean_with_sample_weight')": ["binaryWeighted"],
    "BinaryFocalCrossentropy(reduction='mean_with_sample_weight')": ["binaryWeighted"],
    "CategoricalCrossentropy(reduction='mean_with_sample_weight')": ["multiclassWeighted"],
    "CategoricalCrossentropy(), classes weighted": ["multiclass"],
    "Huber()": ["values"],
    "Huber(delta=0.5)": ["values"],
    "KLDivergence()": ["distributions"],
    "SparseCategoricalCrossentropy()": ["multiclass"],
    "SparseCategoricalCrossentropy(ignore_class=255)": ["multiclassIgnored"],
    "SparseCategoricalCrossentropy(from_logits=True)": ["multiclassLogits"],
    "Dice() of the batch": ["binary", "multiclass", "multilabel"],
    "Tversky(alpha=0.3, beta=0.7) of the batch": ["binary", "multilabel"],
}

MONAI = {
    "DiceLoss()": ["binary", "multiclass"],
    "DiceLoss(squared_pred=True)": ["binary", "multiclass", "multilabelSoft"],
    "DiceLoss(squared_pred=True, include_background=False)": ["multiclass"],
    "DiceLoss(smooth_nr=0, smooth_dr=1e-3)": ["binary", "multiclass"],
    "DiceLoss(jaccard=True)": ["binary", "multiclass"],
    "DiceLoss(reduction='sum')": ["multiclass"],
    "GeneralizedDiceLoss()": ["binary", "multiclass"],
    "GeneralizedDiceLoss(w_type='simple')": ["binary", "multiclass"],
    "GeneralizedDiceLoss(w_type='uniform')": ["binary", "multiclass"],
    "GeneralizedDiceLoss(include_background=False)": ["multiclass"],
    "TverskyLoss()": ["binary", "multiclass"],
    "TverskyLoss(alpha=0.3, beta=0.7)": ["binary", "multiclass"],
    "FocalLoss()": ["binaryLogits"],
    "FocalLoss(alpha=0.25)": ["binaryLogits"],
    "FocalLoss(use_softmax=True)": ["multiclassLogits"],
    "FocalLoss(use_softmax=True, alpha=0.4, gamma=3)": ["multiclassLogits"],
    "FocalLoss(weight=[0.5, 3])": ["multilabelLogits"],
    "DiceLoss(weight=[0.5, 1, 3])": ["multiclass"],
    "DiceLoss(include_background=False, weight=[1, 3])": ["multiclass"],
    "DiceLoss(batch=True) of the batch": ["binary", "multiclass", "multilabel"],
    "DiceLoss(batch=True, include_background=False, weight=[1, 3]) of the batch": ["multiclass"],
    "DiceLoss(batch=True, jaccard=True) of the batch": ["multiclass"],
    "TverskyLoss(batch=True) of the batch": ["multiclass"],
    "GeneralizedDiceLoss(batch=True) of the batch": ["binary", "multiclass"],
    "DiceLoss(soft_label=True)": ["multilabelSoft"],
    "DiceLoss(soft_label=True, jaccard=True)": ["multilabelSoft"],
    "TverskyLoss(soft_label=True, alpha=0.3, beta=0.7)": ["multilabelSoft"],
    "GeneralizedDiceLoss(soft_label=True)": ["multilabelSoft"],
    "HausdorffDTLoss(include_background=True)": ["blobs", "multiclass"],
    "HausdorffDTLoss(alpha=1.5)": ["blobs"],
    "SSIMLoss(spatial_dims=2)": ["images"],
    "SSIMLoss(spatial_dims=2, data_range=255)": ["images"],
    "DiceLoss(reduction='none') of each class": ["multiclass", "binary"],
    "DiceLoss(reduction='none', include_background=False, weight=[1, 3]) of each class": ["multiclass"],
    "TverskyLoss(reduction='none') of each class": ["multiclass"],
    "MaskedDiceLoss()": ["binaryMasked"],
    "MaskedDiceLoss(batch=True) of the batch": ["binaryMasked"],
}

SMP = {
    "DiceLoss('binary', from_logits=False)": ["binary"],
    "DiceLoss('multiclass', from_logits=False)": ["multiclass"],
    "DiceLoss('multiclass', from_logits=False, smooth=1.5)": ["multiclass"],
    "JaccardLoss('binary', from_logits=False)": ["binary"],
    "JaccardLoss('multiclass', from_logits=False)": ["multiclass"],
    "TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7)": ["binary"],
    "TverskyLoss('multiclass', from_logits=False, alpha=0.3, beta=0.7)": ["multiclass"],
    "TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7, gamma=0.75)": ["binary"],
    "FocalLoss('binary')": ["binaryLogits"],
    "FocalLoss('binary', alpha=0.25, gamma=3)": ["binaryLogits"],
    "FocalLoss('multiclass')": ["multiclassLogits"],
    "DiceLoss('binary', from_logits=False) of the batch": ["binary"],
    "DiceLoss('multiclass', from_logits=False) of the batch": ["multiclass"],
    "DiceLoss('multilabel', from_logits=False, smooth=1.5) of the batch": ["multilabel"],
    "JaccardLoss('multiclass', from_logits=False) of the batch": ["multiclass"],
    "TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7, gamma=0.75) of the batch": ["binary"],
    "DiceLoss('multilabel', from_logits=False)": ["multilabelSoft"],
    "TverskyLoss('multilabel', from_logits=False, alpha=0.3, beta=0.7)": ["multilabelSoft"],
    "JaccardLoss('multilabel', from_logits=False)": ["multilabelSoft"],
    "DiceLoss('binary', from_logits=False, ignore_index=255)": ["binaryIgnored"],
    "DiceLoss('multiclass', from_logits=False, ignore_index=255)": ["multiclassIgnored"],
    "DiceLoss('multiclass', from_logits=False, ignore_index=255) of the batch": ["multiclassIgnored"],
    "TverskyLoss('multiclass', from_logits=False, ignore_index=255)": ["multiclassIgnored"],
    "FocalLoss('binary', ignore_index=255)": ["binaryLogitsIgnored"],
    "LovaszLoss('binary')": ["binaryLogits", "tiedLogits"],
    "LovaszLoss('binary') of the batch": ["binaryLogits", "tiedLogits"],
    "LovaszLoss('binary', ignore_index=255)": ["binaryLogitsIgnored"],
    "LovaszLoss('binary', ignore_index=255) of the batch": ["binaryLogitsIgnored"],
    "LovaszLoss('multiclass')": ["multiclass", "tied"],
    "LovaszLoss('multiclass') of the batch": ["multiclass", "tied"],
    "LovaszLoss('multiclass', ignore_index=255) of the batch": ["multiclassIgnored"],
}

TORCH = {
    "HuberLoss(delta=0.5)": ["values"],
    "KLDivLoss(reduction='none')": ["distributions"],
    "BCEWithLogitsLoss(pos_weight=[3])": ["binaryLogits"],
    "BCEWithLogitsLoss(pos_weight=[3, 0.5])": ["multilabelLogits"],
    "CrossEntropyLoss(weight=[0.5, 1, 3])": ["multiclassLogits"],
    "CrossEntropyLoss(weight=[0.5, 1, 3], label_smoothing=0.2)": ["multiclassLogits"],
    "CrossEntropyLoss(ignore_index=255)": ["multiclassLogitsIgnored"],
    "CrossEntropyLoss(ignore_index=255, label_smoothing=0.2)": ["multiclassLogitsIgnored"],
}

SKLEARN = {f"mean_pinball_loss(alpha={alpha})": ["values"] for alpha in (0.1, 0.5, 1)}

SCIPY = {f"boundary_loss(idc={idc})": ["blobs"] for idc in ([0, 1], [1])}

CORAL = {
    "coral_loss()": ["levels"],
    "coral_loss(importance_weights=[2, 0.5, 1, 0])": ["levels"],
}

#: The weights of classes that Keras gets as weights of pixels.
CLASS_WEIGHTS = np.array([0.5, 1, 3], np.float32)


def channels_first(array):
    return torch.from_numpy(np.moveaxis(array, -1, 1).copy())


def class_numbers(target):
    return torch.from_numpy(np.where(target[..., 0] == 255, 255, target.argmax(-1)))


def run_keras(loss, target, prediction, *weight):
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        target = class_numbers(target).numpy()
    return float(loss(target, prediction, *(w[..., 0] for w in weight)))


def run_monai(loss, target, prediction, *weight):
    values = loss(channels_first(prediction), channels_first(target), *map(channels_first, weight))
    return values.ravel().tolist() if loss.reduction == "none" else float(values)


def run_smp(loss, target, prediction):
    labels = class_numbers(target) if loss.mode == "multiclass" else channels_first(target)
    if isinstance(loss, smp.LovaszLoss) and loss.mode == "multiclass":
        prediction = np.log(prediction)  # it takes logits alone
    return float(loss(channels_first(prediction), labels))


def run_torch(loss, target, prediction):
    if isinstance(loss, torch.nn.BCEWithLogitsLoss):
        return float(loss(torch.from_numpy(prediction), torch.from_numpy(target)))
    if isinstance(loss, torch.nn.HuberLoss):
        return float(loss(torch.from_numpy(prediction), torch.from_numpy(target)))
    if isinstance(loss, torch.nn.KLDivLoss):
        return float(loss(torch.from_numpy(prediction).log(), torch.from_numpy(target)).sum(-1).mean())
    labels = class_numbers(target) if (target == 255).any() else channels_first(target)
    return float(loss(channels_first(prediction), labels))


def run_sklearn(loss, target, prediction):
    return float(loss(target.ravel(), prediction.ravel()))


def run_coral(loss, target, prediction):
    return float(loss(torch.from_numpy(prediction), torch.from_numpy(target)))


def run_scipy(loss, target, prediction):
    return loss(target, prediction)


def one_hot_to_distance(mask):
    """Kervadec's one_hot2dist of one class; none where it has no boundary."""
    if mask.all() or not mask.any():
        return np.zeros(mask.shape)
    return distance_transform_edt(~mask) * ~mask - (distance_transform_edt(mask) - 1) * mask


class Functions:
    """Losses that are functions, with their settings filled in."""

    @staticmethod
    def mean_pinball_loss(alpha):
        return lambda target, prediction: mean_pinball_loss(target, prediction, alpha=alpha)

    @staticmethod
    def boundary_loss(idc):
        def loss(target, prediction):
            maps = [prediction[0, ..., c] * one_hot_to_distance(target[0, ..., c] > 0.5) for c in idc]
            return float(np.mean(maps))

        return loss

    @staticmethod
    def coral_loss(importance_weights=None):
        weights = None if importance_weights is None else torch.tensor(importance_weights)
        return lambda logits, target: coral_loss(logits, target, importance_weights=weights)


def make(module, expression):
    """A loss of torch's takes tensors of floats where the expression has lists."""
    if module is torch.nn:
        expression = expression.replace("[", "torch.tensor([").replace("]", "], dtype=torch.float32)")
    return eval(f"module.{expression}", {"module": module, "torch": torch})


def values_of(run, loss, arrays, of_batch, weigh):
    if weigh:
        arrays = (*arrays, (arrays[0] @ CLASS_WEIGHTS)[..., None])
    batch = len(arrays[0])
    if of_batch:
        return [run(loss, *arrays)] * batch
    values = [run(loss, *(array[i : i + 1] for array in arrays)) for i in range(batch)]
    return np.ravel(values).tolist()


def cases():
    for library, module, table, run in (
        ("keras", keras.losses, KERAS, run_keras),
        ("monai", monai, MONAI, run_monai),
        ("smp", smp, SMP, run_smp),
        ("torch", torch.nn, TORCH, run_torch),
        ("sklearn", Functions, SKLEARN, run_sklearn),
        ("scipy", Functions, SCIPY, run_scipy),
        ("coral", Functions, CORAL, run_coral),
    ):
        for expression, names in table.items():
            call = expression.removesuffix(" of the batch").removesuffix(" of each class").removesuffix(", classes weighted")
            loss = make(module, call)
            for name in names:
                values = values_of(run, loss, INPUTS[name], expression.endswith("batch"), expression.endswith("weighted"))
                yield {
                    "loss": f"{library}.{expression}",
                    "input": name,
                    # torch divides by the number of known pixels, and 0 / 0 is NaN; here a sample without a label costs 0.
                    "values": [0.0 if np.isnan(value) else float(f"{value:.7g}") for value in values],
                }


def number(value):
    return float(str(value))


golden = {
    "versions": {p: version(p) for p in ("keras", "tensorflow-cpu", "monai", "segmentation-models-pytorch", "torch", "numpy", "scikit-learn", "scipy", "coral-pytorch")},
    "inputs": {
        name: {
            "shape": list(target.shape),
            "yTrue": [number(v) for v in target.ravel()],
            "yPred": [number(v) for v in prediction.ravel()],
            **({"weight": [number(v) for v in weight[0].ravel()]} if weight else {}),
        }
        for name, (target, prediction, *weight) in INPUTS.items()
    },
    "cases": list(cases()),
}
path = Path(__file__).with_name("losses.json")
lines = ["{", f'"versions": {json.dumps(golden["versions"])},', '"inputs": {']
lines.append(",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden["inputs"].items()))
lines += ["},", '"cases": [', ",\n".join(json.dumps(case) for case in golden["cases"]), "]", "}"]
path.write_text("\n".join(lines) + "\n")
print(f"{len(golden['cases'])} cases, {path.stat().st_size} bytes")
