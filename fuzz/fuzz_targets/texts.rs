//! Any bytes as a file of any name: an end, pieces within the limits, and no more text than the bytes
//! allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, texts};

const NAMES: [&str; 8] = ["a", "a.stl", "a.obj", "a.csv", "a.json", "a.mha", "a.tar", "a.off"];

fuzz_target!(|input: (u8, &[u8])| {
    let (name, bytes) = input;
    let limits = Limits { string: 64, json: 1 << 16, ..Limits::DEFAULT };
    let mut n_text = 0;
    let _ = texts::each_in(bytes, NAMES[usize::from(name % 8)], &limits, &mut |text| {
        // Latin-1 becomes twice as long.
        assert!(text.text.len() <= 2 * limits.string);
        n_text += text.text.len();
    });
    assert!(n_text <= 16 * bytes.len() + limits.json);
});
