"""Where this Python has the library of onnxruntime: printed, or nothing."""

import importlib.util
from pathlib import Path

spec = importlib.util.find_spec("onnxruntime")
for folder in (spec and spec.submodule_search_locations) or []:
    found = sorted(Path(folder, "capi").glob("libonnxruntime.*so*")) + sorted(Path(folder, "capi").glob("libonnxruntime*.dylib"))
    for path in found[:1]:
        print(path.resolve())
