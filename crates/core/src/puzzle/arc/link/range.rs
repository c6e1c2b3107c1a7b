//! A range coder: symbols as fractions of a range that narrows with each (Martin 1979), in bytes, with carries.

/// Below this a range is widened by a byte.
const NARROW: u32 = 1 << 24;

/// Writes symbols.
pub struct Encoder {
    /// The range's beginning, as far as its bytes are not written; one bit more for a carry.
    low: u64,
    range: u32,
    /// The byte that a carry may still change, and how many of 255 stand behind it.
    held: Option<u8>,
    full: usize,
    bytes: Vec<u8>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self { low: 0, range: u32::MAX, held: None, full: 0, bytes: Vec::new() }
    }
}

impl Encoder {
    /// Writes a symbol that takes `share` of `total`, behind `before` that others take. `total` is at most 2^20.
    pub fn put(&mut self, before: u32, share: u32, total: u32) {
        let unit = self.range / total;
        self.low += u64::from(unit) * u64::from(before);
        self.range = unit * share;
        while self.range < NARROW {
            self.shift();
            self.range <<= 8;
        }
    }

    fn shift(&mut self) {
        let (carry, byte) = ((self.low >> 32) as u8, (self.low >> 24) as u8);
        if carry > 0 || byte < 0xff {
            self.bytes.extend(self.held.map(|held| held.wrapping_add(carry)));
            self.bytes.extend(std::iter::repeat_n(0xff_u8.wrapping_add(carry), self.full));
            (self.held, self.full) = (Some(byte), 0);
        } else {
            self.full += 1;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// The bytes, of which zeros at the end are left out: the decoder reads zeros there.
    pub fn finish(mut self) -> Vec<u8> {
        // Of the numbers in the range one with many zeros at its end.
        let mask = u64::from(self.range).next_power_of_two() / 4;
        let mask = mask.max(1) - 1;
        self.low = (self.low + mask) & !mask;
        for _ in 0..5 {
            self.shift();
        }
        self.bytes.extend(self.held);
        while self.bytes.last() == Some(&0) {
            self.bytes.pop();
        }
        self.bytes
    }
}

/// Reads symbols.
pub struct Decoder<'a> {
    code: u32,
    range: u32,
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// Of an encoder's bytes; of others it reads what nobody wrote.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { code: 0, range: u32::MAX, bytes };
        (0..4).for_each(|_| decoder.shift());
        decoder
    }

    fn shift(&mut self) {
        let (byte, rest) = self.bytes.split_first().map_or((0, self.bytes), |(byte, rest)| (*byte, rest));
        self.bytes = rest;
        self.code = self.code << 8 | u32::from(byte);
    }

    /// Reads a symbol: of the shares of all symbols the number of the one that was written.
    pub fn take(&mut self, shares: &[u32]) -> usize {
        let total: u32 = shares.iter().sum();
        let unit = self.range / total;
        let at = (self.code / unit).min(total - 1);
        let (mut symbol, mut before) = (0, 0);
        while before + shares[symbol] <= at {
            before += shares[symbol];
            symbol += 1;
        }
        self.code = self.code.wrapping_sub(unit * before);
        self.range = unit * shares[symbol];
        while self.range < NARROW {
            self.shift();
            self.range <<= 8;
        }
        symbol
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn symbols_are_read_as_they_were_written() {
        let mut random = Random::new(1);
        for round in 0..200 {
            // From all alike to nearly certain, and at the widest total.
            let shares: Vec<u32> = (0..1 + round % 11).map(|_| 1 + random.below(1 << (round % 17)) as u32).collect();
            let total = shares.iter().sum();
            let symbols: Vec<usize> = (0..round * 3).map(|_| random.below(shares.len())).collect();
            let mut encoder = Encoder::default();
            for &symbol in &symbols {
                encoder.put(shares[..symbol].iter().sum(), shares[symbol], total);
            }
            let bytes = encoder.finish();
            let mut decoder = Decoder::new(&bytes);
            let read: Vec<usize> = symbols.iter().map(|_| decoder.take(&shares)).collect();
            assert_eq!(read, symbols, "{shares:?}");
        }
    }

    #[test]
    fn carries_pass_through_full_bytes() {
        // The last of many symbols again and again stays at the range's end: bytes of 255, until a carry comes.
        let shares = [1 << 10, 1, 1 << 18];
        for ones in 0..400 {
            let symbols: Vec<usize> = (0..ones).map(|_| 2).chain([1, 0, 2, 1]).collect();
            let mut encoder = Encoder::default();
            for &symbol in &symbols {
                encoder.put(shares[..symbol].iter().sum(), shares[symbol], shares.iter().sum());
            }
            let bytes = encoder.finish();
            let mut decoder = Decoder::new(&bytes);
            assert_eq!(symbols.iter().map(|_| decoder.take(&shares)).collect::<Vec<_>>(), symbols, "{ones}");
        }
    }

    #[test]
    fn what_is_certain_takes_little_room() {
        let mut encoder = Encoder::default();
        (0..10_000).for_each(|_| encoder.put(0, 999, 1000));
        // 10,000 · log2(1000/999) bits are 14.4.
        let bytes = encoder.finish();
        assert!(bytes.len() <= 4, "{}", bytes.len());
    }
}
