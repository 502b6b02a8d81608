//! Which format of meshes bytes are, as far as they tell.

use super::MeshFormat;

/// As much as declarations and comments before the first element of an XML file take.
const HEAD: usize = 4 << 10;

/// The format of a file that begins like this and has `n_bytes`, if they are known.
pub(crate) fn format(bytes: &[u8], n_bytes: Option<u64>) -> Option<MeshFormat> {
    let head = &bytes[..bytes.len().min(HEAD)];
    if is_binary_stl(head, n_bytes) {
        return Some(MeshFormat::Stl);
    }
    by_magic(head).or_else(|| by_markup(head)).or_else(|| by_lines(head))
}

/// No other file has just as many bytes as the number at byte 80 wants.
fn is_binary_stl(head: &[u8], n_bytes: Option<u64>) -> bool {
    let count = head.get(80..).and_then(|behind| behind.first_chunk());
    let n_triangles = count.map_or(0, |count| u64::from(u32::from_le_bytes(*count)));
    n_triangles > 0 && n_bytes == Some(84 + 50 * n_triangles)
}

/// The format of a file that says it in its first bytes.
pub(crate) fn by_magic(head: &[u8]) -> Option<MeshFormat> {
    const MAGICS: [(&[u8], MeshFormat); 6] = [
        (b"glTF", MeshFormat::Gltf),
        (b"ply\n", MeshFormat::Ply),
        (b"ply\r", MeshFormat::Ply),
        (b"# vtk DataFile", MeshFormat::Vtk),
        (b"OFF", MeshFormat::Off),
        (b"COFF", MeshFormat::Off),
    ];
    MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format)
}

fn by_markup(head: &[u8]) -> Option<MeshFormat> {
    let holds = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<' | 0xef) if holds(b"<VTKFile") => Some(MeshFormat::Vtp),
        Some(b'<' | 0xef) if holds(b"<GIFTI") => Some(MeshFormat::Gifti),
        Some(b'{') if holds(b"\"asset\"") => Some(MeshFormat::Gltf),
        _ => None,
    }
}

/// Formats of text without a mark of their own.
fn by_lines(head: &[u8]) -> Option<MeshFormat> {
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first = lines.next()?;
    if word(first).eq_ignore_ascii_case(b"solid") {
        let is_facet = |line: &[u8]| word(line).eq_ignore_ascii_case(b"facet");
        return lines.next().is_some_and(is_facet).then_some(MeshFormat::Stl);
    }
    let is_name = |line: &&[u8]| matches!(word(line), b"o" | b"g" | b"s" | b"mtllib" | b"usemtl");
    let vertex = std::iter::once(first).chain(lines).find(|line| !is_name(line))?;
    is_obj_vertex(vertex).then_some(MeshFormat::Obj)
}

fn word(line: &[u8]) -> &[u8] {
    line.split(u8::is_ascii_whitespace).next().unwrap_or_default()
}

/// A position, a normal or a place in a texture, each with its numbers.
fn is_obj_vertex(line: &[u8]) -> bool {
    let Ok(line) = str::from_utf8(line) else { return false };
    let mut words = line.split_ascii_whitespace();
    let n_least = match words.next() {
        Some("v" | "vn") => 3,
        Some("vt") => 2,
        _ => return false,
    };
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    words.clone().count() >= n_least && words.take(n_least).all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<MeshFormat>) {
        let found = format(bytes, Some(bytes.len() as u64));
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn text_is_known_by_its_first_lines() {
        check(b"solid\nfacet normal 0 0 1\n", Some(MeshFormat::Stl));
        check(b"SOLID a b\r\n  FACET NORMAL 0 0 1\r\n", Some(MeshFormat::Stl));
        check(b"# by hand\n\nmtllib a.mtl\no liver\nv 1 2.5 -3e4\n", Some(MeshFormat::Obj));
        check(b"vn 0 0 1\nv 1 2 3\n", Some(MeshFormat::Obj));
    }

    #[test]
    fn other_text_is_left_to_its_name() {
        for text in ["", "solid\n", "solid ground\nunder us\n", "v,1,2,3\n", "v a b c\n", "1 2 3\n"]
        {
            check(text.as_bytes(), None);
        }
    }

    #[test]
    fn binary_stl_is_known_by_its_length() {
        let mut bytes = vec![b'x'; 84 + 50];
        bytes[80..84].copy_from_slice(&1_u32.to_le_bytes());
        check(&bytes, Some(MeshFormat::Stl));
        check(&bytes[..133], None);
        assert_eq!(format(&bytes, None), None);
    }
}
