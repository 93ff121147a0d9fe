"""Writes surface-elements.json: the sizes of surface elements and what DeepMind's surface_distance makes of them.

Run: python make_surface_elements.py (needs numpy, scipy and Surface-Distance-Based-Measures)
"""

import json
import math
import pathlib
from importlib.metadata import version

import numpy as np
import scipy
from scipy import ndimage

# Version 0.1 of the peer names what NumPy 2 and newer versions of SciPy no longer have.
np.Inf, np.NaN = np.inf, np.nan
ndimage.filters = ndimage.morphology = ndimage

import surface_distance as peer  # noqa: E402
from surface_distance import lookup_tables  # noqa: E402

rng = np.random.default_rng(26151)


def plain(value):
    """15 significant digits; NaN and infinities as strings, which JSON lacks."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return float(f"{value:.15g}") if math.isfinite(value) else str(value)
    return int(value) if isinstance(value, (np.integer, np.bool_)) else value


def neighbourhoods(spacing):
    """The size of the element in the midst of each set of 2 x 2 pixels or 2 x 2 x 2 voxels, first pixel first."""
    axes = len(spacing)
    kernel = lookup_tables.ENCODE_NEIGHBOURHOOD_2D_KERNEL if axes == 2 else lookup_tables.ENCODE_NEIGHBOURHOOD_3D_KERNEL
    table = (
        lookup_tables.create_table_neighbour_code_to_contour_length(spacing)
        if axes == 2
        else lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
    )
    sets = [[(n >> i) & 1 for i in range(2**axes)] for n in range(2 ** 2**axes)]
    return {"spacing": spacing, "masks": ["".join(map(str, s)) for s in sets], "sizes": [table[int(np.dot(s, kernel.ravel()))] for s in sets]}


def case(name, truth, prediction, spacing):
    d = peer.compute_surface_distances(truth.astype(bool), prediction.astype(bool), spacing)
    with np.errstate(invalid="ignore"):
        to_prediction, to_truth = peer.compute_average_surface_distance(d)
        sums = [np.sum(d[f"distances_{way}"] * d[f"surfel_areas_{side}"]) for way, side in (("gt_to_pred", "gt"), ("pred_to_gt", "pred"))]
        areas = [np.sum(d[f"surfel_areas_{side}"]) for side in ("gt", "pred")]
        return {
            "name": name, "shape": truth.shape, "spacing": spacing,
            "truth": "".join(str(int(v)) for v in truth.ravel()), "prediction": "".join(str(int(v)) for v in prediction.ravel()),
            "areas": areas,
            # Not 50: of masks with a mirror just half may lie within a distance, and rounding decides what the peer says.
            "hausdorff": {str(p): peer.compute_robust_hausdorff(d, p) for p in (0, 47, 90, 95, 100)},
            "toTruth": to_truth, "toPrediction": to_prediction,
            # The peer gives one mean for each way; over both surfaces, of their elements together:
            "symmetric": np.sum(sums) / np.sum(areas),
            "dice": {str(t): peer.compute_surface_dice_at_tolerance(d, t) for t in (0, 1, 1.7, 4)},
        }


def ball(shape, center, radius, spacing):
    grid = np.meshgrid(*map(np.arange, shape), indexing="ij")
    return sum(((g - c) * s) ** 2 for g, c, s in zip(grid, center, spacing)) <= radius**2


def cases():
    for shape, spacings in (((9, 8), ([1, 1], [0.7, 2.3])), ((6, 5, 7), ([1, 1, 1], [3.1, 0.6, 0.9]))):
        kind = "plane" if len(shape) == 2 else "volume"
        none, all_ = np.zeros(shape, bool), np.ones(shape, bool)
        corner, opposite = none.copy(), none.copy()
        corner[(0,) * len(shape)] = opposite[(-1,) * len(shape)] = True
        for spacing in spacings:
            at = f"{kind}, spacing {spacing}"
            noise = rng.random((2, *shape)) < 0.35
            dense = rng.random((2, *shape)) < 0.7
            middle = [n / 2 for n in shape]
            one = ball(shape, middle, 3, spacing)
            two = ball(shape, [m - 1 for m in middle], 2.4, spacing)
            yield case(f"balls in a {at}", one, two, spacing)
            yield case(f"noise in a {at}", *noise, spacing)
            yield case(f"noise with holes in a {at}", *dense, spacing)
            yield case(f"opposite corners of a {at}", corner, opposite, spacing)
            yield case(f"all of a {at}", all_, one, spacing)
            yield case(f"the same mask in a {at}", noise[0], noise[0], spacing)
            yield case(f"a missed mask in a {at}", one, none, spacing)
            yield case(f"a mask made up in a {at}", none, one, spacing)
            yield case(f"nothing in a {at}", none, none, spacing)


golden = {
    "versions": {
        "Surface-Distance-Based-Measures": version("Surface-Distance-Based-Measures"),
        "numpy": np.__version__, "scipy": scipy.__version__,
    },
    "neighbourhoods": [neighbourhoods(s) for s in ([1, 1], [0.7, 2.3], [1, 1, 1], [3.1, 0.6, 0.9])],
    "cases": list(cases()),
}
pathlib.Path(__file__).with_name("surface-elements.json").write_text(json.dumps(plain(golden), separators=(",", ":")) + "\n")
