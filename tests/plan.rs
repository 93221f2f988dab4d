//! Durations of `leakwatch plan`, checked with the analysis and thresholds on simulated series.

use leakwatch::analysis::{Settings, Tracker, decidable_rate, seconds_to_decide, seconds_to_exclude};
use leakwatch::event::{Event, EventSink, Look, Target, TargetKind};
use leakwatch::model::{Counter, ProcessLabel, Reading, Sample, Timestamp};
use leakwatch::thresholds::{Decision, Evaluator, Threshold, Tier};

#[allow(dead_code, reason = "the calibration draws from more distributions")]
#[path = "../fixtures/random.rs"]
mod random;

use random::Random;

const MIB: f64 = 1_048_576.0;

/// Simulated service: its growth, the noise of a sample and the autocorrelation of that, with a threshold on its growth.
/// Rates are bytes a second.
#[derive(Clone, Copy)]
struct Service {
    rate: f64,
    limit: f64,
    noise: f64,
    rho: f64,
    interval: f64,
}

/// Run of a service, with a threshold.
struct Run {
    service: Service,
    settings: Settings,
    tracker: Tracker,
    evaluator: Evaluator,
    target: Target,
    random: Random,
    error: f64,
    samples: u32,
}

impl Run {
    /// A run of `span` seconds after the warm-up, which is not simulated.
    fn new(service: Service, seed: u64, span: f64) -> Self {
        let settings = Settings::default().with_min_observation_s(span / 0.9 / 5.0).with_max_growth(service.limit);
        let expression = format!("growth(memory) > {}B/s", service.limit).parse().expect("an expression");
        let evaluator = Evaluator::new(vec![Threshold { tier: Tier::Fail, expression }], settings.clone(), 0.0);
        let tracker = Tracker::new(&settings, Some(1.0));
        let label = ProcessLabel { name: "service".to_owned(), ..ProcessLabel::default() }.into();
        let assessment = tracker.assess(&settings, None);
        let target = Target::new(0, TargetKind::Process, label, None, Timestamp(0), assessment);
        Self { service, settings, tracker, evaluator, target, random: Random::new(seed), error: 0.0, samples: 0 }
    }

    /// Samples until a number of seconds have passed, and judges.
    fn sample_until(&mut self, seconds: f64) {
        let Service { rate, noise, rho, interval, .. } = self.service;
        while f64::from(self.samples) * interval <= seconds {
            let at = f64::from(self.samples) * interval;
            self.error = rho * self.error + (1.0 - rho * rho).sqrt() * self.random.normal();
            let memory = (200.0 * MIB + rate * at + noise * self.error).max(0.0) as u64 & !4095;
            let reading = Reading::default().with(Counter::Rss, memory);
            let sample = Sample { at: Timestamp((at * 1000.0) as i64), reading };
            self.tracker.push(&sample);
            self.target.lifetime.last_seen = sample.at;
            self.evaluator.on_event(Event::Sampled(&self.target, &sample)).expect("memory takes all");
            self.samples += 1;
        }
        self.target.assessment = self.tracker.assess(&self.settings, None);
    }

    /// Takes a look. Returns true if the threshold is undecided.
    fn look(&mut self, look: Look) -> bool {
        self.evaluator.look(look, std::slice::from_ref(&self.target))
    }

    fn decision(mut self) -> Decision {
        self.evaluator.conclude(std::slice::from_ref(&self.target));
        self.evaluator.decision(0)
    }
}

/// Returns the decision after `span` seconds.
fn decision(service: Service, seed: u64, span: f64) -> Decision {
    let mut run = Run::new(service, seed, span);
    run.sample_until(span);
    run.decision()
}

/// Services as the plan knows them: limit in MiB/h, noise in MiB, interval in seconds.
fn services() -> impl Iterator<Item = Service> {
    let all = [(1.0, 4.0, 10.0), (20.0, 1.0, 1.0), (0.5, 0.25, 10.0), (20.0, 0.3, 0.25), (50.0, 0.02, 1.0)];
    all.into_iter().map(|(limit, noise, interval)| Service {
        rate: 0.0,
        limit: limit * MIB / 3600.0,
        noise: noise * MIB,
        rho: 0.0,
        interval,
    })
}

/// Counts the runs of a hundred with a decision.
fn count(service: Service, span: f64, wanted: Decision) -> usize {
    (0..100).filter(|seed| decision(service, seed * 7919 + 1, span) == wanted).count()
}

#[test]
fn memory_that_does_not_grow_passes_in_nine_of_ten_plans() {
    for service in services() {
        let span = seconds_to_exclude(service.limit, service.noise, 4096.0, service.interval);
        let passed = count(service, span, Decision::Pass);
        assert!(passed >= 85, "{passed} of 100 pass after {span} s, limit {}, noise {}", service.limit, service.noise);
    }
}

#[test]
fn a_leak_of_twice_the_limit_is_proved_in_nine_of_ten_plans() {
    for service in services() {
        let leaky = Service { rate: 2.0 * service.limit, ..service };
        let span = seconds_to_decide(service.limit, service.noise, 4096.0, service.interval);
        let failed = count(leaky, span, Decision::Fail);
        assert!(failed >= 85, "{failed} of 100 fail after {span} s, limit {}, noise {}", service.limit, service.noise);
        let passed = count(service, span, Decision::Pass);
        assert!(passed >= 95, "{passed} of 100 pass after {span} s, limit {}, noise {}", service.limit, service.noise);
    }
}

#[test]
fn two_thirds_of_the_planned_length_are_too_short() {
    let service = services().next().expect("a service");
    let span = 0.67 * seconds_to_exclude(service.limit, service.noise, 4096.0, service.interval);
    let passed = count(service, span, Decision::Pass);
    assert!(passed < 70, "{passed} of 100 pass: the plan is too long");
    assert!(decidable_rate(service.noise, 4096.0, service.interval, span) > service.limit);
}

#[test]
fn the_noise_of_a_run_is_that_of_its_samples() {
    let service = services().nth(1).expect("a service");
    for (rho, rate, span) in [(0.0, 0.0, 600.0), (0.0, 2.0 * service.limit, 3000.0), (0.6, 0.0, 3000.0)] {
        // Autocorrelated noise of first order acts like independent noise of this size.
        let wanted = service.noise * ((1.0 + rho) / (1.0_f64 - rho)).sqrt();
        let measured: Vec<f64> = (0..20)
            .map(|seed| {
                let mut run = Run::new(Service { rate, rho, ..service }, seed + 5, span);
                run.sample_until(span);
                run.target.assessment.variance.noise_bytes.expect("a noise") / wanted
            })
            .collect();
        let mean = measured.iter().sum::<f64>() / 20.0;
        assert!((0.85..1.15).contains(&mean), "{mean} of the noise for rho {rho} and {span} s: {measured:?}");
    }
}

/// Runs until a threshold is decided, for ten times the planned length at most: 25 extra looks.
fn decision_of_looks(service: Service, seed: u64, planned: f64) -> (Decision, bool) {
    let mut run = Run::new(service, seed, planned);
    let further = 25;
    for number in 0..=further {
        run.sample_until((planned * 1.1_f64.powi(number)).min(10.0 * planned));
        if !run.look(Look { number: number as u32, further: further as u32 }) {
            return (run.decision(), number > 0);
        }
    }
    (run.decision(), true)
}

#[test]
fn extra_looks_add_few_wrong_decisions() {
    // Growth at the limit itself is undecidable: every decision is wrong.
    let service = services().nth(1).expect("a service");
    let at_limit = Service { rate: service.limit, ..service };
    let planned = seconds_to_exclude(service.limit, service.noise, 4096.0, service.interval) / 2.0;
    let decisions: Vec<(Decision, bool)> =
        (0..200).map(|seed| decision_of_looks(at_limit, seed * 104_729 + 3, planned)).collect();
    let wrong = |late| decisions.iter().filter(|(d, at)| *d != Decision::Undecided && *at == late).count();
    assert!(wrong(true) <= 12, "{} of 200 wrong at extra looks, {} at the planned end", wrong(true), wrong(false));
    let steady = (0..50).filter(|seed| decision_of_looks(service, seed + 9, planned).0 == Decision::Pass).count();
    assert!(steady >= 49, "{steady} of 50 steady services pass");
}
