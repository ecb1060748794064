//! Decisions on what a return is as a whole: left out for good or until somebody knows better, named wherever its figures
//! are missing, and back once the decision is taken back.

use super::decisions::{FIELDS, definition, filed, filed_for, rows, saved};
use super::shop::{DEFINITION, HEFEI, Shop, WUHU, integers};
use super::support::{Said, result, say};
use super::workshop::{Cell, Page, all_cells, page, text, xlsx};

impl Shop {
    /// Runs March over what lies in `returns`.
    fn march(&self) -> Said {
        let returns = self.word("returns");
        let args = self.args(&returns, "2026-03", "out", &[]);
        say(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Fills in the row of a code and a file.
    fn settle(&self, code: &str, file: &str, said: [&str; 3]) {
        let mut all = self.asked("待处理");
        all.extend(self.asked("已处理"));
        let of = |row: &&mut std::collections::BTreeMap<String, String>| {
            row["规则代码"] == code && row["文件"].contains(file)
        };
        let row = all.iter_mut().find(of);
        let row = row.unwrap_or_else(|| panic!("no row {code} {file}: {:#?}", self.asked("待处理")));
        for (field, said) in FIELDS.iter().zip(said.iter().chain(&["张某", "2026-04-08"])) {
            row.insert((*field).to_owned(), (*said).to_owned());
        }
        saved(&self.decisions(), &all);
    }

    fn signed(&self) -> String {
        all_cells(&result(&self.path("out"), "呈报版.xlsx")).join("\n")
    }

    fn sorted(&self) -> Vec<i64> {
        let mut people: Vec<i64> = self.people().into_iter().flatten().collect();
        people.sort_unstable();
        people
    }

    fn outcomes(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(result(&self.path("out"), "run.json")).expect("run.json");
        let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        run["counts"]["files"].clone()
    }
}

#[test]
fn a_return_is_left_out_whole_named_where_it_is_missing_and_back_when_the_decision_is() {
    let shop = Shop::new(&definition(100));
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, ""), (HEFEI, "乙", 4, "")]);
    filed(&shop, "合肥市总工会第二批.xlsx", HEFEI, &[(HEFEI, "丙", 5, ""), (HEFEI, "丁", 500, "")]);
    filed(&shop, "芜湖市总工会.xlsx", WUHU, &[(WUHU, "戊", 7, "")]);
    // The same bytes once more: it must not step into the place of what is left out.
    let second = shop.path("returns/合肥市总工会第二批.xlsx");
    let copy = shop.path("returns/合肥市总工会第二批（转）.xlsx");
    std::fs::copy(&second, &copy).expect("a copy");
    assert_eq!(shop.march().code, 0);
    assert_eq!(shop.sorted(), [3, 4, 5, 7, 500]);
    shop.settle("return-in-parts", "第二批", ["不计入", "", "与第一批重复"]);
    for again in 0..2 {
        let said = shop.march();
        assert_eq!((said.code, shop.sorted()), (0, vec![3, 4, 7]), "{again} {}", said.err);
        assert_eq!(shop.asked("待处理").len(), 0, "what else is asked of it goes with it");
        let [one] = &shop.asked("已处理")[..] else { panic!("{:#?}", shop.asked("已处理")) };
        assert!(one["情况"].contains("整份未计入") && one["情况"].contains("另 1 个问题"), "{one:?}");
        let signed = shop.signed();
        assert!(signed.contains("经人工认定整份不计入 2 份（合肥市总工会"), "{signed}");
        assert!(signed.contains("有 1 处经人工认定（不计入 1 处）"), "{signed}");
        assert_eq!(shop.outcomes()["left-out"], 2, "{}", shop.outcomes());
        let working = all_cells(&result(&shop.path("out"), "工作版.xlsx")).join("\n");
        assert!(working.contains("经人工认定整份不计入：与第一批重复（张某，2026-04-08）"), "{working}");
        assert!(working.contains("本表未计入：经人工认定整份不计入的 2 份"), "{working}");
        std::fs::remove_dir_all(shop.path("out")).expect("the results");
    }
    shop.march();
    shop.settle("return-in-parts", "第二批", ["暂不计入", "", "等来电"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 4, 7]));
    let open = shop.asked("待处理");
    assert!(open.iter().any(|row| row["处理"] == "暂不计入" && row["情况"].contains("仍待处理")), "{open:#?}");
    shop.settle("return-in-parts", "第二批", ["撤回", "", "确是第二批"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 4, 5, 7, 500]));
}

#[test]
fn a_file_that_cannot_be_read_is_left_out_and_its_unit_is_still_missing() {
    let shop = Shop::new(&definition(100));
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, "")]);
    std::fs::write(shop.path("returns/芜湖市总工会.xlsx"), b"PK\x03\x04 torn").expect("a file");
    assert_eq!(shop.march().code, 1);
    let asked = shop.asked("待处理");
    let code = asked.iter().find(|row| row["文件"].contains("芜湖")).map(|row| row["规则代码"].clone());
    shop.settle(&code.expect("asked"), "芜湖", ["不计入", "", "空壳文件"]);
    let said = shop.march();
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(shop.signed().contains("整份不计入 1 份（芜湖市总工会）"), "{}", shop.signed());
    let chase = all_cells(&result(&shop.path("out"), "催报.xlsx")).join("\n");
    assert!(chase.contains("报来的已认定整份不计入"), "{chase}");
}

#[test]
fn of_two_versions_the_other_counts_once_one_is_left_out() {
    let shop = Shop::new(&definition(100));
    let rows = [(HEFEI, "甲", 3, ""), (HEFEI, "乙", 4, ""), (HEFEI, "丙", 5, "")];
    let mut other = rows;
    other[0].2 = 6;
    filed(&shop, "一/合肥市总工会.xlsx", HEFEI, &rows);
    filed(&shop, "二/合肥市总工会.xlsx", HEFEI, &other);
    assert_eq!((shop.march().code, shop.sorted()), (1, vec![]));
    shop.settle("version-undecidable", "一/", ["暂不计入", "", "待查"]);
    assert_eq!((shop.march().code, shop.sorted()), (1, vec![]), "what is open makes no other one count");
    shop.settle("version-undecidable", "一/", ["不计入", "", "旧的"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![4, 5, 6]));
    // What was decided of a cell before waits for the day when its return is back.
    assert_eq!(shop.asked("待处理").len(), 0);
}

#[test]
fn a_corrected_name_takes_no_other_decision_with_it() {
    let shop = Shop::new(&definition(100));
    let items = [(HEFEI, "存疑", 500), (HEFEI, "甲", 3)];
    assert_eq!(shop.again(&items).code, 0);
    // The record is told by 单位 and 项目; 人数 was decided of the same one.
    shop.answer(&[("存疑", "held", ["改为", "己", "写明"]), ("存疑", "too-many", ["属实", "", "核对过"])]);
    for again in 0..3 {
        let said = shop.again(&items);
        assert_eq!((said.code, shop.sorted()), (0, vec![3, 500]), "{again} {}", said.err);
        assert_eq!((shop.asked("待处理").len(), shop.asked("已处理").len()), (0, 2), "{:#?}", shop.asked("待处理"));
        assert_eq!(shop.asked("已失效").len(), 0);
        if again == 1 {
            std::fs::remove_dir_all(shop.path("out")).expect("the results");
        }
    }
    // One that stays open keeps its answer in the list, and can be taken back there.
    shop.answer(&[("己", "too-many", ["暂不计入", "", "再查"])]);
    for _ in 0..2 {
        assert_eq!((shop.again(&items).code, shop.sorted()), (0, vec![3]));
        let [open] = &shop.asked("待处理")[..] else { panic!("{:#?}", shop.asked("待处理")) };
        assert_eq!((&*open["处理"], &*open["理由"]), ("暂不计入", "再查"));
    }
    shop.answer(&[("己", "too-many", ["撤回", "", "不查了"])]);
    assert_eq!((shop.again(&items).code, shop.sorted()), (0, vec![3, 500]));
    // The figure that it was decided on changes: then it does expire.
    shop.answer(&[("己", "too-many", ["属实", "", "核对过"])]);
    assert_eq!((shop.again(&items).code, shop.asked("待处理").len()), (0, 0));
    assert_eq!(shop.again(&[(HEFEI, "存疑", 501), (HEFEI, "甲", 3)]).code, 0);
    assert_eq!(shop.asked("待处理").len(), 1);
}

#[test]
fn decisions_hold_in_a_form_that_names_no_key() {
    let rules = definition(100).replacen("key   = [\"单位\", \"项目\"]", "", 1);
    assert!(!rules.contains("key   =") && DEFINITION.contains("[[form]]"));
    let shop = Shop::new(&rules);
    let items = [(HEFEI, "甲", 420), (HEFEI, "乙", 0), (HEFEI, "丙", 5)];
    assert_eq!(shop.again(&items).code, 1);
    shop.answer(&[("甲", "too-many", ["改为", "42", "笔误"]), ("乙", "no-people", ["免予", "", "确无人员"])]);
    let said = shop.again(&items);
    assert_eq!((said.code, shop.sorted()), (0, vec![0, 5, 42]), "{}", said.err);
    // Rows moved, others changed and added: nothing that was decided on did.
    let moved = [(HEFEI, "丁", 8), (HEFEI, "丙", 6), (HEFEI, "乙", 0), (HEFEI, "甲", 420)];
    assert_eq!((shop.again(&moved).code, shop.sorted()), (0, vec![0, 6, 8, 42]));
    let changed = [(HEFEI, "甲", 430), (HEFEI, "乙", 0), (HEFEI, "丙", 5)];
    assert_eq!((shop.again(&changed).code, shop.sorted()), (0, vec![0, 5, 430]));
    assert_eq!(shop.asked("待处理").len(), 1, "asked anew");
}

/// A unit mistyped the period and says so on the telephone: its return is asked about, counts once somebody answers for it,
/// and no other one does.
#[test]
fn a_return_that_says_another_period_counts_where_somebody_says_that_it_is_of_this_one() {
    let shop = Shop::new(&definition(100));
    let february = |name: &str, unit: &str, day: &str, people: u32| {
        filed_for(&shop, name, (unit, "2026年2月", day), &[(unit, "戊", people, ""), (unit, "己", 500, "")]);
    };
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, "")]);
    february("合肥市总工会2月.xlsx", HEFEI, "2026-04-02", 9);
    february("芜湖市总工会.xlsx", WUHU, "2026-04-02", 7);
    february("二月/芜湖市总工会.xlsx", WUHU, "2026-02-27", 6);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3]));
    // Of who has reported, and of what came when it was due for its own month, nothing is asked.
    let asked = shop.asked("待处理");
    let [one] = &asked[..] else { panic!("{asked:#?}") };
    assert!(one["文件"].starts_with("芜湖市总工会.xlsx") && one["影响"].contains("计入本期"), "{one:?}");
    shop.settle("other-period", "芜湖市总工会.xlsx", ["属实", "", "来电"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3]));
    assert!(shop.asked("待处理")[0]["情况"].contains("请选“计入本期”"), "{:?}", shop.asked("待处理"));
    shop.settle("other-period", "芜湖市总工会.xlsx", ["计入本期", "", "来电，所属期写错"]);
    for again in 0..2 {
        let said = shop.march();
        assert_eq!((said.code, shop.sorted()), (0, vec![3, 7, 500]), "{again} {}", said.err);
        // What its rows say is judged as of anybody else's.
        let asked = shop.asked("待处理");
        assert!(asked.len() == 1 && asked[0]["规则代码"] == "too-many", "{asked:#?}");
        let [done] = &shop.asked("已处理")[..] else { panic!("{:#?}", shop.asked("已处理")) };
        assert!(done["情况"].starts_with("有效"), "{done:?}");
        assert_eq!(
            (shop.outcomes()["accepted"].clone(), shop.outcomes()["other-period"].clone()),
            (2.into(), 2.into())
        );
        let working = all_cells(&result(&shop.path("out"), "工作版.xlsx")).join("\n");
        assert!(working.contains("理由：来电，所属期写错") && working.contains("计入本期 1 处"), "{working}");
        std::fs::remove_dir_all(shop.path("out")).expect("the results");
    }
    // Sent again with another figure it is another return, of which nobody has said anything.
    february("芜湖市总工会.xlsx", WUHU, "2026-04-02", 8);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3]));
    assert_eq!((shop.asked("待处理").len(), shop.asked("已失效").len()), (1, 1));
    shop.settle("other-period", "芜湖市总工会.xlsx", ["不计入", "", "确是二月的"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3]));
    assert_eq!(shop.asked("待处理").len(), 0, "{:#?}", shop.asked("待处理"));
}

/// What counts in March because somebody said so is not February's too, without a word: it is asked there, and whichever of
/// the two is run first, the run of the other says so.
#[test]
fn a_return_that_counts_in_another_month_is_asked_about_in_its_own() {
    let shop = Shop::new(&definition(100));
    let february = |name: &str, unit: &str, day: &str, people: u32| {
        filed_for(&shop, name, (unit, "2026年2月", day), &[(unit, "戊", people, "")]);
    };
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, "")]);
    february("合肥市总工会2月.xlsx", HEFEI, "2026-02-27", 9);
    february("芜湖市总工会.xlsx", WUHU, "2026-04-02", 7);
    let returns = shop.word("returns");
    let run = |month: &str, out: &str| {
        let args = shop.args(&returns, month, out, &[]);
        say(&args.iter().map(String::as_str).filter(|arg| *arg != "--quiet").collect::<Vec<_>>())
    };
    let counted = || {
        let mut people = shop.read("2026-04", |history, _| integers(history, "2026-02", "人数"));
        people.sort_unstable();
        people
    };
    assert_eq!((run("2026-02", "feb").code, counted()), (0, vec![Some(7), Some(9)]));
    assert_eq!(shop.march().code, 0);
    shop.settle("other-period", "芜湖市总工会.xlsx", ["计入本期", "", "来电，所属期写错"]);
    let said = run("2026-03", "out");
    assert_eq!((said.code, shop.sorted()), (0, vec![3, 7]));
    assert!(said.out.contains("历史库里2026年2月也计入了这一份"), "{}", said.out);
    // February is run again: it is held, and the answer that was given in March is named.
    let book = shop.path("feb/2026年2月月度登记_处理意见.xlsx");
    assert_eq!((run("2026-02", "feb").code, counted()), (0, vec![Some(9)]));
    let [one] = &rows(&book, "待处理")[..] else { panic!("{:#?}", rows(&book, "待处理")) };
    assert!(one["文件"].starts_with("芜湖市总工会.xlsx") && one["影响"].contains("未计入"), "{one:?}");
    assert!(one["存疑或有误之处"].contains("汇总2026年3月") && one["存疑或有误之处"].contains("来电"), "{one:?}");
    assert!(!run("2026-03", "out").out.contains("也计入了这一份"));
    let answer = |said: &str, why: &str| {
        let mut all = rows(&book, "待处理");
        all.extend(rows(&book, "已处理"));
        for (field, said) in FIELDS.iter().zip([said, "", why, "张某", "2026-04-08"]) {
            all[0].insert((*field).to_owned(), said.to_owned());
        }
        saved(&book, &all);
    };
    answer("属实", "两个月各报一份");
    assert_eq!((run("2026-02", "feb").code, counted()), (0, vec![Some(7), Some(9)]));
    answer("不计入", "是三月的");
    assert_eq!((run("2026-02", "feb").code, counted()), (0, vec![Some(9)]));
    assert_eq!(rows(&book, "待处理").len(), 0, "{:#?}", rows(&book, "待处理"));
    // What was said in March cannot be read any more: nobody is left to believe that nothing was.
    std::fs::write(shop.path("history/tally/2026-03/run.decisions.parquet"), "damaged").expect("a file");
    let said = run("2026-02", "feb").out;
    assert!(said.contains("2026年3月的处理意见在历史库里读不出来"), "{said}");
}

/// A workbook of several months: those that say what the first one says, and no other.
#[test]
fn of_a_workbook_of_other_months_one_month_is_taken_for_ours() {
    let shop = Shop::new(&definition(100));
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, "")]);
    filed(&shop, "蚌埠市总工会.xlsx", "蚌埠市总工会", &[("蚌埠市总工会", "乙", 4, "")]);
    let sheet = |month: &str, people: f64| {
        let rows = vec![
            vec![text("月度登记表")],
            vec![text(&format!("填报单位：{WUHU}    所属期：{month}    填报日期：2026-04-02"))],
            ["单位", "项目", "人数", "金额", "日期", "说明"].map(text).to_vec(),
            vec![text(WUHU), text("戊"), Cell::Number(people)],
        ];
        Page { name: month.to_owned(), rows, ..page(HEFEI, 0) }
    };
    let pages = [sheet("2026年2月", 7.0), sheet("2026年1月", 6.0)];
    std::fs::write(shop.path("returns/芜湖市总工会.xlsx"), xlsx(&pages)).expect("a return");
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 4]));
    shop.settle("other-period", "芜湖", ["计入本期", "", "来电"]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 4, 7]));
}

/// What was taken out is what the return said then: sent anew, with the same cover and other figures, it is asked about again.
#[test]
fn a_return_that_was_taken_out_is_asked_about_again_when_it_says_something_else() {
    let shop = Shop::new(&definition(100));
    let name = "合肥市总工会/上报.xlsx";
    filed(&shop, "合肥市总工会.xlsx", HEFEI, &[(HEFEI, "甲", 3, "")]);
    filed(&shop, name, WUHU, &[(WUHU, "戊", 7, "")]);
    assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 7]));
    shop.settle("sender-doubtful", name, ["不计入", "", "不是他们报的"]);
    for _ in 0..2 {
        assert_eq!((shop.march().code, shop.sorted()), (0, vec![3]));
    }
    filed(&shop, name, WUHU, &[(WUHU, "戊", 8, "")]);
    for _ in 0..2 {
        assert_eq!((shop.march().code, shop.sorted()), (0, vec![3, 8]));
        let [open] = &shop.asked("待处理")[..] else { panic!("{:#?}", shop.asked("待处理")) };
        assert!(open["情况"].contains("内容改动了"), "{open:?}");
    }
    // What is said of the cover alone holds as long as the cover does.
    shop.settle("sender-doubtful", name, ["属实", "", "代报"]);
    assert_eq!((shop.march().code, shop.asked("待处理").len()), (0, 0));
    filed(&shop, name, WUHU, &[(WUHU, "戊", 9, "")]);
    assert_eq!((shop.march().code, shop.sorted(), shop.asked("待处理").len()), (0, vec![3, 9], 0));
}
