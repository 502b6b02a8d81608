//! Items 99 and 103: names of files, and files under the names of others.

use crate::bad::{ACCEPTED, Bad, refused};
use crate::gltf::sound_glb;
use crate::meshes::{sound_obj, sound_ply, sound_stl};
use crate::nifti::cube;
use crate::packing::gzip;
use crate::volumes::{sound_mha, sound_nrrd};

pub(crate) fn all() -> Vec<Bad> {
    [odd(), exchanged()].into_iter().flatten().collect()
}

fn odd() -> Vec<Bad> {
    let stl = |number: &str, name: &str| Bad::new(number, name, sound_stl(), ACCEPTED);
    let long = format!("{}.stl", "a".repeat(300));
    vec![
        stl("99a", "'\"><img src=x onerror=alert(1)>.stl"),
        stl("99b", "%2e%2e%2f.stl"),
        stl("99c", "a\r\nSet-Cookie: x.stl"),
        stl("99d", "\u{1f980}.stl"),
        stl("99e", "a\u{202e}b.stl"),
        Bad::new("99f", &long, sound_stl(), refused("io", "too long")),
        Bad::new("99g", "bad\nname.stl", "solid\n", refused("malformed", "no triangles")),
        Bad::new("99h", "bad\u{1b}[31m.stl", "solid\n", refused("malformed", "no triangles")),
    ]
}

/// Every content under the ending of every other format: the bytes decide where they can.
fn exchanged() -> Vec<Bad> {
    let contents: [(&str, Vec<u8>); 8] = [
        ("nii", cube()),
        ("nii.gz", gzip(&cube())),
        ("nrrd", sound_nrrd()),
        ("mha", sound_mha()),
        ("stl", sound_stl()),
        ("ply", sound_ply().into_bytes()),
        ("obj", sound_obj().into_bytes()),
        ("glb", sound_glb()),
    ];
    let mut all = Vec::new();
    for (of, bytes) in &contents {
        for (ending, _) in contents.iter().filter(|(ending, _)| ending != of) {
            let number = format!("103-{of}-{ending}");
            all.push(Bad::new(
                &number,
                &format!("{}.{ending}", of.replace('.', "-")),
                bytes.clone(),
                ACCEPTED,
            ));
        }
    }
    all
}
