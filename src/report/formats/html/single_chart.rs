//! One chart without a page.

use crate::report::document::Document;

use super::page::STYLE;
use super::target_order::target_order;
use super::target_section::{Section, section};

/// Returns the chart of the most alarming target as SVG, or a sentence if no target was sampled twice.
pub(in crate::report) fn single_chart(document: &Document<'_>) -> String {
    let mut sections = target_order(document).into_iter().map(|index| section(document, index));
    let drawn = sections.find(|section| section.charts.chart.is_some());
    let title = drawn.as_ref().map_or_else(|| "no chart: no target was sampled twice".to_owned(), title);
    let title = minijinja::HtmlEscape(&title);
    let note = match document.report.targets.len() {
        0 | 1 => String::new(),
        count => format!("the most alarming of {count} targets"),
    };
    let legend = drawn.as_ref().map_or_else(String::new, legend);
    let body = drawn.and_then(|section| section.charts.chart).unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 980 360\" font-family=\"sans-serif\"><title>{title}</title>\
         <style>{STYLE}svg text.title{{fill:var(--fg);font-size:15px;font-weight:600}}</style>\
         <rect width=\"980\" height=\"360\" style=\"fill:var(--bg)\"/>\
         <text class=\"title\" x=\"10\" y=\"24\">{title}</text><text x=\"970\" y=\"24\" text-anchor=\"end\">{note}</text>\
         <svg x=\"10\" y=\"40\" width=\"960\" height=\"280\">{body}</svg>{legend}</svg>\n"
    )
}

fn title(section: &Section) -> String {
    format!("{} ({}): {}, {}", section.name, section.identity, section.verdict, section.rate)
}

/// Returns the legend below the chart.
fn legend(section: &Section) -> String {
    let entries = [
        ("curve", "unreclaimable memory (anonymous + swap + shared)", true),
        ("floor", "floor", true),
        ("fit", "fitted rate with 95 % CI", section.charts.fit),
        ("mark", "alerts", section.charts.marks),
        ("job", "jobs", section.charts.jobs),
    ];
    let mut x = 10;
    let mut out = String::new();
    for (class, words, _) in entries.iter().filter(|(.., is_drawn)| *is_drawn) {
        out += &format!("<line class=\"{class}\" x1=\"{x}\" x2=\"{}\" y1=\"342\" y2=\"342\"/>", x + 22);
        out += &format!("<text x=\"{}\" y=\"346\">{words}</text>", x + 28);
        x += 50 + 7 * words.len();
    }
    out
}
