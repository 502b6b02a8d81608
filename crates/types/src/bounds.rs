/// An axis-aligned box in world millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The corner with the smallest coordinates.
    pub min: [f64; 3],
    /// The corner with the largest coordinates.
    pub max: [f64; 3],
}

impl Bounds {
    /// The smallest box that holds all points; `None` without points.
    pub fn around(points: impl IntoIterator<Item = [f64; 3]>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = points.next()?;
        let mut bounds = Self { min: first, max: first };
        for point in points {
            for (axis, value) in point.into_iter().enumerate() {
                bounds.min[axis] = bounds.min[axis].min(value);
                bounds.max[axis] = bounds.max[axis].max(value);
            }
        }
        Some(bounds)
    }

    /// Edge lengths of the box.
    pub fn size(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.max[axis] - self.min[axis])
    }

    /// The middle of the box.
    pub fn center(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| 0.5 * (self.min[axis] + self.max[axis]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_is_the_smallest_around_its_points() {
        let bounds = Bounds::around([[1.0, 5.0, -2.0], [3.0, -1.0, 0.0]]).unwrap();
        assert_eq!(bounds.min, [1.0, -1.0, -2.0]);
        assert_eq!(bounds.size(), [2.0, 6.0, 2.0]);
        assert_eq!(bounds.center(), [2.0, 2.0, -1.0]);
        assert_eq!(Bounds::around([]), None);
    }
}
