//! Probabilities for people.

/// Formats a probability as a confidence in whole per cent: `> 99 %` instead of 100 %.
///
/// ```
/// use leakwatch::units::confidence;
///
/// assert_eq!(confidence(0.624), "62 %");
/// assert_eq!(confidence(0.9999), "> 99 %");
/// ```
#[must_use]
pub fn confidence(probability: f64) -> String {
    let percent = 100.0 * probability;
    if percent > 99.0 { "> 99 %".to_owned() } else { format!("{percent:.0} %") }
}

/// Formats a p value: `< 0.001` instead of 0.000.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_is_never_shown() {
        assert_eq!([0.0, 0.5, 0.99, 0.991, 1.0].map(confidence), ["0 %", "50 %", "99 %", "> 99 %", "> 99 %"]);
        assert_eq!([0.0, 0.0005, 0.0214].map(p_value), ["< 0.001", "< 0.001", "0.021"]);
    }
}
