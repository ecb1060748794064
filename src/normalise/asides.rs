//! What is said of rows that look like records and do not count, of headings between records, and of records that stand
//! where none is looked for.

use super::asked::Asked;
use super::found::FoundTable;
use super::qualify::inside;
use super::roles::{Role, Roles};
use super::row_lexicon::RowLexicon;
use super::sink::{Say, Sink};
use super::table_rows::Aside;
use super::view::View;
use crate::definition::{FieldType, Form};
use crate::model::Severity;
use crate::model::cell::{CellRef, RawCell};
use crate::model::codes::FindingCode;
use crate::text::names::{header_key, tidy};

/// Everything said of a table's rows as rows.
pub fn rows(
    form: &Form,
    words: &RowLexicon<'_>,
    view: &View<'_>,
    found: &FoundTable<'_>,
    roles: &Roles,
    sink: &mut Sink,
) {
    let rows = &found.table.rows;
    for (i, aside) in &rows.aside {
        // Those two are said once a table and once a sheet.
        if !matches!(aside, Aside::Prefilled | Aside::Copied) {
            not_counted(view, *i, *aside, roles, sink);
        }
    }
    prefilled(view, found, sink);
    for (_, heading) in rows.headings.iter().filter(|(_, heading)| heading.fills.is_none()) {
        let say = Say {
            code: FindingCode::SectionHeading,
            severity: Severity::Note,
            found: format!("数据行之间有一行“{}”，按分段标题略过", shown(view, heading.at)),
            expected: "分段标题是代码表里的一项时才填入下面各行".to_owned(),
            next: "请汇总部门留意：如其实是一条记录，请报送单位补齐各列",
        };
        sink.on_return(Some(view.index), vec![heading.at], say);
    }
    below_signature(view, found, roles, sink);
    void(form, words, view, found, roles, sink);
}

fn shown(view: &View<'_>, at: CellRef) -> String {
    view.value(at).map_or_else(String::new, |value| tidy(&view.words(value)).into_owned())
}

/// The cell that names a row, else its first.
fn naming(view: &View<'_>, i: usize, roles: &Roles) -> Option<CellRef> {
    let own = || view.telling(i).find(|cell| roles.at(cell.at.col).own);
    let named = own().or_else(|| view.telling(i).find(|cell| roles.at(cell.at.col).role == Role::Name));
    named.or_else(|| view.telling(i).next()).map(|cell| cell.at)
}

fn not_counted(view: &View<'_>, i: usize, aside: Aside, roles: &Roles, sink: &mut Sink) {
    let Some(at) = naming(view, i, roles) else { return };
    let name = shown(view, at);
    let (code, severity, found, expected, next) = match aside {
        Aside::Struck => (
            FindingCode::RowStruck,
            Severity::Verify,
            format!("“{name}”整行划了删除线，未计入"),
            "不要的行删去，不划线留在表里",
            "请报送单位核实：确已删去的删掉这一行，仍要报的取消删除线",
        ),
        Aside::OfWhich => (
            FindingCode::RowOfWhich,
            Severity::Note,
            format!("“{name}”是其中数，未计入"),
            "其中数已含在上面的行里",
            "如其实是一条记录，请报送单位改写名称",
        ),
        Aside::Example => (
            FindingCode::RowExample,
            Severity::Note,
            format!("“{name}”是填写示例，未计入"),
            "报送前删去示例行",
            "如其实是一条记录，请报送单位填写真实名称",
        ),
        Aside::DoubtfulExample => (
            FindingCode::RowExampleDoubtful,
            Severity::Verify,
            format!("“{name}”一行注明是示例，未计入"),
            "报送前删去示例行；要报的行不注“示例”",
            "请报送单位核实：是示例的删去这一行，是要报的删去“示例”二字",
        ),
        Aside::Continued => return continued(view, i, at, roles, sink),
        Aside::Prefilled | Aside::Copied => return,
    };
    let Some(row) = view.rows.get(i).map(|row| row.row) else { return };
    let say = Say { code, severity, found, expected: expected.to_owned(), next };
    sink.on_line(view.index, row, vec![at], say);
}

/// A record on two rows: what its second row says beside is read by nobody, and so said.
fn continued(view: &View<'_>, i: usize, at: CellRef, roles: &Roles, sink: &mut Sink) {
    let unread: Vec<&RawCell> = view.telling(i).filter(|cell| roles.at(cell.at.col).role != Role::Ordinal).collect();
    let words: Vec<String> = unread.iter().take(3).map(|cell| format!("“{}”", tidy(&view.words(cell.value)))).collect();
    let more = if unread.len() > 3 { format!("等 {} 格", unread.len()) } else { String::new() };
    let say = Say {
        code: FindingCode::RowContinued,
        severity: Severity::Verify,
        found: format!("与上一行合并为一条记录，本行的{}{more}没有读取", words.join("、")),
        expected: "一条记录只占一行".to_owned(),
        next: "请报送单位核实：同一条记录的内容并入一行，另一条记录取消合并后填全",
    };
    let Some(row) = view.rows.get(i).map(|row| row.row) else { return };
    let cells = unread.first().map_or(at, |cell| cell.at);
    sink.on_line(view.index, row, vec![cells], say);
}

/// Lines with nothing but what the form came with, said once a table.
fn prefilled(view: &View<'_>, found: &FoundTable<'_>, sink: &mut Sink) {
    let mut lines = found.table.rows.aside.iter().filter(|(_, aside)| *aside == Aside::Prefilled).map(|(i, _)| *i);
    let Some(first) = lines.next() else { return };
    let say = Say {
        code: FindingCode::RowsPrefilled,
        severity: Severity::Note,
        found: format!("有 {} 行只有单位、选项或 0，没有填名称，按空行略过", 1 + lines.count()),
        expected: "不用的行留空或删去".to_owned(),
        next: "如其中有要报的，请报送单位补填名称",
    };
    sink.on_return(Some(view.index), view.telling(first).next().map(|cell| cell.at).into_iter().collect(), say);
}

/// Records below the signatures belong to the next table, card or page, and that has no header.
fn below_signature(view: &View<'_>, found: &FoundTable<'_>, roles: &Roles, sink: &mut Sink) {
    for i in &found.table.rows.below_signature {
        let (Some(at), Some(row)) = (naming(view, *i, roles), view.rows.get(*i).map(|row| row.row)) else { continue };
        let say = Say {
            code: FindingCode::RowBelowSignature,
            severity: Severity::Block,
            found: format!("“{}”写在签字栏以下，上面没有表头，看不出属于哪张表", shown(view, at)),
            expected: "数据都写在签字栏以上；另起一张表的写明表头".to_owned(),
            next: "请报送单位把这一行移到签字栏以上，或在它上面补上表头",
        };
        sink.on_line(view.index, row, vec![at], say);
    }
}

/// A remark that takes the record back: it counts until somebody decides.
fn void(form: &Form, words: &RowLexicon<'_>, view: &View<'_>, found: &FoundTable<'_>, roles: &Roles, sink: &mut Sink) {
    let header = &found.table.header;
    let remarks = |col: u16| {
        let unbound = !header.fit.columns.contains(&Some(col));
        let heading = header.headings.iter().find(|heading| heading.col == col);
        unbound && heading.and_then(|heading| heading.path.last()).is_some_and(|key| key.contains("备注"))
    };
    let free = form.fields.iter().zip(&header.fit.columns).filter(|(field, _)| field.ty == FieldType::Text);
    let mut cols: Vec<u16> = free.filter_map(|(_, col)| *col).collect();
    cols.retain(|col| roles.at(*col).role == Role::Remark);
    cols.extend(header.headings.iter().map(|heading| heading.col).filter(|col| remarks(*col)));
    cols.sort_unstable();
    cols.dedup();
    let mut own: Vec<u16> = roles.own_names().collect();
    own.sort_unstable();
    let mut say = |at: CellRef, found: String, expected: &str, next| {
        let (code, severity) = (FindingCode::RemarkSaysVoid, Severity::Verify);
        let say = Say { code, severity, found, expected: expected.to_owned(), next };
        sink.on_line(view.index, at.row, vec![at], say);
    };
    for i in &found.table.rows.data {
        for cell in view.cells_of(*i, &cols) {
            if view.is(Asked::Void, cell.value, |text| words.is_void(text)) {
                let text = view.sheet.text(cell.value);
                let found = format!("备注写的是“{}”，这一行仍照常计入", tidy(text));
                let next = "请报送单位核实：不再申报的删去这一行，仍要报的核对数字、改正备注";
                say(cell.at, found, "不报的行从表中删去，报的数是核实过的", next);
            }
        }
        for cell in view.cells_of(*i, &own) {
            let text = view.sheet.text(cell.value);
            if text.ends_with([')', '）']) && words.is_void(&inside(&header_key(text))) {
                let found = format!("名称里写着不再报：“{}”，这一行仍照常计入", tidy(text));
                let next = "请报送单位核实：不再报的删去这一行，仍要报的改正名称";
                say(cell.at, found, "不报的行从表中删去", next);
            }
        }
    }
}
