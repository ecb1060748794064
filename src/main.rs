//! The program: a worker when its first argument says so, else the command line.

fn main() -> std::process::ExitCode {
    let mut args = std::env::args_os();
    if args.nth(1).is_some_and(|first| first == huizong::ingest::worker::ARGUMENT) {
        return std::process::ExitCode::from(huizong::ingest::worker::serve() as u8);
    }
    std::process::ExitCode::from(huizong::cli::main(std::env::args_os()) as u8)
}
