//! JUnit XML, which Jenkins, GitLab and most other CI systems read.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::outcome::CaseState;

use crate::report::build::{Case, cases};
use crate::report::document::Document;

/// Writes a case for each result of a threshold expression, for the verdict on each target, and for the session.
///
/// # Errors
/// If `out` fails.
pub fn write_junit(out: &mut dyn Write, document: &Document<'_>) -> io::Result<()> {
    let cases = cases(document);
    let time = cases.last().map_or(0.0, |session| session.seconds);
    // Every reader of the format accepts a time without fraction and zone.
    let started = document.report.session.started_at.get(..19).unwrap_or_default().to_owned();
    let (tests, time) = (cases.len().to_string(), format!("{time:.3}"));
    let mut suites = vec![("name", "leakwatch".to_owned()), ("tests", tests)];
    suites.extend([("failures", count(&cases, CaseState::Failed)), ("errors", count(&cases, CaseState::Error))]);
    let mut suite = suites.clone();
    suite.extend([("skipped", count(&cases, CaseState::Skipped)), ("timestamp", started)]);
    suites.push(("time", time.clone()));
    suite.push(("time", time));
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites").with_attributes(pairs(&suites)).write_inner_content(|xml| {
        let element = xml.create_element("testsuite").with_attributes(pairs(&suite));
        element.write_inner_content(|xml| cases.iter().try_for_each(|case| write_case(xml, case))).map(drop)
    })?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Returns the number of cases in a state.
fn count(cases: &[Case], wanted: CaseState) -> String {
    cases.iter().filter(|case| case.state == wanted).count().to_string()
}

fn pairs<'a>(list: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    list.iter().map(|(name, value)| (&**name, value.as_str()))
}

/// Writes one case. The message is attribute and body, because some readers show only one of them.
fn write_case<W: Write>(xml: &mut Writer<W>, case: &Case) -> io::Result<()> {
    let time = format!("{:.3}", case.seconds);
    let attributes = [("classname", case.class.as_str()), ("name", case.name.as_str()), ("time", time.as_str())];
    xml.create_element("testcase")
        .with_attributes(attributes)
        .write_inner_content(|xml| {
            let (element, kind) = match case.state {
                CaseState::Failed => ("failure", Some(case.kind)),
                CaseState::Error => ("error", Some("inconclusive")),
                CaseState::Skipped => ("skipped", None),
                CaseState::Passed => ("system-out", None),
            };
            let mut element = xml.create_element(element);
            if case.state != CaseState::Passed {
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
