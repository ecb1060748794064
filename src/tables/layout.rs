//! What stands in each reference table: those that every pipeline shares, the code lists, and what definitions declare.

use crate::definition::Plan;
use crate::language::Type;

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLayout {
    /// Also the name of its file.
    pub name: String,
    pub columns: Vec<ColumnLayout>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    pub name: String,
    pub also: Vec<String>,
    pub required: bool,
    pub holds: Holding,
    /// The note on its header, without what `required` and `holds` say by themselves.
    pub says: String,
}

/// What a column's cells are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    Text,
    IdNumber,
    Number,
    Truth,
    Date,
    /// One of a few words; where the table of that name is there, the words of its first column.
    OneOf {
        words: Vec<String>,
        table: Option<String>,
    },
}

impl Holding {
    fn words(words: &[&str]) -> Holding {
        Holding::OneOf { words: words.iter().map(|word| (*word).to_owned()).collect(), table: None }
    }

    /// How to fill it in.
    pub fn says(&self) -> &'static str {
        match self {
            Holding::Text => "按文字填，这一列已设成文本格式，前面的 0 不会丢",
            Holding::IdNumber => "18 位，按文字填；这一列已设成文本格式，末位不会丢",
            Holding::Number => "填数字，不带单位",
            Holding::Truth => "填“是”或“否”",
            Holding::Date => "填日期，如 2026-03-05",
            Holding::OneOf { .. } => "从下拉列表里选",
        }
    }
}

fn column(name: &str, required: bool, holds: Holding, says: &str) -> ColumnLayout {
    ColumnLayout { name: name.to_owned(), also: Vec::new(), required, holds, says: says.to_owned() }
}

fn table(name: &str, columns: Vec<ColumnLayout>) -> TableLayout {
    TableLayout { name: name.to_owned(), columns }
}

/// Every table that the definitions may ask for; a table that several of them declare has the columns of all.
pub fn layouts(plans: &[Plan]) -> Vec<TableLayout> {
    let mut tables = vec![roster(plans), aliases(), cities(), holidays(), due(plans)];
    for list in plans.iter().flat_map(|plan| &plan.codes) {
        if let Some(name) = list.table.as_ref().filter(|name| tables.iter().all(|table| table.name != **name)) {
            tables.push(table(name, vec![column(name, true, Holding::Text, "一行一个，按正式次序")]));
        }
    }
    for plan in plans {
        for schema in &plan.references {
            let columns = schema.columns.iter().map(|declared| {
                let listed = declared.codes.and_then(|list| plan.codes.get(list));
                let holds = match (listed, declared.ty) {
                    (Some(list), _) => Holding::OneOf { words: list.values.clone(), table: list.table.clone() },
                    (None, Type::Text) if declared.id_number => Holding::IdNumber,
                    (None, Type::Text) => Holding::Text,
                    (None, Type::Integer | Type::Number) => Holding::Number,
                    (None, Type::Boolean) => Holding::Truth,
                    (None, Type::Date) => Holding::Date,
                };
                let also = declared.also.clone();
                ColumnLayout { also, ..column(&declared.name, declared.required, holds, "") }
            });
            let at = tables.iter().position(|table| table.name == schema.name).unwrap_or_else(|| {
                tables.push(table(&schema.name, Vec::new()));
                tables.len() - 1
            });
            let known = &mut tables[at].columns;
            for column in columns {
                if known.iter().all(|known| known.name != column.name) {
                    known.push(column);
                }
            }
        }
    }
    tables
}

fn listed(plans: &[Plan], id: &str, table: &str) -> Holding {
    let list =
        plans.iter().flat_map(|plan| &plan.codes).find(|list| list.id == id || list.table.as_deref() == Some(table));
    let words = list.map_or_else(Vec::new, |list| list.values.clone());
    Holding::OneOf { words, table: Some(table.to_owned()) }
}

fn roster(plans: &[Plan]) -> TableLayout {
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    let owes = format!("应报哪些报表，用“、”隔开；可写：{}", names.join("、"));
    let columns = vec![
        column("单位代码", true, Holding::Text, "每个单位一个，不能重复"),
        column("单位名称", true, Holding::Text, "全称，不能重复"),
        column("别名", false, Holding::Text, "报表里别的叫法，用“、”隔开"),
        column("上级代码", false, Holding::Text, "直接上级的单位代码"),
        column("层级", false, Holding::words(&["省", "市", "县", "基层"]), ""),
        column("渠道", false, listed(plans, "channel", ""), "应报的单位必填"),
        column("地市", false, Holding::OneOf { words: Vec::new(), table: Some("地市顺序".to_owned()) }, ""),
        column("行业", false, listed(plans, "industry", "行业代码"), ""),
        column("所有制", false, listed(plans, "ownership", "所有制代码"), ""),
        column("在岗职工人数", false, Holding::Number, "分名额要用"),
        column("启用", false, Holding::Date, "从这一天起应报；空着就是一直应报"),
        column("停用", false, Holding::Date, "到这一天为止"),
        column("联系人", false, Holding::Text, "打电话找谁；报表表尾写了的以报表为准"),
        column("联系电话", false, Holding::Text, ""),
        column("应报", true, Holding::Text, &owes),
    ];
    table("单位名册", columns)
}

fn aliases() -> TableLayout {
    let columns = vec![
        column("写法", true, Holding::Text, "报表里的写法，照抄；一个写法只能表示一个单位"),
        column("单位代码", true, Holding::Text, "这个写法是哪个单位，写名册里的代码"),
        column("备注", false, Holding::Text, ""),
    ];
    table("单位别名", columns)
}

fn cities() -> TableLayout {
    let columns = vec![
        column("地市", true, Holding::Text, "按正式次序，一行一个"),
        column("单位代码", true, Holding::Text, "这个地市的市级单位，写名册里的代码"),
    ];
    table("地市顺序", columns)
}

fn holidays() -> TableLayout {
    let columns = vec![
        column("日期", true, Holding::Date, "放假的工作日，和上班的周末"),
        column("类型", true, Holding::words(&["放假", "上班"]), ""),
    ];
    table("节假日", columns)
}

fn due(plans: &[Plan]) -> TableLayout {
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    let columns = vec![
        column("报送项目", true, Holding::words(&names), ""),
        column("报告期", true, Holding::Text, "如 2026、2026-03、2026Q1"),
        column("开网", false, Holding::Date, "从这一天起可以报"),
        column("截止", true, Holding::Date, "到这一天为止算按时"),
        column("补报截止", false, Holding::Date, "到这一天为止可以补报"),
    ];
    table("截止日期", columns)
}
