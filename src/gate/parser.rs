//! Reads expressions; a mistake is shown at its column, with what is known there.

use std::fmt;
use std::str::FromStr;

use crate::units::parse_duration;

use super::expression::{Comparison, Expression, Limit};
use super::lexer::{Token, tokens};
use super::metric::{Aggregate, Metric, Series};
use super::quantity::{Dimension, size_unit, time_unit};

/// Why an expression cannot be read: the text, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    text: String,
    column: usize,
    message: String,
}

impl ExpressionError {
    /// Column of the mistake in characters, from 0.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tabs and worse would move the mark away from its place.
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
        while let Some(token) = self.take() {
            match token.text.as_str() {
                "for" => out.hold_s = self.duration()?,
                "after" => out.after_s = self.duration()?,
                "abort" => out.abort = true,
                _ => {
                    return Err(
                        self.at(&token, "unexpected; after the limit may come 'for 30s', 'after 2m' and 'abort'")
                    );
                }
            }
        }
        Ok(out)
    }

    fn metric(&mut self) -> Parsed<Metric> {
        let point = self.peek().is_some_and(|token| token.text == "point");
        if point {
            self.take();
            self.sign("(")?;
        }
        let known = || {
            let aggregates: Vec<_> = Aggregate::ALL.iter().map(|(name, _)| *name).collect();
            format!("known metrics are {}, or point(...) around one", aggregates.join(", "))
        };
        let name = self.word(|| format!("a metric such as growth(memory) is missing; {}", known()))?;
        let aggregate = Aggregate::ALL.iter().find(|(known, _)| *known == name.text);
        let aggregate =
            aggregate.ok_or_else(|| self.at(&name, &format!("unknown metric '{}'; {}", name.text, known())))?.1;
        self.sign("(")?;
        let known = || {
            let series: Vec<_> = Series::ALL.iter().map(|(name, _)| *name).collect();
            format!("known are {}", series.join(", "))
        };
        let name = self.word(|| format!("what is measured is missing; {}", known()))?;
        let series = Series::ALL.iter().find(|(known, _)| *known == name.text);
        let series = series.ok_or_else(|| self.at(&name, &format!("unknown '{}'; {}", name.text, known())))?.1;
        self.sign(")")?;
        if point {
            self.sign(")")?;
        }
        let per_work = self.peek().is_some_and(|token| token.text == "per");
        if per_work {
            let per = self.take();
            let work = self.word(|| "'work' is missing: growth(memory) per work".to_owned())?;
            if work.text != "work" {
                return Err(self.at(&work, "unknown; only 'per work' is known"));
            }
            if aggregate != Aggregate::Growth {
                let at = per.unwrap_or(work);
                return Err(self.at(&at, "only growth is counted per work"));
            }
        }
        Ok(Metric { aggregate, series, point, per_work })
    }

    fn comparison(&mut self) -> Parsed<Comparison> {
        let token = self.take().ok_or_else(|| self.at_end("a comparison is missing: >, >=, < or <="))?;
        match token.text.as_str() {
            ">" => Ok(Comparison::Above),
            ">=" => Ok(Comparison::AtLeast),
            "<" => Ok(Comparison::Below),
            "<=" => Ok(Comparison::AtMost),
            other => Err(self.at(&token, &format!("'{other}' is no comparison; known are >, >=, <, <="))),
        }
    }

    fn limit(&mut self, dimension: Dimension) -> Parsed<Limit> {
        if self.peek().is_none_or(|token| token.text != "baseline") {
            return self.quantity(dimension).map(Limit::Fixed);
        }
        self.take();
        let (mut factor, mut plus) = (1.0, 0.0);
        if self.is_next("*") {
            let number = self.word(|| "a factor such as '1.2' is missing".to_owned())?;
            factor = self.number(&number, &number.text)?;
        }
        if self.is_next("+") {
            plus = self.quantity(dimension)?;
        } else if self.is_next("-") {
            plus = -self.quantity(dimension)?;
        }
        Ok(Limit::Baseline { factor, plus })
    }

    /// A number with the unit that the metric asks for; rates in units per second.
    fn quantity(&mut self, dimension: Dimension) -> Parsed<f64> {
        let negative = self.is_next("-");
        let token = self.word(|| format!("the limit is missing: {}", dimension.example()))?;
        let digits = token.text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(token.text.len());
        let (number, attached) = token.text.split_at(digits);
        if number.is_empty() {
            return Err(self.at(&token, &format!("the limit must be 'baseline' or {}", dimension.example())));
        }
        let mut value = self.number(&token, number)?;
        let mut unit = (!attached.is_empty()).then(|| Token {
            text: attached.to_owned(),
            column: token.column + digits,
            word: true,
        });
        let is_unit = |token: &Token| token.word && !["for", "after", "abort"].contains(&token.text.as_str());
        if unit.is_none() && self.peek().is_some_and(is_unit) {
            unit = self.take();
        }
        match unit {
            Some(unit) if dimension.has_size() => {
                value *= size_unit(&unit.text).map_err(|message| self.at(&unit, &message))?;
            }
            Some(unit) => {
                return Err(self.at(&unit, &format!("'{}' does not fit: it takes {}", unit.text, dimension.example())));
            }
            None if dimension.has_size() && value != 0.0 => {
                return Err(self.at(&token, &format!("a unit is missing: it takes {}", dimension.example())));
            }
            None => {}
        }
        if self.peek().is_some_and(|token| token.text == "/") {
            let slash = self.take();
            if !dimension.has_time() {
                let at = slash.unwrap_or(token);
                return Err(self.at(&at, &format!("this is no rate: it takes {}", dimension.example())));
            }
            let time = self.word(|| "a unit of time is missing; known are s, min, h, d".to_owned())?;
            value /= time_unit(&time.text).map_err(|message| self.at(&time, &message))?;
        } else if dimension.has_time() && value != 0.0 {
            return Err(self.at(&token, &format!("'by which time' is missing: it takes {}", dimension.example())));
        }
        Ok(if negative { -value } else { value })
    }

    fn number(&self, token: &Token, text: &str) -> Parsed<f64> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| self.at(token, &format!("'{text}' is no number")))
    }

    fn duration(&mut self) -> Parsed<f64> {
        let example = "a duration such as '30s', '2m' or '1h'";
        let token = self.word(|| format!("{example} is missing"))?;
        let span = parse_duration(&token.text).map_err(|_| self.at(&token, &format!("this is not {example}")))?;
        Ok(span.as_secs_f64())
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    fn is_next(&mut self, sign: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == sign);
        self.next += usize::from(found);
        found
    }

    fn word(&mut self, missing: impl Fn() -> String) -> Parsed<Token> {
        match self.take() {
            Some(token) if token.word => Ok(token),
            Some(token) => Err(self.at(&token, &missing())),
            None => Err(self.at_end(&missing())),
        }
    }

    fn sign(&mut self, sign: &str) -> Parsed<()> {
        match self.take() {
            Some(token) if token.text == sign => Ok(()),
            Some(token) => Err(self.at(&token, &format!("'{sign}' is missing here"))),
            None => Err(self.at_end(&format!("'{sign}' is missing at the end"))),
        }
    }

    fn at(&self, token: &Token, message: &str) -> ExpressionError {
        ExpressionError { text: self.text.to_owned(), column: token.column, message: message.to_owned() }
    }

    fn at_end(&self, message: &str) -> ExpressionError {
        let column = self.text.trim_end().chars().count();
        ExpressionError { text: self.text.to_owned(), column, message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Expression {
        text.parse().unwrap_or_else(|error: ExpressionError| panic!("{error}"))
    }

    #[test]
    fn every_metric_and_unit_is_read() {
        const MIB: f64 = 1_048_576.0;
        let growth = read("growth(memory) > 2MiB/h");
        assert_eq!((growth.limit, growth.comparison), (Limit::Fixed(2.0 * MIB / 3600.0), Comparison::Above));
        assert!(growth.metric.has_interval() && !growth.is_live());
        assert_eq!(read("peak(rss) >= 1 GiB").limit, Limit::Fixed(1024.0 * MIB));
        assert_eq!(read("growth(fds) > 10/h").limit, Limit::Fixed(10.0 / 3600.0));
        assert_eq!(read("last(threads)>64").limit, Limit::Fixed(64.0));
        assert_eq!(read("ratio(rss) > 1.2").limit, Limit::Fixed(1.2));
        assert_eq!(read("growth(memory) per work > 200B").limit, Limit::Fixed(200.0));
        assert_eq!(read("growth(memory) < -1MB/min").limit, Limit::Fixed(-1e6 / 60.0));
        let live = read("peak(rss) >= 1GiB for 30s after 2m abort");
        assert_eq!((live.hold_s, live.after_s, live.abort), (30.0, 120.0, true));
        assert!(read("point(growth(uss)) > 0").metric.point);
        for (aggregate, _) in Aggregate::ALL {
            for (series, _) in Series::ALL {
                assert_eq!(
                    read(&format!("{aggregate}({series}) > 0")).metric.to_string(),
                    format!("{aggregate}({series})")
                );
            }
        }
    }

    #[test]
    fn a_baseline_is_read_with_factor_and_margin() {
        let limit = |text: &str| read(text).limit;
        assert_eq!(limit("peak(rss) > baseline"), Limit::Baseline { factor: 1.0, plus: 0.0 });
        assert_eq!(limit("peak(rss) > baseline * 1.5 + 1kB"), Limit::Baseline { factor: 1.5, plus: 1000.0 });
        assert_eq!(limit("growth(fds) > baseline - 1/s"), Limit::Baseline { factor: 1.0, plus: -1.0 });
    }

    #[test]
    fn a_mistake_is_shown_at_its_column_with_what_is_known() {
        for (text, column, said) in [
            ("growht(memory) > 2MiB/h", 0, "known metrics are growth, peak"),
            ("growth(memry) > 2MiB/h", 7, "memory, rss, anon"),
            ("growth(memory) > 2MiX/h", 18, "KiB, MB, MiB"),
            ("growth(memory) > 2MiB/fortnight", 22, "s, min, h, d"),
            ("growth(memory) > 2MiB", 17, "2MiB/h"),
            ("growth(memory) = 2MiB/h", 15, ">, >=, <, <="),
            ("growth(memory) >", 16, "limit is missing"),
            ("growth memory > 1", 7, "'(' is missing"),
            ("peak(rss) > 1GiB/h", 16, "no rate"),
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
