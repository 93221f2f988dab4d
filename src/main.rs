//! The `leakwatch` program.

fn main() -> std::process::ExitCode {
    leakwatch::cli::main()
}
