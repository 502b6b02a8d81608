/// What the header of a volume file says, before it is understood: a name and a value each.
///
/// All of it comes from numbers and words that were checked; no free text of a header is among it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// All of them, in the order of their importance.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn add(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.0.push((name, value.to_string()));
    }

    /// Several values, with spaces between.
    pub(crate) fn add_list<T: std::fmt::Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) {
        let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
        self.add(name, values.join(" "));
    }

    /// What a sound header comes to, or why it is not read.
    pub(crate) fn add_grid(&mut self, grid: Result<medshape_types::Grid, crate::error::ErrorKind>) {
        match grid {
            Ok(grid) => {
                self.add("orientation", grid.orientation());
                self.add_list("spacing-mm", grid.spacing_mm());
                self.add_list("origin-mm", grid.world_from_voxel().translation());
                self.add("voxels", grid.n_voxels());
            }
            Err(reason) => self.add("refused", reason),
        }
    }
}
