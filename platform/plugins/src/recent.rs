use std::collections::HashMap;

use crate::{Compiled, Digest};

/// Components that were used last, up to a number and a size.
///
/// Invariant: never more than `most` of them, nor more than `most_bytes` of code (one alone may be larger).
pub(crate) struct Recent {
    entries: HashMap<Digest, (u64, Compiled)>,
    turn: u64,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Recent {
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        Self { entries: HashMap::new(), turn: 0, bytes: 0, most, most_bytes }
    }

    pub(crate) fn get(&mut self, digest: &Digest) -> Option<Compiled> {
        self.turn += 1;
        let (used, component) = self.entries.get_mut(digest)?;
        *used = self.turn;
        Some(component.clone())
    }

    pub(crate) fn put(&mut self, component: &Compiled) {
        self.turn += 1;
        self.bytes += component.code_bytes();
        if let Some((_, old)) = self.entries.insert(component.digest(), (self.turn, component.clone())) {
            self.bytes -= old.code_bytes();
        }
        while self.entries.len() > 1 && (self.entries.len() > self.most || self.bytes > self.most_bytes) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used).map(|(digest, _)| *digest);
        if let Some((_, component)) = oldest.and_then(|digest| self.entries.remove(&digest)) {
            self.bytes -= component.code_bytes();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
