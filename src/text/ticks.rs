//! Tick boxes typed into a cell: ☑合格 □整改, 合格√, （√）是 （ ）否.

/// One box with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickBox {
    pub ticked: bool,
    pub words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TickMark {
    Ticked,
    Open,
    /// ☒: word processors tick so; beside a plain tick it is a cross.
    Crossed,
}

fn mark(c: char) -> Option<TickMark> {
    match c {
        '☑' | '√' | '✓' | '✔' | '■' | '●' | '▣' | '◉' | '🗹' => Some(TickMark::Ticked),
        '□' | '☐' | '○' | '◯' | '◻' | '▢' | '⬜' => Some(TickMark::Open),
        '☒' | '⊠' | '🗷' => Some(TickMark::Crossed),
        _ => None,
    }
}

enum TickPiece {
    Mark(TickMark),
    Words(String),
}

/// The boxes of a text in their order, marks before all words or behind all; `None` where it has none or nobody can tell
/// which mark belongs to which word. A word without a mark beside others is not ticked.
pub fn boxes(text: &str) -> Option<Vec<TickBox>> {
    // Answers are short; a novel is none.
    if text.len() > 600 || !text.contains(|c| mark(c).is_some()) {
        return None;
    }
    let pieces = pieces(&bare(text));
    let plain = pieces.iter().any(|piece| matches!(piece, TickPiece::Mark(TickMark::Ticked)));
    let is_ticked = |mark: TickMark| mark == TickMark::Ticked || (mark == TickMark::Crossed && !plain);
    let leading = matches!(pieces.first()?, TickPiece::Mark(_));
    let mut boxes: Vec<TickBox> = Vec::new();
    let mut open: Option<bool> = None;
    for piece in pieces {
        match piece {
            TickPiece::Mark(mark) if leading => open = Some(open.unwrap_or(false) || is_ticked(mark)),
            TickPiece::Mark(mark) => boxes.last_mut()?.ticked |= is_ticked(mark),
            TickPiece::Words(words) => boxes.push(TickBox { ticked: open.take().unwrap_or(false), words }),
        }
    }
    // A mark with nothing behind it.
    (open.is_none() && !boxes.is_empty()).then_some(boxes)
}

/// （√） and （ ） as the marks that they are.
fn bare(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(super::width::narrow_char).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let inside: Vec<char> =
            chars.iter().skip(at + 1).take(4).copied().take_while(|c| !matches!(c, ')' | ']')).collect();
        let closes = matches!(chars.get(at + 1 + inside.len()), Some(')' | ']'));
        let mut said = inside.iter().filter(|c| !c.is_whitespace());
        match (said.next(), said.next()) {
            (None, _) if matches!(c, '(' | '[') && closes && !inside.is_empty() => out.push('□'),
            (Some(only), None) if matches!(c, '(' | '[') && closes && mark(*only).is_some() => out.push(*only),
            _ => {
                out.push(*c);
                at += 1;
                continue;
            }
        }
        at += inside.len() + 2;
    }
    out
}

fn pieces(text: &str) -> Vec<TickPiece> {
    let mut pieces: Vec<TickPiece> = Vec::new();
    let mut words = String::new();
    for c in text.chars() {
        let divides = c.is_whitespace() || matches!(c, '、' | ',' | ';' | '/' | '|' | '。');
        let mark = mark(c);
        if !divides && mark.is_none() {
            words.push(c);
            continue;
        }
        if !words.is_empty() {
            pieces.push(TickPiece::Words(std::mem::take(&mut words)));
        }
        pieces.extend(mark.map(TickPiece::Mark));
    }
    if !words.is_empty() {
        pieces.push(TickPiece::Words(words));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticked(text: &str) -> Option<Vec<String>> {
        let boxes = boxes(text)?;
        Some(boxes.into_iter().filter(|one| one.ticked).map(|one| one.words).collect())
    }

    #[test]
    fn marks_before_and_behind_their_words() {
        for text in [
            "☑合格 □整改 □摘牌",
            "合格☑ 整改□ 摘牌□",
            "合格√",
            "√合格",
            "□√合格 □整改",
            "☒合格 □整改",
            "（√）合格 （ ）整改 （  ）摘牌",
            "合格（√） 整改（ ）",
            "■合格、□整改",
            "☑ 合格\n☐ 整改",
            "☑合格 ☒整改",
            "合格√ 整改 摘牌",
        ] {
            assert_eq!(ticked(text), Some(vec!["合格".to_owned()]), "{text}");
        }
        assert_eq!(ticked("□合格 □整改"), Some(vec![]));
        assert_eq!(ticked("☑合格 ☑整改").map(|words| words.len()), Some(2));
        for text in ["合格", "☑", "合格 整改 ", "□", "（一）合格"] {
            assert_eq!(ticked(text), None, "{text}");
        }
    }
}
