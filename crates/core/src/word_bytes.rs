//! Words of four bytes as one block of bytes in a message: a list of numbers would be converted one by one, at a
//! microsecond for ten. For serde's `with`. (`serde_bytes` has blocks of `u8` alone: words would be copied into one, and once more
//! out of it.)

use bytemuck::{AnyBitPattern, NoUninit};
use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

/// Writes the bytes of `words`.
///
/// # Errors
/// The serializer's.
pub fn serialize<T: NoUninit, S: Serializer>(words: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytemuck::cast_slice(words))
}

/// Reads words from their bytes.
///
/// # Errors
/// Something that is no block of bytes, or one that ends within a word.
pub fn deserialize<'de, T: AnyBitPattern + NoUninit, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_bytes(Bytes(std::marker::PhantomData))
}

struct Bytes<T>(std::marker::PhantomData<T>);

impl<T: AnyBitPattern + NoUninit> Visitor<'_> for Bytes<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("the bytes of words, four each")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
        if bytes.len().is_multiple_of(4) {
            Ok(bytemuck::pod_collect_to_vec(bytes))
        } else {
            Err(E::invalid_length(bytes.len(), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{BytesDeserializer, Error};

    use super::*;

    #[test]
    fn floats_are_read_back_from_their_bytes() {
        let read = |bytes| deserialize::<f32, _>(BytesDeserializer::<Error>::new(bytes));
        assert_eq!(read(&[0, 0, 128, 63, 0, 0, 0, 192]).unwrap(), [1.0, -2.0]);
        let error = read(&[0, 0, 128]).unwrap_err().to_string();
        assert_eq!(error, "invalid length 3, expected the bytes of words, four each");
    }
}
