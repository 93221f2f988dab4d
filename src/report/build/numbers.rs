//! Numbers that JSON can hold.

/// Returns the value; `None` if it is infinite or not a number.
pub(super) fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}
