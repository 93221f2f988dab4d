//! Parser of expressions. An error names its column and the words that are valid there.

use std::fmt;
use std::str::FromStr;

use crate::units::parse_duration;

use super::super::metric::{Aggregate, Metric, Series};
use super::ast::{Comparison, Expression, Limit};
use super::dimension::{Dimension, size_unit, time_unit};
use super::lexer::{Token, tokens};

/// Syntax error in an expression, with its column and the valid words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    text: String,
    column: usize,
    message: String,
}

impl ExpressionError {
    /// Returns the column of the error in characters, from 0.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Control characters would shift the mark.
        let shown: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "column {}: {}\n  {shown}\n  {:>width$}", self.column + 1, self.message, "^", width = self.column + 1)
    }
}

impl std::error::Error for ExpressionError {}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { text, tokens: tokens(text), next: 0 };
        parser.expression()
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

type Parsed<T> = Result<T, ExpressionError>;

impl Parser<'_> {
    /// Parses a whole expression.
    fn expression(&mut self) -> Parsed<Expression> {
        let metric = self.metric()?;
        let comparison = self.comparison()?;
        let limit = self.limit(metric.dimension())?;
        let mut out = Expression {
            text: self.text.trim().to_owned(),
            metric,
            comparison,
            limit,
            hold_s: 0.0,
            after_s: 0.0,
            abort: false,
        };
        while let Some(token) = self.next_token() {
            match token.text.as_str() {
                "for" => out.hold_s = self.duration()?,
                "after" => out.after_s = self.duration()?,
                "abort" => out.abort = true,
                _ => {
                    return Err(self.error_at(
                        &token,
                        "unexpected word; the limit may be followed by 'for 30s', 'after 2m' and 'abort'",
                    ));
                }
            }
        }
        Ok(out)
    }

    /// Parses a metric such as `growth(memory) per work`.
    fn metric(&mut self) -> Parsed<Metric> {
        let point = self.peek().is_some_and(|token| token.text == "point");
        if point {
            self.next_token();
            self.sign("(")?;
        }
        let name = self.word(|| format!("a metric such as growth(memory) is missing; {}", known_aggregates()))?;
        let aggregate = Aggregate::ALL.iter().find(|(known, _)| *known == name.text);
        let aggregate = aggregate
            .ok_or_else(|| self.error_at(&name, &format!("unknown metric '{}'; {}", name.text, known_aggregates())))?
            .1;
        self.sign("(")?;
        let name = self.word(|| format!("a counter is missing; {}", known_series()))?;
        let series = Series::all().find(|(known, _)| *known == name.text);
        let series = series
            .ok_or_else(|| self.error_at(&name, &format!("unknown counter '{}'; {}", name.text, known_series())))?
            .1;
        self.sign(")")?;
        if point {
            self.sign(")")?;
        }
        let per_work = self.peek().is_some_and(|token| token.text == "per");
        if per_work {
            let per = self.next_token();
            let work = self.word(|| "'work' is missing: growth(memory) per work".to_owned())?;
            if work.text != "work" {
                return Err(self.error_at(&work, "unknown word; only 'per work' is valid"));
            }
            if aggregate != Aggregate::Growth {
                let at = per.unwrap_or(work);
                return Err(self.error_at(&at, "only growth can be measured per work"));
            }
        }
        Ok(Metric { aggregate, series, point, per_work })
    }

    /// Parses a comparison sign.
    fn comparison(&mut self) -> Parsed<Comparison> {
        let token = self.next_token().ok_or_else(|| self.error_at_end("a comparison is missing: >, >=, < or <="))?;
        match token.text.as_str() {
            ">" => Ok(Comparison::Above),
            ">=" => Ok(Comparison::AtLeast),
            "<" => Ok(Comparison::Below),
            "<=" => Ok(Comparison::AtMost),
            other => Err(self.error_at(&token, &format!("'{other}' is not a comparison; valid are >, >=, <, <="))),
        }
    }

    /// Parses a limit: a quantity, or the baseline with factor and margin.
    fn limit(&mut self, dimension: Dimension) -> Parsed<Limit> {
        if self.peek().is_none_or(|token| token.text != "baseline") {
            return self.quantity(dimension).map(Limit::Fixed);
        }
        self.next_token();
        let (mut factor, mut plus) = (1.0, 0.0);
        if self.skip_if("*") {
            let number = self.word(|| "a factor such as '1.2' is missing".to_owned())?;
            factor = self.number(&number, &number.text)?;
        }
        if self.skip_if("+") {
            plus = self.quantity(dimension)?;
        } else if self.skip_if("-") {
            plus = -self.quantity(dimension)?;
        }
        Ok(Limit::Baseline { factor, plus })
    }

    /// Parses a number with the unit of the metric. Rates are returned per second.
    fn quantity(&mut self, dimension: Dimension) -> Parsed<f64> {
        let negative = self.skip_if("-");
        let token = self.word(|| format!("the limit is missing: {}", dimension.example()))?;
        let digits = token.text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(token.text.len());
        let (number, attached) = token.text.split_at(digits);
        if number.is_empty() {
            return Err(self.error_at(&token, &format!("the limit must be 'baseline' or {}", dimension.example())));
        }
        let mut value = self.number(&token, number)?;
        let mut unit = (!attached.is_empty()).then(|| Token {
            text: attached.to_owned(),
            column: token.column + digits,
            is_word: true,
        });
        if unit.is_none() && self.peek().is_some_and(is_unit_word) {
            unit = self.next_token();
        }
        match unit {
            Some(unit) if dimension.has_size() => {
                value *= size_unit(&unit.text).map_err(|message| self.error_at(&unit, &message))?;
            }
            Some(unit) => {
                return Err(self.error_at(
                    &unit,
                    &format!("'{}' does not fit; the metric takes {}", unit.text, dimension.example()),
                ));
            }
            None if dimension.has_size() && value != 0.0 => {
                return Err(
                    self.error_at(&token, &format!("a unit is missing; the metric takes {}", dimension.example()))
                );
            }
            None => {}
        }
        if self.peek().is_some_and(|token| token.text == "/") {
            let slash = self.next_token();
            if !dimension.has_time() {
                let at = slash.unwrap_or(token);
                return Err(self.error_at(&at, &format!("this metric is not a rate; it takes {}", dimension.example())));
            }
            let time = self.word(|| "a unit of time is missing; known are s, min, h, d".to_owned())?;
            value /= time_unit(&time.text).map_err(|message| self.error_at(&time, &message))?;
        } else if dimension.has_time() && value != 0.0 {
            return Err(
                self.error_at(&token, &format!("the time unit is missing; the metric takes {}", dimension.example()))
            );
        }
        Ok(if negative { -value } else { value })
    }

    /// Parses a finite number.
    fn number(&self, token: &Token, text: &str) -> Parsed<f64> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| self.error_at(token, &format!("'{text}' is not a number")))
    }

    /// Parses a duration, in seconds.
    fn duration(&mut self) -> Parsed<f64> {
        let example = "a duration such as '30s', '2m' or '1h'";
        let token = self.word(|| format!("{example} is missing"))?;
        let span = parse_duration(&token.text).map_err(|_| self.error_at(&token, &format!("expected {example}")))?;
        Ok(span.as_secs_f64())
    }

    /// Returns the next token without consuming it.
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    /// Consumes the next token.
    fn next_token(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    /// Consumes the next token if it is this sign.
    fn skip_if(&mut self, sign: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == sign);
        self.next += usize::from(found);
        found
    }

    /// Consumes a word.
    fn word(&mut self, missing: impl Fn() -> String) -> Parsed<Token> {
        match self.next_token() {
            Some(token) if token.is_word => Ok(token),
            Some(token) => Err(self.error_at(&token, &missing())),
            None => Err(self.error_at_end(&missing())),
        }
    }

    /// Consumes a sign.
    fn sign(&mut self, sign: &str) -> Parsed<()> {
        match self.next_token() {
            Some(token) if token.text == sign => Ok(()),
            Some(token) => Err(self.error_at(&token, &format!("'{sign}' is missing here"))),
            None => Err(self.error_at_end(&format!("'{sign}' is missing at the end"))),
        }
    }

    /// Builds an error at a token.
    fn error_at(&self, token: &Token, message: &str) -> ExpressionError {
        ExpressionError { text: self.text.to_owned(), column: token.column, message: message.to_owned() }
    }

    /// Builds an error at the end of the text.
    fn error_at_end(&self, message: &str) -> ExpressionError {
        let column = self.text.trim_end().chars().count();
        ExpressionError { text: self.text.to_owned(), column, message: message.to_owned() }
    }
}

/// Names the valid aggregates.
fn known_aggregates() -> String {
    let names: Vec<_> = Aggregate::ALL.iter().map(|(name, _)| *name).collect();
    format!("known metrics are {}, or point(...) around one", names.join(", "))
}

/// Names the valid counters.
fn known_series() -> String {
    let names: Vec<_> = Series::all().map(|(name, _)| name).collect();
    format!("known are {}", names.join(", "))
}

/// True if a token can be a unit.
fn is_unit_word(token: &Token) -> bool {
    token.is_word && !["for", "after", "abort"].contains(&token.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Expression {
        text.parse().unwrap_or_else(|error: ExpressionError| panic!("{error}"))
    }

    #[test]
    fn every_metric_and_unit_is_parsed() {
        const MIB: f64 = 1_048_576.0;
        let growth = parse("growth(memory) > 2MiB/h");
        assert_eq!((growth.limit, growth.comparison), (Limit::Fixed(2.0 * MIB / 3600.0), Comparison::Above));
        assert!(growth.metric.has_interval() && !growth.is_live());
        assert_eq!(parse("peak(rss) >= 1 GiB").limit, Limit::Fixed(1024.0 * MIB));
        assert_eq!(parse("growth(fds) > 10/h").limit, Limit::Fixed(10.0 / 3600.0));
        assert_eq!(parse("last(threads)>64").limit, Limit::Fixed(64.0));
        assert_eq!(parse("ratio(rss) > 1.2").limit, Limit::Fixed(1.2));
        assert_eq!(parse("growth(memory) per work > 200B").limit, Limit::Fixed(200.0));
        assert_eq!(parse("growth(memory) < -1MB/min").limit, Limit::Fixed(-1e6 / 60.0));
        let live = parse("peak(rss) >= 1GiB for 30s after 2m abort");
        assert_eq!((live.hold_s, live.after_s, live.abort), (30.0, 120.0, true));
        assert!(parse("point(growth(uss)) > 0").metric.point);
        for (aggregate, _) in Aggregate::ALL {
            for (series, _) in Series::all() {
                assert_eq!(
                    parse(&format!("{aggregate}({series}) > 0")).metric.to_string(),
                    format!("{aggregate}({series})")
                );
            }
        }
    }

    #[test]
    fn a_baseline_is_parsed_with_factor_and_margin() {
        let limit = |text: &str| parse(text).limit;
        assert_eq!(limit("peak(rss) > baseline"), Limit::Baseline { factor: 1.0, plus: 0.0 });
        assert_eq!(limit("peak(rss) > baseline * 1.5 + 1kB"), Limit::Baseline { factor: 1.5, plus: 1000.0 });
        assert_eq!(limit("growth(fds) > baseline - 1/s"), Limit::Baseline { factor: 1.0, plus: -1.0 });
    }

    #[test]
    fn an_error_names_its_column_and_the_valid_words() {
        for (text, column, said) in [
            ("growht(memory) > 2MiB/h", 0, "known metrics are growth, peak"),
            ("growth(memry) > 2MiB/h", 7, "memory, rss, pss"),
            ("growth(memory) > 2MiX/h", 18, "KiB, MB, MiB"),
            ("growth(memory) > 2MiB/fortnight", 22, "s, min, h, d"),
            ("growth(memory) > 2MiB", 17, "2MiB/h"),
            ("growth(memory) = 2MiB/h", 15, ">, >=, <, <="),
            ("growth(memory) >", 16, "limit is missing"),
            ("growth memory > 1", 7, "'(' is missing"),
            ("peak(rss) > 1GiB/h", 16, "not a rate"),
            ("peak(rss) > 100", 12, "unit is missing"),
            ("last(fds) > 64MiB", 14, "plain number"),
            ("peak(rss) > 1GiB quickly", 17, "'abort'"),
            ("peak(rss) > 1GiB for ever", 21, "'30s'"),
            ("peak(rss) per work > 1B", 10, "only growth"),
            ("", 0, "growth(memory)"),
            ("point(growth(rss) > 1MiB/h", 18, "')' is missing"),
        ] {
            let error = text.parse::<Expression>().expect_err(text);
            assert_eq!(error.column(), column, "{error}");
            let shown = error.to_string();
            assert!(shown.contains(said), "{shown}");
            let mark = shown.lines().last().expect("a line").find('^').expect("a mark");
            assert_eq!(mark, column + 2, "{shown}");
        }
    }
}
