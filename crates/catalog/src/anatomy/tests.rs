use super::*;
#[test]
fn the_vocabulary_that_is_compiled_in_is_sound() {
    let anatomy = Anatomy::parse(BUILT_IN).map_err(|cause| cause.to_string());
    assert_eq!(anatomy.map(|_| ()), Ok(()));
}
