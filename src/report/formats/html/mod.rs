//! Report as one HTML page, which needs no network and no other file.
//!
//! Charts are SVG from the timelines of the targets; the rest comes from the report. Foreign text passes
//! `escape::terminal` and the escaping of the template. The data of the tooltips is JSON without markup.

mod attribution;
mod axis;
mod chart;
mod chart_data;
mod page;
mod reasons;
mod settings;
mod single_chart;
mod target_order;
mod target_section;
mod text;
mod thresholds;

pub(super) use page::page;
pub(super) use single_chart::single_chart;
