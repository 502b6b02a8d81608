//! From the directions of a header to world millimetres.

use medshape_types::Affine;

use super::FORMAT;
use super::axes::Axis;
use super::fields::{Fields, words_of};
use super::header::optional;
use super::vectors::{quoted, vectors};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::mesh_file::Units;
use crate::words;

/// Which way the axes of a file's space point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Ras,
    Las,
    Lps,
    /// Of no body: taken for LPS.
    Other,
}

impl Space {
    pub(super) fn of(word: &str) -> Result<Self, ErrorKind> {
        let word = word.to_lowercase();
        Ok(match word.as_str() {
            "ras" | "right-anterior-superior" => Self::Ras,
            "las" | "left-anterior-superior" => Self::Las,
            "lps" | "left-posterior-superior" => Self::Lps,
            "scanner-xyz" | "3d-right-handed" => Self::Other,
            "3d-left-handed" => {
                let what = "a left-handed space, in which nothing tells left from right";
                return Err(ErrorKind::unsupported(FORMAT, what));
            }
            _ if word.ends_with("-time") || matches!(word.as_str(), "rast" | "last" | "lpst") => {
                return Err(ErrorKind::unsupported(FORMAT, "a space of which time is a part"));
            }
            _ => {
                return Err(ErrorKind::field(
                    "space",
                    shortened(&word),
                    "not a space that NRRD has",
                ));
            }
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ras => "right-anterior-superior",
            Self::Las => "left-anterior-superior",
            Self::Lps => "left-posterior-superior",
            Self::Other => "of no body: taken for left-posterior-superior",
        }
    }

    /// Which axes have to be turned round for RAS.
    fn signs(self) -> [f64; 3] {
        match self {
            Self::Ras => [1.0, 1.0, 1.0],
            Self::Las => [-1.0, 1.0, 1.0],
            Self::Lps | Self::Other => [-1.0, -1.0, 1.0],
        }
    }
}

pub(super) fn world_from_voxel(
    fields: &Fields,
    axes: &[Axis; 3],
    limits: &Limits,
) -> Result<Affine, ErrorKind> {
    if let Some(n_axes) = optional::<u64>(fields, "spacedimension", limits)?.filter(|n| *n != 3) {
        return Err(ErrorKind::field("space dimension", n_axes, "space has three"));
    }
    let signs = fields.get("space").map_or(Ok(Space::Lps), Space::of)?.signs();
    let has_directions = axes[0].direction.is_some();
    let rows = if has_directions {
        with_directions(fields, axes, limits)?
    } else {
        with_spacing(fields, axes, limits)?
    };
    let rows = [0, 1, 2].map(|row| rows[row].map(|value| value * signs[row] + 0.0));
    Affine::from_rows(rows).ok_or_else(|| {
        ErrorKind::malformed(
            FORMAT,
            "its directions or spacings flatten space or leave its numbers",
        )
    })
}

fn with_directions(
    fields: &Fields,
    axes: &[Axis; 3],
    limits: &Limits,
) -> Result<[[f64; 4]; 3], ErrorKind> {
    let origin = match fields.get("spaceorigin") {
        None => [0.0; 3],
        Some(text) => match vectors("space origin", text, limits)?.as_slice() {
            [Some(origin)] => *origin,
            _ => return Err(ErrorKind::malformed(FORMAT, "`space origin` is no single vector")),
        },
    };
    let mm = units_mm(fields.get("spaceunits"));
    Ok([0, 1, 2].map(|row| {
        let step = |axis: usize| axes[axis].direction.map_or(f64::NAN, |direction| direction[row]);
        [step(0), step(1), step(2), origin[row]].map(|value| value * mm[row])
    }))
}

/// Spacing along each axis; `axis mins` are where the first voxels begin, or their middles where the
/// samples are at nodes.
fn with_spacing(
    fields: &Fields,
    axes: &[Axis; 3],
    limits: &Limits,
) -> Result<[[f64; 4]; 3], ErrorKind> {
    let numbers = |name: &'static str| {
        fields.get(name).map(|text| words::numbers::<f64>(name, text, limits)).transpose()
    };
    let (spacings, mins) = (numbers("spacings")?, numbers("axismins")?);
    let centerings: Vec<&str> = fields
        .get("centerings")
        .or(fields.get("centers"))
        .map(words_of)
        .into_iter()
        .flatten()
        .collect();
    let units = quoted(fields.get("units").unwrap_or_default());
    let mut rows = [[0.0; 4]; 3];
    for (axis, Axis { place, .. }) in axes.iter().enumerate() {
        let of_axis = |numbers: &Option<Vec<f64>>, default: f64| match numbers {
            Some(numbers) => numbers.get(*place).copied().unwrap_or(f64::NAN),
            None => default,
        };
        let (spacing, min) = (of_axis(&spacings, 1.0), of_axis(&mins, f64::NAN));
        if spacing <= 0.0 {
            return Err(ErrorKind::field("spacings", spacing, "not a positive voxel spacing"));
        }
        let half = if centerings.get(*place) == Some(&"node") { 0.0 } else { spacing / 2.0 };
        let mm = units.get(*place).map_or(1.0, |word| unit_mm(word));
        rows[axis][axis] = spacing * mm;
        rows[axis][3] = if min.is_finite() { (min + half) * mm } else { 0.0 };
    }
    Ok(rows)
}

fn units_mm(text: Option<&str>) -> [f64; 3] {
    let words = quoted(text.unwrap_or_default());
    [0, 1, 2].map(|axis| words.get(axis).map_or(1.0, |word| unit_mm(word)))
}

/// What is no unit of length counts as millimetres.
fn unit_mm(word: &str) -> f64 {
    match word.to_lowercase().as_str() {
        "m" | "meter" | "meters" | "metre" => Units::Metres.mm(),
        "cm" | "centimeter" | "centimeters" => Units::Centimetres.mm(),
        "um" | "µm" | "μm" | "micron" | "microns" | "micrometer" => Units::Micrometres.mm(),
        "in" | "inch" | "inches" => Units::Inches.mm(),
        _ => Units::Millimetres.mm(),
    }
}
