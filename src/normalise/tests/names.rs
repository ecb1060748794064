//! What names of files and titles say: void, parts, versions.

use super::fixture::*;
use crate::model::normalised::{PartName, VersionEvidence};

fn named(name: &str) -> VersionEvidence {
    run_named(name, vec![teams(vec![good()])]).version
}

#[test]
fn marks_of_versions() {
    for (name, rank) in [
        ("合肥/申报表.xlsx", (0, 0)),
        ("合肥/申报表(2).xlsx", (0, 2)),
        ("合肥/申报表（３）.xlsx", (0, 3)),
        ("申报表(2026).xlsx", (0, 0)),
        ("申报表 修订.xlsx", (1, 0)),
        ("申报表最终版(2).xlsx", (2, 2)),
        ("申报表 - 副本.xlsx", (0, 0)),
    ] {
        assert_eq!(named(name).mark, rank, "{name}");
    }
}

#[test]
fn names_that_say_that_a_file_does_not_count_and_names_that_look_like_them() {
    for name in [
        "合肥市总工会（作废）.xlsx",
        "作废-合肥市总工会.xlsx",
        "合肥市总工会班组申报汇总表 已作废.xlsx",
        "合肥市总工会2026年旧版.xlsx",
        "合肥市总工会（请勿使用）.xlsx",
        "合肥市总工会-错误.xlsx",
        "合肥市总工会 备份2.xlsx",
        "合肥市总工会申报表备份.xlsx",
        "合肥市总工会_修订版（作废）.xlsx",
        "合肥/作废/合肥市总工会.xlsx",
        "备份/合肥市总工会.xlsx",
        "旧表.xlsx",
    ] {
        assert!(named(name).void.is_some(), "{name}");
    }
    for name in [
        "合肥市总工会.xlsx",
        "旧县镇总工会.xlsx",
        "合肥市总工会作业废料回收班组.xlsx",
        "合肥市总工会（错误更正）.xlsx",
        "合肥市总工会（更正，原表有误）.xlsx",
        "合肥市总工会（原表作废）.xlsx",
        "合肥市总工会数据备份中心.xlsx",
        "合肥市总工会旧城改造项目部.xlsx",
        "合肥市总工会不用电焊班.xlsx",
        "木工模板班.xlsx",
        "合肥市总工会修订版.xlsx",
    ] {
        assert_eq!(named(name).void, None, "{name}");
    }
}

#[test]
fn parts_by_names_and_by_titles() {
    let part = |name: &str| named(name).part;
    let number = |number| PartName { number: Some(number), ..PartName::default() };
    let supplement = PartName { supplement: true, ..PartName::default() };
    for (name, wanted) in [
        ("合肥市总工会第一批.xlsx", number(1)),
        ("合肥市总工会（第2批）.xlsx", number(2)),
        ("合肥市总工会 第十二批次.xlsx", number(12)),
        ("合肥市总工会班组申报汇总表之二.xlsx", number(2)),
        ("合肥市总工会补报.xlsx", supplement),
        ("合肥市总工会班组申报汇总表（增补）.xlsx", supplement),
        ("合肥市总工会（续）.xlsx", supplement),
        ("合肥市总工会补报2.xlsx", PartName { number: Some(2), ..supplement }),
        ("合肥市总工会（个人）.xlsx", PartName { kind: Some((0, 1)), ..PartName::default() }),
        ("合肥市总工会.xlsx", PartName::default()),
        ("合肥市总工会（集体和个人）.xlsx", PartName::default()),
        ("合肥市总工会手续齐全.xlsx", PartName::default()),
        ("合肥市总工会2026.xlsx", PartName::default()),
        ("合肥市总工会第2026批.xlsx", PartName::default()),
    ] {
        assert_eq!(part(name), wanted, "{name}");
    }
    // The title of the form names both kinds of nothing: 推荐个人汇总表 is no part of a list.
    assert_eq!(part("合肥市总工会推荐个人汇总表.xlsx"), PartName::default());
    let titled = |title: &'static str| {
        let sheet = sheet("Sheet1", &[vec![T(title)], cover(), header(), good()]);
        run(vec![sheet]).version.part
    };
    assert_eq!(titled("2026年班组申报汇总表（第二批）"), number(2));
    assert_eq!(titled("班组申报汇总表"), PartName::default());
    assert_eq!(titled("补充说明：第二批另报"), PartName::default());
}

#[test]
fn which_parts_are_different() {
    let of = |number, supplement, kind| PartName { number, supplement, kind };
    let none = PartName::default();
    for (a, b) in [
        (of(Some(1), false, None), of(Some(2), false, None)),
        (none, of(Some(2), false, None)),
        (none, of(None, true, None)),
        (of(None, true, None), of(Some(2), true, None)),
        (of(None, false, Some((0, 0))), of(None, false, Some((0, 1)))),
    ] {
        assert!(a.differs(b) && b.differs(a), "{a:?} {b:?}");
    }
    for (a, b) in [
        (none, none),
        (none, of(Some(1), false, None)),
        (none, of(None, false, Some((0, 1)))),
        (of(Some(2), false, None), of(Some(2), false, None)),
        (of(None, true, None), of(None, true, None)),
    ] {
        assert!(!a.differs(b) && !b.differs(a), "{a:?} {b:?}");
    }
}
