//! Damaged copies of good inputs: bytes changed, numbers replaced by their extremes, parts cut, doubled and mixed.

use hrm_core::random::Random;

/// Bytes of an input at most, beyond those of the largest seed.
const GROWTH: usize = 4096;

/// Inputs to damage, and how.
pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    /// How many of them are good, at the beginning.
    seeds: usize,
    words: &'static [&'static [u8]],
    longest: usize,
    random: Random,
}

impl Mutator {
    /// With these seeds, and words that the format has.
    pub fn new(seeds: Vec<Vec<u8>>, words: &'static [&'static [u8]], seed: u64) -> Self {
        let longest = seeds.iter().map(Vec::len).max().unwrap_or(0) + GROWTH;
        Self { seeds: seeds.len(), corpus: seeds, words, longest, random: Random::new(seed) }
    }

    /// Number of inputs that are damaged further.
    pub fn len(&self) -> usize {
        self.corpus.len()
    }

    /// Adds an input of which the reader said something new.
    pub fn keep(&mut self, input: Vec<u8>) {
        self.corpus.push(input);
    }

    /// The next input.
    pub fn next(&mut self) -> Vec<u8> {
        let mut input = self.any_of_corpus();
        // Mostly few changes, so that the reader comes far.
        let changes = 1 + self.random.below(2) + self.random.below(3) * self.random.below(4);
        for _ in 0..changes {
            self.change(&mut input);
        }
        input.truncate(self.longest);
        input
    }

    fn any_of_corpus(&mut self) -> Vec<u8> {
        // Often a good one: thousands that are refused come to stand behind them.
        let among = if self.random.below(2) == 0 { self.seeds } else { self.corpus.len() };
        let at = self.random.below(among);
        self.corpus[at].clone()
    }

    /// A place in an input: headers are at the beginning, directories at the end.
    fn place(&mut self, length: usize) -> usize {
        match self.random.below(4) {
            0 => self.random.below(length.min(1024)),
            1 => length - 1 - self.random.below(length.min(512)),
            _ => self.random.below(length),
        }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        if input.is_empty() {
            input.extend(self.word());
            return;
        }
        let at = self.place(input.len());
        let most = self.random.below(64.min(input.len()));
        let some = 1 + self.random.below(1 + most);
        let end = (at + some).min(input.len());
        match self.random.below(11) {
            0 => input[at] ^= 1 << self.random.below(8),
            1 => input[at] = self.random.bits() as u8,
            2 => input[at] = input[at].wrapping_add([1, 255][self.random.below(2)]),
            3 => {
                let number = self.number();
                let width = [1, 2, 4, 8][self.random.below(4)].min(input.len() - at);
                input[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
            }
            4 => drop(input.drain(at..end)),
            5 => {
                let part = input[at..end].to_vec();
                let to = self.place(input.len());
                input.splice(to..to, part);
            }
            6 => {
                let word = self.word();
                input.splice(at..at, word);
            }
            7 => {
                let word = self.word();
                let end = (at + word.len()).min(input.len());
                input.splice(at..end, word);
            }
            8 => {
                // A part of another one in its place.
                let other = self.any_of_corpus();
                if !other.is_empty() {
                    let from = self.place(other.len());
                    let to = (from + some * 4).min(other.len());
                    input.splice(at..end, other[from..to].iter().copied());
                }
            }
            9 => {
                // A number in digits, longer than it was.
                let digits = self.number().to_string().into_bytes();
                input.splice(at..(at + 1).min(input.len()), digits);
            }
            _ if self.random.below(8) == 0 => input.truncate(at),
            _ => {
                let to = self.place(input.len());
                input.swap(at, to);
            }
        }
    }

    /// A number at which sums and products overflow, or a small one.
    fn number(&mut self) -> u64 {
        let edge = 1_u64 << self.random.below(64);
        [0, 1, edge, edge - 1, edge.wrapping_neg(), u64::MAX, self.random.bits() & 0xffff][self.random.below(7)]
    }

    fn word(&mut self) -> Vec<u8> {
        match self.words {
            [] => vec![self.random.bits() as u8],
            words => words[self.random.below(words.len())].to_vec(),
        }
    }
}
