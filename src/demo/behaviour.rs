//! What the processes of `demo` and `selftest` do, at some hundred requests a second.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use clap::ValueEnum;

/// How a process behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Behaviour {
    /// Keeps a little of every request for ever
    Leak,
    /// Gives back what it takes
    Steady,
    /// Collects garbage now and then, as managed runtimes do
    Sawtooth,
    /// Fills a cache to its bound, then stays there
    Warmup,
    /// Forgets to close a file now and then
    #[value(hide = true)]
    Descriptors,
}

impl Behaviour {
    /// Whether it leaks.
    #[must_use]
    pub fn leaks(self) -> bool {
        matches!(self, Self::Leak | Self::Descriptors)
    }
}

/// Between two requests.
const PACE: Duration = Duration::from_millis(10);
/// What every process holds from its start, in bytes.
const BASE: usize = 64 << 20;
/// A buffer that the allocator takes from the system by itself and gives back at once.
const BUFFER: usize = 256 << 10;
/// What the leak keeps of a request, in bytes: 3 KiB, some 300 KiB a second.
const KEPT: usize = 3 << 10;

/// Behaves so until standard input is closed, which it is when leakwatch ends in whatever way.
pub fn run_behaviour(behaviour: Behaviour) {
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        drop(std::io::stdin().read_to_end(&mut rest));
        std::process::exit(0);
    });
    let base = vec![1u8; BASE];
    let mut held: VecDeque<Vec<u8>> = VecDeque::new();
    let mut files = Vec::new();
    let mut random = Random(std::process::id());
    for request in 0u64.. {
        std::thread::sleep(PACE);
        // Nothing reads what is held; without this the optimiser would not hold it.
        std::hint::black_box((&base, &held));
        match behaviour {
            Behaviour::Leak => {
                held.push_back(vec![1; KEPT]);
                drop(std::hint::black_box(vec![1u8; BUFFER]));
            }
            // A queue of fixed length.
            Behaviour::Steady => {
                held.push_back(vec![1; BUFFER]);
                if held.len() > 12 {
                    held.pop_front();
                }
            }
            // Garbage of 5 s, then a collection.
            Behaviour::Sawtooth if request % 500 == 499 => held.clear(),
            Behaviour::Sawtooth if request % 10 == 0 => held.push_back(vec![1; BUFFER]),
            // The fuller the cache, the more often it hits: half of what misses is filled in every 2 s.
            Behaviour::Warmup if u64::from(random.below(128)) > u64::try_from(held.len()).unwrap_or(128) => {
                if request % 4 == 0 {
                    held.push_back(vec![1; BUFFER]);
                }
            }
            Behaviour::Descriptors if request % 25 == 0 => files.extend(File::open("/dev/null")),
            Behaviour::Sawtooth | Behaviour::Warmup | Behaviour::Descriptors => {}
        }
    }
}

/// A small generator of pseudo-random numbers (Numerical Recipes' constants), seeded by the caller.
struct Random(u32);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % bound
    }
}
