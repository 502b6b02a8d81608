"""`medshape segment` beside nnU-Net's own predictor, on the same network and the same image.

    python benchmarks/segment.py target/release/medshape IMAGE [--work FOLDER] [--repeat N]

Wants nnunetv2, torch, onnx and onnxruntime. The network is nnU-Net's PlainConvUNet, trained for a minute to tell classes
of intensity, so that its answers have borders as those of real networks; what is compared is the work around it.
Three programs take turns, each in a process of its own:

- medshape: the command, with onnxruntime found at run time;
- nnU-Net, onnxruntime: nnU-Net's predictor, its network replaced by onnxruntime's Python session;
- nnU-Net, PyTorch: nnU-Net's predictor as it is, on the CPU.

One line of JSON a run: CPU seconds, seconds on the wall, peak memory; then ratios and the Dice of each label.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

MODEL = Path("fold_0") / "model.onnx"
EXPORT = Path(__file__).resolve().parents[1] / "crates" / "segment" / "python" / "export_nnunet.py"
PATCH = [64, 64, 64]
CLASSES = {"background": 0, "soft tissue": 1, "dense tissue": 2, "bone": 3}
BOUNDS = [20, 45, 150]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("medshape", type=Path)
    arguments.add_argument("image", type=Path)
    arguments.add_argument("--work", type=Path, default=Path("segment-work"))
    arguments.add_argument("--repeat", type=int, default=2)
    arguments.add_argument("--steps", type=int, default=120)
    arguments.add_argument("--peer", choices=["torch", "onnxruntime"], help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        return predict(options.peer, options.image, options.work)
    os.environ.setdefault("ORT_DYLIB_PATH", str(onnxruntime()))
    options.work.mkdir(exist_ok=True, parents=True)
    if not (options.work / MODEL).exists():
        make(options.image, options.work, options.steps)
    commands = {
        "medshape": [options.medshape.resolve(), "segment", options.work / MODEL, options.image]
        + [options.work / "medshape.nii.gz", "--json"],
        "nnU-Net, onnxruntime": [sys.executable, __file__, options.medshape, options.image, "--peer", "onnxruntime"]
        + ["--work", options.work],
        "nnU-Net, PyTorch": [sys.executable, __file__, options.medshape, options.image, "--peer", "torch"]
        + ["--work", options.work],
    }
    rows = [run(name, command) for _ in range(options.repeat) for name, command in commands.items()]
    for row in rows:
        print(json.dumps(row))
    compare(rows, options.work)


def onnxruntime():
    """The library that this Python's onnxruntime has."""
    folder = Path(importlib.util.find_spec("onnxruntime").origin).parent / "capi"
    return next(path for path in sorted(folder.glob("libonnxruntime.*")))


def run(name, command):
    """A process by itself, and what it took."""
    read, write = os.pipe()
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        row = {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024, "code": done.returncode}
        row["said"] = done.stderr.decode()[-400:] if done.returncode else ""
        os.write(write, json.dumps(row).encode())
        os._exit(0)
    row = json.loads(os.read(read, 1 << 16))
    os.waitpid(process, 0)
    assert row.pop("code") == 0, row
    row.pop("said")
    return {"program": name, **row, "wall_s": time.monotonic() - started}


def compare(rows, work):
    import nibabel
    import numpy as np

    best = lambda name, key: min(row[key] for row in rows if row["program"] == name)
    ours = np.asarray(nibabel.load(work / "medshape.nii.gz").dataobj)
    for name, file in [("nnU-Net, onnxruntime", "onnxruntime"), ("nnU-Net, PyTorch", "torch")]:
        theirs = np.asarray(nibabel.load(work / f"{file}.nii.gz").dataobj)
        dice = {}
        for label, value in CLASSES.items():
            a, b = ours == value, theirs == value
            if a.any() or b.any():
                dice[label] = round(2 * float((a & b).sum()) / int(a.sum() + b.sum()), 6)
        ratios = {key: round(best(name, key) / best("medshape", key), 2) for key in ("cpu_s", "wall_s", "peak_mb")}
        n_apart = int((ours != theirs).sum())
        print(json.dumps({"beside": name, "ratios": ratios, "dice": dice, "voxels_apart": n_apart, "of": ours.size}))


def plans(spacing):
    from importlib.metadata import version

    by = {"is_seg": False, "order_z": 0, "force_separate_z": None}
    kernel, n_stages = [[3, 3, 3]] * 4, 4
    return {
        "dataset_name": "Dataset001_Test",
        "plans_name": f"nnUNetPlans of {version('nnunetv2')}",
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {
            "0": {"mean": 42.0, "std": 40.0, "median": 40.0, "min": 0.0, "max": 385.0}
            | {"percentile_00_5": 0.0, "percentile_99_5": 300.0}
        },
        "configurations": {
            "3d_fullres": {
                "data_identifier": "nnUNetPlans_3d_fullres",
                "preprocessor_name": "DefaultPreprocessor",
                "batch_size": 2,
                "patch_size": PATCH,
                "spacing": spacing,
                "normalization_schemes": ["CTNormalization"],
                "use_mask_for_norm": [False],
                "resampling_fn_data": "resample_data_or_seg_to_shape",
                "resampling_fn_seg": "resample_data_or_seg_to_shape",
                "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
                "resampling_fn_data_kwargs": {**by, "order": 3},
                "resampling_fn_seg_kwargs": {**by, "is_seg": True, "order": 1},
                "resampling_fn_probabilities_kwargs": {**by, "order": 1},
                "architecture": {
                    "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
                    "arch_kwargs": {
                        "n_stages": n_stages,
                        "features_per_stage": [32, 64, 128, 256],
                        "conv_op": "torch.nn.modules.conv.Conv3d",
                        "kernel_sizes": kernel,
                        "strides": [[1, 1, 1]] + [[2, 2, 2]] * (n_stages - 1),
                        "n_conv_per_stage": [2] * n_stages,
                        "n_conv_per_stage_decoder": [2] * (n_stages - 1),
                        "conv_bias": True,
                        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
                        "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                        "dropout_op": None,
                        "dropout_op_kwargs": None,
                        "nonlin": "torch.nn.LeakyReLU",
                        "nonlin_kwargs": {"inplace": True},
                    },
                    "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
                },
            }
        },
    }


def managers(work):
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    manager = PlansManager(json.loads((work / "plans.json").read_text()))
    return manager, manager.get_configuration("3d_fullres"), json.loads((work / "dataset.json").read_text())


def build(configuration):
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    return get_network_from_plans(
        configuration.network_arch_class_name,
        configuration.network_arch_init_kwargs,
        configuration.network_arch_init_kwargs_req_import,
        1,
        len(CLASSES),
        deep_supervision=False,
    )


def make(image, work, n_steps):
    """Plans, and a network that was trained for a moment on the image itself."""
    import numpy as np
    import torch
    from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO

    data, properties = SimpleITKIO().read_images([str(image)])
    spacing = [round(1.5 * mm, 3) for mm in properties["spacing"]]
    (work / "plans.json").write_text(json.dumps(plans(spacing), indent=1))
    dataset = {"channel_names": {"0": "CT"}, "labels": CLASSES, "file_ending": ".nii.gz", "numTraining": 1}
    (work / "dataset.json").write_text(json.dumps(dataset, indent=1))
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    _, configuration, _ = managers(work)
    network = build(configuration)
    values = (np.clip(data[0], 0, 300) - 42.0) / 40.0
    truth = sum((data[0] > bound).astype(np.int64) for bound in BOUNDS)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    side = 32
    for step in range(n_steps):
        first = [random.integers(0, n - side + 1) for n in values.shape]
        part = tuple(slice(at, at + side) for at in first)
        x = torch.from_numpy(values[part].astype(np.float32))[None, None]
        loss = torch.nn.functional.cross_entropy(network(x), torch.from_numpy(truth[part])[None])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.3f}", file=sys.stderr)
    network.eval()
    checkpoint = {
        "network_weights": network.state_dict(),
        "trainer_name": "nnUNetTrainer",
        "init_args": {"configuration": "3d_fullres"},
        "inference_allowed_mirroring_axes": (0, 1, 2),
    }
    (work / "fold_0").mkdir(exist_ok=True)
    torch.save(checkpoint, work / "fold_0" / "checkpoint_final.pth")
    subprocess.run([sys.executable, str(EXPORT), str(work)], check=True, stdout=sys.stderr)


def predict(peer, image, work):
    """nnU-Net's own way from a file to a file, in one process."""
    import torch
    from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    torch.set_num_threads(os.cpu_count())
    predictor = nnUNetPredictor(
        use_mirroring=False, device=torch.device("cpu"), perform_everything_on_device=False, allow_tqdm=False
    )
    predictor.initialize_from_trained_model_folder(str(work), [0])
    if peer == "onnxruntime":
        predictor.network, predictor.list_of_parameters = onnxruntime_network(work / MODEL), [{}]
    predictor.network.eval()
    data, properties = SimpleITKIO().read_images([str(image)])
    labels = predictor.predict_single_npy_array(data, properties)
    SimpleITKIO().write_seg(labels, str(work / f"{peer}.nii.gz"), properties)


def onnxruntime_network(path):
    import onnxruntime
    import torch

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            self.name = self.session.get_inputs()[0].name

        def forward(self, x):
            return torch.from_numpy(self.session.run(None, {self.name: x.numpy()})[0])

    return Network()


if __name__ == "__main__":
    main()
