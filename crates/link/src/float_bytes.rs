//! Floats as one block of bytes in a message: a list of numbers would be converted one by one, at a microsecond for ten.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// Floats that become a `Uint8Array` between page and worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed(pub Vec<f32>);

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(&self.0))
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Packed;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("the bytes of floats, four each")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Packed, E> {
        if bytes.len().is_multiple_of(4) {
            Ok(Packed(bytemuck::pod_collect_to_vec(bytes)))
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
        let read = |bytes| Packed::deserialize(BytesDeserializer::<Error>::new(bytes));
        assert_eq!(read(&[0, 0, 128, 63, 0, 0, 0, 192]).unwrap(), Packed(vec![1.0, -2.0]));
        let error = read(&[0, 0, 128]).unwrap_err().to_string();
        assert_eq!(error, "invalid length 3, expected the bytes of floats, four each");
    }
}
