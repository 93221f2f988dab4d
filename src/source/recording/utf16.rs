//! Decoder of UTF-16 (`utf16`), which PowerShell writes to files.

use std::io::{self, Read};

/// Decoder of UTF-16 behind its byte order mark.
pub(super) struct Utf16Reader<R> {
    input: R,
    is_big_endian: bool,
    /// Bytes that were read but not decoded: a part of a character.
    raw: Vec<u8>,
    /// Decoded bytes that were not returned yet.
    decoded: Vec<u8>,
}

impl<R: Read> Utf16Reader<R> {
    /// Creates the decoder of a text that begins with `first`, behind the mark.
    pub(super) fn new(input: R, is_big_endian: bool, first: &[u8]) -> Self {
        Self { input, is_big_endian, raw: first.to_vec(), decoded: Vec::new() }
    }

    /// Decodes the complete characters. At the end a torn one is replaced.
    fn decode(&mut self, is_end: bool) {
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if self.is_big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        let mut units: Vec<u16> = self.raw.chunks_exact(2).map(unit).collect();
        // The first half of a pair waits for the second.
        if !is_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.raw.drain(..2 * units.len());
        let text: String =
            char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.decoded.extend_from_slice(text.as_bytes());
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoded.is_empty() {
            let mut chunk = [0; 8192];
            let length = self.input.read(&mut chunk)?;
            self.raw.extend_from_slice(&chunk[..length]);
            self.decode(length == 0);
            if length == 0 && self.decoded.is_empty() {
                return Ok(0);
            }
        }
        let length = buffer.len().min(self.decoded.len());
        buffer[..length].copy_from_slice(&self.decoded[..length]);
        self.decoded.drain(..length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reader of one byte a call.
    struct Slow(Vec<u8>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }

    #[test]
    fn both_orders_are_decoded_at_any_chunk_size() {
        let text = "Größe 😀\n";
        for is_big_endian in [false, true] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let mut found = String::new();
            let mut reader = Utf16Reader::new(Slow(bytes), is_big_endian, &[]);
            reader.read_to_string(&mut found).expect("memory is readable");
            assert_eq!(found, text);
        }
    }
}
