//! Words of names, labels and questions, brought to one form so that they can be compared.

/// The words of `text` in one form each: lower case, singular, one spelling, no leading zeros.
/// Words that say nothing are left out.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(normal)
        .filter(|word| !is_filler(word))
        .collect()
}

/// One word in the form in which words are compared.
pub(crate) fn normal(word: &str) -> String {
    let word = plain(&word.to_lowercase());
    let word = match word.trim_start_matches('0') {
        digits if is_number(digits) => digits.to_owned(),
        _ => word,
    };
    one_spelling(&singular(&word)).to_owned()
}

/// Whether a word says nothing about what is looked for.
pub(crate) fn is_filler(word: &str) -> bool {
    is_english_filler(word) || is_german_filler(word)
}

fn is_english_filler(word: &str) -> bool {
    matches!(word, "a" | "an" | "and" | "in" | "of" | "or" | "the" | "with")
}

fn is_german_filler(word: &str) -> bool {
    matches!(word, "am" | "der" | "des" | "dem" | "im" | "mit" | "oder" | "und" | "von")
}

/// German letters as people write them who have no keys for them: `ae` for `ä`.
fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for letter in word.chars() {
        match letter {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            other => plain.push(other),
        }
    }
    plain
}

/// A phrase in a form that does not depend on the order of its words.
pub(crate) fn bag(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.join(" ")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same rule for names and questions, so it matters little that it is wrong for some words.
fn singular(word: &str) -> String {
    let irregular = match word {
        "vertebrae" => "vertebra",
        "costae" => "costa",
        "venae" => "vena",
        "scapulae" => "scapula",
        "claviculae" => "clavicula",
        "fibulae" => "fibula",
        "tibiae" => "tibia",
        "femora" => "femur",
        "humeri" => "humerus",
        "glutei" => "gluteus",
        "musculi" => "musculus",
        "pulmones" => "pulmo",
        "renes" => "ren",
        "atria" => "atrium",
        "bronchi" => "bronchus",
        "phalanges" => "phalanx",
        "viscera" => "viscus",
        "uteri" => "uterus",
        "women" => "woman",
        "men" => "man",
        "metastases" => "metastasis",
        _ => "",
    };
    if !irregular.is_empty() {
        return irregular.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    let keeps_its_s = ["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !keeps_its_s => stem.to_owned(),
        _ => word.to_owned(),
    }
}

fn one_spelling(word: &str) -> &str {
    match word {
        "tumour" => "tumor",
        "esophagus" => "oesophagus",
        "oesophageal" => "esophageal",
        "haemorrhage" => "hemorrhage",
        "hematoma" => "haematoma",
        "anaemia" => "anemia",
        "oedema" => "edema",
        "centre" => "center",
        "woman" | "lady" | "girl" => "female",
        "man" | "boy" | "gentleman" => "male",
        // German. Its endings, but for the `s` of plurals, which is gone already.
        "link" | "linke" | "linken" | "linker" => "left",
        "recht" | "rechte" | "rechten" | "rechter" => "right",
        "weiblich" | "weibliche" | "weiblichen" | "weiblicher" | "frau" | "frauen" => "female",
        "maennlich" | "maennliche" | "maennlichen" | "maennlicher" | "mann" | "maenner" => "male",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(words(text).join(" "), expected, "{text}");
    }

    #[test]
    fn plurals_spellings_and_separators_make_no_difference() {
        check("Kidneys", "kidney");
        check("vertebrae_L1", "vertebra l1");
        check("Iliac-Arteries (both)", "iliac artery both");
        check("tumours TUMOR", "tumor tumor");
        check("rib_04", "rib 4");
        check("lobes of the lungs", "lobe lung");
        check("000", "000");
    }

    #[test]
    fn german_is_read_with_and_without_its_letters() {
        check("linke Niere", "left niere");
        check("Niere, rechts", "niere right");
        check("rechtes Schulterblatt", "right schulterblatt");
        check("Speiseröhre Speiseroehre", "speiseroehre speiseroehre");
        check("Frauen und Männer", "female male");
        check("weibliches Herz", "female herz");
    }

    #[test]
    fn words_that_only_look_plural_stay() {
        for word in ["pancreas", "pelvis", "humerus", "iliopsoas", "gluteus", "abscess"] {
            check(word, word);
        }
    }
}
