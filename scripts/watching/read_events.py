"""Reads event files with TensorBoard's own code: prints what it shows of each folder of a run, as JSON."""

import json
import os
import struct
import sys

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def read(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    tags = events.Tags()
    return {
        "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
        "images": {tag: [[e.step, e.width, e.height, size(e)] for e in events.Images(tag)] for tag in tags["images"]},
    }


def size(event):
    """Width and height as the PNG itself says."""
    png = event.encoded_image_string
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    return list(struct.unpack(">II", png[16:24]))


run = sys.argv[1]
folders = {name: read(os.path.join(run, name)) for name in sorted(os.listdir(run))}
print(json.dumps({"version": tensorboard.__version__, "folders": folders}))
