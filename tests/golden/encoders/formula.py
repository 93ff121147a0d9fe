"""Weights and images by a formula, so that golden files need not hold them: formula.ts computes the same numbers."""

import math

import numpy as np


def fnv1a(text):
    """The 32-bit FNV-1a hash of a text."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(text, size):
    """Numbers in [0, 1): MurmurHash3's finalizer of a counter that begins at the hash of a text."""
    with np.errstate(over="ignore"):
        h = np.uint32(fnv1a(text)) + np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B9)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        h = h ^ (h >> np.uint32(16))
    return h / 2.0**32


def weight(layer, name, shape):
    """The weight `name` of a layer, in the layout of Keras."""
    centred = 2 * uniform(f"{layer}/{name}", math.prod(shape)) - 1
    if name in ("kernel", "depthwise_kernel"):
        fan_in = math.prod(shape[:2] if name == "depthwise_kernel" else shape[:-1])
        values = centred * math.sqrt(6 / fan_in)
    elif name in ("gamma", "moving_variance"):
        values = 1 + 0.5 * centred
    else:
        values = 0.1 * centred
    return values.reshape(shape).astype(np.float32)


def image(height, width, channels=3):
    """One image of `[1, height, width, channels]` in [0, 1)."""
    values = uniform(f"image {height} {width} {channels}", height * width * channels)
    return values.reshape(1, height, width, channels).astype(np.float32)


SAMPLES = 24


def summary(features):
    """What of a feature map `[1, height, width, channels]` a golden file holds."""
    flat = np.asarray(features, dtype=np.float64).reshape(-1)
    at = [i * flat.size // SAMPLES for i in range(SAMPLES)]
    return {
        "shape": list(features.shape[1:]),
        "largest": float(np.abs(flat).max()),
        "mean": float(flat.mean()),
        "magnitude": float(np.abs(flat).mean()),
        "values": [float(np.float32(flat[i])) for i in at],
    }
