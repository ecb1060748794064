use super::{Delivery, Limits};
use crate::model::SourceFile;
pub fn read_all<T: Send>(
    files: &[SourceFile],
    limits: &Limits,
    take: impl Fn(&SourceFile, Delivery) -> T + Sync,
) -> Result<Vec<T>, String> {
    let _ = (files, limits, take);
    todo!()
}
