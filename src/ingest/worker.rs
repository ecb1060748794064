/// Serves requests on standard input until it closes; `main` calls it when the first argument is [`ARGUMENT`].
pub fn serve() -> i32 {
    todo!()
}
/// Hidden first argument that makes this binary a worker.
pub const ARGUMENT: &str = "__read-worker";
