//! Cost of sampling: finding processes, reading them, and reading recordings.
//!
//! Run with `cargo bench --bench sampling`. Live benches read sleeping children of their own; a floor shows the cost of
//! the system calls alone. Compare figures of one run only: other load on the machine shifts all of them.

use std::io::Cursor;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use leakwatch::source::recording::{Layout, Recording};

fn main() {
    divan::main();
}

/// Rows of one recording: an hour of ten processes at one sample a second.
const ROWS: usize = 36_000;

fn bench_recording(bencher: Bencher<'_, '_>, text: &str) {
    bencher.counter(ItemsCount::new(ROWS)).with_inputs(|| Cursor::new(text.as_bytes().to_vec())).bench_values(
        |input| {
            let mut recording = Recording::from_reader("bench", input, &Layout::default()).expect("usable");
            let mut rows = 0;
            while let Some(row) = recording.next_row().expect("usable") {
                black_box(&row);
                rows += 1;
            }
            assert_eq!(rows, ROWS);
        },
    );
}

/// Recording with all columns of leakwatch.
#[divan::bench]
fn recording_with_all_columns(bencher: Bencher<'_, '_>) {
    let mut text = "timestamp,pid,name,rss_bytes,pss_bytes,uss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,\
                    swap_bytes,vsize_bytes,threads,fds\n"
        .to_owned();
    for row in 0..ROWS {
        let (second, pid, memory) = (row / 10, 4000 + row % 10, 30_000_000 + row * 4096);
        let time = format!("2026-01-02T{:02}:{:02}:{:02}.000Z", second / 3600, second / 60 % 60, second % 60);
        text += &format!("{time},{pid},worker,{memory},{memory},{memory},{memory},2150400,0,0,{},4,17\n", memory * 2);
    }
    bench_recording(bencher, &text);
}

/// Recording with the minimum of columns.
#[divan::bench]
fn recording_with_three_columns(bencher: Bencher<'_, '_>) {
    let mut text = "pid,time_s,rss_bytes\n".to_owned();
    for row in 0..ROWS {
        text += &format!("{},{},{}\n", row % 10, row / 10, 30_000_000 + row * 4096);
    }
    bench_recording(bencher, &text);
}

/// Recording of the events of leakwatch, one object a line.
#[divan::bench]
fn recording_of_events(bencher: Bencher<'_, '_>) {
    let mut text = String::new();
    for row in 0..ROWS {
        let (second, pid, memory) = (row / 10, 4000 + row % 10, 30_000_000 + row * 4096);
        let time = format!("2026-01-02T{:02}:{:02}:{:02}.000Z", second / 3600, second / 60 % 60, second % 60);
        text += &format!(
            "{{\"type\":\"sample\",\"timestamp\":\"{time}\",\"pid\":{pid},\"name\":\"worker\",\"rss_bytes\":{memory},\
             \"pss_bytes\":null,\"rss_anon_bytes\":{memory},\"threads\":4,\"fds\":17}}\n"
        );
    }
    bench_recording(bencher, &text);
}

#[cfg(target_os = "linux")]
mod live {
    use std::fs::File;
    use std::os::unix::fs::{FileExt, MetadataExt};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use leakwatch::model::{Pid, ProcessKey};
    use leakwatch::source::linux::{CGROUP_ROOT, PROC_ROOT, StatusCadence};
    use leakwatch::source::{Depth, LinuxSource, ProcessSource, Selector};

    /// Number of processes read in one pass.
    const CHILDREN: usize = 50;

    /// Children that sleep until the end of the bench.
    struct Sleepers(Vec<Child>);

    impl Sleepers {
        fn start() -> Self {
            let sleeper = |_| Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("started");
            Self((0..CHILDREN).map(sleeper).collect())
        }

        fn selector(&self) -> Selector {
            Selector { pids: self.0.iter().map(|child| Pid(child.id())).collect(), ..Selector::default() }
        }
    }

    impl Drop for Sleepers {
        fn drop(&mut self) {
            for child in &mut self.0 {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }

    fn open_source(cadence: StatusCadence) -> LinuxSource {
        let source = LinuxSource::new(Path::new(PROC_ROOT), CGROUP_ROOT.into()).expect("opened");
        source.with_status_cadence(cadence)
    }

    /// Creates a source that has read all children once, as in the middle of a watch.
    fn create_warm_source(sleepers: &Sleepers, cadence: StatusCadence) -> (LinuxSource, Vec<ProcessKey>) {
        let mut source = open_source(cadence);
        let found = source.find(&sleepers.selector()).expect("listed");
        let keys: Vec<_> = found.into_iter().map(|found| found.key).collect();
        for &key in &keys {
            source.read(key, Depth::Counters).expect("read");
        }
        (source, keys)
    }

    fn bench_reading(bencher: Bencher<'_, '_>, cadence: StatusCadence, depth: Depth) {
        let sleepers = Sleepers::start();
        let (mut source, keys) = create_warm_source(&sleepers, cadence);
        bencher.counter(ItemsCount::new(CHILDREN)).bench_local(|| {
            for &key in &keys {
                black_box(source.read(key, depth).expect("read"));
            }
        });
    }

    /// Floor: one `pread` of `statm` and the metadata of two folders, all kept open, without parsing.
    #[divan::bench]
    fn floor_of_counters(bencher: Bencher<'_, '_>) {
        let sleepers = Sleepers::start();
        let open =
            |child: &Child, file: &str| File::open(format!("{PROC_ROOT}/{}/{file}", child.id())).expect("opened");
        let files: Vec<_> =
            sleepers.0.iter().map(|child| ["statm", "fd", "task"].map(|file| open(child, file))).collect();
        let mut buffer = [0; 256];
        bencher.counter(ItemsCount::new(CHILDREN)).bench_local(|| {
            for [statm, fd, task] in &files {
                black_box(statm.read_at(&mut buffer, 0).expect("read"));
                black_box((fd.metadata().expect("metadata").size(), task.metadata().expect("metadata").nlink()));
            }
        });
    }

    #[divan::bench]
    fn counters(bencher: Bencher<'_, '_>) {
        bench_reading(bencher, StatusCadence::WhenNeeded, Depth::Counters);
    }

    #[divan::bench]
    fn counters_with_status(bencher: Bencher<'_, '_>) {
        bench_reading(bencher, StatusCadence::Always, Depth::Counters);
    }

    #[divan::bench]
    fn counters_with_pss(bencher: Bencher<'_, '_>) {
        bench_reading(bencher, StatusCadence::WhenNeeded, Depth::WithPss);
    }

    #[divan::bench]
    fn finding_by_pid(bencher: Bencher<'_, '_>) {
        let sleepers = Sleepers::start();
        let (mut source, _) = create_warm_source(&sleepers, StatusCadence::WhenNeeded);
        let selector = sleepers.selector();
        bencher.counter(ItemsCount::new(CHILDREN)).bench_local(|| black_box(source.find(&selector).expect("listed")));
    }

    #[divan::bench]
    fn finding_by_name(bencher: Bencher<'_, '_>) {
        let _sleepers = Sleepers::start();
        let mut source = open_source(StatusCadence::WhenNeeded);
        let selector = Selector { names: vec!["sleep".into()], ..Selector::default() };
        bencher.counter(ItemsCount::new(CHILDREN)).bench_local(|| black_box(source.find(&selector).expect("listed")));
    }
}
