//! Bytes. Input takes `64MiB` (2^20-based) and `64MB` (10^6-based); output is in KiB to TiB.

use std::fmt;
use std::str::FromStr;

use bytesize::ByteSize;

use super::error::QuantityError;

/// An amount of memory in bytes.
///
/// ```
/// use leakwatch::units::Bytes;
///
/// let limit: Bytes = "1.5GiB".parse()?;
/// assert_eq!(limit, Bytes(1536 << 20));
/// assert_eq!(limit.to_string(), "1.5 GiB");
/// # Ok::<(), leakwatch::units::QuantityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let size = text.trim().parse::<ByteSize>();
        size.map(|size| Self(size.as_u64()))
            .map_err(|_| QuantityError::new(text, "a size such as '64MiB', '1.5GiB' or '200MB'"))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&ByteSize::b(self.0).display().iec().to_string())
    }
}

/// A change of memory in bytes: growth is positive.
///
/// ```
/// use leakwatch::units::SignedBytes;
///
/// assert_eq!(SignedBytes(-2048).to_string(), "-2.0 KiB");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedBytes(pub i64);

impl fmt::Display for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            0 => "",
            1.. => "+",
            _ => "-",
        };
        f.pad(&format!("{sign}{}", Bytes(self.0.unsigned_abs())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_and_decimal_units_differ() {
        assert_eq!("64MiB".parse(), Ok(Bytes(64 << 20)));
        assert_eq!("64MB".parse(), Ok(Bytes(64_000_000)));
        assert_eq!("1.5 GiB".parse(), Ok(Bytes(3 << 29)));
        assert_eq!("4096".parse(), Ok(Bytes(4096)));
    }

    #[test]
    fn an_error_names_an_example() {
        for text in ["", "MiB", "-5MiB", "12 parsecs", "nan"] {
            let error = text.parse::<Bytes>().expect_err(text);
            assert!(error.to_string().contains("64MiB"), "{error}");
        }
    }

    #[test]
    fn sizes_print_in_binary_units() {
        assert_eq!(Bytes(0).to_string(), "0 B");
        assert_eq!(Bytes(1536).to_string(), "1.5 KiB");
        assert_eq!(SignedBytes(-(3 << 20)).to_string(), "-3.0 MiB");
        assert_eq!(SignedBytes(3 << 20).to_string(), "+3.0 MiB");
        assert_eq!(format!("{:>8}", Bytes(5)), "     5 B");
    }
}
