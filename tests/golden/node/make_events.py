"""Writes events.json: event files as TensorBoard's own code writes them, and what is in them.

Run: python make_events.py
"""

import base64
import io
import json
import struct
from pathlib import Path

import tensorboard
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

PNG = bytes(range(200))
IMAGE = {"height": 3, "width": 300, "colorspace": 3, "description": "Input, label."}


def as_float(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def summary(scalars=(), images=()):
    message = Summary()
    for tag, value in scalars:
        message.value.add(tag=tag, simple_value=value)
    for tag, image in images:
        value = message.value.add(tag=tag)
        value.image.height = image["height"]
        value.image.width = image["width"]
        value.image.colorspace = image["colorspace"]
        value.image.encoded_image_string = PNG
        value.metadata.summary_description = image["description"]
    return message


scalars = [["loss", 0.5], ["läsion/dice", as_float(0.1)], ["steps/loss", 0.0], ["learning_rate", as_float(1e-4)]]
events = {
    "version": Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    "start": Event(wall_time=1700000000.25, step=300, session_log=SessionLog(status=SessionLog.START)),
    "fresh": Event(wall_time=1700000000.25, session_log=SessionLog(status=SessionLog.START)),
    "scalars": Event(wall_time=1700000001.5, step=2**40 + 1, summary=summary(scalars)),
    "images": Event(wall_time=1700000002.0, step=1, summary=summary((), [["lesion/samples", IMAGE]])),
}


def record(event):
    file = io.BytesIO()
    RecordWriter(file).write(event.SerializeToString())
    return base64.b64encode(file.getvalue()).decode()


golden = {
    "tensorboard": tensorboard.__version__,
    "scalars": scalars,
    "image": {**IMAGE, "png": base64.b64encode(PNG).decode()},
    "records": {name: record(event) for name, event in events.items()},
}
Path(__file__).with_name("events.json").write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")
