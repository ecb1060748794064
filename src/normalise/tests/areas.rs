//! Layout at its worst: tables beside one another, forms filled in across, rows between rows.

use super::fixture::*;
use crate::model::normalised::NormalisedReturn;
use crate::model::table::Column;
use crate::model::{Origin, RawSheet, Severity};

/// Two blocks of rows side by side, the right one at this column.
fn side(left: Vec<Vec<V>>, right: Vec<Vec<V>>, col: usize) -> Vec<Vec<V>> {
    let mut rows = left;
    rows.resize_with(rows.len().max(right.len()), Vec::new);
    for (row, cells) in rows.iter_mut().zip(right) {
        row.resize(col, E);
        row.extend(cells);
    }
    rows
}

fn team(name: &'static str) -> Vec<V> {
    with(1, T(name))
}

fn people() -> Vec<V> {
    ["推荐单位", "姓名", "身份证号", "出生年月", "农民工"].map(T).into()
}

fn person() -> Vec<V> {
    vec![T("合肥市总工会"), T("李四"), T("11010519491231002X"), T("1949-12"), T("是")]
}

/// Names of all teams read, table by table.
fn teams_read(read: &NormalisedReturn) -> Vec<Vec<String>> {
    let at = plan().forms[0].columns().iter().position(|column| column.name == "班组名称").expect("a column");
    let words = |column: &Column| match column {
        Column::Text(words) => words.iter().map(|word| word.unwrap_or("").to_owned()).collect(),
        _ => Vec::new(),
    };
    read.tables.iter().filter(|table| table.form == 0).map(|table| words(&table.columns[at])).collect()
}

/// Codes of everything worse than a remark.
fn doubts(read: &NormalisedReturn) -> Vec<&str> {
    let worse = read.findings.iter().filter(|finding| finding.severity != Severity::Note);
    worse.map(|finding| finding.code.as_ref()).collect()
}

fn data(read: &NormalisedReturn) -> Vec<u32> {
    read.sheets.iter().map(|account| account.data).collect()
}

#[test]
fn the_same_form_twice_side_by_side() {
    for gap in [0, 1, 3] {
        let left = vec![vec![T("班组申报汇总表")], cover(), header(), team("一班"), team("二班"), team("三班")];
        let mut bad = team("五班");
        bad[4] = T("约30");
        let right = vec![vec![], vec![], header(), team("四班"), bad];
        let read = run(vec![sheet("表", &side(left, right, 13 + gap))]);
        assert_eq!(teams_read(&read), [vec!["一班", "二班", "三班"], vec!["四班", "五班"]], "gap {gap}");
        assert_eq!(doubts(&read), ["number-unreadable"]);
        let finding = read.findings.iter().find(|finding| finding.code.as_ref() == "number-unreadable").expect("found");
        let expected = ["R5", "S5", "U5"][[0, 1, 3].iter().position(|g| *g == gap).expect("a gap")];
        assert_eq!(finding.place.cells[0].to_string(), expected);
        // The finding is on the record at the right, not on the one beside it in the same row.
        let holds = |table: usize, row: usize| read.tables[table].origins[row].holds(&finding.place);
        assert!(holds(1, 1) && !holds(0, 1) && !holds(1, 0));
        assert_eq!(data(&read), [3, 2]);
        assert_eq!(read.sender.as_ref().map(|sender| sender.unit), Some(1));
    }
}

#[test]
fn three_side_by_side() {
    let block = |name: &'static str| vec![header(), team(name)];
    let rows = side(side(block("一班"), block("二班"), 13), block("三班"), 27);
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(teams_read(&read), [["一班"], ["二班"], ["三班"]]);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
}

#[test]
fn different_forms_side_by_side() {
    for (gap, turned) in [(0, false), (1, false), (0, true), (2, true)] {
        let teams = vec![vec![T("班组申报汇总表")], cover(), header(), team("一班"), team("二班")];
        let folk = vec![vec![T("推荐个人汇总表")], vec![], people(), person()];
        let rows = if turned { side(folk, teams, 5 + gap) } else { side(teams, folk, 13 + gap) };
        let read = run(vec![sheet("表", &rows)]);
        assert_eq!(teams_read(&read), [["一班", "二班"]], "{gap} {turned}");
        assert!(doubts(&read).is_empty(), "{:?}", read.findings);
        let forms: Vec<(u16, usize)> = read.tables.iter().map(|table| (table.form, table.origins.len())).collect();
        assert_eq!(forms, if turned { [(1, 1), (0, 2)] } else { [(0, 2), (1, 1)] });
    }
}

#[test]
fn side_by_side_at_different_heights_and_above_a_third() {
    // The right table begins two rows lower and has a parent row; a third stands under both.
    let mut top = header();
    for (col, word) in [(6, T("六好")), (7, E), (8, T("公示时间")), (9, E)] {
        top[col] = word;
    }
    let leaves = vec![E, E, E, E, E, E, T("科学管理"), T("劳动竞赛"), T("开始"), T("结束")];
    let left = vec![cover(), header(), team("一班"), team("二班"), team("三班"), team("四班")];
    let right = vec![vec![], vec![], vec![], top, leaves, team("五班")];
    let mut rows = side(left, right, 14);
    let mut below = vec![T("续："), E, E, E, E, E];
    below.extend(header());
    rows.push(below);
    let mut last = vec![E; 6];
    last.extend(team("六班"));
    rows.push(last);
    let read = run(vec![sheet("表", &rows)]);
    let mut all: Vec<String> = teams_read(&read).concat();
    all.sort();
    let mut expected = ["一班", "二班", "三班", "四班", "五班", "六班"].map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(all, expected, "{:#?}", read.bindings);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
}

#[test]
fn each_table_beside_another_has_its_own_notes_and_totals() {
    let total = |sum: f64| vec![T("合计"), E, E, E, N(sum)];
    let left = vec![cover(), header(), team("一班"), team("二班"), total(24.0), vec![T("注：略")]];
    let right = vec![vec![], header(), team("三班"), total(13.0)];
    let read = run(vec![sheet("表", &side(left, right, 14))]);
    let wrong: Vec<_> = read.findings.iter().filter(|finding| finding.code.as_ref() == "total-mismatch").collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0].place.cells[0].to_string(), "S4");
    let parts = |at: usize| (read.sheets[at].data, read.sheets[at].totals, read.sheets[at].notes);
    assert_eq!((parts(0), parts(1)), ((2, 1, 1), (1, 1, 0)));
}

/// Fields down, records across: the transpose of rows.
fn across(rows: &[Vec<V>]) -> Vec<Vec<V>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..width).map(|col| rows.iter().map(|row| row.get(col).cloned().unwrap_or(E)).collect()).collect()
}

fn framed(form: Vec<Vec<V>>) -> Vec<Vec<V>> {
    let mut rows = vec![vec![T("班组申报汇总表")], cover()];
    rows.extend(form);
    rows.push(vec![T("填表人：钱七"), E, T("填报日期：2026年3月20日")]);
    rows
}

#[test]
fn a_form_filled_in_across() {
    let mut bad = team("二班");
    bad[5] = T("约10");
    bad[2] = T("民营");
    let form = across(&[header(), team("一班"), bad, team("三班")]);
    let read = run(vec![sheet("表", &framed(form))]);
    assert_eq!(teams_read(&read), [["一班", "二班", "三班"]], "{:?}", read.unrecognised);
    assert_eq!(doubts(&read), ["number-unreadable"]);
    let finding = read.findings.iter().find(|finding| finding.code.as_ref() == "number-unreadable").expect("found");
    assert_eq!(finding.place.cells[0].to_string(), "C8", "the physical cell");
    let origins = &read.tables[0].origins;
    assert_eq!(origins[1], Origin { source: 7, sheet: 0, row: 2, cols: (2, 2) });
    assert_eq!(origins.iter().map(|origin| origin.holds(&finding.place)).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(read.amendments.iter().map(|a| a.at.to_string()).collect::<Vec<_>>(), ["C5"]);
    let binding = &read.bindings[0];
    assert!(binding.across && binding.header == (2, 14));
    assert_eq!(binding.columns[1], Some(2), "推荐单位 stands in row 3");
    assert_eq!(read.sender.as_ref().map(|sender| sender.unit), Some(1));
    assert_eq!(read.version.filled_on, crate::domain::period::day(2026, 3, 20));
    let account = &read.sheets[0];
    assert_eq!((account.rows, account.frame, account.data, account.notes), (7, 3, 3, 1));
}

#[test]
fn across_with_parents_merged_at_the_left_and_a_total_column() {
    let mut parents = header();
    for (col, word) in [(6, T("六好")), (7, E), (8, T("公示时间")), (9, E)] {
        parents[col] = word;
    }
    let leaves = vec![E, E, E, E, E, E, T("科学管理"), T("劳动竞赛"), T("开始"), T("结束")];
    let total = vec![T("合计"), E, E, E, N(25.0)];
    let mut sheet = sheet("表", &framed(across(&[parents, leaves, team("一班"), team("二班"), total])));
    merge(&mut sheet, (8, 0), (9, 0));
    merge(&mut sheet, (10, 0), (11, 0));
    for row in (2..8).chain(12..15) {
        merge(&mut sheet, (row, 0), (row, 1));
    }
    let read = run(vec![sheet]);
    assert_eq!(teams_read(&read), [["一班", "二班"]], "{:?}", read.unrecognised);
    assert_eq!(doubts(&read), ["total-mismatch"], "{:?}", read.findings);
    let wrong = read.findings.iter().find(|finding| finding.code.as_ref() == "total-mismatch").expect("found");
    assert_eq!(wrong.place.cells[0].to_string(), "E7");
    assert_eq!((read.sheets[0].data, read.sheets[0].totals), (2, 1));
}

#[test]
fn across_twice_on_one_sheet() {
    let mut rows = framed(across(&[header(), team("一班"), team("二班")]));
    rows.push(vec![]);
    rows.extend(across(&[header(), team("三班")]));
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(teams_read(&read), [vec!["一班", "二班"], vec!["三班"]]);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
    assert_eq!(read.tables.iter().map(|table| table.origins[0].row).collect::<Vec<_>>(), [2, 17]);
}

#[test]
fn an_explanation_of_the_fields_is_no_form() {
    let mut rows: Vec<Vec<V>> = vec![vec![T("栏目"), T("怎样填")]];
    for field in header() {
        rows.push(vec![field, T("按实际情况如实填写")]);
    }
    let read = run(vec![sheet("填法", &rows)]);
    assert!(read.unrecognised.is_some() && read.tables.is_empty());
    let read = run(vec![sheet("填法", &rows), teams(vec![good()])]);
    assert_eq!((data(&read), doubts(&read).len()), (vec![0, 1], 0));
}

#[test]
fn the_same_form_on_several_sheets_after_instructions() {
    let county = |name: &str, rows: Vec<Vec<V>>| RawSheet { name: name.into(), ..teams(rows) };
    let notes = sheet("填报说明", &[vec![T("填报说明")], vec![T("1.推荐单位填全称"), T("2.人数填整数")]]);
    let read = run(vec![
        notes,
        county("长丰县", vec![team("一班"), team("二班")]),
        county("肥东县", vec![team("三班")]),
        county("肥西县", vec![]),
    ]);
    assert_eq!(teams_read(&read), [vec!["一班", "二班"], vec!["三班"], vec![]]);
    assert_eq!(data(&read), [0, 2, 1, 0]);
    assert!(doubts(&read).is_empty());
    assert!(codes_of(&read).contains(&("table-empty", Severity::Note)));
}

#[test]
fn headers_of_several_rows_repeat_at_page_breaks() {
    let mut top = header();
    for (col, word) in [(6, T("六好")), (7, E), (8, T("公示时间")), (9, E)] {
        top[col] = word;
    }
    let leaves = vec![E, E, E, E, E, E, T("科学管理"), T("劳动竞赛"), T("开始"), T("结束")];
    let page =
        |name: &'static str| vec![vec![T("班组申报汇总表（续）")], cover(), top.clone(), leaves.clone(), team(name)];
    let rows = [page("一班"), page("二班"), page("三班")].concat();
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(teams_read(&read), [["一班", "二班", "三班"]]);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
    assert_eq!((read.sheets[0].repeated_headers, read.sheets[0].frame), (4, 8));
}

#[test]
fn the_same_form_twice_downwards_with_columns_in_another_order() {
    let swap = |mut row: Vec<V>| {
        row.swap(0, 1);
        row
    };
    let rows = vec![
        vec![T("第一批")],
        cover(),
        header(),
        team("一班"),
        vec![],
        vec![T("第二批")],
        swap(header()),
        swap(team("二班")),
    ];
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(teams_read(&read), [["一班"], ["二班"]]);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
}

#[test]
fn blank_and_decorative_columns_change_nothing() {
    let spread = |row: Vec<V>| {
        let mut out = vec![T("│"), E];
        for (at, cell) in row.into_iter().enumerate() {
            out.push(cell);
            if at % 3 == 2 {
                out.push(E);
            }
        }
        out.push(T("│"));
        out
    };
    let rows =
        vec![vec![], vec![E, E, cover().remove(0)], spread(header()), spread(team("一班")), spread(team("二班"))];
    let read = run(vec![sheet("表", &rows)]);
    assert_eq!(teams_read(&read), [["一班", "二班"]]);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
}

#[test]
fn notes_between_rows_are_notes() {
    let between = |text: &'static str| vec![T(text)];
    let mut sheet = teams(vec![
        team("一班"),
        between("以下为县区推荐："),
        team("二班"),
        between("（二）省属企业部分"),
        team("三班"),
        between("注：四班待定，另行上报，报送时间以市总工会的书面通知为准，请予谅解。"),
        team("五班"),
    ]);
    for row in [4, 6] {
        merge(&mut sheet, (row, 0), (row, 12));
    }
    let read = run(vec![sheet]);
    assert_eq!(teams_read(&read), [["一班", "二班", "三班", "五班"]], "{:?}", read.findings);
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
    assert_eq!(read.sheets[0].notes, 3);
}

#[test]
fn units_merged_downwards_over_totals_and_page_breaks() {
    let mut below = team("二班");
    below[0] = E;
    let mut last = team("三班");
    last[0] = E;
    let mut sheet = teams(vec![with(0, T("合肥市总")), below, vec![E, T("小计"), E, E, N(24.0)], last]);
    merge(&mut sheet, (3, 0), (6, 0));
    let read = run(vec![sheet]);
    assert_eq!(column(&read, "推荐单位"), &Column::Unit(vec![Some(1); 3].into()));
    assert!(doubts(&read).is_empty(), "{:?}", read.findings);
    assert_eq!(read.sheets[0].totals, 1);
}

#[test]
fn totals_wherever_they_stand_are_held_against_their_parts() {
    let total = |label: &'static str, sum: f64| vec![T(label), E, E, E, N(sum)];
    let t = |name: &'static str| team(name);
    let check = |rows: Vec<Vec<V>>| {
        let read = run(vec![teams(rows)]);
        let wrong = read.findings.iter().filter(|finding| finding.code.as_ref() == "total-mismatch");
        wrong.map(|finding| finding.place.cells[0].to_string()).collect::<Vec<_>>()
    };
    // On top; nested 小计 within 合计; 小计 above their parts.
    assert!(check(vec![total("合计", 36.0), t("一"), t("二"), t("三")]).is_empty());
    assert_eq!(check(vec![total("合计", 37.0), t("一"), t("二"), t("三")]), ["E4"]);
    let nested = |first: f64, second: f64, all: f64| {
        check(vec![t("一"), t("二"), total("小计", first), t("三"), total("小计", second), total("合计", all)])
    };
    assert!(nested(24.0, 12.0, 36.0).is_empty());
    assert_eq!(nested(24.0, 13.0, 36.0), ["E8"]);
    // A 合计 that adds its 小计 once more.
    assert_eq!(nested(24.0, 12.0, 72.0), ["E9"]);
    assert_eq!(nested(25.0, 12.0, 37.0), ["E6", "E9"]);
    let above = |first: f64, second: f64| {
        check(vec![total("总计", 36.0), total("省属小计", first), t("一"), t("二"), total("市属小计", second), t("三")])
    };
    assert!(above(24.0, 12.0).is_empty());
    assert_eq!(above(20.0, 12.0), ["E5"]);
    // A 合计 for each city within the 总计, and none that says nothing.
    let cities = |second: f64| {
        check(vec![
            t("一"),
            total("小计", 12.0),
            t("二"),
            total("小计", 12.0),
            total("合肥合计", 24.0),
            t("三"),
            total("小计", 12.0),
            t("四"),
            total("小计", 12.0),
            total("芜湖合计", second),
            total("总计", 48.0),
        ])
    };
    assert!(cities(24.0).is_empty());
    assert_eq!(cities(0.0), ["E13"]);
    // In the middle, over what stands above it.
    assert!(check(vec![t("一"), t("二"), total("合计", 24.0), t("三")]).is_empty());
    // Not over a cell that nobody can read.
    assert!(check(vec![t("一"), with(4, T("约30")), total("合计", 99.0)]).is_empty());
    assert!(check(vec![with(4, T("约30")), total("小计", 99.0), t("二"), total("小计", 12.0)]).is_empty());
}

#[test]
fn a_cover_over_either_of_two_tables_speaks_for_both() {
    let left = vec![vec![T("班组申报汇总表")], vec![], header(), team("一班")];
    let read = |cover| {
        let right = vec![vec![], vec![T(cover)], header(), team("二班")];
        run(vec![sheet("表", &side(left.clone(), right, 14))])
    };
    let measured = read("计量单位：万人");
    assert!(doubts(&measured).contains(&"unit-on-cover"), "{:?}", measured.findings);
    assert_eq!(data(&measured), [1, 1]);
    assert!(measured.sheets.iter().all(|account| account.not_counted.is_none()));
    let other = read("填报单位：合肥市总  所属期：2025年");
    assert!(other.other_period.is_some() && other.sheets.iter().all(|account| account.not_counted.is_some()));
    assert_eq!((data(&other), doubts(&other)), (vec![1, 1], vec![]));
}

#[test]
fn hidden_rows_of_a_form_filled_in_across_are_its_hidden_columns() {
    let rows = framed(across(&[header(), team("一班"), team("二班")]));
    let hidden = RawSheet { hidden_rows: vec![6], hidden_cols: vec![2], ..sheet("表", &rows) };
    let read = run(vec![hidden]);
    let words = |code: &str| {
        let finding = read.findings.iter().find(|finding| finding.code.as_ref() == code).expect("said");
        (finding.found.clone(), finding.place.cells.first().map(ToString::to_string))
    };
    let (columns, at) = words("columns-hidden");
    assert!(columns.contains("1 行") && columns.contains("人数"), "{columns}");
    assert_eq!(at.as_deref(), Some("A7"));
    assert!(words("rows-hidden").0.contains("1 列"));
}
