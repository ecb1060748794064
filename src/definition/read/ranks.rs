//! Places in a ranking: `rank`, `direction`, `top`.

use super::context::{Columns, Context};
use super::cursor::Section;
use crate::definition::plan::forms::Ranking;
use crate::domain::ranking::Direction;
use crate::language::Type;
use crate::model::codes::DiagnosticCode;

pub const DIRECTIONS: [(&str, Direction); 2] =
    [("high-first", Direction::HighFirst), ("low-first", Direction::LowFirst)];

/// `rank = "得分"`, with `direction` and `within` beside it.
pub fn ranking(section: &Section<'_>, columns: &Columns, context: &Context<'_>) -> Option<Ranking> {
    let word = section.word("rank");
    let direction = direction(section);
    let within = section.words("within");
    let known = within.iter().filter(|word| context.is_column(word, columns)).count();
    let word = word?;
    if !context.is_column(&word, columns) {
        return None;
    }
    let ty = columns.scope.columns.get(word.text);
    if !matches!(ty, Some(Type::Integer | Type::Number)) && !context.doubtful.contains(word.text) {
        word.report(DiagnosticCode::WrongType, format!("“{}”不是数，排不了名次", word.text), None);
    }
    (known == within.len()).then(|| Ranking {
        column: word.text.to_owned(),
        direction,
        within: within.iter().map(|word| word.text.to_owned()).collect(),
    })
}

/// Which end comes first; the highest where nothing is said.
pub fn direction(section: &Section<'_>) -> Direction {
    section.choice_or("direction", &DIRECTIONS, Direction::HighFirst)
}

/// `top = 10`, which needs a rank to be counted by.
pub fn top(section: &Section<'_>, ranked: bool) -> Option<u32> {
    let node = section.get("top")?;
    let top = node.count();
    if top == Some(0) {
        section.log.report(DiagnosticCode::WrongType, node.span(), "“top”至少是 1".to_owned(), None);
    }
    if !ranked {
        let help = Some("先用 ranked-by 写明按哪个名次取".to_owned());
        section.log.report(DiagnosticCode::TopWithoutRank, node.span(), "“top”要和“ranked-by”一起写".to_owned(), help);
    }
    top
}
