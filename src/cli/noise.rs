//! Noise of an earlier run, from its report or from a recording.

use std::path::Path;

use crate::alert::AlertSettings;
use crate::analysis::{self, Resource};
use crate::escape;
use crate::event::{Fanout, Target};
use crate::model::identified;
use crate::schema::{self, PastReport};
use crate::session::{MinObservation, Rules, TargetSet, replay};
use crate::source::read_text_file;
use crate::source::recording::{Layout, Recording};

use crate::cli::error::{Error, Kind};

/// Part by which the pause of a target may differ from the interval of its session: late ticks.
const NEAR: f64 = 0.1;

/// Noise of one target of an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MeasuredNoise {
    /// Name of the target with what identifies it.
    pub(crate) title: String,
    /// Standard deviation of the noise of a sample, in bytes.
    pub(crate) bytes: f64,
    /// Time between two samples, in seconds.
    pub(crate) pause_s: f64,
    /// Time observed, in seconds.
    pub(crate) observed_s: f64,
}

/// Returns the noise of the noisiest target whose title contains `name`, in any case; without a name of all targets.
///
/// # Errors
/// If the file is neither a report nor a recording, or has no such target with a known noise.
pub(crate) fn read(path: &Path, name: Option<&str>) -> Result<MeasuredNoise, Error> {
    let all = match read_report(path)? {
        Some(report) => report.targets.iter().filter_map(|target| of_report(&report, target)).collect(),
        None => replayed(path)?,
    };
    let shown = path.display();
    if all.is_empty() {
        return Err(Error::usage(format!("'{shown}' has no target whose noise is known")).hint(
            "it takes a report of this version with at least 3 samples of a target; '--noise' gives the noise itself",
        ));
    }
    let wanted = name.map(str::to_lowercase);
    let matches = |found: &MeasuredNoise| wanted.as_ref().is_none_or(|name| found.title.to_lowercase().contains(name));
    let titles: Vec<String> = all.iter().take(5).map(|found| escape::terminal(&found.title).into_owned()).collect();
    let noisiest = all.into_iter().filter(matches).max_by(|a, b| a.bytes.total_cmp(&b.bytes));
    noisiest.ok_or_else(|| {
        let name = escape::terminal(name.unwrap_or_default()).into_owned();
        Error::usage(format!("'{shown}' has no target with '{name}' in its name"))
            .hint(format!("it has {}", titles.join(", ")))
    })
}

/// Reads a report; `None` if the file is none, and may be a recording.
fn read_report(path: &Path) -> Result<Option<PastReport>, Error> {
    let text = match read_text_file(path) {
        Ok(text) => text,
        // A compressed or a long recording is no text of this size.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Ok(None),
        Err(error) => return Err(Error::new(Kind::Usage, format!("cannot read '{}': {error}", path.display()))),
    };
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    match serde_json::from_str(&text) {
        Ok(report) => Ok(Some(report)),
        Err(error) if path.extension().is_some_and(|ending| ending == "json") => {
            Err(Error::usage(format!("'{}' is not a report of leakwatch: {error}", path.display()))
                .hint("a report is what an earlier run wrote with '-o report.json'"))
        }
        Err(_) => Ok(None),
    }
}

/// Returns the noise of a target of a report. Reports before schema version 1.1 have none.
fn of_report(report: &PastReport, target: &schema::PastTarget) -> Option<MeasuredNoise> {
    let mut memory = target.resources.iter().filter(|known| known.resource == "memory");
    let is_unmoved = memory.any(|known| known.min.is_some() && known.min == known.max);
    let bytes = target.variance.noise_bytes.or(is_unmoved.then_some(0.0))?;
    let title = if target.title.is_empty() { &target.name } else { &target.title };
    let title = identified(title, target.members, target.pid, target.source.as_deref());
    measured(title, bytes, target.samples, target.observed_seconds, report.session.interval_seconds)
}

/// Replays a recording, and returns the noise of its targets.
fn replayed(path: &Path) -> Result<Vec<MeasuredNoise>, Error> {
    let name = path.to_string_lossy();
    let rules = Rules {
        analysis: analysis::Settings::default(),
        min_observation: MinObservation::FifthOfRecording,
        alerts: AlertSettings::default(),
        limit_bytes: None,
        pools: true,
    };
    let mut targets = TargetSet::new(rules, 0.0);
    let mut recording = Recording::open(&name, &Layout::default()).map_err(refused)?;
    replay(&name, &mut recording, &mut targets, &mut Fanout::default(), 1, &mut || true).map_err(refused)?;
    Ok(targets.targets().iter().filter_map(of_target).collect())
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::usage(error.to_string())
        .hint("'leakwatch report FILE -o report.json' has options for foreign columns; '--from report.json' reads it")
}

fn of_target(target: &Target) -> Option<MeasuredNoise> {
    let known = &target.assessment;
    let mut memory = known.resources.iter().filter(|known| known.resource == Resource::Memory);
    let is_unmoved = memory.any(|known| known.level.min().is_some() && known.level.min() == known.level.max());
    let bytes = known.variance.noise_bytes.or(is_unmoved.then_some(0.0))?;
    let title = identified(&target.label.title(), target.kind.members(), target.key.map(|key| key.pid.0), None);
    measured(title, bytes, known.samples, known.observed_s, None)
}

/// Returns the noise of a target; `None` for too few samples. The interval of the session replaces a pause near it.
fn measured(
    title: String,
    bytes: f64,
    samples: u64,
    observed_s: f64,
    interval_s: Option<f64>,
) -> Option<MeasuredNoise> {
    #[expect(clippy::cast_precision_loss, reason = "a number of samples")]
    let pause_s = observed_s / samples.checked_sub(1).filter(|pauses| *pauses > 0)? as f64;
    let interval_s = interval_s.filter(|interval| (pause_s / interval - 1.0).abs() < NEAR);
    let pause_s = interval_s.unwrap_or((1000.0 * pause_s).round() / 1000.0);
    (pause_s > 0.0).then_some(MeasuredNoise { title, bytes, pause_s, observed_s })
}
