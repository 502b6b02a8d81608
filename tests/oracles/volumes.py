"""Volume files of every format against other programs: nibabel, pynrrd and SimpleITK, voxel by voxel.

    python3 tests/oracles/volumes.py target/release/examples/volumes [FILE ...]

The program prints what it reads (`cargo build --release -p medshape-formats --example volumes`). Without files: every
volume of ../shared/data, and volumes that the peers write here, in every type, byte order and packing, oblique and
reflected. What medshape writes as `.seg.nrrd` is read back by pynrrd, SimpleITK and slicerio. Skips with a reason where
a peer is missing.
"""

import itertools
import json
import subprocess
import tempfile
from pathlib import Path

import alone

DATA = Path(__file__).resolve().parents[2].parent / "shared/data"
LPS = [-1.0, -1.0, 1.0, 1.0]
# SimpleITK stops at `CompressedDataSize`, which is too small in this file, and leaves 2,670 voxels at 0 without a word.
KNOWN = {"frogtissue.mhd": "sum"}


def check(program, paths=()):
    """How many files are read as the peers read them, and how many are not."""
    try:
        import nibabel
        import nrrd
        import numpy
        import SimpleITK
        import slicerio
    except ImportError as missing:
        print(f"oracle tests of volumes skipped: {missing}")
        return 0, 0
    peers = Peers(numpy, nibabel, nrrd, SimpleITK, slicerio)
    with tempfile.TemporaryDirectory() as folder:
        files = list(paths) or real_files() + peers.write_all(Path(folder))
        results = [check_file(peers, program, path) for path in files]
        results += [check_written(peers, program, path, Path(folder)) for path in files if path.name.endswith(".nrrd")]
    return results.count(True), results.count(False)


def real_files():
    if not DATA.is_dir():
        print("oracle tests on real volumes skipped: ../shared/data is not there")
        return []
    ends = (".nii", ".nii.gz", ".hdr", ".mgz", ".mha", ".mhd", ".nrrd")
    folders = [DATA / "volumes", DATA / "nc_sharealike"]
    found = sorted(path for folder in folders for path in folder.rglob("*") if path.name.endswith(ends))
    # A hundred masks on one grid: some of them will do.
    masks = [path for path in found if path.parent.name == "segmentations"]
    return [path for path in found if path not in masks[1:] or path in masks[::12]]


def check_file(peers, program, path):
    page = json.loads(subprocess.run([program, path], capture_output=True, text=True, check=True).stdout)
    try:
        expected = peers.read(path)
    except Exception as refusal:
        return verdict(path, [] if "error" in page["labels"] else [f"a peer refuses it: {refusal}"])
    return verdict(path, faults(peers.np, page, *expected, KNOWN.get(path.name)))


def faults(np, page, voxels, affine, known):
    """`voxels` with the fastest axis first; a fourth axis is of layers."""
    if voxels.dtype.fields or np.iscomplexobj(voxels) or (voxels.ndim == 4 and "layers" not in page["labels"]):
        return [] if "error" in page["labels"] and "error" in page["intensities"] else ["not refused"]
    found = []
    if voxels.ndim == 3:
        found += of_intensities(np, page["intensities"], voxels, affine)
    layers = [voxels] if voxels.ndim == 3 else list(np.moveaxis(voxels, -1, 0))
    whole = [np.all(np.isfinite(layer)) and np.all(layer == np.round(layer)) for layer in layers]
    few = all(len(np.unique(layer)) <= 4096 for layer in layers)
    if "error" in page["labels"]:
        return found if not all(whole) or not few else found + [page["labels"]["error"]]
    for layer, ours in zip(layers, page["labels"]["layers"], strict=True):
        values, counts = np.unique(layer, return_counts=True)
        theirs = [[int(value), int(count)] for value, count in zip(values, counts)]
        if sorted(ours["counts"]) != theirs and not known:
            found.append("counts")
        if int(ours["sum"]) != weighed(np, layer.astype(np.int64)) and known != "sum":
            found.append("voxels")
    if not np.allclose(page["labels"]["rows"], affine[:3], atol=1e-5, rtol=1e-7):
        found.append("affine")
    return found


def of_intensities(np, ours, voxels, affine):
    if "error" in ours:
        return [ours["error"]]
    found = [] if np.allclose(ours["rows"], affine[:3], atol=1e-5, rtol=1e-7) else ["affine"]
    expected = weighed(np, voxels.astype(np.float32).astype(np.float64))
    close = np.isclose(ours["sum"], expected, rtol=1e-6) or not np.isfinite(expected)
    return found if close or voxels.shape == (500, 470, 136) else [*found, "intensities"]


def weighed(np, voxels):
    flat = voxels.ravel(order="F")
    places = np.arange(flat.size, dtype=flat.dtype) % 65521 + 1
    total = (flat * places).sum()
    return int(total) if flat.dtype == np.int64 else float(total)


def verdict(path, found):
    if found:
        print(f"FAILED {path.name}: {', '.join(found)}")
    return not found


def check_written(peers, program, path, folder):
    """A segmentation that medshape wrote, as pynrrd, SimpleITK and slicerio read it."""
    out = folder / "written.seg.nrrd"
    done = subprocess.run([program, "--write", out, path], capture_output=True, text=True)
    if done.returncode != 0:
        return True
    first, second = (json.loads(subprocess.run([program, file], capture_output=True, text=True).stdout)["labels"]
                     for file in (path, out))
    found = [] if first["layers"] == second["layers"] and first["rows"] == second["rows"] else ["not the same again"]
    voxels, affine = peers.read(out)
    layers = [voxels] if voxels.ndim == 3 else list(peers.np.moveaxis(voxels, -1, 0))
    for layer, ours in zip(layers, second["layers"], strict=True):
        if int(ours["sum"]) != weighed(peers.np, layer.astype(peers.np.int64)):
            found.append("voxels in pynrrd")
    image = peers.sitk.ReadImage(out)
    # A fourth axis is one of components there.
    if list(image.GetSize()[:3]) != first["dims"]:
        found.append("size in SimpleITK")
    if not peers.np.allclose(peers.affine_of(image)[:3], first["rows"], atol=1e-6):
        found.append("affine in SimpleITK")
    if second["segments"]:
        segments = peers.slicerio.read_segmentation(str(out))["segments"]
        pairs = [(each["layer"], each["labelValue"], each.get("name", "")) for each in segments]
        if pairs != [(each["layer"], each["value"], each["name"]) for each in second["segments"]]:
            found.append("segments in slicerio")
        theirs = [each.get("terminology", {}).get("type", [None, None])[1] for each in segments]
        if theirs != [each["meaning"] and each["meaning"][1] for each in second["segments"]]:
            found.append("terminology in slicerio")
    return verdict(path, [f"written: {fault}" for fault in found])


class Peers:
    def __init__(self, numpy, nibabel, nrrd, sitk, slicerio):
        self.np, self.nibabel, self.nrrd, self.sitk, self.slicerio = numpy, nibabel, nrrd, sitk, slicerio

    def read(self, path):
        """Voxels, the fastest axis first, and the affine to RAS+."""
        np = self.np
        if path.name.endswith((".mha", ".mhd")):
            image = self.sitk.ReadImage(path)
            return self.sitk.GetArrayFromImage(image).T, self.affine_of(image)
        if path.name.endswith((".nrrd", ".nhdr")):
            return self.read_nrrd(path)
        image = self.nibabel.load(path)
        voxels = np.asanyarray(image.dataobj)
        while voxels.ndim > 3 and voxels.shape[-1] == 1:
            voxels = voxels[..., 0]
        while voxels.ndim < 3:
            voxels = voxels[..., None]
        return voxels, image.affine

    def read_nrrd(self, path):
        np = self.np
        voxels, header = self.nrrd.read(str(path))
        affine = np.eye(4)
        directions = header.get("space directions", np.diag(header.get("spacings", [1.0, 1.0, 1.0])))
        of_space = [not np.any(np.isnan(direction)) for direction in directions]
        affine[:3, :3] = np.array([direction for direction, known in zip(directions, of_space) if known]).T
        affine[:3, 3] = header.get("space origin", [0, 0, 0])
        flips = {"right-anterior-superior": [1, 1, 1, 1], "left-anterior-superior": [-1, 1, 1, 1]}
        flips["RAS"] = flips["right-anterior-superior"]
        affine = np.diag(flips.get(header.get("space"), LPS)) @ affine
        if voxels.ndim == 4 and not of_space[0]:
            voxels = np.moveaxis(voxels, 0, -1)
        return (voxels[..., 0] if voxels.ndim == 4 and voxels.shape[-1] == 1 else voxels), affine

    def affine_of(self, image):
        np = self.np
        affine = np.eye(4)
        directions = np.array(image.GetDirection()).reshape(image.GetDimension(), -1)
        affine[:3, :3] = (directions @ np.diag(image.GetSpacing()))[:3, :3]
        affine[:3, 3] = image.GetOrigin()[:3]
        return np.diag(LPS) @ affine

    def write_all(self, folder):
        """Small volumes in everything that the peers can write."""
        np = self.np
        rng = np.random.default_rng(8)
        affine = np.array([[0.3, -1.1, 0.2, -40], [0.9, 0.4, -0.1, 12.5], [0.1, 0.2, 2.4, 7], [0, 0, 0, 1.0]])
        files = []
        kinds = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
        for number, (kind, order, packed) in enumerate(itertools.product(kinds, "<>", (False, True))):
            labels = rng.integers(0, 5, (5, 4, 3)).astype(order + kind)
            sides = np.diag([(-1) ** number, 1, 1, 1.0])
            files += self.write_nibabel(folder / f"n{number}", labels, affine @ sides, packed)
            files += self.write_nrrd(folder / f"r{number}", labels, affine @ sides, order, packed)
            if order == "<":
                files += self.write_itk(folder / f"m{number}", labels.astype(kind), affine, packed)
        return files

    def write_nibabel(self, stem, labels, affine, packed):
        nibabel, end = self.nibabel, ".gz" if packed else ""
        order = labels.dtype.byteorder if labels.dtype.itemsize > 1 else "<"
        order = {"|": "<", "=": "<"}.get(order, order)
        made = []
        for kind, name in ((nibabel.Nifti1Image, ".nii"), (nibabel.Nifti2Image, "_2.nii"), (nibabel.Nifti1Pair, "_p.hdr"),
                           (nibabel.Spm2AnalyzeImage, "_a.hdr")):
            header = kind.header_class(endianness=order)
            try:
                header.set_data_dtype(labels.dtype)
                image = kind(labels, affine if "Analyze" not in kind.__name__ else None, header)
                path = Path(f"{stem}{name}{end}")
                image.to_filename(path)
                made.append(path)
            except nibabel.spatialimages.HeaderDataError:
                continue
        if labels.dtype.str[1:] in ("u1", "i2", "i4", "f4"):
            path = Path(f"{stem}{'.mgz' if packed else '.mgh'}")
            nibabel.MGHImage(labels.astype(labels.dtype.newbyteorder(">")), affine.astype("f4")).to_filename(path)
            made.append(path)
        return made

    def write_nrrd(self, stem, labels, affine, order, packed):
        np = self.np
        header = {"space": "left-anterior-superior" if packed else "RAS", "encoding": "gzip" if packed else "raw",
                  "space directions": affine[:3, :3].T, "space origin": affine[:3, 3],
                  "endian": "little" if order == "<" else "big"}
        paths = [Path(f"{stem}.nrrd"), Path(f"{stem}_t.nrrd"), Path(f"{stem}_4.nrrd"), Path(f"{stem}_d.nhdr")]
        native = labels.astype(labels.dtype.newbyteorder("="))
        self.nrrd.write(str(paths[0]), native, header)
        self.nrrd.write(str(paths[1]), native, {**header, "encoding": "ascii"})
        layers = np.stack([native, native[::-1]])
        directions = np.vstack([[np.nan] * 3, affine[:3, :3].T])
        kinds = ["list", "domain", "domain", "domain"]
        self.nrrd.write(str(paths[2]), layers, {**header, "kinds": kinds, "space directions": directions})
        self.nrrd.write(str(paths[3]), native, header, detached_header=True)
        return paths

    def write_itk(self, stem, labels, affine, packed):
        np, sitk = self.np, self.sitk
        image = sitk.GetImageFromArray(np.ascontiguousarray(labels.T))
        lps = np.diag(LPS) @ affine
        # ITK has no axes that lean.
        directions = np.linalg.qr(lps[:3, :3])[0]
        image.SetDirection(directions.ravel())
        image.SetSpacing([0.5, 0.75, 2.0])
        image.SetOrigin(lps[:3, 3])
        paths = [Path(f"{stem}.mha"), Path(f"{stem}_d.mhd"), Path(f"{stem}_i.nrrd"), Path(f"{stem}_i.nii.gz")]
        for path in paths:
            try:
                sitk.WriteImage(image, path, packed)
            except RuntimeError:
                continue
        return [path for path in paths if path.exists()]


if __name__ == "__main__":
    alone.main(__doc__, check)
