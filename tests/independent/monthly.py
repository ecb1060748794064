"""Computes the statistics of the shipped monthly samples a second time, by other means.

    python3 tests/independent/monthly.py

In: `truth/<pipeline>-<month>-*.csv` (rows as the samples' author meant them) and `pipelines/reference/*.csv`. Out:
`expected/*.csv` as `expected.py` writes them. Written from the rules of the notice only: exact fractions, no third-party
package, and no line of the engine. `-history` is the main month after the earlier months were run: then rows whose
累计 does not follow from last month's are sent back, and comparisons have something to compare with.
"""

import csv
import datetime
import pathlib
import re
from decimal import Decimal
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
REFERENCE = HERE.parents[1] / "pipelines/reference"
CHANNELS = ["市总工会", "省直系统", "行业协会", "大型企业"]


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ROSTER = table(REFERENCE / "单位名册.csv")
BY_CODE = {unit["单位代码"]: unit for unit in ROSTER}
CITIES = [row["地市"] for row in table(REFERENCE / "地市顺序.csv")]
HOLIDAYS = {row["日期"]: row["类型"] for row in table(REFERENCE / "节假日.csv")}
PLACES = CITIES + CHANNELS[1:]


def write(name, lines):
    with open(HERE / f"expected/{name}.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["行", "列", "值", "分数"])
        for row, column, value, *parts in lines:
            out.writerow([row, column, value, parts[0] if parts else ""])


def ratio(row, column, top, bottom):
    value = "—" if bottom == 0 else f"{float(round(Fraction(top, bottom), 6)):.6f}"
    return (row, column, value, f"{top}/{bottom}")


def expected_units(pipeline):
    units = [u for u in ROSTER if pipeline in u["应报"].split("、") and not u["停用"]]
    order = lambda u: (CHANNELS.index(u["渠道"]), CITIES.index(u["地市"]) if u["渠道"] == CHANNELS[0] else 0)
    return sorted(units, key=order)


def place(code):
    unit = BY_CODE[code]
    return unit["地市"] if unit["渠道"] == CHANNELS[0] else unit["渠道"]


# Cells that nobody counts until someone decides: 元 taken for 万元, or the reverse.
HELD = {
    "benefit-ten-thousand": ["本月创效", "累计创效"],
    "benefit-per-piece-high": ["本月创效", "累计创效"],
    "benefit-out-of-line": ["本月创效", "累计创效"],
    "reward-per-piece-low": ["本月奖励", "累计奖励"],
    "investment-per-head-high": ["投入"],
    "result-benefit-high": ["年创效"],
}


def rows(pipeline, month, form, history=False):
    """Accepted rows, without the cells that are held out; with history those are out whose 累计 does not continue last
    month's."""
    good = [r for r in table(HERE / f"truth/{pipeline}-{month}-{form}.csv") if r["去向"] == "accepted"]
    good = [r for r in good if not (history and "[year-not-continued" in r["问题"])]
    for r in good:
        for code in re.findall(r"[a-z-]+", r["问题"]):
            r.update({field: "" for field in HELD.get(code, []) if field in r})
    return good


def number(text):
    """无 is 0 where the author says so; an empty cell is nothing."""
    return Decimal(text) if text else None


def total(of, field):
    return sum((number(r[field]) for r in of if r[field]), Decimal(0))


def plain(value):
    return f"{value.normalize():f}" if value else "0"


def reporting(pipeline, month, form, history=False):
    """Units, by name, that reported in the form: one that a counting row is of, or the sender of an accepted return that
    has no row of any form."""
    files = table(HERE / f"truth/{pipeline}-{month}-files.csv")
    filled = {r["推荐单位代码"] for path in (HERE / "truth").glob(f"{pipeline}-{month}-*.csv") if "-files" not in path.name for r in table(path)}
    empty = {f["报送单位代码"] for f in files if f["结果"] == "accepted"} - filled - {""}
    return {r["单位"] for r in rows(pipeline, month, form, history)} | {BY_CODE[code]["单位名称"] for code in empty}


# ── innovation ───────────────────────────────────────────────

MAIN, BEFORE, AGO = "2026-03", "2026-02", "2025-03"


def pooled(of, top, bottom):
    both = [r for r in of if r[top] and r[bottom]]
    return int(total(both, top)), int(total(both, bottom))


def funnel(name, parent, history):
    good = rows("innovation", MAIN, "suggestion", history)
    out = []
    for city in [*PLACES, "合计"]:
        mine = [r for r in good if city in ("合计", place(r["推荐单位代码"]))]
        for item, column in [("参与", "参与人次"), ("提出", "提出"), ("采纳", "采纳"), ("实施", "实施"), ("优秀", "优秀"), ("创效", "创效（万元）"), ("奖励", "奖励（元）")]:
            out.append((city, column, plain(total(mine, parent + item))))
        for column, top, bottom in [("采纳率", "采纳", "提出"), ("实施率", "实施", "采纳"), ("优秀率", "优秀", "采纳")]:
            out.append(ratio(city, column, *pooled(mine, parent + top, parent + bottom)))
    write(name, out)


def tops():
    """First ten places, all who share the tenth included; who reported nothing has no place."""
    good = rows("innovation", MAIN, "suggestion")
    done = {}
    for r in good:
        done[r["推荐单位代码"]] = done.get(r["推荐单位代码"], 0) + int(r["本月实施"] or 0)
    place = {code: 1 + sum(other > mine for other in done.values()) for code, mine in done.items()}
    lines = [(BY_CODE[code]["单位名称"], column, value) for code in done if place[code] <= 10 for column, value in (("名次", place[code]), ("实施", done[code]))]
    write("innovation-top-units", lines)
    benefit = [(r["单位"], Decimal(r["本月创效"])) for r in good if r["本月创效"] and Decimal(r["本月创效"]) > 0]
    placed = [(name, 1 + sum(other > value for _, other in benefit), value) for name, value in benefit]
    write("innovation-top-benefit", [(name, place, plain(value)) for name, place, value in placed if place <= 10])


def contests():
    good = rows("innovation", MAIN, "contest")
    levels = ["国家级", "省级", "市级", "县级", "企业级"]
    kinds = ["劳动竞赛", "技能竞赛", "专项竞赛"]
    cross, people = [], []
    for kind in [*kinds, "合计"]:
        mine = [r for r in good if kind in ("合计", r["类型"])]
        cross += [(kind, level, sum(r["级别"] == level for r in mine)) for level in levels] + [(kind, "合计", len(mine))]
        people += [(kind, "竞赛", len(mine)), (kind, "进行中", sum(r["状态"] == "进行" for r in mine)), (kind, "已结束", sum(r["状态"] == "结束" for r in mine))]
        for field in ["参赛单位", "参赛班组", "参赛职工", "决赛人数", "技术状元", "技术标兵", "技术能手", "投入"]:
            # Rows of which none says a number have no sum, and not one of 0.
            said = plain(total(mine, field)) if not mine or any(r[field] for r in mine) else "未填"
            people.append((kind, "投入（万元）" if field == "投入" else field, said))
    write("innovation-contests", cross)
    write("innovation-contest-people", people)


def grade(benefit):
    if not benefit:
        return "未填创效"
    steps = [(100, "一等"), (50, "二等"), (10, "三等"), (1, "四等")]
    return next((word for least, word in steps if Decimal(benefit) >= least), "五等")


def results():
    good = rows("innovation", MAIN, "result")
    kinds = ["小发明", "小革新", "小改造", "小设计", "小建议", "技术攻关", "先进操作法"]

    def line(label, mine):
        frontline = sum(r["是否一线"] == "是" for r in mine)
        return [(label, "成果", len(mine)), (label, "一线成果", frontline), ratio(label, "一线占比", frontline, len(mine)), (label, "年创效（万元）", plain(total(mine, "年创效")))]

    out = []
    for kind in [*kinds, "合计"]:
        mine = [r for r in good if kind in ("合计", r["类别"])]
        out += line(kind, mine) + [(kind, "曾获省级奖", sum(r["曾获省级奖"] == "是" for r in mine))]
        out += [(kind, word, sum(grade(r["年创效"]) == word for r in mine)) for word in ["一等", "二等", "三等", "四等", "五等", "未填创效"]]
    write("innovation-results", out)
    out = []
    for city in [*PLACES, "合计"]:
        mine = [r for r in good if city in ("合计", place(r["推荐单位代码"]))]
        out += line(city, mine) + [(city, "有专利", sum(r["专利号"] != "" for r in mine))]
    write("innovation-results-city", out)


def growth(row, column, now, before):
    return ratio(row, column, int(now - before), int(before)) if before > 0 else (row, column, "—", "")


def partly(pipeline, month, form, history=False):
    """Units, by the name that a row gives, some of whose rows were sent back."""
    counted = {(r["文件"], r["工作表"], r["行"]) for r in rows(pipeline, month, form, history)}
    every = [r for r in table(HERE / f"truth/{pipeline}-{month}-{form}.csv") if r["去向"] not in ("superseded", "out")]
    return {r["单位"] for r in every if (r["文件"], r["工作表"], r["行"]) not in counted}


def paired(pipeline, form, now, then):
    """Units that reported whole in both months, and who reported in each; (month, whether with history)."""
    sides = [reporting(pipeline, month, form, history) for month, history in (now, then)]
    lacking = set().union(*(partly(pipeline, month, form, history) for month, history in (now, then)))
    return (sides[0] & sides[1]) - lacking, *sides


def compare():
    now, last, ago = (rows("innovation", m, "suggestion", m == MAIN) for m in (MAIN, BEFORE, AGO))
    both, here_sent, then_sent = paired("innovation", "suggestion", (MAIN, True), (AGO, False))
    close = paired("innovation", "suggestion", (MAIN, True), (BEFORE, False))[0]
    write("innovation-history-coverage", [("同比（可比）", word, len(units)) for word, units in (("可比单位", both), ("本期", here_sent), ("上年同期", then_sent))])
    out = []
    for city in [*PLACES, "合计"]:
        here = lambda of: [r for r in of if city in ("合计", place(r["推荐单位代码"]))]
        n, l, a = here(now), here(last), here(ago)
        out += [(city, "本月提出", plain(total(n, "本月提出"))), (city, "上年同期提出", plain(total(a, "本月提出"))), (city, "上月提出", plain(total(l, "本月提出")))]
        like = lambda of, units: [r for r in of if r["单位"] in units]
        difference = total(like(n, both), "本月提出") - total(like(a, both), "本月提出")
        # With nobody on both sides there is no difference, and none of 0.
        known = city == "合计" or like(n, both) or like(a, both)
        out.append((city, "增减（可比）", plain(difference) if known else "—"))
        out.append(growth(city, "同比（可比）", total(like(n, both), "本月提出"), total(like(a, both), "本月提出")))
        out.append(growth(city, "环比（可比）", total(like(n, close), "本月提出"), total(like(l, close), "本月提出")))
        top, bottom = pooled(n, "本月采纳", "本月提出")
        out.append(ratio(city, "本月采纳率", top, bottom))
        then_top, then_bottom = pooled(a, "本月采纳", "本月提出")
        out.append(ratio(city, "上年同期采纳率", then_top, then_bottom))
        (top, bottom), (then_top, then_bottom) = (pooled(like(of, both), "本月采纳", "本月提出") for of in (n, a))
        if bottom and then_bottom:
            points = (Fraction(top, bottom) - Fraction(then_top, then_bottom)) * 100
            out.append((city, "采纳率增减（可比，百分点）", f"{float(points):+.6f}"))
    write("innovation-history-funnel-compare", out)
    months = [(m, rows("innovation", m, "suggestion", m == MAIN)) for m in ("2026-01", BEFORE, MAIN)]
    out = []
    for city in [*PLACES, "合计"]:
        for month, of in months:
            title = f"{month[:4]}年{int(month[5:])}月"
            out.append((city, title, plain(total([r for r in of if city in ("合计", place(r["推荐单位代码"]))], "本月提出"))))
    write("innovation-history-months", out)
    out = []
    so_far = [r for _, of in months for r in of]
    for city in [*PLACES, "合计"]:
        here = lambda of: [r for r in of if city in ("合计", place(r["推荐单位代码"]))]
        for item in ("提出", "实施"):
            out += [(city, f"本年{item}", plain(total(here(so_far), f"本月{item}"))), (city, f"上年{item}", plain(total(here(ago), f"本月{item}")))]
        # Of last year only March is filed, so only the Marches make a pair.
        like = lambda of: total([r for r in here(of) if r["单位"] in both], "本月提出")
        out.append(growth(city, "提出同比（可比）", like(now), like(ago)))
    write("innovation-history-funnel-to-date", out)


# ── service ──────────────────────────────────────────────────

INDICATORS = ["室温合格率", "用户满意率", "报修及时率", "运行事故率", "服务投诉率", "测温点覆盖率", "热费收缴率"]
STANDARD = {
    "室温合格率": lambda rate: rate >= Fraction(98, 100),
    "用户满意率": lambda rate: rate >= Fraction(98, 100),
    "报修及时率": lambda rate: rate == 1,
    "运行事故率": lambda rate: rate == 0,
    "服务投诉率": lambda rate: rate < Fraction(5, 100),
    "测温点覆盖率": lambda rate: rate >= Fraction(1, 100),
}


def met(row):
    if int(row["分母"]) == 0 or row["指标"] not in STANDARD:
        return None
    return STANDARD[row["指标"]](Fraction(int(row["分子"]), int(row["分母"])))


def rate(of):
    return sum(int(r["分子"]) for r in of), sum(int(r["分母"]) for r in of)


def service():
    good = rows("service", "2026-01", "indicator")
    blocked = {(r["推荐单位代码"], r["指标"]) for r in table(HERE / "truth/service-2026-01-indicator.csv") if r["去向"] == "blocked"}
    out = []
    for name, code in [(u["单位名称"], u["单位代码"]) for u in expected_units("service")] + [("全省", None)]:
        for indicator in INDICATORS:
            mine = [r for r in good if code in (None, r["推荐单位代码"]) and r["指标"] == indicator]
            verdicts = [met(r) for r in mine if met(r) is not None]
            out.append(ratio(name, f"{indicator}/实绩", *rate(mine)))
            if code is None:
                out.append(ratio(name, f"{indicator}/结论", sum(verdicts), len(verdicts)))
            else:
                word = "退回" if not mine and (code, indicator) in blocked else "未报" if not mine else "—" if not verdicts else "达标" if all(verdicts) else "未达标"
                out.append((name, f"{indicator}/结论", word))
    write("service-verdicts", out)

    ago = rows("service", "2025-01", "indicator")
    out, compared = [], []
    both = paired("service", "indicator", ("2026-01", False), ("2025-01", False))[0]
    for indicator in INDICATORS:
        mine = [r for r in good if r["指标"] == indicator]
        then = [r for r in ago if r["指标"] == indicator]
        verdicts = [met(r) for r in mine if met(r) is not None]
        out += [(indicator, "报送", len(mine)), (indicator, "不适用（分母为 0）", sum(r["分母"] == "0" for r in mine))]
        out += [(indicator, "达标", sum(verdicts)), (indicator, "未达标", len(verdicts) - sum(verdicts))]
        out += [ratio(indicator, "达标率", sum(verdicts), len(verdicts)), ratio(indicator, "全省实绩", *rate(mine))]
        compared.append(ratio(indicator, "上年同期实绩", *rate(then)))
        like = lambda of: [r for r in of if r["单位"] in both]
        points = (Fraction(*rate(like(mine))) - Fraction(*rate(like(then)))) * 100
        compared.append((indicator, "增减（可比，百分点）", f"{float(points):+.6f}"))
    write("service-indicators", out)
    write("service-history-indicators", compared)

    out = []
    for city in [*PLACES, "合计"]:
        mine = [r for r in good if city in ("合计", place(r["推荐单位代码"]))]
        verdicts = [met(r) for r in mine if met(r) is not None]
        out += [(city, "报送项数", len(mine)), (city, "达标项数", sum(verdicts)), (city, "未达标项数", len(verdicts) - sum(verdicts))]
        out.append(ratio(city, "达标率", sum(verdicts), len(verdicts)))
    write("service-cities", out)

    out = []
    for indicator in INDICATORS:
        for month in ("2025-11", "2025-12", "2026-01"):
            mine = [r for r in rows("service", month, "indicator") if r["指标"] == indicator]
            verdicts = [met(r) for r in mine if met(r) is not None]
            title = f"{month[:4]}年{int(month[5:])}月"
            out += [ratio(indicator, f"{title}/实绩", *rate(mine)), ratio(indicator, f"{title}/达标率", sum(verdicts), len(verdicts))]
    write("service-history-season", out)
    # 服务明星: points where the standard is met or does not apply, tiers of the collection rate.
    points = {"室温合格率": 20, "用户满意率": 20, "报修及时率": 15, "运行事故率": 10, "服务投诉率": 10, "测温点覆盖率": 5}

    def score(r):
        top, bottom = int(r["分子"]), int(r["分母"])
        if r["指标"] != "热费收缴率":
            return points[r["指标"]] if bottom == 0 or met(r) else 0
        rate = Fraction(top, bottom) if bottom else 1
        return 20 if rate >= Fraction(95, 100) else 15 if rate >= Fraction(90, 100) else 10

    scores, honour, exposure = {}, [], []
    for unit in expected_units("service"):
        mine = [r for r in good if r["推荐单位代码"] == unit["单位代码"]]
        if not mine:
            continue
        name, unmet = unit["单位名称"], sum(met(r) is False for r in mine)
        scores[name] = sum(map(score, mine))
        if len(mine) == 7 and unmet == 0:
            honour.append((name, "得分", scores[name]))
        accidents = sum(int(r["分子"]) for r in mine if r["指标"] == "运行事故率")
        if unmet >= 2 or accidents:
            exposure.append((name, "未达标", unmet))
    places = {name: 1 + sum(other > mine for other in scores.values()) for name, mine in scores.items()}
    # Who is exposed is no star and stands on no roll of honour.
    exposed = {name for name, _, _ in exposure}
    honour = [line for line in honour if line[0] not in exposed]
    write("service-stars", [line for name in scores if places[name] <= 10 and name not in exposed for line in ((name, "名次", places[name]), (name, "得分", scores[name]))])
    write("service-honour", honour)
    write("service-exposure", exposure)
    missed = [(r["单位"], r["指标"], f"{r['分子']}/{r['分母']}") for r in good if met(r) is False]
    write("service-missed", sorted(missed))


# ── discipline ───────────────────────────────────────────────


def workdays_after(due, filed):
    days = 0
    while due < filed:
        due += datetime.timedelta(days=1)
        kind = HOLIDAYS.get(due.isoformat())
        days += kind == "上班" or (kind is None and due.weekday() < 5)
    return days


def discipline(pipeline, month):
    dates = next(r for r in table(REFERENCE / "截止日期.csv") if (r["报送项目"], r["报告期"]) == (pipeline, month))
    due = datetime.date.fromisoformat(dates["截止"])
    files = table(HERE / f"truth/{pipeline}-{month}-files.csv")
    form = {"innovation": "suggestion", "service": "indicator"}[pipeline]
    senders = {}
    for row in table(HERE / f"truth/{pipeline}-{month}-{form}.csv"):
        senders.setdefault(row["文件"], set()).add(row["推荐单位代码"])
    words = ["按时", "迟报", "退回", "无法读取", "未报"]
    best = {}
    for row in files:
        if row["结果"] not in ("accepted", "returned", "unreadable") or not row["报送单位代码"]:
            continue
        filed = datetime.date(*map(int, re.findall(r"\d+", row["填报日期"])))
        late = workdays_after(due, filed)
        word = {"accepted": words[1] if late else words[0], "returned": words[2], "unreadable": words[3]}[row["结果"]]
        for unit in senders.get(row["文件"], set()) | {row["报送单位代码"]}:
            best[unit] = min((words.index(word), late), best.get(unit, (9, 0)))
    out = []
    for unit in expected_units(pipeline):
        status, late = best.get(unit["单位代码"], (4, 0))
        out += [(unit["单位名称"], "状态", words[status]), (unit["单位名称"], "迟报工作日", late if status < 2 else "—")]
    write(f"{pipeline}-discipline", out)
    outcomes = ["accepted", "returned", "unreadable", "unrecognised", "superseded", "other-period", "ignored"]
    counts = [("文件", outcome, sum(row["结果"] == outcome for row in files)) for outcome in outcomes]
    write(f"outcomes-{pipeline}", [*counts, ("文件", "合计", len(files))])


for name, parent in [("month", "本月"), ("year", "累计"), ("last-year", "同期")]:
    funnel(f"innovation-funnel-{name}", parent, False)
    funnel(f"innovation-history-funnel-{name}", parent, True)
tops()
contests()
results()
compare()
service()
discipline("innovation", MAIN)
discipline("service", "2026-01")
