use serde_json::Value;

use crate::common::medshape;

fn conform(subjects: &str, bodies: &str) -> (Option<i32>, Vec<Value>) {
    let options = ["--subjects", subjects, "--bodies", bodies, "--json"];
    let made = medshape().args(["phantom", "conform"]).args(options).output().unwrap();
    let Value::Array(checks) = serde_json::from_slice(&made.stdout).unwrap() else {
        panic!("a list of checks");
    };
    (made.status.code(), checks)
}

#[test]
fn what_does_not_conform_is_said_and_ends_with_one() {
    let (code, checks) = conform("3000", "1");
    let odd: Vec<&Value> = checks.iter().filter(|check| check["conforms"] != true).collect();
    assert_eq!((code, odd.len()), (Some(0), 0), "{odd:?}");
    assert!(checks.iter().any(|check| check["what"] == "liver of body 1: seen of drawn"));
    // So few people are not spread as their laws are.
    let (code, checks) = conform("100", "0");
    assert_eq!(code, Some(1));
    assert!(checks.iter().any(|check| check["conforms"] == false));
}
