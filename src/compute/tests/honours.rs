//! The yearly honours: shares of everybody, structures, awards against the ledger.

use super::*;

pub(super) fn honours() -> (Plan, Reference, Vec<ValidatedRows>, Vec<LookupResult>) {
    let plan = plan("honours");
    let mut reference = reference(&plan);
    let person = |unit, accepted, title, class, kind, sex, name| {
        let cells = [
            ("拟授称号", T(title)),
            ("类别", T(class)),
            ("人员类别", T(kind)),
            ("性别", T(sex)),
            ("姓名", T(name)),
            ("身份证号", T("11010519491231002X")),
            ("出生年月", D(day(1980, 5, 1).unwrap())),
        ];
        row(0, unit, accepted, &cells)
    };
    let people = [
        person(0, true, "劳动模范", "正式", "一线职工", "男", "甲"),
        person(0, true, "劳动模范", "正式", "管理人员", "女", "乙"),
        person(0, true, "技术能手", "正式", "管理人员", "男", "丙"),
        person(1, true, "劳动模范", "正式", "企业负责人", "男", "丁"),
        person(1, false, "劳动模范", "正式", "一线职工", "男", "戊"),
        person(1, true, "劳动模范", "备选", "班组长", "男", "己"),
        person(0, true, "劳动模范", "备选", "一线职工", "男", "庚"),
        person(0, false, "劳动模范", "备选", "一线职工", "男", "辛"),
    ];
    let team =
        |unit, kind| row(3, unit, true, &[("拟授称号", T("先进集体")), ("类别", T("正式")), ("集体类别", T(kind))]);
    let award = |unit: u32, level, object, month| {
        row(3, unit, true, &[("荣誉级别", T(level)), ("对象类型", T(object)), ("获奖时间", D(month))])
    };
    let (inside, outside) = (day(2026, 3, 1).unwrap(), day(2025, 12, 1).unwrap());
    let awards = [
        award(0, "国家级", "集体", inside),
        award(3, "省级", "个人", inside),
        award(3, "省级", "个人", inside),
        award(3, "省级", "个人", outside),
    ];
    let schema = plan.references.iter().find(|schema| schema.name == "荣誉台账").unwrap();
    let column_names: Vec<String> = schema.columns.iter().map(|column| column.name.clone()).collect();
    let columns = column_names.iter().map(|name| match name.as_str() {
        "年度" => Values::Integer(vec![Some(2025), Some(2025), Some(2024), Some(2025)].into()),
        "级别" => Values::Text(["国家级", "省级", "省级", "省级"].map(Some).to_vec().into()),
        "对象类型" => Values::Text(vec![Some("集体"), Some("集体"), None, None].into()),
        "所在单位" => Values::Text(["芜湖某厂", "合肥市总工会", "合肥市总工会", "谁"].map(Some).to_vec().into()),
        _ => Values::Text(vec![None::<&str>; 4].into()),
    });
    let columns = columns.collect();
    let ledger = ReferenceTable { name: "荣誉台账".into(), column_names, columns, lines: vec![2, 3, 4, 5] };
    reference.tables.insert("荣誉台账".into(), ledger);
    let frames =
        vec![frame(&plan, 0, &people), frame(&plan, 1, &[team(0, "班组"), team(3, "科室")]), frame(&plan, 2, &awards)];
    let lookups = vec![LookupResult::default()];
    (plan, reference, frames, lookups)
}

#[test]
fn shares_are_pooled_and_say_who_could_fill_the_gap() {
    let (plan, reference, frames, lookups) = honours();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let by_unit = table(&computed, "frontline-unit");
    let figures = |cells: &[StatCell]| (cells[..3].to_vec(), words(&cells[3..]));
    let ratio = |num, den| vec![Integer(num), Integer(den), Ratio { num, den }];
    assert_eq!(figures(&body(by_unit, "合肥市总工会")), (ratio(2, 4), "≥50%|0|达标".into()));
    assert_eq!(figures(&body(by_unit, "皖江集团工会")), (ratio(0, 1), "≥50%|1|未达标".into()));
    assert_eq!(body(by_unit, "省教育系统工会")[..3], [NotReported, NotReported, NotReported]);
    assert_eq!(figures(&body(by_unit, "合计")), (ratio(2, 6), "≥50%|1|未达标".into()));
    let by_title = table(&computed, "frontline-title");
    assert_eq!(figures(&body(by_title, "劳动模范")), (ratio(1, 3), "≥50%|1|未达标".into()));
    assert_eq!(figures(&body(by_title, "五一劳动奖状")), (ratio(0, 0), "≥50%|0|NotApplicable".into()));
    assert_eq!(computed.findings.len(), 1);
    let breach = &computed.findings[0];
    assert_eq!((&*breach.code, breach.severity, breach.place.source), ("share-frontline", Severity::Block, None));
    assert_eq!(breach.found, "一线占比：一线 2 / 总数 6，占 33.3%");
    assert_eq!(&*breach.next, "总数不变时还差 1 名一线；备选中可递补：合肥市总工会 庚、芜湖市总工会 己");
    let all = table(&computed, "shares");
    assert_eq!(words(&body(all, "女性占比")[5..6]), "未启用");
}

#[test]
fn structures_are_parts_of_their_total() {
    let (plan, reference, frames, lookups) = honours();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let sex = table(&computed, "structure-sex");
    assert_eq!(body(sex, "女"), [Integer(1), Ratio { num: 1, den: 4 }], "no rule in force, no column for it");
    assert_eq!((sex.headings.len(), sex.definitions.len()), (3, 3));
    assert_eq!(body(sex, "合计")[..2], [Integer(4), Ratio { num: 4, den: 4 }]);
    assert_eq!(sex.rows.len(), 3);
    let age = table(&computed, "structure-age");
    assert_eq!(body(age, "41至60岁")[0], Integer(4));
    let mut enforced = plan.clone();
    enforced.shares.iter_mut().for_each(|share| share.enabled = true);
    let computed = run(&enforced, &reference, &frames, &lookups, &verdict()).unwrap();
    let sex = table(&computed, "structure-sex");
    assert_eq!(body(sex, "女")[2..], [Ratio { num: 1, den: 5 }, StatCell::Points(5.0)]);
    assert_eq!(body(sex, "男")[2..], [NotApplicable, NotApplicable], "a column stands for all rows or for none");
    assert_eq!(table(&computed, "structure-age").headings.len(), 3);
}

#[test]
fn awards_by_city_against_the_ledger_of_last_year() {
    let (plan, reference, frames, lookups) = honours();
    let computed = run(&plan, &reference, &frames, &lookups, &verdict()).unwrap();
    let period = table(&computed, "awards-period");
    assert_eq!(period.headings[1].parents, ["国家级"]);
    assert_eq!(period.headings[1].name, "集体");
    assert_eq!(body(period, "合肥")[..2], integers(&[1, 0]));
    // The enterprise stands in 芜湖 and yet counts as an enterprise.
    assert_eq!(body(period, "大型企业")[2..4], integers(&[0, 2]));
    assert_eq!(body(period, "芜湖")[3], Integer(0));
    assert_eq!(body(period, "省直系统")[0], NotReported);
    assert_eq!(body(period, "行业协会")[0], NotApplicable);
    assert_eq!(body(period, "合计").last(), Some(&Integer(3)));
    let last = table(&computed, "awards-last-year");
    assert_eq!(body(last, "合计").last(), Some(&Integer(3)));
    assert_eq!(body(last, "未归属").last(), Some(&Integer(1)));
    assert_eq!(last.headings[11].name, "未归类");
    let compare = table(&computed, "awards-compare");
    let grown = [Integer(1), Integer(1), Integer(1), Integer(0), Ratio { num: 0, den: 1 }];
    assert_eq!(body(compare, "合肥"), grown);
    let total = [Integer(3), Integer(3), Integer(3), Integer(0), Ratio { num: 0, den: 3 }];
    assert_eq!(body(compare, "合计"), total);
    let outside = table(&computed, "awards-outside");
    assert_eq!(outside.rows.len(), 1);
    assert_eq!(outside.rows.all()[0].cells[5], StatCell::Month(day(2025, 12, 1).unwrap()));
    let roll = table(&computed, "roll-individual");
    assert_eq!(roll.private_columns, [5]);
    assert_eq!(roll.rows.len(), 4);
}
