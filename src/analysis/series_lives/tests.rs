//! Tests of the lives within one series.

use super::*;

const MIB: f64 = 1_048_576.0;

/// Returns the lives of `count` readings, each `interval_s` after the one before, with their levels in MiB.
fn lives(interval_s: i64, count: i64, level: impl Fn(i64) -> f64) -> SeriesLives {
    let mut lives = SeriesLives::new(false);
    for i in 0..count {
        let noise = (i.wrapping_mul(2_654_435_761) >> 8 & 15) as f64 / 4.0;
        lives.push(Timestamp(1000 * interval_s * i), ((level(i) + noise) * MIB) as u64, None);
    }
    lives
}

fn status(lives: &SeriesLives) -> Option<Status> {
    lives.judge(Status::Stable, 100.0, None).and_then(|verdict| verdict.status)
}

#[test]
fn a_leak_that_is_restarted_is_suspect_in_its_lives() {
    let daily = lives(300, 5 * 288, |i| 300.0 + (i % 288) as f64);
    assert_eq!((daily.restarts(), daily.finished().len(), status(&daily)), (4, 4, Some(Status::Suspect)));
    let verdict = daily.judge(Status::Stable, 100.0, None).expect("lives");
    assert_eq!((verdict.leaking, verdict.lives), (5, 5));
    assert!(verdict.sentence().starts_with("grew in 5 of 5 lives, 1"), "{}", verdict.sentence());
    assert!(daily.sentence().starts_with("fell to near its start 4 times within one reading: restarts, or"));
    let two_hourly = lives(60, 10 * 120, |i| 200.0 + 2.0 * (i % 120) as f64);
    assert_eq!((two_hourly.restarts(), status(&two_hourly)), (9, Some(Status::Suspect)));
}

#[test]
fn named_restarts_prove_a_leak() {
    let mut lives = SeriesLives::new(true);
    for i in 0..5 * 120_i64 {
        if i > 0 && i % 120 == 0 {
            lives.restart(Status::Stable, None);
        }
        lives.push(Timestamp(10_000 * i), (200.0 * MIB) as u64 + i as u64 % 120 * (1 << 20), None);
    }
    assert_eq!((lives.restarts(), lives.finished().len(), status(&lives)), (4, 4, Some(Status::Leaking)));
    assert_eq!(lives.sentence(), "restarted 4 times");
}

#[test]
fn collections_of_minutes_are_named_and_no_leak() {
    for (interval, teeth) in [(10, 60), (60, 20), (60, 59)] {
        let teeth = lives(interval, 20 * teeth, move |i| 200.0 + 200.0 * (i % teeth) as f64 / teeth as f64);
        assert_eq!((teeth.restarts(), status(&teeth)), (19, None), "{interval}");
        assert!(teeth.are_notable());
    }
}

#[test]
fn teeth_of_all_lengths_are_no_leak() {
    let mixed = lives(60, 3000, |i| 60.0 + if i < 1500 { (4 * (i % 20)) as f64 } else { (i % 80) as f64 });
    assert!(mixed.restarts() > 80 && mixed.are_notable());
    assert_eq!(status(&mixed), None);
    assert!(mixed.judge(Status::Stable, 0.0, None).is_some_and(|verdict| verdict.p_value <= 1.0));
}

#[test]
fn lives_that_level_off_are_no_leak() {
    for tau in [5.0, 20.0, 60.0, 100.0] {
        let warm = lives(60, 10 * 240, move |i| 200.0 + 300.0 * (1.0 - (-((i % 240) as f64) / tau).exp()));
        assert_eq!((warm.restarts(), status(&warm)), (9, None), "{tau}");
    }
}

#[test]
fn noise_glitches_and_slow_falls_are_no_restarts() {
    assert_eq!(lives(60, 500, |i| if i % 100 == 99 { 50.0 } else { 200.0 + (i % 100) as f64 }).restarts(), 4);
    assert_eq!(lives(60, 500, |i| if i == 250 { 50.0 } else { 200.0 + i as f64 }).restarts(), 0, "a glitch");
    assert_eq!(lives(60, 500, |i| if i == 250 { 900.0 } else { 200.0 }).restarts(), 0, "a spike");
    assert_eq!(lives(60, 500, |i| 300.0 + 200.0 * (i as f64 / 40.0).sin()).restarts(), 0, "a wave");
    let often = lives(60, 500, |i| if i % 6 < 2 { 200.0 } else { 300.0 });
    assert!(!often.are_notable(), "{}", often.sentence());
}

#[test]
fn a_fall_keeps_the_status_of_the_life_before() {
    let ended = |readings: i64, after: f64| {
        lives(300, 200 + readings, move |i| if i < 200 { 300.0 + 6.0 * i as f64 } else { after })
            .status_kept(Status::Leaking)
    };
    assert_eq!((ended(1, 40.0), ended(2, 40.0), ended(55, 40.0)), (None, Some(Status::Leaking), Some(Status::Leaking)));
    assert_eq!((ended(2, 300.0), ended(56, 40.0)), (Some(Status::Suspect), None));
    let host = lives(1, 180, |i| if i < 168 { 242_000.0 + 60.0 * i as f64 } else { 950.0 });
    assert_eq!(host.status_kept(Status::Leaking), Some(Status::Leaking));
    assert_eq!((host.status_kept(Status::Suspect), host.status_kept(Status::Stable)), (Some(Status::Suspect), None));
    assert!(
        host.sentence().starts_with("fell from 246.1 GiB to 953.0 MiB within one reading: "),
        "{}",
        host.sentence()
    );
}

#[test]
fn finished_lives_are_bounded() {
    let many = lives(60, 40 * 120, |i| 200.0 + 2.0 * (i % 120) as f64);
    assert_eq!((many.restarts(), many.finished().len()), (39, KEPT));
}

#[test]
fn three_falls_of_few_readings_are_named() {
    let rss = [
        1502, 1741, 1836, 1946, 1982, 1305, 1402, 1442, 1536, 1536, 1479, 1557, 1595, 1360, 1497, 1634, 1651, 1741,
        1370, 1429,
    ];
    let mut lives = SeriesLives::new(false);
    for (hour, mib) in (0..).zip(rss) {
        lives.push(Timestamp(3_600_000 * hour), mib << 20, None);
    }
    assert_eq!(lives.restarts(), 3);
    assert!(lives.are_notable() && status(&lives).is_none());
}
