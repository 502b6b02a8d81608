//! The twelve structures, as the published label maps number them.

/// How many there are.
pub const N: usize = 12;

/// Their names; the number of a structure in a label map is its place here, from 1.
pub const NAMES: [&str; N] = [
    "lungs",
    "heart",
    "spleen",
    "stomach",
    "pancreas",
    "spine",
    "rib cage",
    "liver",
    "kidneys",
    "aorta",
    "autochthonous muscles",
    "pulmonary artery",
];

/// A set of structures: whether each is in it.
pub type Set = [bool; N];

/// The place of a structure that is named or numbered, or the sentence that refuses it.
pub fn place(text: &str) -> Result<usize, String> {
    let text = text.trim().to_lowercase();
    let by_number = text.parse::<usize>().ok().filter(|number| (1..=N).contains(number));
    let by_name = || NAMES.iter().position(|name| *name == text.replace(['-', '_'], " "));
    by_number.map(|number| number - 1).or_else(by_name).ok_or_else(|| {
        format!("`{text}` is none of the structures, which are: {}", NAMES.join(", "))
    })
}

/// Names of a set, for people.
pub fn names(set: &Set) -> String {
    let names: Vec<&str> = (0..N).filter(|&place| set[place]).map(|place| NAMES[place]).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_go_by_name_and_number() {
        assert_eq!(place("lungs"), Ok(0));
        assert_eq!(place("Rib-cage"), Ok(6));
        assert_eq!(place("12"), Ok(11));
        assert!(place("13").is_err());
        assert!(place("0").is_err());
        assert!(place("femur").is_err_and(|reason| reason.contains("pulmonary artery")));
    }
}
