"""Components, distance transforms, overlaps, distances of masks and resampling beside the fastest Python-callable peers.

    cargo build --release -p medshape-geometry --bench voxels
    python3 benchmarks/voxels.py target/release/deps/voxels-<hash> [FOLDER for the inputs]

The same inputs in one run, each kernel three times and the least taken: CPU seconds of one thread (peers pinned to
one), then ours on two. Results go to benchmarks/runs/<date>-surfaces-and-meshes/voxels.json, a table to the terminal.
Peers: pip install connected-components-3d edt monai medpy surface-distance scipy SimpleITK numpy nibabel.
"""

import datetime
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ORGANS = ["liver", "colon", "aorta", "vertebrae_L1"]
PACKAGES = ["connected-components-3d", "edt", "monai-weekly", "medpy", "surface-distance", "scipy", "SimpleITK", "numpy"]
PINNED = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")}
LARGE = 800


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch)
        results = measure_all(program, folder, Path(scratch))
    versions = {name: version(name) for name in PACKAGES}
    results |= {
        "command": "python3 benchmarks/voxels.py target/release/deps/voxels-<hash>",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, shared",
        "versions": versions,
    }
    out = ROOT / "benchmarks" / "runs" / f"{datetime.date.today()}-surfaces-and-meshes"
    out.mkdir(parents=True, exist_ok=True)
    (out / "voxels.json").write_text(json.dumps(results, indent=1) + "\n")
    print_table(results["rows"])


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def measure_all(program, folder, scratch):
    import inputs

    paths = inputs.ensure(folder)
    if paths is None:
        sys.exit("the cohort is not there: nothing to measure")
    big, smooth, s0328 = paths["big"], paths["smooth"], paths["s0328"]
    cube = write_cube(big, scratch)
    rows = []

    def compare(work, mode, files, name, peers):
        one, two = (ours(program, mode, files, threads) for threads in (1, 2))
        row = {"work": work, "ours": one[name], "ours, 2 threads": two[name], "input_bytes": one["input"]["peak_bytes"]}
        row["peers"] = {peer: measured_peer(peer, files) for peer in peers}
        rows.append(row)
        print(f"measured: {work}", file=sys.stderr)
        return one

    compare("components of big, as a list", "components", [big], "components, list", ["cc3d"])
    compare("the same, as a volume", "components", [big], "components, volume", ["cc3d"])
    compare("components of big, 26 neighbours, as a volume", "components", [big], "components, volume, 26", ["cc3d 26"])
    compare("distances in big, all labels", "distance", [big], "distance", ["edt"])
    compare("distances in a mask of 256³", "mask-distance", [cube], "mask distance, inside", ["edt", "scipy edt", "sitk edt"])
    compare("distances to it", "mask-distance", [cube], "mask distance, outside", ["edt outside"])
    compare("Dice of all labels, big and smooth", "overlap", [big, smooth], "overlap", ["numpy dice"])
    for organ in ORGANS:
        files = write_organ(organ, scratch)
        found = compare(f"HD95 of {organ}", "surfaces", files, "surface voxels", ["monai hd95", "medpy hd95"])
        rows[-1]["our_values"] = found["voxels"]
        found = compare(f"surface Dice of {organ}", "surfaces", files, "surface cells", ["surface-distance"])
        rows[-1]["our_values"] = found["cells"]
    compare("s0328 to 1 mm, linearly", "resample", [s0328], "resample to 1 mm, Linear", [])
    rows[-1]["peers"] = {"sitk, 7 labels of 69": measured_peer("sitk resample", [s0328])}
    memory = ours(program, "memcpy", [big], 1)["memcpy"]
    large = {mode: ours(program, mode, [write_large(scratch)], 2) for mode in ("components", "distance")}
    return {"rows": rows, "memcpy of big": memory, f"{LARGE}³": large}


def ours(program, mode, files, threads):
    """By the name of each line."""
    done = subprocess.run(
        [program, mode, *files], env=os.environ | {"RAYON_NUM_THREADS": str(threads)}, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or not lines:
        sys.exit(f"failed: {mode} {files}\n{done.stderr}")
    return {line.pop("name"): line for line in lines}


def measured_peer(peer, files):
    command = [sys.executable, __file__, "--peer", peer, *files]
    done = subprocess.run([str(part) for part in command], env=os.environ | PINNED, capture_output=True, text=True)
    if done.returncode != 0:
        return {"skipped": done.stderr.strip().splitlines()[-1:] or done.returncode}
    return json.loads(done.stdout.splitlines()[-1])


def run_peer(peer, files):
    """In a process of its own: the least of three, and the memory beyond that of the input."""
    import numpy as np

    import inputs

    maps = [inputs.read_labels(Path(file)) for file in files]
    (a, spacing_mm), b = maps[0], maps[-1][0]
    work = PEERS[peer](np, a, b, tuple(float(mm) for mm in spacing_mm))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    least = [float("inf")] * 2
    for _ in range(1 if "sitk resample" in peer else 3):
        cpu, wall = time.process_time(), time.monotonic()
        value = work()
        least = [min(least[0], time.process_time() - cpu), min(least[1], time.monotonic() - wall)]
        value = value if isinstance(value, (int, float)) else None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cpu_s": round(least[0], 4), "wall_s": round(least[1], 4), "value": value,
                      "input_bytes": before << 10, "peak_bytes": peak << 10}))


def cc3d_peer(connectivity):
    def prepare(np, a, b, spacing_mm):
        import cc3d

        small = np.asfortranarray(a.astype(np.uint8))
        return lambda: int(cc3d.connected_components(small, connectivity=connectivity).max())

    return prepare


def edt_peer(of_outside):
    def prepare(np, a, b, spacing_mm):
        import edt

        labels = np.asfortranarray(a == 0 if of_outside else a if a.max() > 1 else a > 0)
        return lambda: float(edt.edt(labels, anisotropy=spacing_mm, parallel=1).max())

    return prepare


def scipy_edt(np, a, b, spacing_mm):
    from scipy import ndimage

    mask = a > 0
    return lambda: float(ndimage.distance_transform_edt(mask, sampling=spacing_mm).max())


def sitk_edt(np, a, b, spacing_mm):
    import SimpleITK

    image = SimpleITK.GetImageFromArray(np.ascontiguousarray((a > 0).astype(np.uint8).T))
    image.SetSpacing(spacing_mm)
    return lambda: SimpleITK.SignedMaurerDistanceMap(image, squaredDistance=False, useImageSpacing=True) and None


def numpy_dice(np, a, b, spacing_mm):
    """Joint histogram."""
    a, b = (np.ascontiguousarray(labels.ravel(order="K").astype(np.uint8)) for labels in (a, b))
    n = int(max(a.max(), b.max())) + 1

    def work():
        joint = np.bincount(a.astype(np.uint16) * n + b, minlength=n * n).reshape(n, n)
        dice = 2 * np.diag(joint) / (joint.sum(0) + joint.sum(1))
        return float(dice[1:].mean())

    return work


def monai_hd95(np, a, b, spacing_mm):
    import torch
    from monai.metrics import compute_hausdorff_distance

    torch.set_num_threads(1)
    masks = [torch.from_numpy((mask > 0)[None, None].astype(np.float32)) for mask in (a, b)]
    options = {"include_background": True, "percentile": 95, "spacing": list(spacing_mm)}
    return lambda: float(compute_hausdorff_distance(*masks, **options))


def medpy_hd95(np, a, b, spacing_mm):
    """SciPy's distance transform, cropped by hand: the crop is not in the time."""
    from medpy.metric import binary

    box = tuple(slice(int(where.min()), int(where.max()) + 1) for where in np.nonzero(a + b))
    a, b = a[box] > 0, b[box] > 0
    return lambda: float(binary.hd95(a, b, spacing_mm))


def surface_distance_peer(np, a, b, spacing_mm):
    import scipy.ndimage

    # surface-distance 0.1 was written for older NumPy and SciPy.
    np.Inf, scipy.ndimage.filters, scipy.ndimage.morphology = np.inf, scipy.ndimage, scipy.ndimage
    import surface_distance

    def work():
        found = surface_distance.compute_surface_distances(a > 0, b > 0, spacing_mm)
        return float(surface_distance.compute_surface_dice_at_tolerance(found, 2.0))

    return work


def sitk_resample(np, a, b, spacing_mm):
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    old, new = np.array(spacing_mm), np.ones(3)
    dims = [int(n) for n in np.round(np.array(a.shape) * old / new)]

    def work():
        best = winner = None
        for value in range(7):
            image = SimpleITK.GetImageFromArray(np.ascontiguousarray((a == value).astype(np.float32).T))
            image.SetSpacing(old.tolist())
            place = SimpleITK.Transform(), SimpleITK.sitkLinear, ((new - old) / 2).tolist(), new.tolist()
            part = SimpleITK.Resample(image, dims, *place, np.eye(3).ravel().tolist(), 0.0, SimpleITK.sitkFloat32)
            part = SimpleITK.GetArrayFromImage(part)
            if best is None:
                best, winner = part.copy(), np.zeros(part.shape, np.uint8)
            else:
                winner[part > best] = value
                np.maximum(best, part, out=best)

    return work


PEERS = {
    "cc3d": cc3d_peer(6),
    "cc3d 26": cc3d_peer(26),
    "edt": edt_peer(False),
    "edt outside": edt_peer(True),
    "scipy edt": scipy_edt,
    "sitk edt": sitk_edt,
    "numpy dice": numpy_dice,
    "monai hd95": monai_hd95,
    "medpy hd95": medpy_hd95,
    "surface-distance": surface_distance_peer,
    "sitk resample": sitk_resample,
}


def write_cube(big, scratch):
    """256³ from the middle of big, as one mask."""
    import inputs

    labels, spacing_mm = inputs.read_labels(big)
    path = scratch / "cube.labels"
    inputs.write_labels(path, labels[100:356, 100:356, 100:356] > 0, spacing_mm)
    return path


def write_organ(name, scratch):
    """An organ, and the same as on a grid twice as coarse."""
    import nibabel
    import numpy as np

    import inputs

    image = nibabel.load(next((inputs.DATA / "totalsegv2_s0328").rglob(f"{name}.nii.gz")))
    mask = np.asarray(image.dataobj) > 0
    coarse = mask[np.ix_(*[np.arange(n) - np.arange(n) % 2 for n in mask.shape])]
    spacing_mm = [float(mm) for mm in image.header.get_zooms()[:3]]
    paths = [scratch / f"{name}-{which}.labels" for which in "ab"]
    for path, labels in zip(paths, (mask, coarse)):
        inputs.write_labels(path, labels, spacing_mm)
    return paths


def write_large(scratch):
    """Balls of many labels on a grid of 512 Mvoxel."""
    import numpy as np

    import inputs

    path = scratch / "large.labels"
    if not path.exists():
        at = np.arange(LARGE, dtype=np.float32)
        cell = (at // 100).astype(np.uint16)
        square = (at % 100 - 49.5) ** 2
        labels = np.zeros((LARGE,) * 3, np.uint16, order="F")
        layer = square[:, None] + square[None, :]
        number = cell[:, None] + 8 * cell[None, :]
        for z in range(LARGE):
            labels[:, :, z] = (layer + square[z] < 45**2) * (number % 100 + 1 + cell[z])
        inputs.write_labels(path, labels, (0.7, 0.7, 0.7))
    return path


def print_table(rows):
    print("| work | ours, CPU s | fastest peer, CPU s | ratio | all peers | ours, wall s on 1 and 2 threads |\n|---|---|---|---|---|---|")
    for row in rows:
        peers = {name: peer["cpu_s"] for name, peer in row["peers"].items() if "cpu_s" in peer}
        cpu_s, fastest = row["ours"]["cpu_s"], min(peers.values(), default=float("nan"))
        others = ", ".join(f"{name} {seconds:.3f}" for name, seconds in peers.items())
        walls = f"{row['ours']['wall_s']:.3f}, {row['ours, 2 threads']['wall_s']:.3f}"
        print(f"| {row['work']} | {cpu_s:.3f} | {fastest:.3f} | {fastest / cpu_s:.1f} | {others} | {walls} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        run_peer(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) < 2:
        sys.exit(__doc__)
    else:
        main()
