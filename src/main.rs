//! Hands arguments and streams to [`iowait::cli`].

fn main() -> std::process::ExitCode {
    iowait::cli::main()
}
