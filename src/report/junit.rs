//! The report as JUnit XML, as Jenkins, GitLab and most others read it.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::schema::Report;

use super::case::{Case, State, cases};

/// Writes one case for each target and threshold, one for the verdict on each target, and one for the session.
///
/// # Errors
/// When `out` cannot take it.
pub fn write_junit(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let cases = cases(report);
    let count = |wanted: State| cases.iter().filter(|case| case.state == wanted).count().to_string();
    let time = cases.last().map_or(0.0, |session| session.seconds);
    // Without fractions and zone: what every reader of the format takes.
    let begun = report.session.started_at.get(..19).unwrap_or_default().to_owned();
    let (tests, time) = (cases.len().to_string(), format!("{time:.3}"));
    let counts = |skipped: bool| {
        let mut list = vec![("name", "leakwatch".to_owned()), ("tests", tests.clone())];
        list.extend([("failures", count(State::Failed)), ("errors", count(State::Error))]);
        if skipped {
            list.extend([("skipped", count(State::Skipped)), ("timestamp", begun.clone())]);
        }
        list.push(("time", time.clone()));
        list
    };
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (suites, suite) = (counts(false), counts(true));
    xml.create_element("testsuites").with_attributes(pairs(&suites)).write_inner_content(|xml| {
        let element = xml.create_element("testsuite").with_attributes(pairs(&suite));
        element.write_inner_content(|xml| cases.iter().try_for_each(|case| write_case(xml, case))).map(drop)
    })?;
    out.write_all(b"\n")?;
    out.flush()
}

fn pairs<'a>(list: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    list.iter().map(|(name, value)| (&**name, value.as_str()))
}

/// The message stands in the attribute and in the body: some show only the one, some only the other.
fn write_case<W: Write>(xml: &mut Writer<W>, case: &Case) -> io::Result<()> {
    let time = format!("{:.3}", case.seconds);
    let attributes = [("classname", case.class.as_str()), ("name", case.name.as_str()), ("time", time.as_str())];
    xml.create_element("testcase")
        .with_attributes(attributes)
        .write_inner_content(|xml| {
            let (element, kind) = match case.state {
                State::Failed => ("failure", Some(case.kind)),
                State::Error => ("error", Some("inconclusive")),
                State::Skipped => ("skipped", None),
                State::Passed => ("system-out", None),
            };
            let mut element = xml.create_element(element);
            if case.state != State::Passed {
                element = element.with_attribute(("message", case.message.as_str()));
            }
            if let Some(kind) = kind {
                element = element.with_attribute(("type", kind));
            }
            let warning = if case.warns { format!("warning: {}", case.message) } else { case.message.clone() };
            element.write_text_content(BytesText::new(&warning)).map(drop)
        })
        .map(drop)
}
