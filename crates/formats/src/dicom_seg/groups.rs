//! Functional groups: what is said of each frame, or of all of them at once (PS3.3, C.7.6.16).

use super::frames::Frame;
use super::malformed;
use crate::dicom::{Item, tags};
use crate::error::ErrorKind;

/// Where each of `n_frames` frames is. `is_said`: whether the file itself says how many there are.
///
/// A file that does not is one frame; of more groups than that the first counts.
pub(super) fn frames(
    root: Item<'_>,
    n_frames: usize,
    is_said: bool,
) -> Result<Vec<Frame>, ErrorKind> {
    let shared = root.item(tags::SHARED_GROUPS);
    let mut groups = root.items(tags::FRAME_GROUPS).peekable();
    if groups.peek().is_none() && n_frames == 1 {
        return Ok(vec![Source { root, shared, own: None, n_frame: 0 }.frame()?]);
    }
    let mut frames = Vec::new();
    for (n_frame, own) in groups.by_ref().take(n_frames).enumerate() {
        frames.push(Source { root, shared, own: Some(own), n_frame }.frame()?);
    }
    let n_groups = frames.len() + groups.count();
    if n_groups != n_frames && (is_said || n_groups < n_frames) {
        let reason = match n_groups {
            0 => {
                format!("{n_frames} frames without functional groups: nothing says where they are")
            }
            _ => format!("{n_frames} frames, and functional groups for {n_groups}"),
        };
        return Err(malformed(reason));
    }
    Ok(frames)
}

/// Where facts on one frame may stand: in its own groups, in the shared ones, or, in a file of one
/// frame without groups, in the file itself.
struct Source<'d> {
    root: Item<'d>,
    shared: Option<Item<'d>>,
    own: Option<Item<'d>>,
    n_frame: usize,
}

impl<'d> Source<'d> {
    fn frame(&self) -> Result<Frame, ErrorKind> {
        let position = self.decimals(tags::PLANE_POSITION, tags::IMAGE_POSITION)?;
        let orientation = self.decimals(tags::PLANE_ORIENTATION, tags::IMAGE_ORIENTATION)?;
        let spacing = self.decimals(tags::PIXEL_MEASURES, tags::PIXEL_SPACING)?;
        let [xx, xy, xz, yx, yy, yz] =
            orientation.ok_or_else(|| self.absent("orientation (0020,0037)"))?;
        let slice_spacing = self.decimals(tags::PIXEL_MEASURES, tags::SLICE_SPACING)?;
        let thickness = self.decimals(tags::PIXEL_MEASURES, tags::SLICE_THICKNESS)?;
        Ok(Frame {
            segment: self.segment()?,
            position: position.ok_or_else(|| self.absent("position (0020,0032)"))?,
            orientation: [[xx, xy, xz], [yx, yy, yz]],
            spacing: spacing.ok_or_else(|| self.absent("pixel spacing (0028,0030)"))?,
            slice_spacing: slice_spacing.map(|[value]| value),
            thickness: thickness.map(|[value]| value),
        })
    }

    fn segment(&self) -> Result<Option<u16>, ErrorKind> {
        let Some(group) = self.group(tags::SEGMENT_IDENTIFICATION) else { return Ok(None) };
        Ok(group.words(tags::REFERENCED_SEGMENT)?.map(|[number]| number))
    }

    fn decimals<const N: usize>(
        &self,
        group: u32,
        tag: u32,
    ) -> Result<Option<[f64; N]>, ErrorKind> {
        self.group(group).map_or(Ok(None), |group| group.decimals(tag))
    }

    /// The item of a functional group; the file itself stands in where there are no groups at all.
    fn group(&self, tag: u32) -> Option<Item<'d>> {
        let of_groups = [self.own, self.shared].into_iter().flatten().find_map(|all| all.item(tag));
        of_groups.or(self.own.is_none().then_some(self.root))
    }

    fn absent(&self, what: &str) -> ErrorKind {
        malformed(format!("nothing says the {what} of frame {}", self.n_frame + 1))
    }
}
