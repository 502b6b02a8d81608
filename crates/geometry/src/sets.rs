//! Disjoint sets of numbers (union-find).

/// Sets of the numbers below some n; at first each number is a set of its own.
pub(crate) struct Sets {
    // Invariant: no parent is higher than its child, so the root of a set is its least member.
    parents: Vec<u32>,
}

impl Sets {
    pub(crate) fn new(n: usize) -> Self {
        Self { parents: (0..n as u32).collect() }
    }

    /// All sets of several collections; the numbers of each follow those of the ones before.
    pub(crate) fn side_by_side(collections: Vec<Self>) -> Self {
        let mut parents =
            Vec::with_capacity(collections.iter().map(|sets| sets.parents.len()).sum());
        for sets in collections {
            let before = parents.len() as u32;
            parents.extend(sets.parents.iter().map(|parent| before + parent));
        }
        Self { parents }
    }

    /// The least member of the set.
    pub(crate) fn root(&mut self, mut member: u32) -> u32 {
        while self.parents[member as usize] != member {
            let grandparent = self.parents[self.parents[member as usize] as usize];
            self.parents[member as usize] = grandparent;
            member = grandparent;
        }
        member
    }

    /// Makes one set of two; whether they were apart before.
    pub(crate) fn unite(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
        a != b
    }

    /// Whether a number is the least of its set.
    pub(crate) fn is_root(&self, member: u32) -> bool {
        self.parents[member as usize] == member
    }

    /// How many sets there are.
    pub(crate) fn count(&self) -> usize {
        (0..self.parents.len()).filter(|&member| self.is_root(member as u32)).count()
    }

    /// Numbers the sets that the first `n` members are in, from 0 in order of their least members.
    pub(crate) fn numbers(&mut self, n: usize) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(n);
        let mut n_sets = 0;
        for member in 0..n as u32 {
            let root = self.root(member);
            if root == member {
                numbers.push(n_sets);
                n_sets += 1;
            } else {
                numbers.push(numbers[root as usize]);
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn united_numbers_are_one_set() {
        let mut sets = Sets::new(6);
        assert!(sets.unite(4, 1));
        assert!(sets.unite(5, 4));
        assert!(!sets.unite(1, 5));
        assert_eq!(sets.root(5), 1);
        assert_eq!(sets.count(), 4);
        assert_eq!(sets.numbers(6), [0, 1, 2, 3, 1, 1]);
    }
}
