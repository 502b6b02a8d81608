//! Numbers and findings as people read them.

use medshape::catalog::{
    Anatomy, Category, Hit, Licence, Measures, PrivacyClass, Quality, Remote, Sex, Shape, Side,
    Source, Structure, Subject, Terms,
};

/// What people call a shape: `Left kidney`; what the source calls it if the vocabulary has no word.
pub(crate) fn label(shape: &Shape) -> String {
    named(shape.coded, &shape.structure, shape.side, &shape.label_name)
}

/// As [`label`], of a hit.
pub(crate) fn hit_label(hit: &Hit) -> String {
    named(hit.coded, &hit.structure, hit.side, &hit.label_name)
}

/// As [`label`], of a shape that is not held here.
pub(crate) fn remote_label(remote: &Remote) -> String {
    named(remote.coded, &remote.structure, remote.side, &remote.label_name)
}

fn named(coded: bool, structure: &str, side: Option<Side>, label_name: &str) -> String {
    if coded {
        capitalised(&Anatomy::builtin().display(structure, side))
    } else {
        label_name.to_owned()
    }
}

/// What people call a structure, its sides aside: `Urinary bladder`.
pub(crate) fn structure_name(id: &str) -> String {
    capitalised(&Anatomy::builtin().display(id, None))
}

/// The structure in the vocabulary, for a shape that is coded.
pub(crate) fn structure_of(shape: &Shape) -> Option<&'static Structure> {
    if shape.coded { Anatomy::builtin().structure(&shape.structure) } else { None }
}

/// The heading that a shape is listed under.
pub(crate) fn system(shape: &Shape) -> String {
    system_of(structure_of(shape))
}

/// The heading of a structure; `None` stands for one that the vocabulary does not know.
pub(crate) fn system_of(structure: Option<&Structure>) -> String {
    match structure {
        None => "Not in the vocabulary".to_owned(),
        Some(Structure { system: Some(system), .. }) if system == "body" => "Whole body".to_owned(),
        Some(Structure { system: Some(system), .. }) => capitalised(&format!("{system} system")),
        Some(Structure { system: None, .. }) => "Findings and others".to_owned(),
    }
}

/// The order of a list of shapes: by system, then by structure, where 2 comes before 10.
pub(crate) fn listed<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Vec<&'a Shape> {
    let mut shapes: Vec<&Shape> = shapes.collect();
    shapes.sort_by_cached_key(|shape| {
        (system(shape), natural(&shape.structure), shape.side, shape.name.ordinal())
    });
    shapes
}

/// The name of a structure, in an order where the second rib comes before the tenth.
pub(crate) fn natural_name(id: &str) -> Vec<(String, u64)> {
    let name = structure_name(id);
    natural(&name).into_iter().map(|(text, n)| (text.to_lowercase(), n)).collect()
}

/// Runs of other characters, each with the number after it.
fn natural(text: &str) -> Vec<(&str, u64)> {
    let mut runs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let n_digits = rest[start..].find(|c: char| !c.is_ascii_digit());
        let end = n_digits.map_or(rest.len(), |n_digits| start + n_digits);
        runs.push((&rest[..start], rest[start..end].parse().unwrap_or(u64::MAX)));
        rest = &rest[end..];
    }
    runs
}

/// `#rrggbb`.
pub(crate) fn colour(shape: &Shape) -> String {
    let [red, green, blue] = medshape::export::colour(&shape.structure);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// `1 shape`, `2,104 shapes`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `12,345`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `153 ml`, `2.41 ml`, `310 mm³`.
pub(crate) fn volume(volume_mm3: f64) -> String {
    if volume_mm3.abs() < 1000.0 {
        format!("{} mm³", significant(volume_mm3))
    } else {
        format!("{} ml", significant(volume_mm3 / 1000.0))
    }
}

/// `412 cm²`.
pub(crate) fn area(area_mm2: f64) -> String {
    format!("{} cm²", significant(area_mm2 / 100.0))
}

/// `113 × 62 × 51 mm`: how far it reaches from side to side, back to front, foot to head.
pub(crate) fn extent(measures: &Measures) -> String {
    let length = |axis: usize| measures.bounds_max_mm[axis] - measures.bounds_min_mm[axis];
    format!("{:.0} × {:.0} × {:.0} mm", length(0), length(1), length(2))
}

/// `1.4 MB`, in steps of a thousand.
pub(crate) fn bytes(n: u64) -> String {
    // Sizes are far below the 2^53 from which on this would round.
    let n = n as f64;
    match n {
        n if n < 1e3 => format!("{n:.0} bytes"),
        n if n < 1e6 => format!("{} kB", significant(n / 1e3)),
        n if n < 1e9 => format!("{} MB", significant(n / 1e6)),
        n => format!("{} GB", significant(n / 1e9)),
    }
}

/// Three digits that count, no exponent.
fn significant(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// `63`, `90+`.
pub(crate) fn age(years: u32) -> String {
    if years >= 90 { "90+".to_owned() } else { years.to_string() }
}

/// What a thing is.
pub(crate) fn category(category: Category) -> &'static str {
    match category {
        Category::Region => "region",
        Category::Group => "group of structures",
        Category::Finding => "finding",
        Category::Organ => "organ",
        Category::Vessel => "vessel",
        Category::Muscle => "muscle",
        Category::Bone => "bone",
        Category::Cartilage => "cartilage",
        Category::Tooth => "tooth",
        Category::Nerve => "nerve",
        Category::Cavity => "cavity",
        Category::Tissue => "tissue",
        Category::Implant => "implant",
        Category::Instrument => "instrument",
    }
}

/// What a class of meshes is called.
pub(crate) fn quality_class(word: &str) -> &'static str {
    match word {
        "solid" => "watertight",
        "flawed" => "flawed mesh",
        "cut" => "cut by the image",
        "whole" => "whole",
        _ => "not held here",
    }
}

/// What a licence, or a class of them, is called.
pub(crate) fn licence_class(id: &str) -> String {
    match id.to_lowercase().as_str() {
        "open" => "open".to_owned(),
        "commercial" => "commercial use".to_owned(),
        "derivatives" => "changes allowed".to_owned(),
        "unknown" | "licenseref-unknown" => "unknown licence".to_owned(),
        lower if lower == id => lower.replace("licenseref-", "").to_uppercase(),
        _ => id.replace("LicenseRef-", ""),
    }
}

/// What a way of making images is called.
pub(crate) fn modality(word: &str) -> &'static str {
    match word {
        "ct" => "CT",
        "mr" => "MRI",
        "pet" => "PET",
        "cbct" => "Cone-beam CT",
        "scan" => "3D scan",
        _ => "Other",
    }
}

/// `female, 63 years`, as far as it is known.
pub(crate) fn person(sex: Option<Sex>, age_years: Option<u32>) -> Option<String> {
    let age = age_years.map(Subject::age_words);
    let known: Vec<String> = sex.map(|sex| sex.word().to_owned()).into_iter().chain(age).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

pub(crate) fn person_of(subject: &Subject) -> Option<String> {
    person(subject.sex, subject.age_years)
}

/// How good a finding is, for its colour; the words say it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "badge is-good",
            Self::Warn => "badge is-warn",
            Self::Bad => "badge is-bad",
        }
    }
}

/// The findings on a shape in a word or two each.
pub(crate) fn badges(quality: &Quality) -> Vec<(Tone, &'static str)> {
    let mut badges = Vec::new();
    if quality.closed && quality.manifold && quality.oriented {
        badges.push((Tone::Good, "watertight"));
    }
    if !quality.closed {
        badges.push((Tone::Bad, "has holes"));
    }
    if !quality.manifold {
        badges.push((Tone::Bad, "not manifold"));
    }
    if !quality.oriented {
        badges.push((Tone::Bad, "faces disagree"));
    }
    if quality.touches_border {
        badges.push((Tone::Warn, "cut by the image"));
    }
    badges
}

/// The findings on a shape in sentences.
pub(crate) fn findings(quality: &Quality) -> Vec<String> {
    let said = |is_so: bool, yes: &str, no: &str| if is_so { yes } else { no }.to_owned();
    let mut findings = vec![
        said(
            quality.closed,
            "The surface is closed: it bounds a solid.",
            "The surface has holes: it bounds no solid.",
        ),
        said(
            quality.manifold,
            "It is manifold: no edge has more than two faces.",
            "It is not manifold: sheets meet in an edge or a point.",
        ),
        said(quality.oriented, "All faces point outward.", "Faces do not all point outward."),
        said(
            quality.touches_border,
            "It reaches the border of the image and may be cut by the field of view.",
            "It lies wholly inside the image.",
        ),
    ];
    findings.extend(quality.notes.iter().map(|note| capitalised(note)));
    findings
}

/// The licence of sources of which nobody has said what it is.
pub(crate) const UNKNOWN_LICENCE: &str = Licence::UNKNOWN;

/// Whether nobody has said under which terms a source's shapes may be passed on.
pub(crate) fn is_unlicensed(source: &Source) -> bool {
    source.licence.is_unknown()
}

/// What a licence asks and allows.
pub(crate) fn terms(licence: &Licence) -> String {
    if licence.is_unknown() {
        return "nobody has said".to_owned();
    }
    let Terms { attribution, share_alike, non_commercial, no_derivatives, .. } = licence.terms;
    let Terms { redistributable, dua_required, .. } = licence.terms;
    let all = [
        (attribution, "name the authors"),
        (share_alike, "share alike"),
        (non_commercial, "not for commercial use"),
        (no_derivatives, "no derivatives"),
        (dua_required, "each recipient signs an agreement"),
        (!redistributable, "not to be passed on"),
    ];
    let said: Vec<&str> = all.into_iter().filter(|(is, _)| *is).map(|(_, text)| text).collect();
    if said.is_empty() { "no conditions".to_owned() } else { said.join(", ") }
}

/// Who compared the licence with its source, and when.
pub(crate) fn checked(licence: &Licence) -> String {
    match (&licence.checked_by, &licence.checked_on) {
        (Some(by), Some(on)) => format!("{on}, by {by}"),
        _ => "nobody has yet".to_owned(),
    }
}

/// How far shapes of a source identify people, at most.
pub(crate) fn privacy(class: PrivacyClass) -> &'static str {
    match class {
        PrivacyClass::P0 => "no person's data (P0)",
        PrivacyClass::P1 => "nobody is recognised by these shapes (P1)",
        PrivacyClass::P2 => "a face can be guessed from some of these shapes (P2)",
        PrivacyClass::P3 => "some of these shapes may show a face (P3)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(106_101), "106,101");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(volume(153_212.0), "153 ml");
        assert_eq!(volume(2_409.0), "2.41 ml");
        assert_eq!(volume(310.4), "310 mm³");
        assert_eq!(area(41_234.0), "412 cm²");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_433_000), "1.43 MB");
        assert_eq!(counted(1, "shape", "shapes"), "1 shape");
    }

    #[test]
    fn second_rib_comes_before_the_tenth() {
        let mut ids = ["rib-10", "rib", "rib-2", "sacrum", "", "rib-99999999999999999999"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["", "rib", "rib-2", "rib-10", "rib-99999999999999999999", "sacrum"]);
    }

    #[test]
    fn ninety_stands_for_ninety_and_more() {
        assert_eq!(person(Some(Sex::Male), Some(90)).as_deref(), Some("male, 90 years or older"));
        assert_eq!(person(None, None), None);
    }
}
