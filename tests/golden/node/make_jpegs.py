"""Writes jpegs.json: JPEG files with restart markers, which sharp cannot write, and their pixels as Pillow decodes them.

Run: python make_jpegs.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(11)
cases = []
for name, shape, options in [
    ("grey", (29, 37), {}),
    ("colours, 4:4:4", (29, 37, 3), {"subsampling": 0}),
]:
    out = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(
        out, "JPEG", quality=80, restart_marker_blocks=3, **options
    )
    pixels = np.asarray(Image.open(out))
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(out.getvalue()).decode(),
            "shape": [*shape[:2], 1 if len(shape) == 2 else 3],
            "values": [int(v) for v in pixels.ravel()],
        }
    )

Path(__file__).with_name("jpegs.json").write_text(
    json.dumps({"versions": {"numpy": np.__version__, "pillow": PIL.__version__}, "cases": cases}, separators=(",", ":"))
    + "\n"
)
