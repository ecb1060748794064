//! Expressions as they are once checked: types, terms, functions, and the names that are always there.

/// Type of an expression. `Integer` widens to `Number`; nothing else converts silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
}

impl Type {
    /// The word in diagnostics.
    pub fn word(self) -> &'static str {
        match self {
            Type::Text => "文本",
            Type::Integer => "整数",
            Type::Number => "数值",
            Type::Boolean => "是非",
            Type::Date => "日期",
        }
    }
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    Null,
}

impl Literal {
    /// `None` for NULL, which takes the type of its surroundings.
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Literal::Text(_) => Type::Text,
            Literal::Integer(_) => Type::Integer,
            Literal::Number(_) => Type::Number,
            Literal::Boolean(_) => Type::Boolean,
            Literal::Date(_) => Type::Date,
            Literal::Null => return None,
        })
    }
}

/// The language that remains after the gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Column(String),
    /// A run-time constant of [`RUN_CONSTANTS`].
    RunConstant(&'static str),
    Literal(Literal),
    Not(Box<Term>),
    Negate(Box<Term>),
    Binary {
        op: Op,
        left: Box<Term>,
        right: Box<Term>,
    },
    In {
        value: Box<Term>,
        list: Vec<Literal>,
        negated: bool,
    },
    Between {
        value: Box<Term>,
        low: Box<Term>,
        high: Box<Term>,
        negated: bool,
    },
    IsNull {
        value: Box<Term>,
        negated: bool,
    },
    /// `%` and `_` as in SQL.
    Like {
        value: Box<Term>,
        pattern: String,
        negated: bool,
    },
    /// First condition that is true; NULL is not true.
    Case {
        branches: Vec<(Term, Term)>,
        otherwise: Option<Box<Term>>,
    },
    Call {
        function: Function,
        arguments: Vec<Term>,
    },
}

impl Term {
    /// The parts that all have to hold: of `a AND (b AND c)` a, b and c; of anything else itself.
    pub fn conjuncts(&self) -> Vec<&Term> {
        let mut parts = Vec::new();
        let mut open = vec![self];
        while let Some(term) = open.pop() {
            match term {
                Term::Binary { op: Op::And, left, right } => open.extend([&**right, &**left]),
                other => parts.push(other),
            }
        }
        parts
    }

    /// Names of the columns that it reads, in order of first use, without repeats.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let mut open = vec![self];
        while let Some(term) = open.pop() {
            match term {
                Term::Column(name) => {
                    if !names.contains(&name.as_str()) {
                        names.push(name);
                    }
                }
                Term::RunConstant(_) | Term::Literal(_) => {}
                Term::Not(inner) | Term::Negate(inner) => open.push(inner),
                Term::Binary { left, right, .. } => open.extend([&**right, &**left]),
                Term::In { value, .. } | Term::IsNull { value, .. } | Term::Like { value, .. } => open.push(value),
                Term::Between { value, low, high, .. } => open.extend([&**high, &**low, &**value]),
                Term::Case { branches, otherwise } => {
                    open.extend(otherwise.as_deref());
                    open.extend(branches.iter().rev().flat_map(|(condition, result)| [result, condition]));
                }
                Term::Call { arguments, .. } => open.extend(arguments.iter().rev()),
            }
        }
        names
    }

    /// TRUE where this is FALSE; NULL stays NULL.
    pub fn negated(self) -> Term {
        Term::Not(Box::new(self))
    }

    /// FALSE where either is FALSE, else NULL where either is NULL.
    pub fn and(self, other: Term) -> Term {
        Term::Binary { op: Op::And, left: Box::new(self), right: Box::new(other) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    And,
    Or,
    Add,
    Subtract,
    Multiply,
    /// True division to `Number`; a zero divisor gives NULL.
    Divide,
}

/// Functions that expressions may call; the name is what one writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `length(文本)` → integer, in characters.
    Length,
    /// `abs(数)`.
    Abs,
    /// `coalesce(a, b, …)`.
    Coalesce,
    /// `workdays(开始, 结束)` → integer, both days included.
    Workdays,
    /// `year(日期)`, `month_start(日期)`.
    Year,
    MonthStart,
    /// `full_years(日期)` → integer: whole years from the date to the period's last day.
    FullYears,
    /// `id_valid(身份证号)` → boolean: 18 places, real birth date, right check digit. NULL for NULL.
    IdValid,
    /// `id_birth_month(身份证号)` → date (first of the month); NULL when not valid.
    IdBirthMonth,
    /// `id_sex(身份证号)` → 男 or 女; NULL when not valid.
    IdSex,
    /// `items(文本)` → integer: how many parts a list has that is separated by 、 ， ； or / (焊工、电工 → 2).
    Items,
    /// `rounds_to(率, 分子, 分母, 小数位)` → boolean: whether 率 is 分子 ÷ 分母, rounded at the last decimal that 率
    /// shows, and at that many decimals at least (2 for percentages: 100% is written without any). NULL over 0.
    RoundsTo,
}

/// What one writes, and what it means.
pub const FUNCTIONS: [(&str, Function); 12] = [
    ("length", Function::Length),
    ("abs", Function::Abs),
    ("coalesce", Function::Coalesce),
    ("workdays", Function::Workdays),
    ("year", Function::Year),
    ("month_start", Function::MonthStart),
    ("full_years", Function::FullYears),
    ("id_valid", Function::IdValid),
    ("id_birth_month", Function::IdBirthMonth),
    ("id_sex", Function::IdSex),
    ("items", Function::Items),
    ("rounds_to", Function::RoundsTo),
];

/// Constants that the run fills in, with their types: the period's first and last day, the first day of its year,
/// its year, the year before, and whether it is the first period of its year, or of its
/// season where one is declared (累计 begins anew).
pub const RUN_CONSTANTS: [(&str, Type); 6] = [
    ("本期起", Type::Date),
    ("本期止", Type::Date),
    ("本年起", Type::Date),
    ("本年", Type::Integer),
    ("上年", Type::Integer),
    ("年初", Type::Boolean),
];

/// What stands before a column's name where the value of the same record in another period is meant: `上期.人数`.
/// Such a column's name is the whole of it, point included; no form's own column can have a point in its name.
pub const EARLIER: [&str; 2] = [PREVIOUS, YEAR_AGO];
/// The stored period before.
pub const PREVIOUS: &str = "上期";
/// The stored period a year ago.
pub const YEAR_AGO: &str = "上年同期";

/// `上期.人数`.
pub fn earlier_column(earlier: &str, column: &str) -> String {
    format!("{earlier}.{column}")
}

/// Which earlier record a column is of, and its own name there; `None` for a form's own column.
pub fn split_earlier(column: &str) -> Option<(&'static str, &str)> {
    let (before, name) = column.split_once('.')?;
    EARLIER.into_iter().find(|earlier| *earlier == before).map(|earlier| (earlier, name))
}
