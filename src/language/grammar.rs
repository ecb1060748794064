//! SQL text → sqlparser's tree, or what is wrong with the text: its tokens (length, comments, full-width punctuation),
//! then the grammar. Hostile text is bounded before it is parsed: trees are walked and dropped recursively, so their depth
//! must not follow the length of the input.

use super::source::{SourceText, SqlProblem};
use crate::model::codes::DiagnosticCode;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};
use std::ops::Range;

/// Longest expression in bytes, most tokens, and deepest nesting that the gate reads.
const MAX_BYTES: usize = 20_000;
const MAX_TOKENS: usize = 1_000;
const MAX_DEPTH: usize = 30;
/// Bytes of stack that the parser may use on its way to `MAX_DEPTH`: 5.5 MB were measured for its unoptimised code.
const PARSER_STACK: usize = 8 << 20;

/// Does work that parses many expressions: the room that each needs is made once.
pub fn with_room<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(2 * PARSER_STACK, 3 * PARSER_STACK, work)
}

/// The tree of one expression.
///
/// # Errors
/// It is too long or too deep, or no expression of the language.
pub fn tree(text: &SourceText) -> Result<sqlparser::ast::Expr, Vec<SqlProblem>> {
    parse(text, tokens(text)?)
}

fn problem(code: DiagnosticCode, span: Range<usize>, message: impl Into<String>, help: &str) -> Vec<SqlProblem> {
    vec![SqlProblem { code, span, message: message.into(), help: Some(help.to_string()) }]
}

/// Splits the text and refuses what the grammar would let through unseen.
fn tokens(text: &SourceText) -> Result<Vec<TokenWithSpan>, Vec<SqlProblem>> {
    let source = text.text;
    let too_long = "请拆成几条规则，或把长名单放进参照表";
    if source.trim().is_empty() {
        return Err(problem(
            DiagnosticCode::SqlSyntax,
            0..source.len(),
            "表达式是空的",
            "写一个条件，例如 人数 >= 3；不需要条件时删去这一项",
        ));
    }
    if source.len() > MAX_BYTES {
        return Err(problem(DiagnosticCode::SqlTooLong, 0..source.len(), "表达式太长", too_long));
    }
    full_width(source)?;
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, source).tokenize_with_location().map_err(|error| {
        let at = text.offset(error.location);
        let open_quote = error.message.contains("Unterminated");
        let message = if open_quote { "引号没有成对" } else { "这里有读不懂的符号" };
        problem(DiagnosticCode::SqlSyntax, at..source.len(), message, "文字两边各写一个半角单引号，例如 '正式'")
    })?;
    let mut depth = 0usize;
    let mut count = 0;
    for token in &tokens {
        match &token.token {
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => continue,
            Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
                let help = "说明请写在 TOML 的 # 后面；减去一个负数请写成 a - (-1)";
                return Err(problem(
                    DiagnosticCode::SqlComment,
                    text.range(token.span),
                    "表达式里不能有注释（-- 之后的内容会被略过）",
                    help,
                ));
            }
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        count += 1;
        if depth > MAX_DEPTH {
            return Err(problem(DiagnosticCode::SqlTooDeep, text.range(token.span), "括号嵌套太深", "请拆成几条规则"));
        }
        if count > MAX_TOKENS {
            return Err(problem(DiagnosticCode::SqlTooLong, text.range(token.span), "表达式太长", too_long));
        }
    }
    Ok(tokens)
}

/// Signs of arithmetic as they stand in books, and as SQL writes them.
const SIGNS: [(char, &str); 5] = [('≤', "<="), ('≥', ">="), ('≠', "<>"), ('×', "*"), ('÷', "/")];

/// Full-width punctuation and digits, and signs of a book, outside quotes: an input method's slip that no keyboard user sees.
fn full_width(source: &str) -> Result<(), Vec<SqlProblem>> {
    let mut quote = None;
    let mut problems = Vec::new();
    for (at, c) in source.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '`' | '"') => quote = Some(c),
            None if matches!(c, '\u{ff01}'..='\u{ff5e}' | '“' | '”' | '‘' | '’' | '、' | '。' | '《' | '》') =>
            {
                let quote = matches!(c, '“' | '”' | '‘' | '’');
                problems.push(SqlProblem {
                    code: DiagnosticCode::SqlFullWidth,
                    span: at..at + c.len_utf8(),
                    message: format!("“{c}”是全角符号"),
                    help: Some(if quote {
                        "文字用英文单引号，例如 '正式'".into()
                    } else {
                        "请改用半角符号；列名本身带这个符号时，用反引号括起来，例如 `职务（职称）`".into()
                    }),
                });
            }
            None if let Some((_, written)) = SIGNS.iter().find(|(sign, _)| *sign == c) => problems.push(SqlProblem {
                code: DiagnosticCode::SqlSign,
                span: at..at + c.len_utf8(),
                message: format!("表达式里没有“{c}”"),
                help: Some(format!("写成 {written}")),
            }),
            None => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Parses one expression and nothing after it.
fn parse(text: &SourceText, tokens: Vec<TokenWithSpan>) -> Result<sqlparser::ast::Expr, Vec<SqlProblem>> {
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect).with_recursion_limit(MAX_DEPTH * 2).with_tokens_with_locations(tokens);
    let parsed = stacker::maybe_grow(PARSER_STACK, 2 * PARSER_STACK, || parser.parse_expr());
    let next = parser.peek_token();
    match parsed {
        Ok(expr) if next.token == Token::EOF => Ok(expr),
        Ok(_) => {
            let message = format!("条件到这里已经完整，后面的“{}”多余", text.words(next.span));
            let help = "几个条件之间写 AND 或 OR；一个表达式只写一个条件，不写分号，也不写 SELECT";
            Err(problem(DiagnosticCode::SqlSyntax, text.range(next.span), message, help))
        }
        Err(ParserError::RecursionLimitExceeded) => {
            Err(problem(DiagnosticCode::SqlTooDeep, 0..text.text.len(), "表达式嵌套太深", "请拆成几条规则"))
        }
        Err(ParserError::ParserError(said) | ParserError::TokenizerError(said)) => {
            let end = text.text.len();
            let at = said_at(&said).map_or(end..end, |location| {
                let start = text.offset(location);
                start
                    ..text
                        .text
                        .get(start..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(start, |c| start + c.len_utf8())
            });
            let message = if at.start >= end { "表达式没有写完" } else { "语法不对，这里读不懂" };
            let help = "条件写成 列名 比较符 值，例如 人数 >= 3 AND 类别 = '正式'；检查括号是否成对";
            Err(problem(DiagnosticCode::SqlSyntax, at, message, help))
        }
    }
}

/// The place that a parser message names at its end ("… at Line: 1, Column: 9").
fn said_at(message: &str) -> Option<Location> {
    let (_, tail) = message.rsplit_once("at Line: ")?;
    let (line, column) = tail.split_once(", Column: ")?;
    let digits = |s: &str| s.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    Some(Location { line: digits(line)?, column: digits(column)? })
}
