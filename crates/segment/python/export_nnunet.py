"""A trained nnU-Net as a model that `medshape segment` runs.

    python crates/segment/python/export_nnunet.py FOLDER [--fold 0] [--checkpoint checkpoint_final.pth]

FOLDER is what nnU-Net's training left: plans.json, dataset.json and fold_0. The model comes to lie in fold_0/model.onnx,
where the plans above it are found. Wants nnunetv2, torch and onnx; no GPU.
"""

import argparse
from pathlib import Path

import torch
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels

# onnxruntime 1.17, the oldest that is taken, knows these operators.
OPSET = 17


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--fold", default="0")
    arguments.add_argument("--checkpoint", default="checkpoint_final.pth")
    options = arguments.parse_args()
    predictor = nnUNetPredictor(device=torch.device("cpu"), perform_everything_on_device=False)
    predictor.initialize_from_trained_model_folder(str(options.folder), [options.fold], options.checkpoint)
    plans, configuration = predictor.plans_manager, predictor.configuration_manager
    n_channels = determine_num_input_channels(plans, configuration, predictor.dataset_json)
    patch = torch.zeros(1, n_channels, *configuration.patch_size)
    path = options.folder / f"fold_{options.fold}" / "model.onnx"
    with torch.inference_mode():
        torch.onnx.export(predictor.network.eval(), (patch,), path, opset_version=OPSET, dynamo=False)
    print(f"{path}: patches of {'×'.join(map(str, configuration.patch_size))}, {n_channels} channels")


if __name__ == "__main__":
    main()
