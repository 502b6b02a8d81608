"""What `medshape check` finds of faults planted into copies of real whole bodies, and what it says of the originals.

    python benchmarks/quality.py DATA WORK OUT

DATA is the folder of real inputs, WORK a folder for what is made on the way, OUT one in benchmarks/runs.
Build before: cargo build --release --bin medshape. Needed: numpy, nibabel. Takes ten minutes of CPU.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MEDSHAPE = ROOT / "target/release/medshape"
N_SUBJECTS = 8
LIVER, SPLEEN = 8, 3


def planted(data, work):
    """The eight smallest subjects, each with each fault; and s0328 with organs of both sexes."""
    bodies = sorted((data / "volumes/wholebody").glob("completor_s*_full.nii.gz"), key=lambda path: path.stat().st_size)
    for path in bodies[:N_SUBJECTS]:
        subject = path.name.split("_")[1]
        image = nibabel.load(path)
        voxels = np.asarray(image.dataobj)
        voxels = np.where((voxels > 0) & (voxels < 13), voxels, 0).astype(np.uint8)
        axes = nibabel.aff2axcodes(image.affine)
        axis = {word: next(at for at, code in enumerate(axes) if code in word) for word in ("LR", "SI")}
        swapped = voxels.copy()
        swapped[voxels == LIVER], swapped[voxels == SPLEEN] = SPLEEN, LIVER
        twice = image.affine.copy()
        twice[:3, :3] *= 2
        faults = {
            "mirror": (np.flip(voxels, axis["LR"]), image.affine),
            "upside": (np.flip(voxels, axis["SI"]), image.affine),
            "swap": (swapped, image.affine),
            "scale": (voxels, twice),
        }
        for fault, (changed, affine) in faults.items():
            (work / fault).mkdir(parents=True, exist_ok=True)
            made = nibabel.Nifti1Image(np.ascontiguousarray(changed), affine)
            made.header.set_xyzt_units("mm")
            nibabel.save(made, work / fault / f"{fault}{subject}_full.nii.gz")
    masks = work / "sex/s0328/segmentations"
    shutil.copytree(data / "volumes/wholebody/totalsegv2_s0328/segmentations", masks)
    bladder = nibabel.load(masks / "urinary_bladder.nii.gz")
    for organ, shift in (("uterus", 12), ("prostate", -12)):
        moved = np.roll(np.asarray(bladder.dataobj).astype(np.uint8), shift, axis=2)
        nibabel.save(nibabel.Nifti1Image(moved, bladder.affine), masks / f"{organ}.nii.gz")


def ingest(store, dataset, table, *paths):
    run = [MEDSHAPE, "ingest", *paths, "--dataset", dataset, "--metadata", table, "--store", store]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)


def main(data, work, out):
    data, work, out = Path(data), Path(work), Path(out)
    table = data / "metadata/totalsegmentator_v2_metadata.xlsx"
    planted(data, work)
    store = work / "store"
    ingest(store, "medshapenet-completor", table, *sorted((data / "volumes/wholebody").glob("completor_s*_full.nii.gz")))
    for fault in ("mirror", "upside", "swap", "scale"):
        ingest(store, "medshapenet-completor", table, work / fault)
    ingest(store, "totalsegmentator-v2", table, work / "sex/s0328")
    run = [MEDSHAPE, "check", "--json", "--store", store]
    answer = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
    ignored = {"cut", "islands"}
    found = {
        subject["subject"]: sorted({flag["code"] for flag in subject["flags"]} - ignored)
        for subject in answer["subjects"]
    }
    result = {"review": answer["review"], "doubts": {name: codes for name, codes in sorted(found.items()) if codes}}
    for fault in ("mirror", "upside", "swap", "scale"):
        hit = sum(bool(codes) for name, codes in found.items() if name.startswith(fault))
        result[fault] = f"{hit} of {N_SUBJECTS} doubted"
        print(fault, result[fault])
    out.mkdir(parents=True, exist_ok=True)
    (out / "planted.json").write_text(json.dumps(result, indent=1) + "\n")


main(*sys.argv[1:])
