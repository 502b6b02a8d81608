"""What MONAI, MedPy, surface-distance and SciPy say of pairs of masks: the constants of our tests.

    python3 tests/oracles/mask_measures.py          # prints them as lines of Rust

The pairs: two boxes, and organs of s0328 against themselves on a grid twice as coarse (voxel x takes the value of
voxel x - x % 2, along each axis), as a coarse network would predict them. With the organs' own spacing and with another.
Then what SimpleITK makes of six of the organs in one label map on other grids: voxels of each label, and sums of label
times index along each axis.
pip install monai medpy surface-distance scipy nibabel SimpleITK
"""

import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "volumes" / "wholebody"
RESAMPLED = ["spleen", "stomach", "liver", "vertebrae_L1", "aorta", "rib_left_7"]
ORGANS = ["liver", "aorta", "vertebrae_L1", "colon"]
SPACINGS = [(1.5, 1.5, 1.5), (0.7, 1.3, 2.1)]

try:
    import nibabel
    import numpy as np
    import scipy.ndimage
    import SimpleITK
    import torch

    # surface-distance 0.1 was written for older NumPy and SciPy.
    np.Inf = np.inf
    scipy.ndimage.filters = scipy.ndimage
    scipy.ndimage.morphology = scipy.ndimage
    import surface_distance
    from medpy.metric import binary
    from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)


def boxes():
    a, b = np.zeros((24, 20, 16), bool), np.zeros((24, 20, 16), bool)
    a[2:12, 3:13, 4:12] = True
    b[4:18, 2:11, 5:16] = True
    return a, b


def organ(name):
    path = next(DATA.joinpath("totalsegv2_s0328").rglob(f"{name}.nii.gz"))
    a = np.asarray(nibabel.load(path).dataobj) > 0
    index = [np.arange(n) - np.arange(n) % 2 for n in a.shape]
    return a, a[np.ix_(*index)]


def measures(a, b, spacing_mm):
    """By the names of our functions."""
    hot = [torch.from_numpy(np.stack([~mask, mask])[None].astype(np.float32)) for mask in (a, b)]
    monai = {"spacing": list(spacing_mm), "include_background": False}
    cells = surface_distance.compute_surface_distances(a, b, spacing_mm)
    mean_a, mean_b = surface_distance.compute_average_surface_distance(cells)
    near = scipy.ndimage.distance_transform_edt(~b, sampling=spacing_mm) <= 10
    return {
        "medpy.dc": binary.dc(a, b),
        "medpy.jc": binary.jc(a, b),
        "medpy.hd": binary.hd(a, b, spacing_mm),
        "monai.hd95": float(compute_hausdorff_distance(*hot, percentile=95, **monai)),
        "medpy.hd95": binary.hd95(a, b, spacing_mm),
        "medpy.assd": binary.assd(a, b, spacing_mm),
        "medpy.asd": binary.asd(a, b, spacing_mm),
        "monai.asd": float(compute_average_surface_distance(*hot, symmetric=True, **monai)),
        "monai.surface_dice 2": float(compute_surface_dice(*hot, class_thresholds=[2.0], **monai)),
        "surface_distance.hd95": surface_distance.compute_robust_hausdorff(cells, 95),
        "surface_distance.mean_a": mean_a,
        "surface_distance.mean_b": mean_b,
        "surface_distance.dice 2": surface_distance.compute_surface_dice_at_tolerance(cells, 2.0),
        # The challenge's `bdc` of the mask and itself moved by one voxel, near the coarse one.
        "autoimplant.bdc": binary.dc(a & near, np.roll(a, 1, 0) & near),
    }


def resampled(labels, old_mm, new_mm):
    """The labels on a grid of another spacing with the same outer corner: each linearly, the largest wins."""
    old_mm, new_mm = np.array(old_mm), np.array(new_mm)
    dims = [int(n) for n in np.round(np.array(labels.shape) * old_mm / new_mm)]
    best = winner = None
    for value in range(labels.max() + 1):
        image = SimpleITK.GetImageFromArray(np.ascontiguousarray((labels == value).astype(np.float32).T))
        image.SetSpacing(old_mm.tolist())
        origin = ((new_mm - old_mm) / 2).tolist()
        grid = dims, SimpleITK.Transform(), SimpleITK.sitkLinear, origin, new_mm.tolist(), np.eye(3).ravel().tolist()
        part = SimpleITK.GetArrayFromImage(SimpleITK.Resample(image, *grid, 0.0, SimpleITK.sitkFloat32)).T
        if best is None:
            best, winner = part.copy(), np.zeros(part.shape, np.uint8)
        else:
            winner[part > best] = value
            best = np.maximum(best, part)
    return winner


def print_resampled():
    labels = None
    for value, name in enumerate(RESAMPLED, 1):
        mask = organ(name)[0]
        labels = np.zeros(mask.shape, np.uint8) if labels is None else labels
        labels[mask] = value
    for spacing_mm in [(0.97, 1.07, 1.31), (1.37, 0.83, 1.19)]:
        found = resampled(labels, (1.5, 1.5, 1.5), spacing_mm)
        places = np.nonzero(found)
        sums = [int((found[places].astype(np.int64) * place).sum()) for place in places]
        print(f"({list(spacing_mm)}, {np.bincount(found.ravel()).tolist()}, {sums}),")


def main():
    pairs = {"boxes": boxes()}
    if DATA.is_dir():
        pairs |= {name: organ(name) for name in ORGANS}
    else:
        print(f"organs skipped: no data under {DATA}")
    names = None
    for name, (a, b) in pairs.items():
        for spacing_mm in SPACINGS:
            found = measures(a, b, spacing_mm)
            if names is None:
                names = list(found)
                print("// " + ", ".join(names))
            values = ", ".join(f"{value:.9}" for value in found.values())
            print(f'("{name}", {list(spacing_mm)}, [{values}]),')
    if DATA.is_dir():
        print_resampled()


if __name__ == "__main__":
    main()
