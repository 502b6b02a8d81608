//! Between any two formats that make sense: voxels to meshes, meshes to voxels, either to points.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzDecoder;
use medshape_catalog::{Anatomy, name};
use medshape_formats::kind::Kind;
use medshape_formats::{Input, MeshFile, PointFile, glb, npz};
use medshape_geometry::points::reconstruct::reconstruct;
use medshape_geometry::surface::isosurface::isosurface;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_geometry::voxels::contours::{self, RasterOptions};
use medshape_geometry::voxels::neighbours::Neighbours;
use medshape_geometry::voxels::reorient::{label_map_to_ras, volume_to_ras};
use medshape_geometry::voxels::resample::{self, Interpolation};
use medshape_geometry::voxels::threshold::threshold;
use medshape_types::{
    LabelIndex, LabelMap, LabelVoxels, Mask, Mesh, Segment, Segmentation, Volume,
};
use serde::Serialize;

use crate::content::{self, WriteOptions};
use crate::contents::{self, Contents};
use crate::counted::counted;
use crate::export::UNCODED_COLOUR;
use crate::format::{Format, Holds};
use crate::import::{ImportOptions, import};
use crate::{Dataset, Error, Reader, doubt, export};

/// How a file is converted.
#[derive(Debug, Clone)]
pub struct ConvertOptions {
    /// What labels are called where the file does not say.
    pub dataset: Dataset,
    /// The labels that are taken, by number or name; all if there are none.
    pub labels: Vec<String>,
    /// Of an image without labels: what counts as inside.
    pub threshold: Option<f32>,
    /// How meshes are understood, and what is repaired.
    pub import: ImportOptions,
    /// Spacing of voxels, number of points.
    pub write: WriteOptions,
    /// What every file becomes; the name of the output says it otherwise.
    pub to: Option<Format>,
}

/// What came of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Conversion {
    /// The files that were written.
    pub written: Vec<Written>,
    /// What should be known of them, a sentence each.
    pub notes: Vec<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub n_bytes: u64,
}

/// Converts a file. `to` is a file, whose name says the format, or with [`ConvertOptions::to`] a folder
/// that gets one file a structure.
///
/// # Errors
/// The file is broken, the two formats have nothing in common, or a choice has to be made first: the
/// message says which.
pub fn convert(
    from: &Input,
    to: &Path,
    options: &ConvertOptions,
    reader: &Reader,
) -> Result<Conversion, Error> {
    let is_folder = to.is_dir() || to.as_os_str().to_string_lossy().ends_with('/');
    let format = match (options.to, is_folder) {
        (Some(format), _) => format,
        (None, false) => Format::of_name(to).ok_or_else(|| unknown(to))?,
        (None, true) => return Err(Error::refused(to, "a folder: `--to` says which format")),
    };
    if is_same_file(from.path(), to) {
        return Err(Error::refused(to, "the output is the input"));
    }
    let contents = contents(from, options, reader)?;
    let refused = |reason: String| Error::refused(from.name(), reason);
    let (things, notes) = things(contents, format, is_folder, options).map_err(refused)?;
    if is_folder {
        fs::create_dir_all(to).map_err(Error::io(to))?;
    }
    let mut written = Vec::new();
    for thing in things {
        let path = if is_folder { to.join(thing.file_name(from, format)) } else { to.to_owned() };
        let n_bytes = write_whole(&path, |out| thing.write(out, format, &options.write))?;
        written.push(Written { path, n_bytes });
    }
    Ok(Conversion { written, notes })
}

/// What the file holds. Whole numbers may be labels; whoever names a threshold says that they are none.
fn contents(from: &Input, options: &ConvertOptions, reader: &Reader) -> Result<Contents, Error> {
    match options.threshold {
        Some(_) if reader.kind(from)? == Some(Kind::Volume) => {
            reader.volume(from).map(Contents::Image)
        }
        _ => contents::read(from, reader),
    }
}

/// One output file.
struct Thing {
    /// Empty if there is only one.
    name: String,
    body: Body,
}

enum Body {
    Mesh(Mesh, Box<Segment>),
    Points(medshape_types::PointCloud),
    Labels(Segmentation),
    Mask(Mask),
    Field(Volume<f32>),
}

type Things = Result<(Vec<Thing>, Vec<String>), String>;

fn things(contents: Contents, format: Format, is_folder: bool, options: &ConvertOptions) -> Things {
    match contents {
        Contents::Labels(segmentation) => of_labels(segmentation, format, is_folder, options),
        Contents::Outlines(contours) => {
            let found = contours::rasterised(&contours, &raster(options));
            of_labels(found.map_err(|cause| cause.to_string())?, format, is_folder, options)
        }
        Contents::Image(volume) => of_image(volume, format, is_folder, options),
        Contents::Mesh(file) => of_mesh(&file, options),
        Contents::Points(file) => of_points(&file, format, options),
        Contents::Table(_) => Err("a table, which is no shape".to_owned()),
        Contents::Samples(samples) => Err(format!(
            "{} samples, {}: name one with `--sample`",
            samples.len(),
            npz::names_in_words(&samples)
        )),
    }
}

/// Outlines are drawn at once on the grid that is wanted.
fn raster(options: &ConvertOptions) -> RasterOptions {
    let usual = RasterOptions::default();
    let in_plane_mm = options.write.spacing_mm.unwrap_or(usual.in_plane_mm);
    RasterOptions { in_plane_mm, slice_mm: options.write.spacing_mm, ..usual }
}

/// Labels as labels, or each structure by itself.
fn of_labels(
    segmentation: Segmentation,
    format: Format,
    is_folder: bool,
    options: &ConvertOptions,
) -> Things {
    let segmentation = resampled(segmentation, options)?;
    let wanted = wanted(&segmentation, options)?;
    let is_all = options.labels.is_empty();
    if format.holds() == Holds::Labels && !is_folder {
        let kept =
            if is_all { described(segmentation, wanted)? } else { only(&segmentation, wanted)? };
        return Ok((vec![Thing { name: String::new(), body: Body::Labels(kept) }], Vec::new()));
    }
    if wanted.len() > 1 && !is_folder {
        return Err(format!(
            "{} structures, and `.{}` holds one: name one with `--label`, or give a folder and \
             `--to {}`",
            wanted.len(),
            format.extension(),
            format.extension()
        ));
    }
    let one = |segment: &Segment| structure(&segmentation, segment, format);
    Ok((wanted.iter().map(one).collect::<Result<_, _>>()?, Vec::new()))
}

fn resampled(segmentation: Segmentation, options: &ConvertOptions) -> Result<Segmentation, String> {
    let Some(spacing_mm) = options.write.spacing_mm else { return Ok(segmentation) };
    let (layers, segments) = segmentation.into_parts();
    let one = |map: LabelMap| {
        resample::with_spacing(&map, [spacing_mm; 3], Interpolation::Linear)
            .map_err(|cause| cause.to_string())
    };
    let layers = layers.into_iter().map(one).collect::<Result<_, _>>()?;
    Segmentation::new(layers, segments).map_err(|cause| cause.to_string())
}

/// The structures that are asked for, with what the file or the dataset calls them.
fn wanted(segmentation: &Segmentation, options: &ConvertOptions) -> Result<Vec<Segment>, String> {
    let present = present(segmentation, options);
    if options.labels.is_empty() {
        return match present.is_empty() {
            true => Err("every voxel is background".to_owned()),
            false => Ok(present),
        };
    }
    let find = |label: &String| {
        let same = |segment: &&Segment| is_meant(segment, label);
        present.iter().find(same).cloned().ok_or_else(|| {
            let known: Vec<_> = present.iter().map(|s| format!("{} {}", s.value, s.name)).collect();
            format!("no structure `{label}`; there are {}", known.join(", "))
        })
    };
    options.labels.iter().map(find).collect()
}

/// Whether a structure is what the user calls `label`: its number, its name, or the same anatomy.
fn is_meant(segment: &Segment, label: &str) -> bool {
    let anatomy = Anatomy::builtin();
    let is_number = label.parse() == Ok(segment.value);
    let coded = |text: &str| anatomy.code(text).map(|coded| coded.slug());
    is_number
        || segment.name.eq_ignore_ascii_case(label)
        || (!segment.name.is_empty()
            && coded(label).is_some()
            && coded(label) == coded(&segment.name))
}

/// The structures that have voxels.
fn present(segmentation: &Segmentation, options: &ConvertOptions) -> Vec<Segment> {
    let mut present = Vec::new();
    for (layer, map) in segmentation.layers().iter().enumerate() {
        for (&value, &count) in map.values().iter().zip(&map.counts()).skip(1) {
            if count == 0 {
                continue;
            }
            let said = |segment: &&Segment| (segment.layer, segment.value) == (layer, value);
            let known = segmentation.segments().iter().find(said).cloned();
            let nameless = || Segment {
                layer,
                value,
                name: options.dataset.labels.get(&value).cloned().unwrap_or_default(),
                ..Segment::default()
            };
            present.push(with_codes(known.unwrap_or_else(nameless)));
        }
    }
    present
}

/// A structure with the name, colour and codes that the vocabulary has for it, where its file is silent.
pub fn with_codes(segment: Segment) -> Segment {
    let name = match segment.name.as_str() {
        "" => format!("label-{}", segment.value),
        name => name.to_owned(),
    };
    let coded = Anatomy::builtin().code(&name);
    let known = coded.as_ref().map(|coded| (coded.structure.id.as_str(), coded.side));
    let colour = known.map(|(structure, _)| export::colour(structure));
    let meaning = known.and_then(|(structure, side)| export::meaning(structure, side));
    Segment {
        colour: segment.colour.or(colour),
        meaning: segment.meaning.clone().or(meaning),
        name,
        ..segment
    }
}

/// The segmentation with all that is known of its structures, those without voxels among them.
fn described(segmentation: Segmentation, present: Vec<Segment>) -> Result<Segmentation, String> {
    let (layers, segments) = segmentation.into_parts();
    let place = |segment: &Segment| (segment.layer, segment.value);
    let mut known: BTreeMap<_, _> = present.into_iter().map(|each| (place(&each), each)).collect();
    // In the order of the file, then what it does not speak of.
    let mut all: Vec<Segment> =
        segments.into_iter().map(|each| known.remove(&place(&each)).unwrap_or(each)).collect();
    all.extend(known.into_values());
    Segmentation::new(layers, all).map_err(|cause| cause.to_string())
}

/// The segmentation without the structures that were not asked for.
fn only(segmentation: &Segmentation, wanted: Vec<Segment>) -> Result<Segmentation, String> {
    let layers = segmentation.layers().iter().enumerate().map(|(layer, map)| {
        let is_kept: Vec<bool> = map
            .values()
            .iter()
            .map(|value| {
                wanted.iter().any(|segment| (segment.layer, segment.value) == (layer, *value))
            })
            .collect();
        let (grid, mut voxels, values) = map.clone().into_parts();
        match &mut voxels {
            LabelVoxels::Narrow(voxels) => keep(&is_kept, voxels),
            LabelVoxels::Wide(voxels) => keep(&is_kept, voxels),
        }
        LabelMap::of_voxels(grid, voxels, values).map_err(|cause| cause.to_string())
    });
    let layers = layers.collect::<Result<_, _>>()?;
    Segmentation::new(layers, wanted).map_err(|cause| cause.to_string())
}

fn keep<I: LabelIndex>(is_kept: &[bool], voxels: &mut [I]) {
    for voxel in voxels {
        if !is_kept[usize::from(voxel.index())] {
            *voxel = I::default();
        }
    }
}

/// One structure in the form that a format holds, or can be made from.
fn structure(
    segmentation: &Segmentation,
    segment: &Segment,
    format: Format,
) -> Result<Thing, String> {
    let map = &segmentation.layers()[segment.layer];
    let index = map.values().iter().position(|&value| value == segment.value).unwrap_or(0);
    let mask = Mask::of_label(map, index as u16);
    let name = segment.name.clone();
    let body = match format.holds() {
        Holds::Labels => Body::Labels(content::segmentation_of(mask, segment)?),
        Holds::Mask => Body::Mask(mask),
        Holds::Mesh | Holds::Points | Holds::Field => {
            let alone = content::segmentation_of(mask, segment)?;
            let map = label_map_to_ras(alone.into_parts().0.swap_remove(0));
            if let Some(reason) = doubt::noise(&Neighbours::of(&map)) {
                return Err(reason);
            }
            let mesh = surfaces(&map, &SurfaceOptions::default()).meshes.swap_remove(1);
            Body::Mesh(mesh, Box::new(segment.clone()))
        }
    };
    Ok(Thing { name, body })
}

/// An image: its values as they are, or what of it is inside.
fn of_image(
    volume: Volume<f32>,
    format: Format,
    is_folder: bool,
    options: &ConvertOptions,
) -> Things {
    let lone = |body| Ok((vec![Thing { name: String::new(), body }], Vec::new()));
    let Some(at_least) = options.threshold else {
        return match format.holds() {
            Holds::Field => lone(Body::Field(volume)),
            _ => Err("intensities, not labels: `--threshold VALUE` says what is inside".to_owned()),
        };
    };
    match format.holds() {
        Holds::Mesh | Holds::Points => {
            // The values say where between two voxels the surface lies, which labels do not.
            let mesh = isosurface(&volume_to_ras(volume), at_least);
            lone(Body::Mesh(mesh, Box::default()))
        }
        _ => of_labels(threshold(&volume, at_least).into(), format, is_folder, options),
    }
}

fn of_mesh(file: &MeshFile, options: &ConvertOptions) -> Things {
    let imported = import(file, &options.import)?;
    let name = String::new();
    // Off the lattice unless something was changed: a conversion is to lose nothing.
    let mesh = match imported.record.repair.is_some() || imported.record.turned {
        true => imported.mesh,
        false => imported.original,
    };
    Ok((vec![Thing { name, body: Body::Mesh(mesh, Box::default()) }], imported.notes))
}

fn of_points(file: &PointFile, format: Format, options: &ConvertOptions) -> Things {
    let units = crate::import::units(&options.import, file.units);
    let space = crate::import::space(&options.import, file.space);
    let (cloud, n_left_out) = file.to_cloud(units, space);
    let mut notes = file.notes.clone();
    if n_left_out > 0 {
        let points = counted(n_left_out as u64, "point");
        notes.push(format!("left out: {points} with a coordinate that is no finite number"));
    }
    let body = match format.holds() {
        Holds::Points => Body::Points(cloud),
        _ => Body::Mesh(reconstruct(&cloud, options.write.spacing_mm), Box::default()),
    };
    Ok((vec![Thing { name: String::new(), body }], notes))
}

impl Thing {
    fn file_name(&self, from: &Input, format: Format) -> String {
        let own = medshape_formats::names::stem(
            from.name().file_name().and_then(|n| n.to_str()).unwrap_or("shape"),
        );
        let called = if self.name.is_empty() { own } else { &self.name };
        let stem = name::part_from(called).unwrap_or_else(|| "unnamed".to_owned());
        format!("{stem}.{}", format.extension())
    }

    fn write(
        &self,
        out: &mut dyn Write,
        format: Format,
        options: &WriteOptions,
    ) -> Result<(), String> {
        match &self.body {
            Body::Mesh(mesh, segment) => {
                if mesh.faces().is_empty() {
                    return Err("nothing is left of it: no face".to_owned());
                }
                content::write_mesh(out, mesh, &look(segment), segment, format, options)
            }
            Body::Points(cloud) => content::write_points(out, cloud, format),
            Body::Labels(segmentation) => content::write_segmentation(out, segmentation, format),
            Body::Mask(mask) => content::write_mask(out, mask),
            Body::Field(field) => content::write_field(out, field),
        }
    }
}

/// What a mesh file says of its structure.
fn look(segment: &Segment) -> glb::Look {
    let coded = Anatomy::builtin().code(&segment.name);
    let colour = coded.map_or(UNCODED_COLOUR, |coded| export::colour(&coded.structure.id));
    let colour = segment.colour.unwrap_or(colour);
    glb::Look { name: segment.name.clone(), colour, ..glb::Look::default() }
}

fn unknown(to: &Path) -> Error {
    let known: Vec<_> = Format::all().map(Format::extension).collect();
    Error::refused(to, format!("its name says no format; there are .{}", known.join(", .")))
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// Writes under another name first, so that a file with its own name is always whole; how many bytes.
/// What is written in gzip is not so in a file that is called `.nii`.
///
/// # Errors
/// The file cannot be written, or `write` says why not.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), String>,
) -> Result<u64, Error> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = (|| {
        let mut out = BufWriter::new(File::create(&part).map_err(Error::io(&part))?);
        let refused = |reason| Error::refused(path, reason);
        if is_unpacked(path) {
            let mut unpacked = GzDecoder::new(&mut out);
            write(&mut unpacked).map_err(refused)?;
            unpacked.finish().map_err(Error::io(&part))?;
        } else {
            write(&mut out).map_err(refused)?;
        }
        out.flush().map_err(Error::io(&part))?;
        let n_bytes = fs::metadata(&part).map_err(Error::io(&part))?.len();
        fs::rename(&part, path).map_err(Error::io(path))?;
        Ok(n_bytes)
    })();
    if written.is_err() {
        // It may not even exist; what went wrong first is what the user should read.
        let _ = fs::remove_file(&part);
    }
    written
}

fn is_unpacked(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("nii"))
}
