//! The Merkle tree of RFC 9162, section 2.1, over SHA-256. Pure: it is given hashes and says which hashes of which parts of the tree
//! make a root or a proof.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// A hash of a leaf or of a part of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf; the byte in front keeps leaves and nodes apart.
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash over two parts that stand beside each other.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over parts from left to right, each larger than what is right of it together: the tree of RFC 9162. That of no part is
/// the hash of nothing.
pub fn root(parts: &[Hash]) -> Hash {
    parts.iter().rev().copied().reduce(|right, left| node(&left, &right)).unwrap_or_else(|| Sha256::digest([]).into())
}

/// The root over as many leaves as a power of two.
pub fn complete(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [left, right] = pair { node(left, right) } else { pair[0] }).collect();
    }
    root(&level)
}

/// The complete parts, largest first, that a range of leaves consists of: each as its height and its first leaf. The range starts at a
/// multiple of the smallest power of two that is not less than its length, as every range of a proof does.
pub fn parts(range: Range<u64>) -> Vec<(u32, u64)> {
    let (mut first, length) = (range.start, range.end - range.start);
    let heights = (0..u64::BITS).rev().filter(|height| length >> height & 1 == 1);
    heights
        .map(|height| {
            let part = (height, first);
            first += 1 << height;
            part
        })
        .collect()
}

/// A tree that grows at its right end: of everything before only the roots of complete parts are held, at most one of each height.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree of so many leaves, by the roots of its [`parts`].
    pub fn of(size: u64, peaks: Vec<Hash>) -> Frontier {
        Frontier { size, peaks }
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; `told` hears of the height, the number from the left and the hash of each part that is complete with it, the leaf
    /// first.
    pub fn push(&mut self, leaf: Hash, mut told: impl FnMut(u32, u64, Hash)) {
        let (mut hash, mut index, mut height) = (leaf, self.size, 0);
        told(height, index, hash);
        while index & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            index >>= 1;
            height += 1;
            told(height, index, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        root(&self.peaks)
    }
}

/// The largest power of two that is less than a size of two or more.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// The ranges of leaves whose roots, in this order, prove that a leaf is in the tree of a size (section 2.1.3.1).
pub fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            from = middle;
        }
    }
    path.reverse();
    path
}

/// The ranges of leaves whose roots prove that the tree of one size is the beginning of another's (section 2.1.4.1). Nothing is needed
/// where one is empty or both are one.
pub fn consistency(old: u64, new: u64) -> Vec<Range<u64>> {
    if old == 0 || old >= new {
        return Vec::new();
    }
    let (mut from, mut to, mut left, mut known, mut path) = (0, new, old, true, Vec::new());
    while left != to - from {
        let middle = from + split(to - from);
        if left <= middle - from {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            left -= middle - from;
            from = middle;
            known = false;
        }
    }
    if !known {
        path.push(from..to);
    }
    path.reverse();
    path
}

/// Whether a proof shows that a leaf is in the tree with a root (section 2.1.3.2).
pub fn includes(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node(beside, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that one tree is the beginning of another (section 2.1.4.2).
pub fn continues(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    match old {
        0 => return path.is_empty() && *old_root == root(&[]),
        _ if old == new => return path.is_empty() && old_root == new_root,
        _ if old > new => return false,
        _ => {}
    }
    let mut path = path.iter();
    // A tree of a power of two is itself the first part, and left out of the proof.
    let Some(first) = (if old.is_power_of_two() { Some(old_root) } else { path.next() }) else { return false };
    let (mut place, mut last) = (old - 1, new - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for beside in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node(beside, &before);
            after = node(beside, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = node(&after, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *new_root
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
