"""Inputs of the surface and mesh benchmarks, made from the data beside the clone.

    python3 benchmarks/inputs.py FOLDER          # writes what is not there yet

    s0328.labels    the TotalSegmentator subject, its 69 masks that are not empty merged, at 1.5 mm
    big.labels      the same to nearest voxels on 512×512×600 (terraced, as resampled ground truth is), its largest
                    labels split at the middle plane of their longest axis until there are 104
    smooth.labels   as big, each label linearly and the largest one taken (no terraces)

A `.labels` file is little-endian: dims (3 × u64: x, y, z), spacing in mm (3 × f64), then u16 voxels, x fastest.
A `.mesh` file is: vertices and faces (2 × u64), positions (f32), faces (u32).
"""

import sys
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "volumes" / "wholebody"
BIG_DIMS = (512, 512, 600)
N_BIG_LABELS = 104


def write_labels(path, labels, spacing_mm):
    """`labels` is indexed [x, y, z]."""
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        np.array(labels.shape, "<u8").tofile(file)
        np.array(spacing_mm, "<f8").tofile(file)
        # Fortran's order puts x fastest; column by column keeps the copy small.
        for z in range(labels.shape[2]):
            file.write(labels[:, :, z].astype("<u2").tobytes("F"))
    temporary.rename(path)


def read_labels(path):
    """Labels indexed [x, y, z] (in Fortran's order) and spacing in mm."""
    with path.open("rb") as file:
        dims = np.fromfile(file, "<u8", 3).astype(int)
        spacing_mm = np.fromfile(file, "<f8", 3)
        voxels = np.fromfile(file, "<u2")
    return voxels.reshape(dims, order="F"), spacing_mm


def write_mesh(path, positions, faces):
    with path.open("wb") as file:
        np.array([len(positions), len(faces)], "<u8").tofile(file)
        np.ascontiguousarray(positions, "<f4").tofile(file)
        np.ascontiguousarray(faces, "<u4").tofile(file)


def read_mesh(path):
    with path.open("rb") as file:
        n_positions, n_faces = np.fromfile(file, "<u8", 2).astype(int)
        positions = np.fromfile(file, "<f4", 3 * n_positions).reshape(-1, 3)
        faces = np.fromfile(file, "<u4", 3 * n_faces).reshape(-1, 3)
    return positions, faces


def merged_s0328():
    """All masks of s0328 in one label map; where two overlap, the later name wins."""
    import nibabel

    masks = sorted((DATA / "totalsegv2_s0328").rglob("*.nii.gz"))
    masks = [mask for mask in masks if mask.parent.name == "segmentations" or len(masks) > 100]
    merged, value = None, 0
    for path in masks:
        image = nibabel.load(path)
        mask = np.asarray(image.dataobj) > 0
        if merged is None:
            merged = np.zeros(mask.shape, np.uint16)
        if mask.shape == merged.shape and mask.any():
            value += 1
            merged[mask] = value
    return merged, np.abs(np.asarray(image.header.get_zooms()[:3], float))


def nearest_enlarged(labels):
    index = [np.arange(n) * m // n for n, m in zip(BIG_DIMS, labels.shape)]
    return labels[np.ix_(*index)]


def linear_enlarged(labels):
    """Each label's occupancy linearly to the big grid; the largest one wins, in its own box only."""
    from scipy import ndimage

    scale = np.array(BIG_DIMS) / np.array(labels.shape)
    best = np.full(BIG_DIMS, 0.5, np.float32)
    out = np.zeros(BIG_DIMS, np.uint16)
    for value, box in enumerate(ndimage.find_objects(labels), 1):
        if box is None:
            continue
        low = [max(part.start - 2, 0) for part in box]
        high = [min(part.stop + 2, n) for part, n in zip(box, labels.shape)]
        part = (labels[tuple(slice(a, b) for a, b in zip(low, high))] == value).astype(np.float32)
        begin = [int(np.ceil(a * s)) for a, s in zip(low, scale)]
        end = [int(np.floor(b * s)) for b, s in zip(high, scale)]
        # Voxel centres: big i lies at (i + 1/2) / scale - 1/2 of the small grid.
        axes = [(np.arange(b, e) + 0.5) / s - 0.5 - a for b, e, s, a in zip(begin, end, scale, low)]
        for axis, at in enumerate(axes):
            at = np.clip(at, 0, part.shape[axis] - 1)
            first = np.minimum(at.astype(int), max(part.shape[axis] - 2, 0))
            weight = (at - first).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
            second = np.minimum(first + 1, part.shape[axis] - 1)
            part = part.take(first, axis) * (1 - weight) + part.take(second, axis) * weight
        region = tuple(slice(b, e) for b, e in zip(begin, end))
        wins = part > best[region]
        out[region][wins] = value
        best[region][wins] = part[wins]
    return out


def split(labels):
    """Halves the largest label again and again, until there are enough."""
    from scipy import ndimage

    counts = np.bincount(labels.ravel(order="K"), minlength=N_BIG_LABELS + 1).astype(np.int64)
    counts[0] = 0
    n_labels = int(labels.max())
    boxes = ndimage.find_objects(labels)
    while n_labels < N_BIG_LABELS:
        value = int(counts.argmax())
        box = boxes[value - 1]
        n_labels += 1
        axis = int(np.argmax([part.stop - part.start for part in box]))
        middle = (box[axis].start + box[axis].stop) // 2
        upper = list(box)
        upper[axis] = slice(middle, box[axis].stop)
        half = labels[tuple(upper)]
        half[half == value] = n_labels
        lower = list(box)
        lower[axis] = slice(box[axis].start, middle)
        boxes[value - 1] = tuple(lower)
        boxes.append(tuple(upper))
        counts[n_labels] = (half == n_labels).sum()
        counts[value] -= counts[n_labels]
    return labels


def ensure(folder, names=("s0328", "big", "smooth")):
    """Paths of the label maps, made if they are not there; None without the data."""
    if not (DATA / "totalsegv2_s0328").exists():
        return None
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.labels" for name in names}
    missing = [name for name, path in paths.items() if not path.exists()]
    if not missing:
        return paths
    labels, spacing_mm = merged_s0328()
    big_spacing_mm = spacing_mm * np.array(labels.shape) / np.array(BIG_DIMS)
    for name in missing:
        if name == "s0328":
            write_labels(paths[name], labels, spacing_mm)
        else:
            enlarged = nearest_enlarged(labels) if name == "big" else linear_enlarged(labels)
            write_labels(paths[name], split(enlarged), big_spacing_mm)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = ensure(sys.argv[1])
    if made is None:
        sys.exit(f"no data under {DATA}")
    for name, path in made.items():
        labels, spacing_mm = read_labels(path)
        print(f"{name}: {'×'.join(map(str, labels.shape))}, {spacing_mm.round(4)} mm, {labels.max()} labels")
