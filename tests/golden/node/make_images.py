"""Writes images.json: small image files with the values that a reader must find in them.

The PNG files are assembled here chunk by chunk from known arrays, so their values are known without any decoder.
TIFF, palette and JPEG files are written and read back by Pillow.
Run: python make_images.py
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

rng = np.random.default_rng(7)
HEIGHT, WIDTH = 4, 5
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # of each PNG colour type


def png(values, colour_type, depth, size=None):
    """A PNG file of [h, w, c] integers; samples of less than 8 bits are packed. `size`: a [h, w] that it lies about."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = size or values.shape[:2]
    rows = b""
    for row in values:
        if depth == 16:
            content = row.astype(">u2").tobytes()
        elif depth == 8:
            content = row.astype("u1").tobytes()
        else:
            bits = "".join(format(v, f"0{depth}b") for v in row.ravel())
            bits += "0" * (-len(bits) % 8)
            content = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        rows += b"\0" + content
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(values, order, sample_format=1):
    """An uncompressed TIFF file of [h, w, c] numbers of any width; `order` is '<' or '>'."""
    height, width, channels = values.shape
    pixels = values.astype(values.dtype.newbyteorder(order)).tobytes()
    entries = [
        (256, "I", [width]),
        (257, "I", [height]),
        (258, "H", [values.dtype.itemsize * 8] * channels),
        (259, "H", [1]),
        (262, "H", [2 if channels in (3, 4) else 1]),
        (273, "I", [8]),
        (277, "H", [channels]),
        (278, "I", [height]),
        (279, "I", [len(pixels)]),
        (338, "H", [2 if channels in (2, 4) else 0] * (channels - (3 if channels in (3, 4) else 1))),
        (339, "H", [sample_format] * channels),
    ]
    entries = [entry for entry in entries if entry[2]]
    start = 8 + len(pixels)
    spill_at = start + 2 + 12 * len(entries) + 4
    directory, spill = struct.pack(order + "H", len(entries)), b""
    for tag, kind, numbers in entries:
        content = struct.pack(f"{order}{len(numbers)}{kind}", *numbers)
        if len(content) > 4:
            field = struct.pack(order + "I", spill_at + len(spill))
            spill += content + b"\0" * (len(content) % 2)
        else:
            field = content.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, 3 if kind == "H" else 4, len(numbers)) + field
    magic = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return magic + pixels + directory + struct.pack("I", 0) + spill


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(file):
    values = np.asarray(Image.open(io.BytesIO(file)))
    return values if values.ndim == 3 else values[..., None]


def grey_profile():
    """A grey colour profile with gamma 3: a reader that applies it changes the values."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, 3 * 256) + b"\0\0"
    white = b"XYZ " + struct.pack(">Iiii", 0, 63190, 65536, 54061)
    text = b"desc" + struct.pack(">II", 0, 5) + b"grey\0" + bytes(11 + 67 + 1)
    content, tags, at = b"", b"", 128 + 4 + 12 * 3
    for name, body in ((b"kTRC", curve), (b"wtpt", white), (b"desc", text)):
        body += b"\0" * (-len(body) % 4)
        tags += name + struct.pack(">II", at + len(content), len(body))
        content += body
    size = at + len(content)
    header = struct.pack(">I4sI4s4s4s12x4s", size, b"\0" * 4, 0x02400000, b"mntr", b"GRAY", b"XYZ ", b"acsp")
    header = header.ljust(68, b"\0") + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", 3) + tags + content


cases = []


def case(name, file, values, maximum):
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(file).decode(),
            "shape": list(values.shape),
            "maximum": maximum,
            "values": [int(v) for v in values.ravel()],
        }
    )


for colour_type, channels in CHANNELS.items():
    for depth in (8, 16):
        values = rng.integers(0, 2**depth, (HEIGHT, WIDTH, channels))
        case(f"PNG, {channels} channels of {depth} bits", png(values, colour_type, depth), values, 2**depth - 1)
for depth in (1, 2, 4):
    values = rng.integers(0, 2**depth, (HEIGHT, WIDTH, 1))
    case(f"PNG, grey of {depth} bits", png(values, 0, depth), values, 2**depth - 1)

colours = Image.fromarray(rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8))
palette = colours.quantize(8)
case("PNG, palette", saved(palette, "PNG"), np.asarray(palette.convert("RGB")), 255)
clear = saved(palette, "PNG", transparency=b"\x00\x80\xff\xff\xff\xff\xff\xff")
case("PNG, palette with alpha", clear, np.asarray(Image.open(io.BytesIO(clear)).convert("RGBA")), 255)

grey = Image.fromarray(rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8))
case("PNG, grey with a colour profile", saved(grey, "PNG", icc_profile=grey_profile()), opened(saved(grey, "PNG")), 255)
for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    case(f"TIFF, grey of 8 bits, {compression}", saved(grey, "TIFF", compression=compression), opened(saved(grey, "PNG")), 255)
case("TIFF, 3 channels of 8 bits", saved(colours, "TIFF", compression="tiff_lzw"), np.asarray(colours), 255)
for channels in (1, 2, 3, 4, 5):
    for order in "<>":
        values = rng.integers(0, 65536, (HEIGHT, WIDTH, channels), dtype=np.uint16)
        name = f"TIFF, {channels} channels of 16 bits, {'little' if order == '<' else 'big'}-endian"
        case(name, tiff(values, order), values, 65535)

smooth = Image.fromarray(np.add.outer(np.arange(16) * 9, np.arange(24) * 5).astype(np.uint8))
jpeg = saved(smooth, "JPEG", quality=90)
case("JPEG, grey", jpeg, opened(jpeg), 255)
tinted = Image.merge("RGB", (smooth, smooth.point(lambda v: 255 - v), smooth.point(lambda v: v // 2)))
jpeg = saved(tinted, "JPEG", quality=90, subsampling=0)
case("JPEG, 3 channels", jpeg, opened(jpeg), 255)
jpeg = saved(tinted, "JPEG", quality=90, subsampling=0, progressive=True)
case("JPEG, 3 channels, progressive", jpeg, opened(jpeg), 255)

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    for kind in ("PNG", "TIFF"):
        file = saved(grey, kind, exif=exif)
        upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))))
        case(f"{kind}, orientation {orientation}", file, upright[..., None], 255)

unreadable = {
    "float": tiff(rng.random((HEIGHT, WIDTH, 1)).astype(np.float32), "<", sample_format=3),
    "huge": png(np.zeros((HEIGHT, WIDTH, 1), int), 0, 8, size=(30000, 20000)),
    "signed": tiff(rng.integers(-1000, 1000, (HEIGHT, WIDTH, 1)).astype(np.int16), "<", sample_format=2),
}

Path(__file__).with_name("images.json").write_text(
    json.dumps(
        {
            "versions": {"numpy": np.__version__, "pillow": PIL.__version__},
            "cases": cases,
            "unreadable": {name: base64.b64encode(file).decode() for name, file in unreadable.items()},
        },
        separators=(",", ":"),
    )
    + "\n"
)
