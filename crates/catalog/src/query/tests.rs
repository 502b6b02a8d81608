use proptest::prelude::*;

use super::*;

/// The terms of a query as they can be typed.
fn check(text: &str, expected: &[&str]) {
    let terms: Vec<String> = Query::parse(text).terms.iter().map(Term::syntax).collect();
    assert_eq!(terms, expected, "{text}");
}

#[test]
fn structures_are_found_by_any_name_in_any_order() {
    check("liver", &["structure:liver"]);
    check("left kidney", &["structure:kidney-left"]);
    check("kidney left", &["structure:kidney-left"]);
    check("kidney_left", &["structure:kidney-left"]);
    check("Left Kidneys", &["structure:kidney-left"]);
    check("nephros", &["structure:kidney"]);
    check("lung upper lobe", &["structure:lung-upper-lobe"]);
    check("upper lobe of the left lung", &["structure:lung-upper-lobe-left"]);
    check("lung_upper_lobe_left", &["structure:lung-upper-lobe-left"]);
    check("back muscle", &["structure:autochthonous-back-muscle"]);
    check("rib 4 left", &["structure:rib-4-left"]);
    check("4th rib", &["structure:rib-4"]);
    check("vertebrae L1", &["structure:vertebra-l1"]);
    check("L1", &["structure:vertebra-l1"]);
    check("left atrium", &["structure:heart-atrium-left"]);
    check("heart left ventricle", &["structure:heart-ventricle-left"]);
    check("backbone", &["structure:spine"]);
    check("oesophagus gullet esophagus", &["structure:oesophagus"]);
    check("SCT:64033007", &["structure:kidney"]);
    check("UBERON:0002113 fma:7197", &["structure:kidney", "structure:liver"]);
    check("kidneyleft leftkidney", &["structure:kidney-left"]);
    check("heartatriumright", &["structure:heart-atrium-right"]);
    check("urinarybladder", &["structure:urinary-bladder"]);
}

#[test]
fn how_images_were_made_is_a_word_of_its_own() {
    check("ct", &["modality:ct"]);
    check("MRI brain", &["modality:mr", "structure:brain"]);
    check("modality:PET -mrt", &["modality:pet", "-modality:mr"]);
}

#[test]
fn a_side_belongs_to_the_structure_beside_it() {
    check("liver left kidney", &["structure:liver", "structure:kidney-left"]);
    check("left kidney right femur", &["structure:kidney-left", "structure:femur-right"]);
    check("kidney left spleen", &["structure:kidney-left", "structure:spleen"]);
    check("left bones", &["side:left", "structure:bone"]);
    check("left", &["side:left"]);
}

#[test]
fn a_word_is_never_a_part_of_another() {
    check("bladder", &["structure:urinary-bladder"]);
    check("gallbladder", &["structure:gallbladder"]);
    check("male", &["sex:male"]);
    check("female", &["sex:female"]);
    check("ear", &["\"ear\""]);
    check("live", &["\"live\""]);
}

#[test]
fn subjects_are_asked_for_by_sex_and_age() {
    check("woman", &["sex:female"]);
    check("men", &["sex:male"]);
    check("sex:f", &["sex:female"]);
    check("60..70", &["age:60..70"]);
    check("60-70 years old", &["age:60..70"]);
    check("age:60..70", &["age:60..70"]);
    check("age:70-60", &["age:60..70"]);
    check("age:>60", &["age:61.."]);
    check("age:<60", &["age:0..59"]);
    check(">=60", &["age:60.."]);
    check("60+", &["age:60.."]);
    check("age:60", &["age:60..60"]);
    check("age 60", &["age:60..60"]);
    check("60 years", &["age:60..60"]);
    check("60", &["\"60\""]);
    check("male heart 60..70", &["sex:male", "structure:heart", "age:60..70"]);
    check("male brain tumor", &["sex:male", "structure:brain", "structure:tumour"]);
}

#[test]
fn anything_can_be_excluded() {
    check("-liver", &["-structure:liver"]);
    check("not left kidney", &["-structure:kidney-left"]);
    check("lung not upper lobe", &["structure:lung", "-\"upper\"", "\"lobe\""]);
    check("bone -rib", &["structure:bone", "-structure:rib"]);
    check("-sex:f -60..70 -phantom", &["-sex:female", "-age:60..70", "-\"phantom\""]);
    check("-", &[]);
    check("not", &[]);
}

#[test]
fn what_the_vocabulary_does_not_know_is_left_to_the_store() {
    check("xyz liver", &["\"xyz\"", "structure:liver"]);
    check("s0224_full", &["\"s0224_full\""]);
    check("s0001_liver", &["\"s0001_liver\""]);
    check("s1273_liver.nii.g_1.stl", &["\"s1273_liver.nii.g_1.stl\""]);
    check("a/s1273/kidney-left", &["a/s1273/kidney-left"]);
    check("source:Phantom subject:P1", &["source:phantom", "subject:p1"]);
    check("pathology:trauma", &["pathology:trauma"]);
    check("\"left kidney\"", &["\"left kidney\""]);
    check("colour:red", &["\"colour:red\""]);
    check("SCT:1", &["\"SCT:1\""]);
    check("FMA:64033007", &["\"FMA:64033007\""]);
    assert_eq!(Query::parse("xyz liver").unknown().collect::<Vec<_>>(), ["xyz"]);
}

#[test]
fn people_read_terms_as_words() {
    let read = |text| Query::parse(text).terms.iter().map(Term::to_string).collect::<Vec<_>>();
    assert_eq!(
        read("kidney_left -female 60..70 >60 <=50 xyz"),
        [
            "left kidney",
            "not female",
            "60 to 70 years",
            "61 years and older",
            "up to 50 years",
            "xyz"
        ]
    );
}

#[test]
fn nothing_is_asked_by_nothing() {
    for text in ["", "  ", ",;", "the of", "\"\"", "- -"] {
        check(text, &[]);
    }
}

fn check_stable(text: &str) {
    let query = Query::parse(text);
    let again = Query::parse(&query.to_string());
    assert_eq!(again.terms, query.terms, "{text:?} reads `{query}`");
    assert_eq!(again.to_string(), query.to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_is_a_query_that_reads_back_as_itself(text in ".{0,60}") {
        check_stable(&text);
    }

    #[test]
    fn any_words_are_a_query_that_reads_back_as_itself(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "left", "right", "kidney", "lung", "upper", "lobe", "rib", "4", "04", "60..70",
                "years", "age", "not", "-", "-liver", "\"", "\"left", "a/b/c", "L1", "male",
                "tumour", "sct:64033007", "sex:f", "side:left", "age:>60", "structure:x_y",
                "s0224_full", "source:A", "muscle", "back", "of", "60+", "–", "..", "ß", "İ",
                "pathology:x", "subject:\"", "999", "<0", "µ", "kidney_left", "-structure:rib",
            ]),
            0..12,
        ),
    ) {
        check_stable(&words.join(" "));
    }
}

#[test]
fn ages_from_90_on_are_not_told_apart() {
    for text in ["age:90..", "age:95", "age:95..99", "age:>=93", "age:90"] {
        assert_eq!(Query::parse(text).to_string(), "age:90..", "{text}");
    }
    assert_eq!(Query::parse("80..95").to_string(), "age:80..");
    assert_eq!(Query::parse("80..89").to_string(), "age:80..89");
}
