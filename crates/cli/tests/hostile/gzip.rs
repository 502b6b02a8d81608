//! Items 34 to 44: gzip.

use crate::bad::{ACCEPTED, Bad, SECRET, refused};
use crate::nifti::{cube, cube_voxels, header};
use crate::packing::{deflate, gzip, gzip_repeated, gzip_zeros};

pub(crate) fn all() -> Vec<Bad> {
    [damaged(), legal(), bombs(), others()].into_iter().flatten().collect()
}

fn damaged() -> Vec<Bad> {
    let sound = gzip(&cube());
    let end = sound.len();
    let cut = |n_bytes: usize| sound[..n_bytes].to_vec();
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        bytes
    };
    vec![
        Bad::new("34a", "cut-in-header.nii.gz", cut(5), refused("truncated", "header")),
        Bad::new(
            "34b",
            "cut-in-block.nii.gz",
            cut(end / 2),
            refused("truncated", "truncated gzip"),
        ),
        Bad::new("34c", "cut-in-trailer.nii.gz", cut(end - 3), refused("truncated", "trailer")),
        Bad::new("35", "wrong-crc.nii.gz", flipped(end - 8), refused("damaged", "checksum")),
        Bad::new("36", "wrong-length.nii.gz", flipped(end - 4), refused("damaged", "length")),
        Bad::new(
            "37",
            "garbage-behind.nii.gz",
            [&sound[..], b"garbage"].concat(),
            refused("damaged", "garbage"),
        ),
        Bad::new("37b", "wrong-method.nii.gz", flipped(2), refused("damaged", "header")),
        Bad::new(
            "37c",
            "wrong-block.nii.gz",
            [&sound[..10], &[7; 40]].concat(),
            refused("damaged", "not valid"),
        ),
    ]
}

fn legal() -> Vec<Bad> {
    let sound = cube();
    let members = [gzip(&sound[..400]), gzip(&sound[400..])].concat();
    let with = |flags: u8, fields: &[u8]| {
        let head = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        let crc = crc32fast::hash(&sound).to_le_bytes();
        let length = (sound.len() as u32).to_le_bytes();
        [&head[..], fields, &deflate(&sound), &crc, &length].concat()
    };
    let path = format!("/home/{SECRET}/").repeat(3000);
    let text = [path.as_bytes(), &[0]].concat();
    let extra = [&[0xff, 0xff][..], &path.as_bytes()[..0xffff]].concat();
    vec![
        Bad::new("38a", "two-members.nii.gz", members, ACCEPTED),
        Bad::new("38b", "empty-member-behind.nii.gz", [gzip(&sound), gzip(&[])].concat(), ACCEPTED),
        Bad::new(
            "38c",
            "member-of-more.nii.gz",
            [gzip(&sound), gzip(b"more")].concat(),
            refused("malformed", "more bytes"),
        ),
        Bad::new("43a", "extra-64k.nii.gz", with(4, &extra), ACCEPTED),
        Bad::new("43b", "name-64k.nii.gz", with(8, &text), ACCEPTED),
        Bad::new("43c", "comment-64k.nii.gz", with(16, &text), ACCEPTED),
        Bad::new(
            "43d",
            "name-without-end.nii.gz",
            [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3], path.as_bytes()].concat(),
            refused("truncated", "header"),
        ),
    ]
}

fn bombs() -> Vec<Bad> {
    let large = [&header(&[256, 256, 256], 2, 8)[..], &vec![0; 256 * 256 * 100]].concat();
    // A bar of 100 voxels in a row across a sea of zeros.
    let mut bar = large;
    let bytes: Vec<usize> = (0..8).map(|row| 352 + 256 * 256 * 90 + 256 * (100 + row)).collect();
    for start in bytes {
        bar[start + 50..start + 150].fill(1);
    }
    let n_rest = 256 * 256 * 156;
    vec![
        Bad::new("39", "thousand-to-one.nii.gz", gzip_zeros(&bar, n_rest), ACCEPTED),
        Bad::written(
            "40a",
            "more-than-it-says.nii.gz",
            |path| std::fs::write(path, gzip_zeros(&cube(), 1 << 30)),
            refused("malformed", "more bytes"),
        ),
        Bad::written(
            "40b",
            "four-gib.nii.gz",
            |path| std::fs::write(path, gzip_zeros(&header(&[2047, 1024, 1024], 2, 8), 2047 << 20)),
            refused("limit", "memory"),
        ),
        Bad::written(
            "40c",
            "line-of-a-gib.stl.gz",
            |path| std::fs::write(path, gzip_repeated(b"solid a\n", &[b' '; 1 << 16], 1 << 30)),
            refused("limit", "line"),
        ),
        Bad::written(
            "40d",
            "zeros.stl.gz",
            |path| std::fs::write(path, gzip_zeros(&[], 1 << 30)),
            refused("limit", "unpacked"),
        ),
        Bad::written(
            "40e",
            "vertices.obj.gz",
            |path| std::fs::write(path, gzip_repeated(&[], b"v 0 0 0\n", 1 << 30)),
            refused("limit", "vertices"),
        ),
    ]
}

fn others() -> Vec<Bad> {
    let sound = cube();
    let other = |head: &[u8]| [head, &cube_voxels()].concat();
    vec![
        Bad::new("41", "twice.nii.gz.gz", gzip(&gzip(&sound)), refused("unsupported", "gzip")),
        Bad::new("41b", "twice.nii.gz", gzip(&gzip(&sound)), refused("unsupported", "gzip")),
        Bad::new("42a", "not-packed.nii.gz", sound.clone(), ACCEPTED),
        Bad::new("42b", "packed.nii", gzip(&sound), ACCEPTED),
        Bad::new(
            "44a",
            "zstd.nii.gz",
            other(&[0x28, 0xb5, 0x2f, 0xfd, 4]),
            refused("unsupported", "zstd"),
        ),
        Bad::new("44b", "xz.nii.gz", other(b"\xfd7zXZ\0"), refused("unsupported", "xz")),
        Bad::new("44c", "bzip2.nii.gz", other(b"BZh91AY&SY"), refused("unsupported", "bzip2")),
        Bad::new("44d", "7z.nii.gz", other(b"7z\xbc\xaf\x27\x1c"), refused("unsupported", "7z")),
    ]
}
