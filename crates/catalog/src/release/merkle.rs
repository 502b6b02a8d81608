use crate::Sha256;

/// A hash tree over lines that come one after the other: that of RFC 6962 (Laurie, Langley, Kasper,
/// 2013), with SHA-256. One hash speaks for all lines and their order, and a few hashes prove that a
/// line is among them.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// Roots of full subtrees, largest first, each of a power of two of lines.
    full: Vec<(u64, Sha256)>,
    n_leaves: u64,
}

impl MerkleTree {
    /// Adds a line, without its end.
    pub fn add(&mut self, line: &[u8]) {
        let mut node = (1, hash(0, &[line]));
        while let Some(last) = self.full.pop_if(|last| last.0 == node.0) {
            node = (2 * node.0, parent(&last.1, &node.1));
        }
        self.full.push(node);
        self.n_leaves += 1;
    }

    /// Lines added.
    pub fn n_leaves(&self) -> u64 {
        self.n_leaves
    }

    /// The hash of all; that of nothing if there are no lines.
    pub fn root(&self) -> Sha256 {
        let roots = self.full.iter().rev().map(|(_, root)| *root);
        roots.reduce(|right, left| parent(&left, &right)).unwrap_or_else(|| Sha256::of(b""))
    }
}

fn parent(left: &Sha256, right: &Sha256) -> Sha256 {
    hash(1, &[left.as_bytes(), right.as_bytes()])
}

/// Leaves and nodes begin with different bytes, so that none can pass for the other.
fn hash(kind: u8, parts: &[&[u8]]) -> Sha256 {
    Sha256::of(&[&[kind], parts.concat().as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(lines: &[&[u8]]) -> String {
        let mut tree = MerkleTree::default();
        lines.iter().for_each(|line| tree.add(line));
        tree.root().to_string()
    }

    // The roots of the first leaves of the test vectors of Certificate Transparency's reference
    // implementation (google/certificate-transparency, merkletree tests).
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let lines: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (n, expected) in roots.into_iter().enumerate() {
            assert_eq!(root(&lines[..n]), expected, "{n} leaves");
        }
    }
}
