fn main() {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == huizong::ingest::worker::ARGUMENT) {
        std::process::exit(huizong::ingest::worker::serve());
    }
    println!();
}
