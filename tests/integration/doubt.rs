//! Doubt stands beside the figure: the shipped month of `innovation`, where one enterprise's 创效 is 420,000 万元.

use super::support::{finished, finished_months};
use huizong::model::stat_table::StatTable;
use huizong::model::statistic::{RowKind, StatCell, StatRow};
use huizong::run::Finished;

fn table<'a>(run: &'a Finished, id: &str) -> &'a StatTable {
    run.computed.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

fn column(table: &StatTable, name: &str) -> usize {
    table.headings.iter().position(|heading| heading.name == name).unwrap_or_else(|| panic!("no column {name}"))
}

fn row(table: &StatTable, label: &str) -> StatRow {
    let mut rows = table.rows.iter();
    let row = rows.find(|row| row.cells.contains(&StatCell::Text(label.to_owned())));
    row.unwrap_or_else(|| panic!("no row {label}")).into_owned()
}

fn number(cell: Option<&StatCell>) -> f64 {
    match cell {
        Some(StatCell::Number(number)) => *number,
        Some(StatCell::Integer(whole)) => *whole as f64,
        other => panic!("no figure: {other:?}"),
    }
}

#[test]
fn a_slip_of_the_unit_of_money_is_in_no_total_until_somebody_decides() {
    let run = finished("innovation");
    let month = table(&run, "funnel-month");
    let at = column(month, "创效（万元）");
    let fuyang = row(month, "阜阳");
    assert!((number(fuyang.cells.get(at)) - 18.9).abs() < 1e-9, "{:?}", fuyang.cells[at]);
    let doubt = fuyang.doubt(at).expect("the figure knows what it lacks");
    assert_eq!((doubt.cells, doubt.held), (1, 1));
    assert!((number(doubt.with.as_ref()) - 420_018.9).abs() < 1e-6 && doubt.without.is_none(), "{doubt:?}");
    // Its neighbours rest on nothing doubtful.
    assert!(fuyang.doubt(column(month, "奖励（元）")).is_none() && row(month, "池州").doubts.is_empty());
    let total = month.rows.iter().find(|row| row.kind == RowKind::Total).expect("合计");
    let (printed, with) = (number(total.cells.get(at)), total.doubt(at).and_then(|doubt| doubt.with.as_ref()));
    assert!((number(with) - printed - 420_000.0).abs() < 1e-6, "{printed}");
    let notes = month.notes.join("\n");
    for said in [
        "＊ 未计入待核实 2 处",
        "本月创效 420,000 万元",
        "阜阳市总工会 阜阳颍禾化工有限公司",
        "如属实，合计“创效（万元）”为 420,",
    ] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    // The first page says it too.
    let first = &run.computed.conclusions.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join("\n");
    assert!(first.contains("处数待核实，没有计入：") && first.contains("阜阳颍禾化工有限公司"), "{first}");
    assert!(first.contains("第一名由") && first.contains("变为阜阳颍禾化工有限公司"), "{first}");
    // The same slip in 累计 is held with it, and the list of the first ten does not begin with it.
    let year = table(&run, "funnel-year");
    let fuyang = row(year, "阜阳");
    assert!(number(fuyang.cells.get(column(year, "创效（万元）"))) < 1_000.0, "{fuyang:?}");
    let top = table(&run, "top-benefit");
    assert!(top.rows.iter().all(|row| !row.cells.contains(&StatCell::Text("阜阳颍禾化工有限公司".into()))));
    assert!(top.title.contains("前十名"), "{}", top.title);
}

#[test]
fn what_is_doubtful_and_counts_is_marked_and_what_it_comes_to_without_is_told() {
    let run = finished("innovation");
    let month = table(&run, "funnel-month");
    let (rate, proposed) = (column(month, "采纳率"), column(month, "提出"));
    // 翠屏冶金: 50 proposed, 47 adopted, a rate above 90% that is asked about.
    let maanshan = row(month, "马鞍山");
    let doubt = maanshan.doubt(rate).expect("the rate rests on it");
    assert_eq!((doubt.cells, doubt.held), (2, 0));
    let without = doubt.without.as_ref().expect("another rate");
    assert_ne!(Some(without), maanshan.cells.get(rate));
    assert!(maanshan.doubt(proposed).is_some_and(|doubt| doubt.cells == 1));
    // A row of which nothing was sent back and nothing is asked is as it always was.
    assert!(row(month, "黄山").doubts.is_empty());
}

#[test]
fn comparisons_leave_out_who_is_not_whole_on_both_sides_and_say_who() {
    let runs = finished_months("shock-teams", &["2025Q3", "2026Q1", "2026Q2", "2026Q3"]);
    let (run, _) = runs.last().expect("the last quarter");
    let unit = table(run, "unit");
    let (change, place) = (column(unit, "比上期增减（可比）"), column(unit, "名次"));
    // Its second team was sent back: no comparison as if whole, and a first place that says so.
    let hefei = row(unit, "合肥市总工会");
    assert_eq!(hefei.cells.get(change), Some(&StatCell::NotApplicable));
    assert_eq!(hefei.cells.get(place), Some(&StatCell::Integer(1)));
    assert_eq!(hefei.doubt(place).and_then(|doubt| doubt.rows), Some((1, 2)));
    assert!(row(unit, "蚌埠市总工会").doubt(place).is_none());
    let notes = unit.notes.join("\n");
    assert!(notes.contains("数不全：合肥市总工会（2 行计入 1 行）"), "{notes}");
    assert!(notes.contains("只计本期和上期都报全的单位") && notes.contains("不参加比较：合肥市总工会"), "{notes}");
}

#[test]
fn no_order_rests_on_units_of_which_rows_were_sent_back_and_their_names_are_marked() {
    let run = finished("innovation");
    let month = table(&run, "funnel-month");
    // One of its two rows counts: the counts beside its name are a part, and the name says so.
    assert_eq!(row(month, "淮北").doubt(0).and_then(|doubt| doubt.rows), Some((1, 2)));
    assert!(row(month, "黄山").doubt(0).is_none() && row(month, "六安").doubt(0).is_none());
    assert!(month.notes.join("\n").contains("各栏只按计入的行算，数不全：淮北（2 行计入 1 行）"), "{:?}", month.notes);
    let first = run.computed.conclusions.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join("\n");
    assert!(first.contains("，数不全的铜陵、省直系统不在内）"), "{first}");
    // A partial unit alone is no doubt on a cell.
    assert!(row(month, "马鞍山").is_doubted() && !row(month, "马鞍山").is_partial());
}

#[test]
fn what_a_first_page_says_of_a_change_is_marked_as_the_change_is() {
    let (run, _) = finished_months("innovation", &["2025-03", "2026-03"]).pop().expect("a month");
    let figures = &run.computed.key_figures;
    let (change, judged) = (column(figures, "增减"), column(figures, "评价"));
    let proposed = row(figures, "提出合理化建议");
    assert!(proposed.doubt(change).is_some(), "{proposed:?}");
    // Less by four per cent with them and by eighteen without: worse either way.
    assert!(proposed.doubt(judged).is_none(), "{proposed:?}");
    // 420,000 that is held out would turn it.
    let saved = row(figures, "创效");
    assert!(saved.doubt(change).is_some() && saved.doubt(judged).is_some(), "{saved:?}");
}

#[test]
fn what_was_open_in_an_earlier_period_is_said_where_it_is_compared_with() {
    let before = r#"{ name = "上期人数", sum = "tally", value = "人数", period = "previous" }"#;
    let definition = super::decisions::definition(100).replacen("measures = [", &format!("measures = [{before}, "), 1);
    let shop = super::shop::Shop::new(&definition);
    let hefei = super::shop::HEFEI;
    assert_eq!(shop.run("2026-03", &[(hefei, "甲", 420), (hefei, "乙", 5)], &[]).code, 0);
    assert_eq!(shop.run("2026-04", &[(hefei, "甲", 5)], &[]).code, 0);
    let working = super::support::result(&shop.path("out"), "2026年4月月度登记_工作版.xlsx");
    let said = super::workshop::all_cells(&working).join("\n");
    assert!(said.contains("往期各栏所用的数，存档时有待核实的：2026年3月（1 处已计入）"), "{said}");
}
