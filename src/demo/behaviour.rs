//! Behaviours of the processes of `demo` and `selftest`, at a hundred simulated requests a second.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use clap::ValueEnum;

/// Behaviour of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Behaviour {
    /// Keeps a little of every request forever
    Leak,
    /// Frees everything it allocates
    Steady,
    /// Collects garbage from time to time, like managed runtimes
    Sawtooth,
    /// Fills a cache up to its limit, and stays there
    Warmup,
    /// Leaves a file open from time to time
    #[value(hide = true)]
    Descriptors,
}

impl Behaviour {
    /// True for a behaviour that leaks.
    #[must_use]
    pub fn leaks(self) -> bool {
        matches!(self, Self::Leak | Self::Descriptors)
    }
}

/// Time between two requests.
const REQUEST_INTERVAL: Duration = Duration::from_millis(10);
/// Constant memory of every process, in bytes.
const BASE_BYTES: usize = 64 << 20;
/// Size of a buffer that the allocator maps on its own and unmaps at once, in bytes.
const BUFFER_BYTES: usize = 256 << 10;
/// Bytes of each request that the leak keeps: some 300 KiB a second.
const LEAKED_BYTES: usize = 3 << 10;

/// Runs a behaviour until standard input is closed, which happens however leakwatch ends.
pub fn run_behaviour(behaviour: Behaviour) {
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        drop(std::io::stdin().read_to_end(&mut rest));
        std::process::exit(0);
    });
    let base = vec![1u8; BASE_BYTES];
    let mut held: VecDeque<Vec<u8>> = VecDeque::new();
    let mut files = Vec::new();
    let mut random = Random(std::process::id());
    for request in 0u64.. {
        std::thread::sleep(REQUEST_INTERVAL);
        // No code reads these values: the optimiser would drop them.
        std::hint::black_box((&base, &held));
        match behaviour {
            Behaviour::Leak => {
                held.push_back(vec![1; LEAKED_BYTES]);
                drop(std::hint::black_box(vec![1u8; BUFFER_BYTES]));
            }
            // A queue of fixed length.
            Behaviour::Steady => {
                held.push_back(vec![1; BUFFER_BYTES]);
                if held.len() > 12 {
                    held.pop_front();
                }
            }
            // A collection every 5 s.
            Behaviour::Sawtooth if request % 500 == 499 => held.clear(),
            Behaviour::Sawtooth if request % 10 == 0 => held.push_back(vec![1; BUFFER_BYTES]),
            // A fuller cache has fewer misses: the free part is halved every 2 s.
            Behaviour::Warmup if u64::from(random.next_below(128)) > u64::try_from(held.len()).unwrap_or(128) => {
                if request % 4 == 0 {
                    held.push_back(vec![1; BUFFER_BYTES]);
                }
            }
            Behaviour::Descriptors if request % 25 == 0 => files.extend(File::open("/dev/null")),
            Behaviour::Sawtooth | Behaviour::Warmup | Behaviour::Descriptors => {}
        }
    }
}

/// Linear congruential generator with the constants of Numerical Recipes.
struct Random(u32);

impl Random {
    /// Returns a number below `bound`.
    fn next_below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % bound
    }
}
