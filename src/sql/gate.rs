//! SQL text → [`Checked`], or every problem with its place.
//!
//! Three steps, each of which may refuse: the tokens (length, comments, full-width punctuation), sqlparser's grammar,
//! and the allow-list walk in [`super::walk`]. Hostile text is bounded before it is parsed: trees are walked and
//! dropped recursively, so their depth must not follow the length of the input.

use super::walk::Walker;
use super::{Checked, Literal, Type};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace};
use std::collections::BTreeMap;
use std::ops::Range;

/// Names that an expression may use: columns with their types, and named values of the definition.
/// The run constants ([`super::RUN_CONSTANTS`]) are always there.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub columns: BTreeMap<String, Type>,
    pub values: BTreeMap<String, Literal>,
}

/// Why an expression is refused. `span` is a byte range of the expression's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlProblem {
    pub code: &'static str,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Longest expression in bytes, most tokens, and deepest nesting that the gate reads.
const MAX_BYTES: usize = 20_000;
const MAX_TOKENS: usize = 1_000;
const MAX_DEPTH: usize = 30;

/// Checks one expression of the wanted type (a rule or filter wants `Boolean`); `None` accepts any type.
///
/// # Errors
/// Every problem that could be found, in order of place.
pub fn check(source: &str, scope: &Scope, wanted: Option<Type>) -> Result<Checked, Vec<SqlProblem>> {
    let text = SourceText::new(source);
    let tokens = tokens(&text)?;
    let expr = parse(&text, tokens)?;
    let mut walker = Walker::new(&text, scope);
    let (node, ty) = walker.root(&expr, wanted);
    let (mut problems, columns) = walker.finish();
    match ty {
        Some(ty) if problems.is_empty() => Ok(Checked { source: source.to_string(), node, ty, columns }),
        _ => {
            problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
            Err(problems)
        }
    }
}

/// An expression's text with the byte offsets of its lines, to turn sqlparser's line and column into bytes.
pub(super) struct SourceText<'a> {
    pub text: &'a str,
    lines: Vec<usize>,
}

impl<'a> SourceText<'a> {
    fn new(text: &'a str) -> SourceText<'a> {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        SourceText { text, lines }
    }

    /// Byte offset of a location (1-based line and column, counted in characters); the text's end where it lies beyond.
    fn offset(&self, location: Location) -> usize {
        let Some(start) = (location.line as usize).checked_sub(1).and_then(|line| self.lines.get(line)) else {
            return self.text.len();
        };
        let ahead = (location.column as usize).saturating_sub(1);
        let rest = self.text.get(*start..).unwrap_or("");
        rest.char_indices().nth(ahead).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Byte range of a span; the whole text where sqlparser knows none.
    pub fn range(&self, span: Span) -> Range<usize> {
        if span.start.line == 0 {
            return 0..self.text.len();
        }
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }

    /// What stands at a span, for messages, shortened.
    pub fn words(&self, span: Span) -> String {
        let range = self.range(span);
        let text = self.text.get(range).unwrap_or("");
        let mut words: String = text.chars().take(30).collect();
        if text.chars().nth(30).is_some() {
            words.push('…');
        }
        words
    }
}

fn problem(code: &'static str, span: Range<usize>, message: impl Into<String>, help: &str) -> Vec<SqlProblem> {
    vec![SqlProblem { code, span, message: message.into(), help: Some(help.to_string()) }]
}

/// Splits the text and refuses what the grammar would let through unseen.
fn tokens(text: &SourceText) -> Result<Vec<TokenWithSpan>, Vec<SqlProblem>> {
    let source = text.text;
    let too_long = "请拆成几条规则，或把长名单放进参照表";
    if source.trim().is_empty() {
        return Err(problem(
            "sql-syntax",
            0..source.len(),
            "表达式是空的",
            "写一个条件，例如 人数 >= 3；不需要条件时删去这一项",
        ));
    }
    if source.len() > MAX_BYTES {
        return Err(problem("sql-too-long", 0..source.len(), "表达式太长", too_long));
    }
    full_width(source)?;
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, source).tokenize_with_location().map_err(|error| {
        let at = text.offset(error.location);
        let open_quote = error.message.contains("Unterminated");
        let message = if open_quote { "引号没有成对" } else { "这里有读不懂的符号" };
        problem("sql-syntax", at..source.len(), message, "文字两边各写一个半角单引号，例如 '正式'")
    })?;
    let mut depth = 0usize;
    let mut count = 0;
    for token in &tokens {
        match &token.token {
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => continue,
            Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
                let help = "说明请写在 TOML 的 # 后面；减去一个负数请写成 a - (-1)";
                return Err(problem(
                    "sql-comment",
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
            return Err(problem("sql-too-deep", text.range(token.span), "括号嵌套太深", "请拆成几条规则"));
        }
        if count > MAX_TOKENS {
            return Err(problem("sql-too-long", text.range(token.span), "表达式太长", too_long));
        }
    }
    Ok(tokens)
}

/// Full-width punctuation and digits outside quotes: an input method's slip that no keyboard user sees.
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
                problems.push(SqlProblem {
                    code: "sql-full-width",
                    span: at..at + c.len_utf8(),
                    message: format!("“{c}”是全角符号"),
                    help: Some("请改用半角符号；列名本身带这个符号时，用反引号括起来，例如 `职务（职称）`".into()),
                });
            }
            None => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Parses one expression and nothing after it.
fn parse(text: &SourceText, tokens: Vec<TokenWithSpan>) -> Result<sqlparser::ast::Expr, Vec<SqlProblem>> {
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect).with_recursion_limit(MAX_DEPTH * 2).with_tokens_with_locations(tokens);
    let parsed = parser.parse_expr();
    let next = parser.peek_token();
    match parsed {
        Ok(expr) if next.token == Token::EOF => Ok(expr),
        Ok(_) => {
            let message = format!("条件到这里已经完整，后面的“{}”多余", text.words(next.span));
            let help = "几个条件之间写 AND 或 OR；一个表达式只写一个条件，不写分号，也不写 SELECT";
            Err(problem("sql-syntax", text.range(next.span), message, help))
        }
        Err(ParserError::RecursionLimitExceeded) => {
            Err(problem("sql-too-deep", 0..text.text.len(), "表达式嵌套太深", "请拆成几条规则"))
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
            Err(problem("sql-syntax", at, message, help))
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
