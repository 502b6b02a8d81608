"""Every format that medshape writes, read back by the programs that people use.

    python3 tests/oracles/written.py target/release/medshape

One mesh (a ball with a bump, so that every axis can be told apart) goes into every format of meshes and
points, into voxels and distances; one label map goes into every format of labels. Each file is read by
trimesh, VTK, nibabel, pynrrd, SimpleITK, pydicom, highdicom, NumPy or usd-core and compared.
"""

import subprocess
import sys
import tempfile
from pathlib import Path



def main():
    n_passed, n_failed = check(Path(sys.argv[1]).resolve())
    print(f"written: {n_passed} as they should be, {n_failed} not")
    sys.exit(1 if n_failed else 0)


def check(program):
    try:
        global highdicom, nibabel, np, nrrd, pydicom, SimpleITK, trimesh, vtk, numpy_support, Usd, UsdGeom, UsdValidation
        import highdicom
        import nibabel
        import nrrd
        import numpy as np
        import pydicom
        import SimpleITK
        import trimesh
        import vtk
        from vtk.util import numpy_support
        from pxr import Usd, UsdGeom, UsdValidation
    except ImportError as missing:
        print(f"oracle tests of written files skipped: {missing} (pip install -r tests/oracles/requirements.txt)")
        return 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        tests = Tests(program, folder)
        tests.meshes()
        tests.labels()
    for line in tests.failed:
        print(f"FAILED {line}")
    return tests.n_passed, len(tests.failed)


class Tests:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.n_passed, self.failed = 0, []

    def expect(self, what, holds):
        if holds:
            self.n_passed += 1
        else:
            self.failed.append(what)

    def convert(self, source, name, *options):
        path = self.folder / name
        command = [self.program, "convert", source, path, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode != 0:
            self.failed.append(f"{name}: {done.stderr.strip()}")
            return None
        data = path.read_bytes()
        for word in (b"SECRET", b"2026-", bytes(str(self.folder), "utf-8")):
            self.expect(f"{name} holds {word!r}", word not in data)
        again = self.folder / "again" / name
        again.parent.mkdir(exist_ok=True)
        subprocess.run([str(part) for part in [self.program, "convert", source, again, *options]], check=True, capture_output=True)
        self.expect(f"{name} is not the same twice", again.read_bytes() == data)
        return path

    # Meshes ------------------------------------------------------------------------------------------

    def meshes(self):
        ball = trimesh.creation.icosphere(subdivisions=3, radius=20)
        # A bump towards right, anterior, superior, and far from the origin.
        ball.vertices[ball.vertices @ [3, 2, 1] > 55] *= 1.2
        ball.vertices += [10, -20, 30]
        self.ball = trimesh.Trimesh(ball.vertices.astype(np.float32), ball.faces, process=False)
        source = self.folder / "SECRET-name.ply"
        self.ball.export(source)
        for ending in ("stl", "ply", "obj", "off", "plain.glb", "3mf"):
            self.mesh(source, ending, lambda path: as_trimesh(path))
        self.mesh(source, "npz", with_numpy)
        self.mesh(source, "vtp", with_vtk)
        self.usdz(source)
        self.compressed(source)
        self.points(source)
        self.voxels(source)

    def mesh(self, source, ending, read):
        path = self.convert(source, f"ball.{ending}")
        if not path:
            return
        corners = np.asarray(read(path), float)
        if ending.endswith("glb"):
            corners = from_gltf(corners)
        self.expect(f"{ending}: {len(corners)} triangles", len(corners) == len(self.ball.faces))
        self.expect(f"{ending}: places", same_places(corners, self.ball.triangles))
        self.expect(f"{ending}: volume", abs(volume(corners) / self.ball.volume - 1) < 1e-4)

    def usdz(self, source):
        path = self.convert(source, "ball.usdz")
        if not path:
            return
        stage = Usd.Stage.Open(str(path))
        self.expect("usdz: metres", UsdGeom.GetStageMetersPerUnit(stage) == 1.0)
        self.expect("usdz: y up", UsdGeom.GetStageUpAxis(stage) == "Y")
        mesh = next(UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
        points = np.array(mesh.GetPointsAttr().Get(), float)
        matrix = np.array(UsdGeom.Xformable(mesh.GetPrim()).ComputeLocalToWorldTransform(0))
        points = np.c_[points, np.ones(len(points))] @ matrix
        faces = np.array(mesh.GetFaceVertexIndicesAttr().Get()).reshape(-1, 3)
        corners = from_gltf(points[:, :3][faces])
        self.expect("usdz: places", same_places(corners, self.ball.triangles, 1e-3))
        # All that is known of USD and of USDZ packages, references and ARKit's rules among it.
        validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
        faults = [fault.GetMessage() for fault in UsdValidation.ValidationContext(validators).Validate(stage)]
        self.expect(f"usdz: {faults}", not faults)

    def compressed(self, source):
        path = self.convert(source, "ball.compressed.glb")
        self.expect("compressed glb", path and path.read_bytes()[:4] == b"glTF")

    def points(self, source):
        for ending in ("points.ply", "points.xyz", "points.npz", "pcd"):
            path = self.convert(source, f"ball.{ending}", "--points", "500")
            if not path:
                continue
            if ending == "points.ply":
                points = trimesh.load(path).vertices
            elif ending == "points.npz":
                arrays = np.load(path, allow_pickle=False)
                points = arrays["points"]
                self.expect("points.npz: normals", arrays["normals"].shape == (500, 3))
            else:
                lines = path.read_text().splitlines()
                numbers = [line.split() for line in lines if line and (line[0].isdigit() or line[0] == "-")]
                points = np.array(numbers, float)[:, :3]
            self.expect(f"{ending}: number", len(points) == 500)
            distance = np.abs(distances(self.ball, points)).max()
            self.expect(f"{ending}: off the surface by {distance}", distance < 1e-3)

    def voxels(self, source):
        path = self.convert(source, "ball.nii.gz", "--spacing-mm", "0.8")
        if path:
            image = nibabel.load(path)
            self.occupancy("nii.gz", np.asarray(image.dataobj), image.affine)
        path = self.convert(source, "ball.occupancy.npz", "--spacing-mm", "0.8")
        if path:
            arrays = np.load(path, allow_pickle=False)
            affine = arrays["world_from_voxel"]
            grid = next(arrays[name] for name in arrays.files if arrays[name].ndim == 3)
            self.occupancy("occupancy.npz", grid, affine)
        path = self.convert(source, "ball.distance.npz", "--spacing-mm", "2")
        if path:
            arrays = np.load(path, allow_pickle=False)
            field = next(arrays[name] for name in arrays.files if arrays[name].ndim == 3)
            index = np.argwhere(field < 1e9)[:: max(1, field.size // 300)]
            world = index @ arrays["world_from_voxel"][:3, :3].T + arrays["world_from_voxel"][:3, 3]
            peer = distances(self.ball, world)
            error = np.abs(field[tuple(index.T)] - peer).max()
            self.expect(f"distance.npz: off by {error}", error < 1e-2)

    def occupancy(self, name, grid, affine):
        inside = np.argwhere(grid > 0)
        world = inside @ affine[:3, :3].T + affine[:3, 3]
        amount = len(inside) * abs(np.linalg.det(affine[:3, :3]))
        self.expect(f"{name}: volume {amount}", abs(amount / self.ball.volume - 1) < 0.01)
        centre = np.abs(world.mean(axis=0) - self.ball.center_mass).max()
        self.expect(f"{name}: centre off by {centre}", centre < 0.1)

    # Labels ------------------------------------------------------------------------------------------

    def labels(self):
        values = np.zeros((13, 9, 7), np.uint8)
        values[1:6, 2:7, 1:5] = 1
        values[6:11, 2:5, 2:6] = 2
        values[12, 8, 6] = 2
        # Oblique, and running to the left.
        turn = np.array([[-0.96, 0.28, 0], [0.28, 0.96, 0], [0, 0, 1]]) * [1.2, 0.8, 2.5]
        self.affine = np.eye(4)
        self.affine[:3, :3], self.affine[:3, 3] = turn, [40, -30, 15]
        self.values = values
        image = nibabel.Nifti1Image(values, self.affine)
        image.header["descrip"] = "SECRET"
        source = self.folder / "SECRET-labels.nii.gz"
        nibabel.save(image, source)
        self.nifti(source)
        self.nrrd(source)
        self.seg_nrrd(source)
        self.dicom(source)

    def same_labels(self, name, values, affine):
        self.expect(f"{name}: voxels", np.array_equal(values, self.values))
        self.expect(f"{name}: affine", np.allclose(affine, self.affine, atol=1e-4))

    def nifti(self, source):
        path = self.convert(source, "labels.nii.gz")
        if path:
            image = nibabel.load(path)
            self.same_labels("nii.gz", np.asarray(image.dataobj), image.affine)
            self.same_labels("nii.gz in SimpleITK", *with_simpleitk(path))

    def nrrd(self, source):
        path = self.convert(source, "labels.nrrd")
        if path:
            values, header = nrrd.read(str(path))
            self.same_labels("nrrd", values, nrrd_affine(header))
            self.same_labels("nrrd in SimpleITK", *with_simpleitk(path))

    def seg_nrrd(self, source):
        path = self.convert(source, "labels.seg.nrrd")
        if path:
            values, header = nrrd.read(str(path))
            self.same_labels("seg.nrrd", values, nrrd_affine(header))
            numbers = sorted(int(v) for k, v in header.items() if k.endswith("_LabelValue"))
            self.expect(f"seg.nrrd: labels {numbers}", numbers == [1, 2])

    def dicom(self, source):
        path = self.convert(source, "labels.seg.dcm")
        if not path:
            return
        data = pydicom.dcmread(path)
        self.expect("dcm: class", data.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4")
        self.expect("dcm: name", str(data.PatientName) == "")
        segmentation = highdicom.seg.segread(path)
        numbers = list(segmentation.segment_numbers)
        self.expect(f"dcm: segments {numbers}", len(numbers) == 2)
        self.expect("dcm: labels", dicom_matches(data, self.values, self.affine))


def distances(mesh, points):
    """To the surface, negative inside, as VTK measures them."""
    data = vtk.vtkPolyData()
    corners = vtk.vtkPoints()
    corners.SetData(numpy_support.numpy_to_vtk(np.ascontiguousarray(mesh.vertices, float), deep=True))
    data.SetPoints(corners)
    cells = vtk.vtkCellArray()
    for face in mesh.faces:
        cells.InsertNextCell(3, [int(vertex) for vertex in face])
    data.SetPolys(cells)
    distance = vtk.vtkImplicitPolyDataDistance()
    distance.SetInput(data)
    return np.array([distance.EvaluateFunction([float(x) for x in point]) for point in points])


def as_trimesh(path):
    loaded = trimesh.load(path, process=False)
    if isinstance(loaded, trimesh.Scene):
        return np.concatenate([part.triangles for part in loaded.dump()])
    return loaded.triangles


def with_numpy(path):
    arrays = np.load(path, allow_pickle=False)
    return arrays["vertices"][arrays["faces"]]


def with_vtk(path):
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    data = reader.GetOutput()
    points = np.array([data.GetPoint(i) for i in range(data.GetNumberOfPoints())])
    cells = numpy_support.vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points[cells]


def from_gltf(corners):
    """From metres, y up, to millimetres RAS+."""
    x, y, z = np.moveaxis(np.asarray(corners, float), -1, 0) * 1000
    return np.stack([x, -z, y], axis=-1)


def same_places(a, b, tolerance=1e-4):
    order = lambda corners: corners.mean(axis=1)[np.lexsort(np.round(corners.mean(axis=1), 2).T)]
    a, b = np.asarray(a, float), np.asarray(b, float)
    return len(a) == len(b) and np.abs(order(a) - order(b)).max() < tolerance * 100


def volume(corners):
    return np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6


def nrrd_affine(header):
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(header["space directions"], float).T
    affine[:3, 3] = header["space origin"]
    return np.diag([-1, -1, 1, 1]) @ affine if "left" in header["space"] else affine


def with_simpleitk(path):
    image = SimpleITK.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    values = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0)
    return values, np.diag([-1, -1, 1, 1]) @ affine


def dicom_matches(data, values, affine):
    """Every set pixel lies at the world position of a voxel of its label, and there are as many."""
    shared = data.SharedFunctionalGroupsSequence[0]
    rows_mm, columns_mm = (float(x) for x in shared.PixelMeasuresSequence[0].PixelSpacing)
    direction = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    pixels = data.pixel_array.reshape(-1, data.Rows, data.Columns)
    voxel_from_world = np.linalg.inv(affine)
    seen = np.zeros_like(values)
    for frame, groups in zip(pixels, data.PerFrameFunctionalGroupsSequence):
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        origin = np.array(groups.PlanePositionSequence[0].ImagePositionPatient, float)
        for row, column in np.argwhere(frame):
            lps = origin + direction[:3] * columns_mm * column + direction[3:] * rows_mm * row
            at = voxel_from_world @ [-lps[0], -lps[1], lps[2], 1]
            index = tuple(np.round(at[:3]).astype(int))
            if np.abs(at[:3] - index).max() > 0.01 or values[index] != number:
                return False
            seen[index] = number
    return np.array_equal(seen, values)


if __name__ == "__main__":
    main()
