"""`medshape segment` beside nnU-Net's steps written in NumPy and SciPy, with onnxruntime's own Python.

    python3 tests/oracles/segmentation.py target/release/medshape

Networks with fixed, drawn weights see a phantom image and, where the shared data is there, a head in MR (anisotropic,
in several axis orders) and a head in CT. Labels have to be the same but for voxels whose answers are equal up to
rounding: Dice above 0.999 of each label. `benchmarks/segment.py` compares with nnU-Net itself.
"""

import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

try:
    import onnx
    import onnxruntime
    from onnx import helper, numpy_helper
except ImportError as missing:
    onnx = None
    MISSING = missing

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "volumes"
N_LABELS = 4


def check(program):
    """How many comparisons passed, and how many failed."""
    if onnx is None:
        print(f"segmentation oracles skipped: {MISSING}")
        return 0, 0
    n_passed = n_failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, images, plans, mirror in cases(Path(folder)):
            worst, found, n_tiles = compare(program, Path(folder) / "case", images, plans, mirror)
            is_good = worst > 0.999 and found >= 3
            n_passed, n_failed = n_passed + is_good, n_failed + (not is_good)
            word = "" if is_good else "FAILED "
            print(f"{word}segment {name}: least Dice {worst:.6f} of {found} labels, {n_tiles} tiles")
    return n_passed, n_failed


def cases(folder):
    phantom = folder / "phantom.nii.gz"
    nibabel.save(nibabel.Nifti1Image(made_up(), np.diag([1.2, 1.0, 1.7, 1.0])), phantom)
    yield "phantom", [phantom], plans_of([1.5, 1.1, 0.9], ["ZScoreNormalization"]), []
    yield "phantom, mirrored", [phantom], plans_of([1.7, 1.0, 1.2], ["RescaleTo01Normalization"]), [0, 2]
    turned = plans_of([1.1, 2.0, 1.5], ["ZScoreNormalization"], transpose=[1, 0, 2])
    yield "phantom, axes turned", [phantom], turned, []
    thick = folder / "thick.nii.gz"
    nibabel.save(nibabel.Nifti1Image(made_up()[:, :, ::3], np.diag([1.0, 1.0, 5.0, 1.0])), thick)
    yield "phantom in thick slices", [thick], plans_of([2.5, 1.2, 1.2], ["ZScoreNormalization"]), []
    masked = plans_of([1.5, 1.1, 0.9], ["ZScoreNormalization", "NoNormalization"], masked=True)
    yield "phantom, two channels, in a mask", [phantom, phantom], masked, []
    if not DATA.is_dir():
        print("segmentation oracles on real images skipped: ../shared/data is not there")
        return
    for order in ("RAS", "LPS", "PIR"):
        head = DATA / "orientations" / f"{order}.nii.gz"
        yield f"head, {order}", [head], plans_of([2.0, 2.0, 2.0], ["ZScoreNormalization"]), []
        again = plans_of([2.0, 2.0, 2.0], ["ZScoreNormalization"], reader="NibabelIOWithReorient")
        yield f"head, {order} as RAS", [head], again, []
    ct = plans_of([2.0, 2.0, 2.0], ["CTNormalization"])
    yield "head in CT", [DATA / "brain" / "ct_brain_atlas_1mm.nii.gz"], ct, []


def made_up():
    """Smooth blobs in noise, with nothing around them."""
    random = np.random.default_rng(3)
    shape = (62, 51, 44)
    field = ndimage.gaussian_filter(random.normal(size=shape), 3)
    image = np.round(400 * field / field.std() + 30 * random.normal(size=shape)).astype(np.int16)
    image[:5], image[:, -7:], image[:, :, :3] = 0, 0, 0
    image[20:24, 20:25, 20:23] = 0
    return image


def plans_of(spacing, schemes, transpose=(0, 1, 2), reader="SimpleITKIO", masked=False):
    by = {"is_seg": False, "order_z": 0, "force_separate_z": None}
    return {
        "image_reader_writer": reader,
        "transpose_forward": list(transpose),
        "foreground_intensity_properties_per_channel": {
            "0": {"mean": 45.5, "std": 38.25, "percentile_00_5": 2.0, "percentile_99_5": 210.0}
        },
        "configurations": {
            "3d_fullres": {
                "patch_size": [32, 24, 28],
                "spacing": spacing,
                "normalization_schemes": schemes,
                "use_mask_for_norm": [masked] * len(schemes),
                "resampling_fn_data_kwargs": {**by, "order": 3},
                "resampling_fn_probabilities_kwargs": {**by, "order": 1},
            }
        },
    }


def network(n_channels, patch):
    """Two resolutions as a U-Net has them, with instance norms, and weights that are drawn."""
    random = np.random.default_rng(1)
    stored, nodes = [], []

    def weights(name, shape, scale=None):
        scale = scale or (2 / np.prod(shape[1:])) ** 0.5
        stored.append(numpy_helper.from_array((random.normal(size=shape) * scale).astype(np.float32), name))
        return name

    def block(source, to, n_in, n_out, stride=1):
        kernel = weights(f"{to}.w", [n_out, n_in, 3, 3, 3])
        nodes.append(helper.make_node("Conv", [source, kernel], [f"{to}.c"], strides=[stride] * 3, pads=[1] * 6))
        stored.append(numpy_helper.from_array(np.ones(n_out, np.float32), f"{to}.s"))
        shift = weights(f"{to}.b", [n_out], 0.2)
        nodes.append(helper.make_node("InstanceNormalization", [f"{to}.c", f"{to}.s", shift], [f"{to}.n"]))
        nodes.append(helper.make_node("LeakyRelu", [f"{to}.n"], [to], alpha=0.01))

    block("image", "a", n_channels, 8)
    block("a", "b", 8, 12, stride=2)
    up = weights("up.w", [12, 8, 2, 2, 2])
    nodes.append(helper.make_node("ConvTranspose", ["b", up], ["up"], strides=[2] * 3))
    nodes.append(helper.make_node("Concat", ["a", "up"], ["both"], axis=1))
    block("both", "d", 16, 8)
    last = weights("last.w", [N_LABELS, 8, 1, 1, 1])
    nodes.append(helper.make_node("Conv", ["d", last], ["answer"]))
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "network",
        [tensor("image", onnx.TensorProto.FLOAT, [1, n_channels, *patch])],
        [tensor("answer", onnx.TensorProto.FLOAT, [1, N_LABELS, *patch])],
        stored,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


def compare(program, folder, images, plans, mirror):
    """The least Dice of any label, how many labels there are, and in how many tiles."""
    folder.mkdir(exist_ok=True)
    configuration = plans["configurations"]["3d_fullres"]
    model = folder / "model.onnx"
    model.write_bytes(network(len(images), configuration["patch_size"]))
    labels = {"background": 0, **{f"structure {value}": value for value in range(1, N_LABELS)}}
    dataset = {"channel_names": {str(at): "MR" for at in range(len(images))}, "labels": labels}
    (folder / "plans.json").write_text(json.dumps(plans))
    (folder / "dataset.json").write_text(json.dumps(dataset))
    out = folder / "out.nii.gz"
    command = [program, "segment", model, images[0], out, "--json"]
    command += [part for image in images[1:] for part in ("--channel", image)]
    command += [f"--mirror={','.join(map(str, mirror))}"] if mirror else []
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    ours = nibabel.load(out)
    theirs, affine = reference(model, images, plans, mirror)
    assert np.allclose(ours.affine, affine, atol=1e-3), (ours.affine, affine)
    ours = np.asarray(ours.dataobj)
    values = [value for value in range(N_LABELS) if (theirs == value).sum() > 100]
    dice = [2 * ((ours == v) & (theirs == v)).sum() / ((ours == v).sum() + (theirs == v).sum()) for v in values]
    return min(dice), len(values), json.loads(done.stdout)["tiles"]


def reference(model, images, plans, mirror):
    """nnU-Net's steps; the labels on the voxels of the first file, and its affine."""
    configuration = plans["configurations"]["3d_fullres"]
    loaded = [nibabel.load(image) for image in images]
    stored = loaded[0]
    orientation = nibabel.io_orientation(stored.affine)
    if "Reorient" in plans["image_reader_writer"]:
        loaded = [image.as_reoriented(orientation) for image in loaded]
    transpose = plans["transpose_forward"]
    spacing = np.array([float(zoom) for zoom in loaded[0].header.get_zooms()[::-1]])[transpose]
    data = np.stack([image.get_fdata().transpose(2, 1, 0).transpose(transpose) for image in loaded])
    data = data.astype(np.float32)
    whole = data.shape[1:]
    mask = ndimage.binary_fill_holes(np.any(data != 0, axis=0))
    box = tuple(slice(np.where(line)[0][0], np.where(line)[0][-1] + 1) for line in lines(mask))
    data, mask = data[(slice(None), *box)], mask[box]
    data = np.stack([normalised(channel, mask, at, plans, configuration) for at, channel in enumerate(data)])
    target = np.array(configuration["spacing"])
    shape = data.shape[1:]
    new = [int(round(old / to * n)) for old, to, n in zip(spacing, target, shape)]
    data = np.stack([resampled(channel, new, spacing, target, 3) for channel in data])
    logits = sliding(model, data, configuration["patch_size"], mirror)
    logits = np.stack([resampled(answer, shape, target, spacing, 1) for answer in logits])
    labels = np.zeros(whole, np.int16)
    labels[box] = logits.argmax(0)
    labels = labels.transpose(np.argsort(transpose)).transpose(2, 1, 0)
    image = nibabel.Nifti1Image(labels, loaded[0].affine)
    if "Reorient" in plans["image_reader_writer"]:
        ras = nibabel.orientations.axcodes2ornt("RAS")
        image = image.as_reoriented(nibabel.orientations.ornt_transform(ras, orientation))
    return np.asarray(image.dataobj), stored.affine


def lines(mask):
    axes = range(3)
    return [mask.any(axis=tuple(other for other in axes if other != axis)) for axis in axes]


def normalised(channel, mask, at, plans, configuration):
    scheme = configuration["normalization_schemes"][at]
    channel = channel.astype(np.float64)
    if scheme == "CTNormalization":
        known = plans["foreground_intensity_properties_per_channel"][str(at)]
        clipped = np.clip(channel, known["percentile_00_5"], known["percentile_99_5"])
        return (clipped - known["mean"]) / known["std"]
    if scheme == "ZScoreNormalization" and configuration["use_mask_for_norm"][at]:
        channel[mask] = (channel[mask] - channel[mask].mean()) / channel[mask].std()
        return channel
    if scheme == "ZScoreNormalization":
        return (channel - channel.mean()) / channel.std()
    if scheme == "RescaleTo01Normalization":
        return (channel - channel.min()) / (channel.max() - channel.min())
    return channel


def resampled(values, shape, old, new, order):
    """scikit-image's `resize` as nnU-Net calls it, which is SciPy's `zoom`, clipped to the range of what there was."""
    if tuple(values.shape) == tuple(shape):
        return values
    coarse = next((mm for mm in (old, new) if max(mm) / min(mm) > 3), None)
    apart = [] if coarse is None else [axis for axis in range(3) if coarse[axis] == max(coarse)]
    if len(apart) != 1:
        return resized(values, shape, order)
    axis = apart[0]
    plane = [n for at, n in enumerate(shape) if at != axis]
    slices = np.stack([resized(part, plane, order) for part in np.moveaxis(values, axis, 0)])
    places = np.floor((np.arange(shape[axis]) + 0.5) * len(slices) / shape[axis] - 0.5 + 0.5)
    return np.moveaxis(slices[np.clip(places.astype(int), 0, len(slices) - 1)], 0, axis)


def resized(values, shape, order):
    factors = [new / old for new, old in zip(shape, values.shape)]
    out = ndimage.zoom(values, factors, order=order, mode="nearest", grid_mode=True)
    return np.clip(out, values.min(), values.max())


def sliding(model, data, patch, mirror):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    room = [max(0, side - n) for side, n in zip(patch, data.shape[1:])]
    pads = [(n // 2, n - n // 2) for n in room]
    padded = np.pad(data, [(0, 0), *pads]).astype(np.float32)
    point = np.zeros(patch)
    point[tuple(side // 2 for side in patch)] = 1
    weight = ndimage.gaussian_filter(point, [side / 8 for side in patch], mode="constant")
    weight = weight / weight.max()
    sums, total = np.zeros((N_LABELS, *padded.shape[1:])), np.zeros(padded.shape[1:])
    flips = [c for n in range(len(mirror) + 1) for c in itertools.combinations([a + 2 for a in mirror], n)]
    for start in itertools.product(*[steps(n, side) for n, side in zip(padded.shape[1:], patch)]):
        tile = (slice(None), *(slice(at, at + side) for at, side in zip(start, patch)))
        image = padded[tile][None]
        seen = [np.flip(session.run(None, {"image": np.flip(image, f).copy()})[0], f) for f in flips]
        sums[tile] += weight * np.mean(seen, axis=0)[0]
        total[tile[1:]] += weight
    inner = tuple(slice(low, low + n) for (low, _), n in zip(pads, data.shape[1:]))
    return (sums / total)[(slice(None), *inner)]


def steps(n, side):
    count = int(np.ceil((n - side) / (side * 0.5))) + 1
    return [int(np.round((n - side) / max(count - 1, 1) * at)) for at in range(count)]


if __name__ == "__main__":
    passed, failed = check(Path(sys.argv[1]).resolve())
    print(f"segmentation: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
