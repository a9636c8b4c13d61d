//! The tree against its definition in the RFC, written down naively, and against roots that other logs published for the same leaves.

use std::ops::Range;

use proptest::prelude::*;

use super::*;

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|nth| leaf(&nth.to_be_bytes())).collect()
}

/// MTH of section 2.1.1, by its own words.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        several => {
            let (left, right) = several.split_at(split(several.len() as u64) as usize);
            node(&defined(left), &defined(right))
        }
    }
}

fn of(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Vec<Hash> {
    let by_parts = |range: &Range<u64>| {
        let parts = parts(range.clone()).into_iter();
        root(&parts.map(|(height, first)| complete(&leaves[first as usize..(first + (1 << height)) as usize])).collect::<Vec<_>>())
    };
    for range in &ranges {
        assert_eq!(by_parts(range), defined(&leaves[range.start as usize..range.end as usize]), "{range:?}");
    }
    ranges.iter().map(by_parts).collect()
}

fn hex(hash: &Hash) -> String {
    crate::events::hex(hash)
}

/// The eight leaves that Certificate Transparency's own tests use, and the roots that they expect.
#[test]
fn the_tree_of_certificate_transparency() {
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let mut frontier = Frontier::default();
    assert_eq!(hex(&frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let mut roots = Vec::new();
    for entry in entries {
        frontier.push(leaf(entry), |_, _, _| ());
        roots.push(hex(&frontier.root()));
    }
    assert_eq!(roots[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(roots[1], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(roots[7], "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn every_root_and_every_proof_of_small_trees() {
    let all = leaves(70);
    let mut frontier = Frontier::default();
    for size in 1..=70_u64 {
        frontier.push(all[size as usize - 1], |_, _, _| ());
        let here = &all[..size as usize];
        assert_eq!(frontier.root(), defined(here), "{size}");
        for index in 0..size {
            let path = of(here, inclusion(index, size));
            assert!(includes(&all[index as usize], index, size, &path, &frontier.root()), "{index} of {size}");
            assert!(!includes(&all[index as usize], (index + 1) % size, size, &path, &frontier.root()) || size == 1);
        }
        for old in 0..=size {
            let path = of(here, consistency(old, size));
            assert!(continues(old, &defined(&all[..old as usize]), size, &frontier.root(), &path), "{old} and {size}");
        }
    }
}

proptest! {
    #[test]
    fn a_proof_that_is_bent_proves_nothing(size in 2_u64..300, index in 0_u64..300, old in 1_u64..300, bend in 0_usize..20, bit in 0_usize..256) {
        let (index, old, all) = (index % size, 1 + old % (size - 1), leaves(size));
        let (root, old_root) = (defined(&all), defined(&all[..old as usize]));
        let mut path = of(&all, inclusion(index, size));
        let bent = bend % path.len();
        path[bent][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!includes(&all[index as usize], index, size, &path, &root));
        let mut path = of(&all, consistency(old, size));
        let bent = bend % path.len();
        path[bent][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!continues(old, &old_root, size, &root, &path));
    }

    #[test]
    fn a_tree_whose_past_was_changed_continues_nothing(size in 2_u64..300, old in 1_u64..300, changed in 0_u64..300) {
        let old = 1 + old % (size - 1);
        let (before, mut after) = (leaves(size), leaves(size));
        after[(changed % old) as usize] = leaf(b"something else");
        let path = of(&after, consistency(old, size));
        prop_assert!(!continues(old, &defined(&before[..old as usize]), size, &defined(&after), &path));
    }
}
