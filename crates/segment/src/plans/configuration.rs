//! One network of those that were planned.

use medshape_geometry::voxels::resize::Order;

use super::read::{Object, whole};
use crate::array::Resampling;

/// The longest side of a patch.
const MAX_SIDE: u64 = 1024;
/// The most voxels of a patch.
const MAX_PATCH: usize = 1 << 27;
/// How many configurations may inherit from each other.
const MAX_HEIRS: usize = 8;

/// How intensities of a channel are brought to a common scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scheme {
    /// By numbers of the whole data set: clipped, less the mean, over the deviation.
    Ct {
        /// The least value that stays.
        lower: f64,
        /// The largest.
        upper: f64,
        /// What is taken off.
        mean: f64,
        /// What is divided by.
        deviation: f64,
    },
    /// By mean and deviation of this image, or of what is not zero in it.
    ZScore {
        /// Only what lies within the nonzero part, holes filled, counts and changes.
        masked: bool,
    },
    /// From 0 to 1.
    To01,
    /// From 0 to 255 to 0 to 1.
    RgbTo01,
    /// Left as they are.
    No,
}

/// How images are prepared for a network, and in which pieces they are given to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// Whether it takes slices, one at a time, along the first axis.
    pub is_flat: bool,
    /// The size of a piece, in the order of the network's axes; the first is 1 where it takes slices.
    pub patch: [usize; 3],
    /// The spacing that images are brought to, in millimetres; `None` where it stays.
    pub spacing_mm: [Option<f64>; 3],
    /// How each channel is normalised.
    pub schemes: Vec<Scheme>,
    /// How images are brought to that spacing.
    pub images: Resampling,
    /// How answers are brought back.
    pub answers: Resampling,
}

impl Configuration {
    pub(super) fn read(
        plans: &Object<'_>,
        all: &Object<'_>,
        name: &str,
        n_channels: usize,
    ) -> Result<Self, String> {
        let own = Heirs::of(all, name)?;
        if own.get("previous_stage").is_some() {
            return Err("it goes on from the answers of another network (a cascade)".to_owned());
        }
        let preprocessor = own.text_or("preprocessor_name", "DefaultPreprocessor")?;
        if preprocessor != "DefaultPreprocessor" {
            return Err(format!("images prepared by `{preprocessor}`"));
        }
        let (is_flat, patch) = patch(own.list("patch_size")?)?;
        let schemes = schemes(plans, &own, n_channels)?;
        Ok(Self {
            is_flat,
            patch,
            spacing_mm: spacing_mm(own.list("spacing")?, is_flat)?,
            schemes,
            images: resampling(&own, "resampling_fn_data", Order::Cubic)?,
            answers: resampling(&own, "resampling_fn_probabilities", Order::Linear)?,
        })
    }

    /// The sizes of a patch as the network has them: two where it takes slices.
    pub fn sides(&self) -> &[usize] {
        if self.is_flat { &self.patch[1..] } else { &self.patch }
    }

    /// Whether a model with these patches can be meant.
    pub fn takes(&self, patch: &[Option<usize>]) -> bool {
        let sides = self.sides();
        let fits = |(side, wanted): (&usize, &Option<usize>)| wanted.is_none_or(|n| n == *side);
        sides.len() == patch.len() && sides.iter().zip(patch).all(fits)
    }

    pub(super) fn patch_in_words(&self) -> String {
        let sides: Vec<String> = self.sides().iter().map(ToString::to_string).collect();
        sides.join("×")
    }
}

/// A configuration and those that it inherits from, the nearest first.
struct Heirs<'a>(Vec<Object<'a>>);

impl<'a> Heirs<'a> {
    fn of(all: &Object<'a>, name: &str) -> Result<Self, String> {
        let mut chain = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next {
            if chain.len() == MAX_HEIRS {
                return Err(format!(
                    "more than {MAX_HEIRS} configurations inherit from each other"
                ));
            }
            let object = all.object(&name)?;
            next = match object.get("inherits_from") {
                Some(_) => Some(object.text("inherits_from")?.to_owned()),
                None => None,
            };
            chain.push(object);
        }
        Ok(Self(chain))
    }

    /// The one that has the key; the configuration itself if none has, to say that it is missing.
    fn with(&self, key: &str) -> &Object<'a> {
        self.0.iter().find(|object| object.get(key).is_some()).unwrap_or(&self.0[0])
    }

    fn get(&self, key: &str) -> Option<&'a serde_json::Value> {
        self.with(key).get(key)
    }

    fn list(&self, key: &str) -> Result<&'a [serde_json::Value], String> {
        self.with(key).list(key)
    }

    fn text_or(&self, key: &str, usual: &'a str) -> Result<&'a str, String> {
        self.with(key).text_or(key, usual)
    }
}

fn patch(list: &[serde_json::Value]) -> Result<(bool, [usize; 3]), String> {
    let side = |value| whole(value).filter(|side| (1..=MAX_SIDE).contains(side));
    let sides: Option<Vec<u64>> = list.iter().map(side).collect();
    let (is_flat, patch) = match sides.as_deref() {
        Some(&[z, y, x]) => (false, [z, y, x]),
        Some(&[y, x]) => (true, [1, y, x]),
        _ => return Err(format!("`patch_size` is not two or three numbers from 1 to {MAX_SIDE}")),
    };
    let patch = patch.map(|side| side as usize);
    if patch.iter().product::<usize>() > MAX_PATCH {
        return Err(format!("`patch_size` has more than {MAX_PATCH} voxels"));
    }
    Ok((is_flat, patch))
}

fn spacing_mm(list: &[serde_json::Value], is_flat: bool) -> Result<[Option<f64>; 3], String> {
    let one = |value: &serde_json::Value| value.as_f64().filter(|mm| (1e-3..=100.0).contains(mm));
    let all: Option<Vec<f64>> = list.iter().map(one).collect();
    match (all.as_deref(), is_flat) {
        (Some(&[y, x]), true) => Ok([None, Some(y), Some(x)]),
        (Some(&[z, y, x]), false) => Ok([Some(z), Some(y), Some(x)]),
        _ => {
            Err("`spacing` is not a number from 0.001 to 100 mm for each axis of a patch"
                .to_owned())
        }
    }
}

fn schemes(plans: &Object<'_>, own: &Heirs<'_>, n_channels: usize) -> Result<Vec<Scheme>, String> {
    let names = own.list("normalization_schemes")?;
    if names.len() != n_channels {
        let n = names.len();
        return Err(format!("`normalization_schemes` has {n} entries for {n_channels} channels"));
    }
    let masks = match own.get("use_mask_for_norm") {
        Some(_) => own.list("use_mask_for_norm")?,
        None => &[],
    };
    let is_masked = |at: usize| masks.get(at).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let named = names.iter().enumerate();
    named
        .map(|(at, name)| match name.as_str().unwrap_or_default() {
            "CTNormalization" => ct(plans, at),
            "ZScoreNormalization" => Ok(Scheme::ZScore { masked: is_masked(at) }),
            "RescaleTo01Normalization" => Ok(Scheme::To01),
            "RGBTo01Normalization" => Ok(Scheme::RgbTo01),
            "NoNormalization" => Ok(Scheme::No),
            _ => Err(format!("channel {at} is normalised in a way that is not known here: {name}")),
        })
        .collect()
}

fn ct(plans: &Object<'_>, channel: usize) -> Result<Scheme, String> {
    let all = plans.object("foreground_intensity_properties_per_channel")?;
    let known = all.object(&channel.to_string())?;
    let [lower, upper] = [known.number("percentile_00_5")?, known.number("percentile_99_5")?];
    if lower > upper {
        return Err(format!("`{}` is above the upper one", known.place("percentile_00_5")));
    }
    Ok(Scheme::Ct { lower, upper, mean: known.number("mean")?, deviation: known.number("std")? })
}

fn resampling(own: &Heirs<'_>, key: &'static str, usual: Order) -> Result<Resampling, String> {
    let function = own.text_or(key, "resample_data_or_seg_to_shape")?;
    if function != "resample_data_or_seg_to_shape" {
        return Err(format!("`{key}` is `{function}`, which is not done here"));
    }
    let arguments = format!("{key}_kwargs");
    let Some(value) = own.get(&arguments) else {
        return Ok(Resampling { order: usual, order_apart: Order::Nearest, apart: None });
    };
    let arguments = Object::of(value, &arguments)?;
    if arguments.get("is_seg").and_then(serde_json::Value::as_bool) == Some(true) {
        return Err(format!("`{}` is true", arguments.place("is_seg")));
    }
    let order = |key: &str, usual: Order| match arguments.get(key) {
        None => Ok(usual),
        Some(value) => match whole(value) {
            Some(0) => Ok(Order::Nearest),
            Some(1) => Ok(Order::Linear),
            Some(3) => Ok(Order::Cubic),
            _ => Err(format!("`{}` is not 0, 1 or 3", arguments.place(key))),
        },
    };
    Ok(Resampling {
        order: order("order", usual)?,
        order_apart: order("order_z", Order::Nearest)?,
        apart: arguments.get("force_separate_z").and_then(serde_json::Value::as_bool),
    })
}
