"""Shape features of masks: ours beside PyRadiomics, SimpleITK, scikit-image and cc3d, on the same label map.

    cargo build --release -p medshape-geometry --benches
    python3 benchmarks/features.py BENCH [--inputs FOLDER] [--cohort N] [--fast]

BENCH is the program `features-…` that cargo made under target/release/deps. CPU seconds of one thread; ours is the least
of three runs, so are the peers' but PyRadiomics, which runs once over all labels. `--fast` gives PyRadiomics one label
in eight. `--cohort N` adds N whole-body cases. Every number of PyRadiomics is compared with ours.

PyRadiomics comes as source only: pip install numpy setuptools wheel versioneer cython, then
pip install --no-build-isolation pyradiomics.
"""

import argparse
import importlib.metadata
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
os.environ.update({name: "1" for name in THREADS} | {"ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1"})

import numpy as np  # noqa: E402

import inputs  # noqa: E402

RUNS = Path(__file__).resolve().parent / "runs"
FEATURES = [
    "MeshVolume", "VoxelVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity", "Compactness1", "Compactness2",
    "SphericalDisproportion", "Maximum3DDiameter", "Maximum2DDiameterSlice", "Maximum2DDiameterColumn",
    "Maximum2DDiameterRow", "MajorAxisLength", "MinorAxisLength", "LeastAxisLength", "Elongation", "Flatness",
]
PEERS = ("pyradiomics", "simpleitk", "scikit-image", "connected-components-3d")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("bench", type=Path)
    arguments.add_argument("--inputs", type=Path, default=Path(tempfile.gettempdir()) / "medshape-inputs")
    arguments.add_argument("--cohort", type=int, default=0, help="whole-body cases besides s0328")
    arguments.add_argument("--fast", action="store_true", help="PyRadiomics on one label in eight")
    arguments.add_argument("--out", type=Path, help="where the raw results go")
    options = arguments.parse_args()
    paths = inputs.ensure(options.inputs, ("s0328",))
    if paths is None:
        sys.exit("the label maps of the benchmark are not there")
    paths = [paths["s0328"], *cohort(options.inputs, options.cohort)]
    results = {
        "command": " ".join(sys.argv),
        "machine": platform.processor() or platform.machine(),
        "versions": {name: version(name) for name in PEERS},
        "cases": [case(options, path) for path in paths],
    }
    for found in results["cases"]:
        print_table(found)
    out = options.out or RUNS / f"{time.strftime('%Y-%m-%d')}-surfaces-and-meshes" / "features.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n")


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def cohort(folder, n):
    import nibabel

    paths = []
    for source in sorted(inputs.DATA.glob("completor_s*_full.nii.gz"))[:n]:
        path = folder / f"{source.name[10:15]}.labels"
        if not path.exists():
            image = nibabel.load(source)
            labels = np.asarray(image.dataobj)
            labels = np.where(labels > 0, labels, 0).astype(np.uint16)
            inputs.write_labels(path, labels, np.abs(np.asarray(image.header.get_zooms()[:3], float)))
        paths.append(path)
    return paths


def case(options, path):
    labels, spacing_mm = inputs.read_labels(path)
    values = [int(v) for v in np.unique(labels) if v]
    command = [options.bench, path]
    lines = [json.loads(line) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()]
    ours = {line["label"]: line for line in lines if line["name"] == "label"}
    seconds = {"medshape, all": lines[0]["cpu_s"]}
    zyx = np.ascontiguousarray(labels.transpose(2, 1, 0))
    # The smallest number type that holds the labels is what these programs are fastest on.
    zyx = zyx.astype(np.uint8) if zyx.max() < 256 else zyx
    for name, peer in (("cc3d statistics", cc3d_statistics), ("SimpleITK label shape", simpleitk),
                       ("scikit-image regionprops", regionprops)):
        seconds[name] = least_seconds(peer, zyx, spacing_mm)
    seconds["SimpleITK with Feret diameter and oriented box"] = least_seconds(simpleitk_all, zyx, spacing_mm, n=1)
    some = values[::8] if options.fast else values
    seconds["PyRadiomics, 17 shape features"], worst = pyradiomics(zyx, spacing_mm, some, ours)
    seconds["PyRadiomics, 17 shape features"] *= len(values) / len(some)
    return {"case": path.stem, "dims": labels.shape, "n_labels": len(values), "seconds": seconds,
            "n_pyradiomics": len(some), "largest_relative_difference": worst}


def least_seconds(work, *args, n=3):
    least = float("inf")
    for _ in range(n):
        start = time.process_time()
        try:
            work(*args)
        except ImportError:
            return None
        least = min(least, time.process_time() - start)
    return least


def image(zyx, spacing_mm):
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    made = SimpleITK.GetImageFromArray(zyx)
    made.SetSpacing([float(v) for v in spacing_mm])
    return made


def simpleitk(zyx, spacing_mm, everything=False):
    import SimpleITK

    statistics = SimpleITK.LabelShapeStatisticsImageFilter()
    statistics.SetComputeFeretDiameter(everything)
    statistics.SetComputeOrientedBoundingBox(everything)
    statistics.Execute(image(zyx, spacing_mm))
    return statistics


def simpleitk_all(zyx, spacing_mm):
    return simpleitk(zyx, spacing_mm, everything=True)


def regionprops(zyx, spacing_mm):
    from skimage.measure import regionprops

    for region in regionprops(zyx, spacing=tuple(spacing_mm[::-1])):
        region.area, region.centroid, region.axis_major_length, region.axis_minor_length, region.extent


def cc3d_statistics(zyx, spacing_mm):
    import cc3d

    return cc3d.statistics(zyx)


def pyradiomics(zyx, spacing_mm, values, ours):
    """CPU seconds over all `values`, and the largest relative difference of each feature."""
    try:
        from radiomics import featureextractor
    except ImportError as missing:
        print(f"PyRadiomics is left out: {missing}")
        return float("nan"), {}
    logging.disable(logging.CRITICAL)
    extractor = featureextractor.RadiomicsFeatureExtractor(additionalInfo=False)
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(shape=FEATURES)
    mask = image(zyx, spacing_mm)
    seconds, worst = 0.0, {}
    for value in values:
        start = time.process_time()
        try:
            found = extractor.execute(mask, mask, label=value)
        except ValueError as refused:  # a label of one voxel, or in one plane
            print(f"PyRadiomics refuses label {value}: {refused}")
            continue
        seconds += time.process_time() - start
        for key, theirs in found.items():
            name = key.rsplit("_", 1)[1]
            if name in ours[value]:
                difference = abs(float(theirs) - ours[value][name]) / max(abs(float(theirs)), 1e-300)
                worst[name] = max(worst.get(name, 0.0), difference)
    return seconds, worst


def print_table(found):
    print(f"\n### {found['case']}: {'×'.join(map(str, found['dims']))}, {found['n_labels']} labels\n")
    print("| program | CPU s, one thread | ms a label | ours is faster by |\n|---|---|---|---|")
    ours = found["seconds"]["medshape, all"]
    for name, seconds in found["seconds"].items():
        if seconds is not None:
            print(f"| {name} | {seconds:.3f} | {1000 * seconds / found['n_labels']:.2f} | {seconds / ours:.1f} × |")
    print(f"\nlargest relative difference from PyRadiomics over {found['n_pyradiomics']} labels:")
    for name, difference in found["largest_relative_difference"].items():
        print(f"  {name:28} {difference:.1e}")


if __name__ == "__main__":
    main()
