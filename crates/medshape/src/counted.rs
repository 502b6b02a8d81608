//! Numbers of things in words.

/// A number of things, in the singular where it is one.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    let things = match thing {
        _ if count == 1 => thing.to_owned(),
        "cavity" => "cavities".to_owned(),
        "vertex" => "vertices".to_owned(),
        "pair of faces" => "pairs of faces".to_owned(),
        "hole or rim" => "holes or rims".to_owned(),
        thing => format!("{thing}s"),
    };
    format!("{count} {things}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(counted(1, "pair of faces"), "1 pair of faces");
        assert_eq!(counted(0, "pair of faces"), "0 pairs of faces");
        assert_eq!(counted(2, "vertex"), "2 vertices");
        assert_eq!(counted(3, "voxel"), "3 voxels");
    }
}
