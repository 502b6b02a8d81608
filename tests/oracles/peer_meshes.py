"""Writes the small meshes in crates/formats/tests/peers, each with another program's writer.

    python3 tests/oracles/peer_meshes.py crates/formats/tests/peers

VTK 9.7.2 writes .vtk and .vtp, nibabel 5.4.2 .gii, trimesh 5.2.0 .glb, .gltf and .3mf.
`sphere-gltfpack.glb` is what `gltfpack -c` makes of the sphere. Only synthetic shapes.
"""

import base64
import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import trimesh
import vtk
from vtk.util.numpy_support import vtk_to_numpy


def prism():
    """Six sides, and two lids of six corners; with data that no reader of faces wants."""
    cylinder = vtk.vtkCylinderSource()
    cylinder.SetResolution(6)
    cylinder.SetHeight(2)
    cylinder.SetRadius(1)
    cylinder.SetCenter(1, 2, 3)
    clean = vtk.vtkCleanPolyData()
    clean.SetInputConnection(cylinder.GetOutputPort())
    clean.Update()
    mesh = clean.GetOutput()
    mesh.GetPointData().Initialize()
    temperature = vtk.vtkFloatArray()
    temperature.SetName("temperature of it")
    temperature.SetNumberOfTuples(mesh.GetNumberOfPoints())
    temperature.FillComponent(0, 1.5)
    mesh.GetPointData().SetScalars(temperature)
    words = vtk.vtkStringArray()
    words.SetName("words")
    words.InsertNextValue("some text with spaces")
    words.InsertNextValue("x" * 100)
    bits = vtk.vtkBitArray()
    bits.SetName("bits")
    for bit in range(11):
        bits.InsertNextValue(bit % 2)
    numbers = vtk.vtkDoubleArray()
    numbers.SetName("numbers")
    numbers.SetNumberOfComponents(3)
    numbers.InsertNextTuple3(1, 2, 3)
    for array in (words, numbers, bits):
        mesh.GetFieldData().AddArray(array)
    return mesh


def sphere():
    source = vtk.vtkSphereSource()
    source.SetThetaResolution(8)
    source.SetPhiResolution(6)
    source.SetRadius(2)
    source.Update()
    mesh = source.GetOutput()
    mesh.GetPointData().Initialize()
    return mesh


def strips():
    stripper = vtk.vtkStripper()
    stripper.SetInputData(sphere())
    stripper.Update()
    return stripper.GetOutput()


def doubles(mesh):
    copy = vtk.vtkPolyData()
    copy.DeepCopy(mesh)
    points = vtk.vtkPoints()
    points.SetDataTypeToDouble()
    for point in range(mesh.GetNumberOfPoints()):
        points.InsertNextPoint(mesh.GetPoint(point))
    copy.SetPoints(points)
    return copy


def legacy(path, writer, mesh, version, is_text):
    writer.SetInputData(mesh)
    writer.SetFileVersion(version)
    writer.SetHeader("3D Slicer output. SPACE=LPS")
    writer.SetFileTypeToASCII() if is_text else writer.SetFileTypeToBinary()
    writer.SetFileName(str(path))
    assert writer.Write()


def in_space(mesh, space):
    """As 3D Slicer says in which space a mesh is."""
    word = vtk.vtkStringArray()
    word.SetName("SPACE")
    word.InsertNextValue(space)
    mesh.GetFieldData().AddArray(word)
    return mesh


def xml(path, mesh, mode, is_base64=False, is_packed=False, is_wide=False, is_big=False):
    writer = vtk.vtkXMLPolyDataWriter()
    writer.SetInputData(mesh)
    getattr(writer, f"SetDataModeTo{mode}")()
    writer.SetEncodeAppendedData(is_base64)
    writer.SetCompressorTypeToZLib() if is_packed else writer.SetCompressorTypeToNone()
    writer.SetHeaderTypeToUInt64() if is_wide else writer.SetHeaderTypeToUInt32()
    writer.SetByteOrderToBigEndian() if is_big else writer.SetByteOrderToLittleEndian()
    # Several blocks an array.
    if is_packed:
        writer.SetBlockSize(64)
    writer.SetFileName(str(path))
    assert writer.Write()


def gifti(path, positions, faces, encoding="B64GZ", endian="little", order="C", matrix=None):
    space = None
    if matrix is not None:
        names = ("NIFTI_XFORM_UNKNOWN", "NIFTI_XFORM_SCANNER_ANAT")
        space = nibabel.gifti.GiftiCoordSystem(*names, matrix)
    how = {"encoding": f"GIFTI_ENCODING_{encoding}", "endian": endian, "ordering": order}
    arrays = [
        nibabel.gifti.GiftiDataArray(
            positions, "NIFTI_INTENT_POINTSET", "NIFTI_TYPE_FLOAT32", coordsys=space, **how
        ),
        nibabel.gifti.GiftiDataArray(faces, "NIFTI_INTENT_TRIANGLE", "NIFTI_TYPE_INT32", **how),
    ]
    nibabel.save(nibabel.gifti.GiftiImage(darrays=arrays), path)


def boxes():
    """A box of volume 6, its mirror image, and one turned and twice as large."""
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.box((1, 2, 3)), node_name="a", geom_name="box")
    mirror = np.eye(4)
    mirror[:3, 3] = 5
    mirror[0, 0] = -1
    scene.graph.update("b", "a", matrix=mirror, geometry="box")
    turn = trimesh.transformations.rotation_matrix(0.3, [1, 2, 3]) @ np.diag([2, 2, 2, 1])
    scene.graph.update("c", "b", matrix=turn, geometry="box")
    return scene


def main(folder):
    folder.mkdir(exist_ok=True)
    poly, grid = vtk.vtkPolyDataWriter, vtk.vtkUnstructuredGridWriter
    append = vtk.vtkAppendFilter()
    append.AddInputData(prism())
    append.Update()
    legacy(folder / "prism-4.2-binary.vtk", poly(), prism(), 42, False)
    legacy(folder / "prism-5.1-ascii.vtk", poly(), prism(), 51, True)
    legacy(folder / "strips-5.1-binary.vtk", poly(), strips(), 51, False)
    legacy(folder / "grid-4.2-ascii.vtk", grid(), append.GetOutput(), 42, True)
    legacy(folder / "grid-5.1-binary.vtk", grid(), append.GetOutput(), 51, False)
    xml(folder / "double-ascii.vtp", doubles(prism()), "Ascii")
    xml(folder / "double-appended-raw-big-64.vtp", doubles(prism()), "Appended", is_wide=True, is_big=True)
    xml(folder / "prism-base64-zlib-big.vtp", in_space(prism(), "LPS"), "Binary", is_packed=True, is_big=True)
    ras = in_space(strips(), "RAS")
    xml(folder / "strips-appended-raw-zlib-64.vtp", ras, "Appended", is_packed=True, is_wide=True)
    xml(folder / "strips-appended-base64-zlib-big.vtp", strips(), "Appended", True, True, False, True)
    ball = sphere()
    positions = vtk_to_numpy(ball.GetPoints().GetData()).astype("f4")
    faces = vtk_to_numpy(ball.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype("i4")
    gifti(folder / "rows-ascii.gii", positions, faces, "ASCII")
    gifti(folder / "rows-base64.gii", positions, faces, "B64BIN")
    gifti(folder / "columns-big-packed.gii", positions, faces, "B64GZ", "big", "F")
    gifti(folder / "to-scanner.gii", positions, faces, matrix=np.diag([-2, 2, 2, 1.0]))
    scene = boxes()
    (folder / "scene.glb").write_bytes(scene.export(file_type="glb"))
    (folder / "scene.3mf").write_bytes(scene.export(file_type="3mf"))
    files = scene.export(file_type="gltf")
    document = json.loads(files["model.gltf"])
    for buffer in document["buffers"]:
        data = base64.b64encode(files[buffer["uri"]]).decode()
        buffer["uri"] = f"data:application/octet-stream;base64,{data}"
    (folder / "embedded.gltf").write_text(json.dumps(document))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
