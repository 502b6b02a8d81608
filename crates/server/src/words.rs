//! Numbers, names and findings as people read them, in the language of the request.

use maud::{Markup, Render, html};
use medshape::catalog::{
    Anatomy, Category, Hit, Licence, Measures, Moment, PrivacyClass, Quality, Remote, Role, Sex,
    Shape, Side, Source, Structure, Subject, Terms,
};
use medshape::format::Format;

use crate::language::Language;
use crate::texts::{Key, key};

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
    if coded { capitalised(&display(structure, side)) } else { label_name.to_owned() }
}

/// A shape and whose it is: `Left kidney of p01`.
pub(crate) fn title(label: &str, subject: &str) -> String {
    key::words::TITLE.with(&[("label", &label), ("subject", &subject)])
}

/// What people call a structure, in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    text: String,
    language: &'static str,
}

impl Named {
    /// The name of a structure in the language of the page; else its Latin one, else the English.
    pub(crate) fn of(id: &str) -> Self {
        let anatomy = Anatomy::builtin();
        let said = |text: &str, language| Self { text: text.to_owned(), language };
        let tag = Language::current().tag();
        let in_language = || anatomy.name_in(tag, id).map(|name| said(name, tag));
        let latin = || Some(said(anatomy.structure(id)?.latin.as_deref()?, "la"));
        let english = || Self { text: anatomy.display(id, None), language: "en" };
        match tag {
            "en" => english(),
            _ => in_language().or_else(latin).unwrap_or_else(english),
        }
    }

    /// As it stands within a sentence.
    pub(crate) fn inline(&self) -> Markup {
        self.marked(&self.text)
    }

    /// As text, within a sentence.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn marked(&self, text: &str) -> Markup {
        let is_foreign = self.language != Language::current().tag();
        html! { @if is_foreign { span lang=(self.language) { (text) } } @else { (text) } }
    }
}

impl Render for Named {
    /// As it stands by itself.
    fn render(&self) -> Markup {
        self.marked(&capitalised(&self.text))
    }
}

/// What people call a structure, its sides aside, as it stands by itself: `Urinary bladder`.
pub(crate) fn structure_name(id: &str) -> String {
    capitalised(&Named::of(id).text)
}

/// The same with its side, within a sentence: `left kidney`.
pub(crate) fn display(id: &str, of_side: Option<Side>) -> String {
    let name = Named::of(id).text;
    match of_side {
        None => name,
        Some(s) => key::words::SIDED.with(&[("side", &side(s)), ("name", &name)]),
    }
}

/// `left`.
pub(crate) fn side(side: Side) -> &'static str {
    match side {
        Side::Left => key::words::LEFT.text(),
        Side::Right => key::words::RIGHT.text(),
    }
}

/// `left of the person`.
pub(crate) fn side_of_person(of: Side) -> String {
    key::words::SIDE_OF_PERSON.with(&[("side", &side(of))])
}

/// `female`.
pub(crate) fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => key::words::FEMALE.text(),
        Sex::Male => key::words::MALE.text(),
    }
}

/// `63 years`, `90 years or older`.
pub(crate) fn years(age_years: u32) -> String {
    match age_years {
        Subject::OLDEST_YEARS.. => {
            key::words::YEARS_OR_OLDER.with(&[("years", &Subject::OLDEST_YEARS)])
        }
        years => key::count::YEARS.counted(years.into()),
    }
}

/// A range of ages, both ends included; `u32::MAX` where there is no upper end.
pub(crate) fn ages(min: u32, max: u32) -> String {
    let (from, to): (&dyn std::fmt::Display, &dyn std::fmt::Display) = (&min, &max);
    match (min, max) {
        (min, max) if min == max => key::count::YEARS.counted(min.into()),
        (_, u32::MAX) => key::words::AGES_FROM.with(&[("from", from)]),
        (0, _) => key::words::AGES_TO.with(&[("to", to)]),
        _ => key::words::AGES.with(&[("from", from), ("to", to)]),
    }
}

/// A day: `2026-11-28`.
pub(crate) fn date(moment: Moment) -> String {
    day(&moment.date().to_string())
}

/// The same, of a day as ISO 8601 has it; other text stays as it is.
pub(crate) fn day(iso: &str) -> String {
    let parts: Vec<&str> = iso.split('-').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let [year, month, day] = parts[..] else { return iso.to_owned() };
    if ![year, month, day].iter().all(is_number) {
        return iso.to_owned();
    }
    let pattern = Language::current().written().date;
    pattern.replace("{year}", year).replace("{month}", month).replace("{day}", day)
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
    let Some(structure) = structure else { return key::system::UNCODED.text().to_owned() };
    match structure.system.as_deref() {
        None => key::system::OTHERS.text().to_owned(),
        Some(system) => body_system(system)
            .map_or_else(|| capitalised(system), |system| capitalised(system.text())),
    }
}

/// What a body system is called; a test looks for each that the vocabulary has.
pub(crate) fn body_system(system: &str) -> Option<Key> {
    Some(match system {
        "body" => key::system::BODY,
        "circulatory" => key::system::CIRCULATORY,
        "dental" => key::system::DENTAL,
        "digestive" => key::system::DIGESTIVE,
        "endocrine" => key::system::ENDOCRINE,
        "integumentary" => key::system::INTEGUMENTARY,
        "lymphatic" => key::system::LYMPHATIC,
        "muscular" => key::system::MUSCULAR,
        "nervous" => key::system::NERVOUS,
        "reproductive" => key::system::REPRODUCTIVE,
        "respiratory" => key::system::RESPIRATORY,
        "sensory" => key::system::SENSORY,
        "skeletal" => key::system::SKELETAL,
        "urinary" => key::system::URINARY,
        _ => return None,
    })
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

/// `12,345`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let group = Language::current().written().group;
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// A number that Rust has written, with the signs of the language: `1.234,5` for `1234.5`.
pub(crate) fn number(written: &str) -> String {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", written),
    };
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(w, p)| (w, Some(p)));
    let Ok(n) = whole.parse() else { return written.to_owned() };
    let whole = format!("{sign}{}", grouped(n));
    let decimal = Language::current().written().decimal;
    part.map_or_else(|| whole.clone(), |part| format!("{whole}{decimal}{part}"))
}

/// With two decimals, in millimetres.
pub(crate) fn mm(value: f64) -> String {
    format!("{} mm", number(&format!("{value:.2}")))
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
        n if n < 1e3 => key::words::BYTES.counted(n as u64),
        n if n < 1e6 => format!("{} kB", significant(n / 1e3)),
        n if n < 1e9 => format!("{} MB", significant(n / 1e6)),
        n => format!("{} GB", significant(n / 1e9)),
    }
}

/// Three digits that count, no exponent.
fn significant(value: f64) -> String {
    number(&match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    })
}

/// `63`, `90+`.
pub(crate) fn age(years: u32) -> String {
    if years >= 90 { "90+".to_owned() } else { years.to_string() }
}

/// What a thing is.
pub(crate) fn category(category: Category) -> &'static str {
    let key = match category {
        Category::Region => key::category::REGION,
        Category::Group => key::category::GROUP,
        Category::Finding => key::category::FINDING,
        Category::Organ => key::category::ORGAN,
        Category::Vessel => key::category::VESSEL,
        Category::Muscle => key::category::MUSCLE,
        Category::Bone => key::category::BONE,
        Category::Cartilage => key::category::CARTILAGE,
        Category::Tooth => key::category::TOOTH,
        Category::Nerve => key::category::NERVE,
        Category::Cavity => key::category::CAVITY,
        Category::Tissue => key::category::TISSUE,
        Category::Implant => key::category::IMPLANT,
        Category::Instrument => key::category::INSTRUMENT,
    };
    key.text()
}

/// What a class of meshes is called.
pub(crate) fn quality_class(word: &str) -> &'static str {
    match word {
        "solid" => key::quality::SOLID.text(),
        "flawed" => key::quality::FLAWED.text(),
        "cut" => key::quality::CUT.text(),
        "whole" => key::quality::WHOLE.text(),
        _ => key::quality::REMOTE.text(),
    }
}

/// What a licence, or a class of them, is called.
pub(crate) fn licence_class(id: &str) -> String {
    match id.to_lowercase().as_str() {
        "open" => key::licence::OPEN.text().to_owned(),
        "commercial" => key::licence::COMMERCIAL.text().to_owned(),
        "derivatives" => key::licence::DERIVATIVES.text().to_owned(),
        "unknown" | "licenseref-unknown" => key::parts::UNKNOWN_LICENCE.text().to_owned(),
        lower if lower == id => lower.replace("licenseref-", "").to_uppercase(),
        _ => id.replace("LicenseRef-", ""),
    }
}

/// What a way of making images is called.
pub(crate) fn modality(word: &str) -> &'static str {
    match word {
        "ct" => "CT",
        "mr" => key::words::MRI.text(),
        "pet" => "PET",
        "cbct" => key::words::CBCT.text(),
        "scan" => key::words::SCAN.text(),
        _ => key::words::OTHER.text(),
    }
}

/// `female, 63 years`, as far as it is known.
pub(crate) fn person(of_sex: Option<Sex>, age_years: Option<u32>) -> Option<String> {
    let age = age_years.map(years);
    let known: Vec<String> = of_sex.map(|of| sex(of).to_owned()).into_iter().chain(age).collect();
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
        badges.push((Tone::Good, key::quality::SOLID.text()));
    }
    if !quality.closed {
        badges.push((Tone::Bad, key::quality::HAS_HOLES.text()));
    }
    if !quality.manifold {
        badges.push((Tone::Bad, key::quality::NOT_MANIFOLD.text()));
    }
    if !quality.oriented {
        badges.push((Tone::Bad, key::quality::FACES_DISAGREE.text()));
    }
    if quality.touches_border {
        badges.push((Tone::Warn, key::quality::CUT.text()));
    }
    badges
}

/// The findings on a shape in sentences.
pub(crate) fn findings(quality: &Quality) -> Vec<&'static str> {
    let said = |is_so: bool, yes: Key, no: Key| if is_so { yes } else { no }.text();
    vec![
        said(quality.closed, key::finding::CLOSED, key::finding::OPEN),
        said(quality.manifold, key::finding::MANIFOLD, key::finding::SHEETS),
        said(quality.oriented, key::finding::OUTWARD, key::finding::DISAGREE),
        said(quality.touches_border, key::finding::AT_BORDER, key::finding::INSIDE),
    ]
}

/// What was noticed when the shape was made or brought in; it is kept in English.
pub(crate) fn remarks(quality: &Quality) -> Vec<String> {
    quality.notes.iter().map(|note| capitalised(note)).collect()
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
        return key::licence::NOBODY.text().to_owned();
    }
    let Terms { attribution, share_alike, non_commercial, no_derivatives, .. } = licence.terms;
    let Terms { redistributable, dua_required, .. } = licence.terms;
    let all = [
        (attribution, key::licence::ATTRIBUTION),
        (share_alike, key::licence::SHARE_ALIKE),
        (non_commercial, key::licence::NON_COMMERCIAL),
        (no_derivatives, key::licence::NO_DERIVATIVES),
        (dua_required, key::licence::AGREEMENT),
        (!redistributable, key::licence::NOT_REDISTRIBUTABLE),
    ];
    let said: Vec<&str> =
        all.into_iter().filter(|(is, _)| *is).map(|(_, key)| key.text()).collect();
    if said.is_empty() { key::licence::NONE.text().to_owned() } else { said.join(", ") }
}

/// Who compared the licence with its source, and when.
pub(crate) fn checked(licence: &Licence) -> String {
    match (&licence.checked_by, &licence.checked_on) {
        (Some(by), Some(on)) => key::licence::CHECKED.with(&[("on", &day(on)), ("by", by)]),
        _ => key::licence::UNCHECKED.text().to_owned(),
    }
}

/// How far shapes of a source identify people, at most.
pub(crate) fn privacy(class: PrivacyClass) -> &'static str {
    match class {
        PrivacyClass::P0 => key::privacy::P0.text(),
        PrivacyClass::P1 => key::privacy::P1.text(),
        PrivacyClass::P2 => key::privacy::P2.text(),
        PrivacyClass::P3 => key::privacy::P3.text(),
    }
}

/// What a stored file is.
pub(crate) fn role(role: Role) -> &'static str {
    let key = match role {
        Role::Mesh => key::role::MESH,
        Role::Level1 => key::role::LEVEL_1,
        Role::Level2 => key::role::LEVEL_2,
        Role::Level3 => key::role::LEVEL_3,
        Role::Level4 => key::role::LEVEL_4,
        Role::Thumbnail => key::role::THUMBNAIL,
        Role::LabelMap => key::role::LABEL_MAP,
        Role::Original => key::role::ORIGINAL,
    };
    key.text()
}

/// What a format is like.
pub(crate) fn format(format: Format) -> &'static str {
    let key = match format {
        Format::Glb => key::format::GLB,
        Format::PlainGlb => key::format::PLAIN_GLB,
        Format::Stl | Format::Ply => key::format::BINARY,
        Format::Obj | Format::Off => key::format::TEXT,
        Format::ThreeMf => key::format::THREE_MF,
        Format::Usdz => key::format::USDZ,
        Format::Vtp => key::format::VTP,
        Format::NpzMesh => key::format::NPZ_MESH,
        Format::PlyPoints => key::format::POINTS,
        Format::XyzPoints => key::format::POINTS_TEXT,
        Format::PcdPoints => key::format::POINTS_PCL,
        Format::NpzPoints => key::format::NPZ_POINTS,
        Format::Nifti | Format::Nrrd => key::format::VOXELS,
        Format::SegNrrd => key::format::SEG_NRRD,
        Format::DicomSeg => key::format::DICOM_SEG,
        Format::NpzOccupancy => key::format::NPZ_OCCUPANCY,
        Format::NpzDistance => key::format::NPZ_DISTANCE,
    };
    key.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_german<T>(work: impl FnOnce() -> T) -> T {
        Language::of_tag("de").unwrap().speaking(work)
    }

    #[test]
    fn numbers_and_days_are_written_as_in_german() {
        in_german(|| {
            assert_eq!(number("1234.5"), "1.234,5");
            assert_eq!(number("-0.25"), "−0,25");
            assert_eq!(grouped(106_101), "106.101");
            assert_eq!(volume(1_754_000.0), "1.754 ml");
            assert_eq!(volume(2_409.0), "2,41 ml");
            assert_eq!(bytes(1_433_000), "1,43 MB");
            assert_eq!(day("2026-11-28"), "28.11.2026");
            assert_eq!(key::count::SHAPES.counted(1), "1 Form");
            assert_eq!(key::count::SHAPES.counted(2_104), "2.104 Formen");
            assert_eq!(
                person(Some(Sex::Male), Some(90)).as_deref(),
                Some("männlich, 90 Jahre oder älter")
            );
            assert_eq!(display("kidney", Some(Side::Left)), "Niere links");
        });
        assert_eq!(number("1234.5"), "1,234.5");
        assert_eq!(day("2026-11-28"), "2026-11-28");
        assert_eq!(day("soon"), "soon");
    }

    #[test]
    fn every_body_system_has_a_name() {
        for structure in Anatomy::builtin().structures() {
            let system = structure.system.as_deref().unwrap_or("body");
            assert!(body_system(system).is_some(), "{system}");
        }
    }

    #[test]
    fn formats_and_files_are_said_as_elsewhere() {
        for known in Format::all() {
            assert_eq!(format(known), known.about());
        }
        for known in [Role::Mesh, Role::Level1, Role::Level4, Role::Thumbnail, Role::Original] {
            assert_eq!(role(known), known.word());
        }
    }

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
        assert_eq!(key::count::SHAPES.counted(1), "1 shape");
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
