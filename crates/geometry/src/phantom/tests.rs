use super::*;

#[test]
fn every_structure_built_has_a_number() {
    for subject in 0..4 {
        for structure in anatomy(&person(1, subject)) {
            assert!(names::number(&structure.name).is_some(), "{}", structure.name);
        }
    }
}
