//! What is damaged in a store is put aside, and brought back from a copy or made anew. Nothing is
//! deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use medshape_catalog::{
    Case, Catalog, Depth, Finding, Role, Severity, Sha256, Shape, ShapeName, ShapePage, StoredFile,
};
use medshape_formats::{Limits, nifti};
use medshape_geometry::surface::{self, SurfaceOptions};
use medshape_geometry::voxels::regions::regions;
use medshape_geometry::voxels::reorient;
use serde::Serialize;

use crate::ingest::surface_options;
use crate::shape::{self, Body, Label};
use crate::{Error, export};

/// What to take good bytes from, and whether to do it.
#[derive(Debug, Clone, Default)]
pub struct RepairOptions {
    /// A backup of the store.
    pub from: Option<PathBuf>,
    /// Only say what is wrong.
    pub dry_run: bool,
}

/// Where good bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The backup.
    Backup,
    /// The label map, surfaced again: the same bytes.
    LabelMap,
    /// The canonical mesh, made smaller or pictured again.
    Mesh,
}

/// What became of a damaged blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mended {
    /// The blob.
    pub sha256: Sha256,
    /// What needs it.
    pub needed_by: Vec<String>,
    /// Where the damaged bytes are now, if there were any.
    pub put_aside: Option<PathBuf>,
    /// What it was made good from; `None` if nothing could be found.
    pub from: Option<Origin>,
}

/// What came of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RepairReport {
    /// Blobs that were damaged or missing.
    pub mended: Vec<Mended>,
    /// Rows that were computed anew.
    pub n_rows: u64,
    /// What is still wrong.
    pub left: Vec<Finding>,
}

/// Mends what can be mended. To repair twice changes nothing more.
///
/// # Errors
/// The store cannot be read or written, or another process repairs it or removes blobs.
pub fn repair(catalog: &mut Catalog, options: &RepairOptions) -> Result<RepairReport, Error> {
    let faults = faults(catalog)?;
    if options.dry_run {
        return Ok(RepairReport { left: faults, ..RepairReport::default() });
    }
    let _lease = catalog.lease_repair()?;
    let mut repair = Repair { options, remade: BTreeSet::new(), good: BTreeMap::new() };
    let mut mended = Vec::new();
    for finding in &faults {
        if let Some(sha256) = blob_of(finding) {
            let put_aside = catalog.put_aside(&sha256)?;
            mended.push(Mended {
                sha256,
                needed_by: finding.needed_by.clone(),
                put_aside,
                from: None,
            });
        }
    }
    // Label maps and meshes before what is made of them.
    let mut n_left = usize::MAX;
    while mended.iter().filter(|one| one.from.is_none()).count() < n_left {
        n_left = mended.iter().filter(|one| one.from.is_none()).count();
        for one in mended.iter_mut().filter(|one| one.from.is_none()) {
            one.from = repair.bring_back(catalog, &one.sha256)?;
        }
    }
    if !mended.is_empty() {
        let n_good = mended.iter().filter(|one| one.from.is_some()).count();
        catalog.sign_repair(&format!("{} blobs put aside, {n_good} made good", mended.len()))?;
    }
    let is_readable = !faults.iter().any(|finding| matches!(finding.code, "E005" | "E019"));
    let n_rows = if is_readable { catalog.mend_rows()? } else { 0 };
    Ok(RepairReport { mended, n_rows, left: self::faults(catalog)? })
}

fn faults(catalog: &Catalog) -> Result<Vec<Finding>, Error> {
    let mut findings = catalog.check(Depth::Bytes)?;
    findings.retain(|finding| finding.severity == Severity::Error);
    Ok(findings)
}

/// The blob that a finding is about, if it is about one that is needed.
fn blob_of(finding: &Finding) -> Option<Sha256> {
    let is_of_blob = matches!(finding.code, "E001" | "E002" | "E003" | "E004" | "E007");
    let name = finding.path.file_name()?.to_str()?;
    name.parse().ok().filter(|_| is_of_blob && !finding.needed_by.is_empty())
}

struct Repair<'a> {
    options: &'a RepairOptions,
    /// Cases that were surfaced again.
    remade: BTreeSet<Sha256>,
    /// What that gave.
    good: BTreeMap<Sha256, Vec<u8>>,
}

impl Repair<'_> {
    fn bring_back(
        &mut self,
        catalog: &mut Catalog,
        hash: &Sha256,
    ) -> Result<Option<Origin>, Error> {
        let Some(size) = catalog.size_of(hash)? else { return Ok(None) };
        if let Some(from) = &self.options.from
            && catalog.take_from(from, hash, size)?
        {
            return Ok(Some(Origin::Backup));
        }
        // Shapes that look alike share a picture, and each gets another.
        let mut n_derived = 0;
        for (name, role) in catalog.shapes_with(hash)? {
            let Some(page) = catalog.shape(&name)? else { continue };
            self.remake(catalog, &page)?;
            if let Some(bytes) = self.good.remove(hash) {
                catalog.blobs().put(&bytes)?;
                return Ok(Some(Origin::LabelMap));
            }
            n_derived += usize::from(derive(catalog, &page.shape, role)?);
        }
        Ok((n_derived > 0).then_some(Origin::Mesh))
    }

    /// Surfaces a case again, once, and keeps what is missing.
    fn remake(&mut self, catalog: &Catalog, page: &ShapePage) -> Result<(), Error> {
        if !self.remade.insert(page.case.unit) {
            return Ok(());
        }
        let Some(image) = &page.case.image else { return Ok(()) };
        let Ok(bytes) = catalog.blobs().read(&image.label_map) else {
            // It may come back itself, and then this case can be remade.
            self.remade.remove(&page.case.unit);
            return Ok(());
        };
        let name = &page.shape.name;
        let subject = catalog.subject(name.source(), name.subject())?;
        let shapes = subject.map(|subject| subject.shapes).unwrap_or_default();
        for bytes in files_of(&page.case, &shapes, &bytes)? {
            let hash = Sha256::of(&bytes);
            if !catalog.blobs().path(&hash).exists() {
                self.good.insert(hash, bytes);
            }
        }
        Ok(())
    }
}

/// All files of the shapes of a case, from its label map.
fn files_of(case: &Case, shapes: &[Shape], label_map: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    // A label map that was sound when it was stored and is none for this program is no help.
    let Ok(map) = nifti::label_map_of(label_map, &Limits::DEFAULT) else { return Ok(Vec::new()) };
    let map = reorient::label_map_to_ras(map);
    let number = |name: &str| case.parameters.get(name).and_then(|text| text.parse::<f64>().ok());
    let default = SurfaceOptions::default();
    let options = SurfaceOptions {
        reach_voxels: number("reach-voxels").map_or(default.reach_voxels, |n| n as u32),
        wavelength_voxels: number("wavelength-voxels").unwrap_or(default.wavelength_voxels),
        n_volume_rounds: number("volume-rounds").map_or(default.n_volume_rounds, |n| n as u32),
    };
    let options = surface_options(options, number("smoothing-mm"), map.grid());
    let surfaces = surface::surfaces(&map, &options);
    let regions = regions(&map);
    let mut files = Vec::new();
    for shape in shapes {
        let index = map.values().iter().position(|&value| value == shape.label_value);
        let Some(index) = index.filter(|&index| index < surfaces.meshes.len()) else { continue };
        let (mesh, step) = (&surfaces.meshes[index], surfaces.step_exponent);
        let body = Body::of_voxels(mesh, step, &regions[index], map.grid());
        files.extend(shape::finish(&Label::of_shape(shape, index), body)?.into_bytes());
    }
    Ok(files)
}

/// Makes a level of detail or a thumbnail from the canonical mesh again, if that is there. Other
/// bytes than before take the place of those in the record.
fn derive(catalog: &mut Catalog, shape: &Shape, role: Role) -> Result<bool, Error> {
    if !matches!(role, Role::Thumbnail) && !Role::LEVELS.contains(&role) {
        return Ok(false);
    }
    let Ok(mesh) = export::mesh(catalog, shape) else { return Ok(false) };
    let Some((error_mm, bytes)) = shape::derived(shape, &mesh, role)? else { return Ok(false) };
    let (sha256, size) = catalog.blobs().put(&bytes)?;
    let before = shape.files.iter().find(|file| file.role == role);
    if before.is_none_or(|before| before.sha256 != sha256) {
        let name: &ShapeName = &shape.name;
        catalog.replace_derived(name, &StoredFile { role, sha256, size, error_mm })?;
    }
    Ok(true)
}
