"""The numbers of `medshape features` against PyRadiomics, label by label.

    python3 tests/oracles/features.py target/release/medshape [FILE.nii.gz ...]

Without files: two organs' masks of the real case, and a label map of its own. Skips with a reason where PyRadiomics is
missing (it comes as source: pip install numpy setuptools wheel versioneer cython SimpleITK, then
pip install --no-build-isolation pyradiomics).
"""

import json
import logging
import subprocess
import tempfile
from pathlib import Path

import alone

CASE = Path(__file__).resolve().parents[2].parent / "shared/data/volumes/wholebody/totalsegv2_s0328/segmentations"
FEATURES = [
    "MeshVolume", "VoxelVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity", "Compactness1", "Compactness2",
    "SphericalDisproportion", "Maximum3DDiameter", "Maximum2DDiameterSlice", "Maximum2DDiameterColumn",
    "Maximum2DDiameterRow", "MajorAxisLength", "MinorAxisLength", "LeastAxisLength", "Elongation", "Flatness",
]
# Files hold spacings as 32-bit floats, and their readers turn them into matrices in different ways.
TOLERANCE = 1e-6


def check(program, paths=()):
    """How many labels have the features that PyRadiomics gives them, and how many have not."""
    try:
        import numpy as np
        import SimpleITK
        from radiomics import featureextractor
    except ImportError as missing:
        print(f"oracle tests of shape features skipped: {missing}")
        return 0, 0
    logging.disable(logging.CRITICAL)
    extractor = featureextractor.RadiomicsFeatureExtractor(additionalInfo=False)
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(shape=FEATURES)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.nii.gz"
        write_made(np, SimpleITK, made)
        real = [CASE / f"{organ}.nii.gz" for organ in ("liver", "vertebrae_L3")]
        for path in list(paths) or [made, *(path for path in real if path.exists())]:
            results += check_file(SimpleITK, extractor, program, path)
    return results.count(True), results.count(False)


def write_made(np, SimpleITK, path):
    """Three labels, one of them noise."""
    rng = np.random.default_rng(5)
    labels = np.zeros((20, 30, 40), np.uint8)
    z, y, x = np.ogrid[:20, :30, :40]
    labels[((x - 12) / 9.0) ** 2 + ((y - 14) / 11.0) ** 2 + ((z - 9) / 7.0) ** 2 < 1] = 1
    labels[2:18, 5:25, 24:30] = 2
    labels[:, :, 33:] = np.where(rng.random((20, 30, 7)) < 0.4, 3, 0)
    image = SimpleITK.GetImageFromArray(labels)
    image.SetSpacing((0.75, 1.25, 2.5))
    SimpleITK.WriteImage(image, str(path))


def check_file(SimpleITK, extractor, program, path):
    command = [program, "features", path, "--json"]
    table = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    names = [column["name"] for column in table["columns"]]
    image = SimpleITK.ReadImage(str(path))
    image = SimpleITK.Cast(image, SimpleITK.sitkUInt16)
    results = []
    for row in table["rows"]:
        ours = dict(zip(names, row["values"]))
        theirs = extractor.execute(image, image, label=row["label"])
        worst = max((abs(ours[name] / float(theirs[f"original_shape_{name}"]) - 1), name) for name in FEATURES)
        results.append(worst[0] <= TOLERANCE)
        if not results[-1]:
            print(f"FAILED {path.name} label {row['label']}: {worst[1]} is off by {worst[0]:.1e}")
    return results


if __name__ == "__main__":
    alone.main(__doc__, check)
