"""Computes the statistics of the shipped samples a second time, by other means.

    python3 tests/independent/expected.py

In: `truth/*.csv` (rows as the samples' author meant them) and `pipelines/reference/*.csv`. Out: `expected/*.csv`,
one a table, as row label, column label, value, and for a ratio the exact fraction it comes from. Written from
the rules of the notice only: exact fractions, no third-party package, and no line of the engine. A count is 0 also
where a unit sent nothing; the workbook may say 未报 there.
"""

import csv
import datetime
import math
import pathlib
import re
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
REFERENCE = HERE.parents[1] / "pipelines/reference"
YEAR = 2026
SIX = ["思想政治工作", "完成生产工作任务", "科学管理", "劳动竞赛", "组织建设", "安全文明生产"]
CHANNELS = ["市总工会", "省直系统", "行业协会", "大型企业"]


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def truth(name):
    return table(HERE / f"truth/{name}.csv")


def write(name, lines):
    """(row, column, value) or (row, column, Fraction or None): the value with six places, then the fraction."""
    path = HERE / "expected"
    path.mkdir(exist_ok=True)
    with open(path / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["行", "列", "值", "分数"])
        for row, column, value, *parts in lines:
            out.writerow([row, column, value, parts[0] if parts else ""])


def ratio(row, column, top, bottom):
    value = "—" if bottom == 0 else f"{float(round(Fraction(top, bottom), 6)):.6f}"
    return (row, column, value, f"{top}/{bottom}")


ROSTER = table(REFERENCE / "单位名册.csv")
BY_CODE = {unit["单位代码"]: unit for unit in ROSTER}
BY_NAME = {unit["单位名称"]: unit for unit in ROSTER}
CITIES = [row["地市"] for row in table(REFERENCE / "地市顺序.csv")]
LEDGER = table(REFERENCE / "荣誉台账.csv")
HOLIDAYS = {row["日期"]: row["类型"] for row in table(REFERENCE / "节假日.csv")}


def expected_units(pipeline):
    """Units that owe the pipeline on the year's last day, in official order."""
    last = f"{YEAR}-12-31"
    units = [
        unit
        for unit in ROSTER
        if pipeline in unit["应报"].split("、") and unit["启用"] <= last and (not unit["停用"] or unit["停用"] >= f"{YEAR}-01-01")
    ]

    def order(unit):
        channel = CHANNELS.index(unit["渠道"])
        return (channel, CITIES.index(unit["地市"]) if channel == 0 else 0)

    return sorted(units, key=order)


def recommender(name, pipeline):
    """The recommending unit above (or of) the unit of that name."""
    owing = {unit["单位代码"] for unit in expected_units(pipeline)}
    unit = BY_NAME.get(name)
    while unit is not None and unit["单位代码"] not in owing:
        unit = BY_CODE.get(unit["上级代码"])
    return unit and unit["单位代码"]


def place(unit):
    """Row of a by-city table: the city of a city federation, else the channel."""
    return unit["地市"] if unit["渠道"] == "市总工会" else unit["渠道"]


# ── model-teams ──────────────────────────────────────────────


def apportion(total, weights):
    """Largest remainder with a minimum of 1: who falls below it gets it and leaves; the rest starts again."""
    seats, rest = {}, dict(weights)
    while True:
        left, weight = total - len(seats), sum(rest.values())
        below = [key for key, w in rest.items() if Fraction(left * w, weight) < 1]
        if not below:
            break
        for key in below:
            seats[key] = 1
            del rest[key]
    exact = {key: Fraction(left * w, weight) for key, w in rest.items()}
    floors = {key: math.floor(share) for key, share in exact.items()}
    # sorted() is stable: equal remainders stay in roster order.
    by_remainder = sorted(rest, key=lambda key: floors[key] - exact[key])
    for key in by_remainder[: left - sum(floors.values())]:
        floors[key] += 1
    seats.update(floors)
    return {key: seats[key] for key in weights}


def band(score):
    if score in ("好", "较好", "一般", ""):
        return score
    return "好" if float(score) >= 90 else "较好" if float(score) >= 75 else "一般"


def model_teams():
    units = expected_units("model-teams")
    rows = [row for row in truth("model-teams-nomination") if row["去向"] != "out"]
    reviews = [row for row in truth("model-teams-review") if row["去向"] == "accepted"]
    good = [row for row in rows if row["去向"] == "accepted"]
    seats = apportion(100, {unit["单位代码"]: int(unit["在岗职工人数"]) for unit in units})

    def count(among, code, **wanted):
        return sum(
            (code is None or row["推荐单位代码"] == code) and all(row[field] == value for field, value in wanted.items())
            for row in among
        )

    def line(code, workers, quota):
        formal = {"申报称号": "省模范班组", "类别": "正式"}
        standby = {"申报称号": "省模范班组", "类别": "备选"}
        accepted = count(good, code, **formal)
        return {
            "职工人数": workers,
            "名额": quota,
            "正式申报": count(rows, code, **formal),
            "审核通过": accepted,
            "缺额": max(0, quota - accepted),
            "超额": max(0, accepted - quota),
            "备选限额": max(1, quota * 20 // 100),
            "备选申报": count(rows, code, **standby),
        }

    lines = [(u["单位名称"], line(u["单位代码"], int(u["在岗职工人数"]), seats[u["单位代码"]])) for u in units]
    # Gaps and excesses of units do not cancel out: the total is the sum of the units.
    lines.append(("合计", {column: sum(values[column] for _, values in lines) for column in lines[0][1]}))
    write("model-teams-quota", [(row, column, value) for row, values in lines for column, value in values.items()])

    out = []
    for name, code in [(u["单位名称"], u["单位代码"]) for u in units] + [("合计", None)]:
        mine = [row for row in rows if code in (None, row["推荐单位代码"])]
        out.append((name, "申报班组", len(mine)))
        for item in SIX:
            bands = [band(row[item]) for row in mine if band(row[item])]
            out.append(ratio(name, item, bands.count("好"), len(bands)))
    write("model-teams-six-good", out)

    formal = [row for row in good if row["申报称号"] == "省模范班组" and row["类别"] == "正式"]
    industries = [row["行业"] if "行业" in row else next(iter(row.values())) for row in table(REFERENCE / "行业代码.csv")]
    ownerships = [next(iter(row.values())) for row in table(REFERENCE / "所有制代码.csv")]
    out = []
    for industry in [*industries, "合计"]:
        for ownership in [*ownerships, "合计"]:
            n = sum(industry in ("合计", r["所属行业"]) and ownership in ("合计", r["单位性质"]) for r in formal)
            out.append((industry, ownership, n))
    write("model-teams-industry", out)

    reviewed = {(r["所在单位"], r["班组名称"], r["命名年度"]) for r in reviews}
    due = [r for r in LEDGER if r["级别"] == "省级" and "模范班组" in r["荣誉名称"] and int(r["年度"]) < YEAR]
    outstanding = [r for r in due if (r["所在单位"], r["名称"], r["年度"]) not in reviewed]
    out = []
    for name, code in [(u["单位名称"], u["单位代码"]) for u in units] + [("合计", None)]:
        for verdict in ["保留", "整改", "撤销"]:
            out.append((name, verdict, count(reviews, code, 考核结论=verdict)))
        missing = sum(code in (None, recommender(r["所在单位"], "model-teams")) for r in outstanding)
        out.append((name, "未复核", missing))
    write("model-teams-title-review", out)
    write("model-teams-unreviewed", [(r["所在单位"], f"{r['名称']}（{r['年度']}）", 1) for r in outstanding])
    write("model-teams-roll", sorted((r["所在单位"], r["班组名称"], r["申报称号"]) for r in good if r["类别"] == "正式"))
    benchmarks = [r for r in rows if r["申报称号"] == "标杆班组"]
    write("model-teams-benchmark", sorted((r["所在单位"], r["班组名称"], r["去向"]) for r in benchmarks))


# ── honours ──────────────────────────────────────────────────


def is_frontline(row):
    return row.get("人员类别") in ("一线职工", "班组长") or row.get("集体类别") == "班组"


def share(name, counted, total, top, bottom, at_least):
    """占比, 差额 (for the same total, in whole numbers) and 结论 of one line."""
    if at_least:
        gap = max(0, -(-total * top // bottom) - counted)
    else:
        gap = max(0, counted - total * top // bottom)
    met = "—" if total == 0 else "达标" if gap == 0 else "未达标"
    return [
        (name, "一线", counted),
        (name, "总数", total),
        ratio(name, "占比", counted, total),
        (name, "差额", gap),
        (name, "结论", met),
    ]


def honours():
    units = expected_units("honours")
    people = [r for r in truth("honours-individual") if r["去向"] == "accepted" and r["类别"] == "正式"]
    groups = [r for r in truth("honours-collective") if r["去向"] == "accepted" and r["类别"] == "正式"]
    both = people + groups

    out = []
    for name, code in [(u["单位名称"], u["单位代码"]) for u in units] + [("合计", None)]:
        mine = [r for r in both if code in (None, r["推荐单位代码"])]
        out += share(name, sum(map(is_frontline, mine)), len(mine), 1, 2, True)
    write("honours-frontline-unit", out)
    titles = ["劳动模范", "先进工作者", "五一劳动奖章", "技术能手", "先进集体", "工人先锋号", "五一劳动奖状"]
    out = []
    for title in titles:
        mine = [r for r in both if r["拟授称号"] == title]
        out += share(title, sum(map(is_frontline, mine)), len(mine), 1, 2, True)
    write("honours-frontline-title", out)
    standby = [r for r in truth("honours-individual") + truth("honours-collective") if r["去向"] == "accepted" and r["类别"] == "备选"]
    write("honours-fillers", [(r.get("姓名") or r["集体名称"], r["推荐单位"], 1) for r in standby if is_frontline(r)])

    enterprise = [r for r in people if r["人员类别"] not in ("科教人员", "机关事业人员", "农民")]
    officials = [r for r in people if r["人员类别"] == "机关事业人员"]
    declared = [
        ("一线占比", sum(map(is_frontline, both)), len(both), (1, 2), True),
        ("企业负责人占企业人员", sum(r["人员类别"] == "企业负责人" for r in enterprise), len(enterprise), (1, 5), False),
        ("县处级占机关事业人员", sum(r["县处级"] == "是" for r in officials), len(officials), (1, 5), False),
        ("农民工占比", sum(r["农民工"] == "是" for r in people), len(people), (6, 100), True),
        ("女性占比", sum(r["性别"] == "女" for r in people), len(people), (1, 5), True),
        ("非公企业占比", sum(r["非公"] == "是" for r in people), len(people), (35, 100), True),
    ]
    out = []
    for name, counted, total, (top, bottom), at_least in declared:
        lines = share(name, counted, total, top, bottom, at_least)
        # Only the first is switched on in the shipped definition.
        off = name != "一线占比"
        for row, column, value, *rest in lines:
            column = "分子" if column == "一线" else column
            out.append((row, column, "未启用" if off and column == "结论" else value, *rest))
    write("honours-shares", out)

    def structure(table_name, groups_of):
        out = []
        for label, test in groups_of:
            n = sum(map(test, people))
            out += [(label, "人数", n), ratio(label, "占比", n, len(people))]
        out.append(("合计", "人数", len(people)))
        write(f"honours-structure-{table_name}", out)

    def codes(field, values):
        return [(value or "未填", lambda r, value=value: r[field] == value) for value in [*values, ""]]

    structure("sex", codes("性别", ["男", "女"])[:2])
    # Full years on the last day of December: the month of birth makes no difference.
    age = lambda r: YEAR - int(r["出生年月"][:4])
    ages = [("40岁及以下", 0, 40), ("41至60岁", 41, 60), ("61岁及以上", 61, 200)]
    structure("age", [(label, lambda r, a=a, b=b: a <= age(r) <= b) for label, a, b in ages])
    structure("education", codes("学历", ["研究生", "大学本科", "大学专科", "中专", "高中", "初中及以下"]))
    structure("party", codes("政治面貌", ["中共党员", "中共预备党员", "共青团员", "民主党派", "无党派人士", "群众"]))
    awards()


def awards():
    received = [r for r in truth("honours-award") if r["去向"] == "accepted"]
    now = [r for r in received if r["获奖时间"].startswith(str(YEAR))]
    before = [r for r in LEDGER if int(r["年度"]) == YEAR - 1]
    levels, objects = ["国家级", "省级", "市级", "县级", "企业级"], ["集体", "个人"]
    places = CITIES + CHANNELS[1:]
    of_award = lambda r: place(BY_CODE[r["推荐单位代码"]])
    of_ledger = lambda r: place(BY_CODE[recommender(r["所在单位"], "honours")])

    def cross(name, rows, where, level_field):
        out = []
        for city in [*places, "合计"]:
            mine = [r for r in rows if city in ("合计", where(r))]
            for level in levels:
                for kind in objects:
                    n = sum(r[level_field] == level and r["对象类型"] == kind for r in mine)
                    out.append((city, f"{level}/{kind}", n))
            out.append((city, "合计", len(mine)))
        write(name, out)

    cross("honours-awards-period", now, of_award, "荣誉级别")
    # The period is the year, so this year so far is the period.
    cross("honours-awards-year", now, of_award, "荣誉级别")
    cross("honours-awards-last-year", before, of_ledger, "级别")
    out = []
    for city in [*places, "合计"]:
        a = sum(city in ("合计", of_award(r)) for r in now)
        b = sum(city in ("合计", of_ledger(r)) for r in before)
        out += [(city, "本期", a), (city, "本年累计", a), (city, "上年同期", b), (city, "增减", a - b)]
        out.append(ratio(city, "同比", a - b, b))
    write("honours-awards-compare", out)
    outside = [r for r in received if not r["获奖时间"].startswith(str(YEAR))]
    write("honours-awards-outside", [(r["获奖对象"], r["荣誉名称"], r["获奖时间"]) for r in outside])


# ── studios and shock teams, quarterly ───────────────────────


def accepted(name):
    return [row for row in truth(name) if row["去向"] == "accepted"]


def exact(text):
    return Fraction(text) if text else Fraction(0)


def total(row, column, rows, field):
    """A sum: whole where it is whole; the fraction is exact."""
    amount = sum((exact(r[field]) for r in rows), Fraction(0))
    return (row, column, f"{float(amount):g}", f"{amount.numerator}/{amount.denominator}")


def mean(row, column, values):
    if not values:
        return (row, column, "—")
    amount = sum(values, Fraction(0)) / len(values)
    return (row, column, f"{float(amount):.6f}", f"{amount.numerator}/{amount.denominator}")


def by_city(rows):
    """(label, rows) for each row of a table by city, the total last."""
    of = lambda r: place(BY_CODE[r["推荐单位代码"]])
    return [(label, [r for r in rows if of(r) == label]) for label in CITIES + CHANNELS[1:]] + [("合计", rows)]


def by_unit(rows, pipeline, last):
    units = [(u["单位名称"], [r for r in rows if r["推荐单位代码"] == u["单位代码"]]) for u in expected_units(pipeline)]
    return units + [(last, rows)]


def ranks(values):
    """1, 2, 2, 4 from the highest."""
    return [1 + sum(other > value for other in values) for value in values]


SEVEN = ["标识", "场所", "经费", "成员", "制度", "台账", "成果"]
LEVELS = ["国家级", "省级", "市级", "县级", "企业级"]


def studios():
    rows = accepted("studios-2026Q3-studio")
    kinds = ["技术攻关型", "技能传授型", "服务示范型", "管理创新型", "其他"]
    out = []
    for level in [*LEVELS, "合计"]:
        mine = [r for r in rows if level in (r["级别"], "合计")]
        out += [(level, kind, sum(r["类型"] == kind for r in mine)) for kind in kinds]
        out.append((level, "合计", len(mine)))
    write("studios-level-kind", out)

    out = []
    for label, mine in by_city(rows):
        out += [(label, "总数", len(mine)), (label, "新增", sum("2026-07-01" <= r["命名日期"] <= "2026-09-30" for r in mine))]
        out.append((label, "复核/已复核", sum(r["复核结论"] != "" for r in mine)))
        out += [(label, f"复核/{word}", sum(r["复核结论"] == word for r in mine)) for word in ("合格", "整改", "摘牌")]
        out.append((label, "省级及以上", sum(r["级别"] in ("国家级", "省级") for r in mine)))
        out.append((label, "本期无活动", sum(r["本期活动"] == "0" for r in mine)))
    write("studios-city", out)

    before, year_ago = accepted("studios-2026Q2-studio"), accepted("studios-2025Q3-studio")
    out = []
    for (label, mine), (_, theirs), (_, then) in zip(by_city(rows), by_city(before), by_city(year_ago)):
        out += [(label, "上期总数", len(theirs)), (label, "上年同期", len(then))]
    write("studios-city-before", out)

    def seven(name, groups):
        out = []
        for label, mine in groups:
            out.append((label, "工作室", len(mine)))
            out += [ratio(label, f"七有/{item}", sum(r[f"有{item}"] == "是" for r in mine), len(mine)) for item in SEVEN]
            out.append(ratio(label, "七有俱全", sum(all(r[f"有{i}"] == "是" for i in SEVEN) for r in mine), len(mine)))
        write(name, out)

    seven("studios-seven", by_city(rows))
    levels = [(level, [r for r in rows if r["级别"] == level]) for level in LEVELS]
    seven("studios-seven-level", [*levels, ("合计", rows)])

    out = []
    for label, mine in by_city(rows):
        out += [total(label, f"课题/{word}", mine, f"课题{word}") for word in ("立项", "完成", "失败")]
        running = sum(int(r["课题立项"]) - int(r["课题完成"]) - int(r["课题失败"]) for r in mine)
        out += [(label, "课题/在研", running), total(label, "活动", mine, "本期活动")]
        out += [total(label, word, mine, word) for word in ("培训", "专利")]
    write("studios-topics", out)

    out = []
    for label, mine in by_city(rows):
        both = sum((exact(r["行政拨付"]) + exact(r["工会拨付"]) for r in mine), Fraction(0))
        out += [(label, "工作室", len(mine)), total(label, "经费/行政拨付", mine, "行政拨付")]
        out.append(total(label, "经费/工会拨付", mine, "工会拨付"))
        out.append((label, "经费/合计拨付", f"{float(both):g}", f"{both.numerator}/{both.denominator}"))
        gains = [exact(r["创效"]) for r in mine if r["创效"]]
        out += [total(label, "创效", mine, "创效"), mean(label, "平均创效", gains), (label, "填报创效的工作室", len(gains))]
    write("studios-funds", out)

    gained = [r for r in rows if exact(r["创效"]) > 0]
    placed = list(zip(ranks([exact(r["创效"]) for r in gained]), gained))
    write("studios-top-benefit", [(r["工作室名称"], r["创效"], n) for n, r in placed if n <= 10])

    out = []
    for r in rows:
        why = [f"复核结论为{word}" for word in ("整改", "摘牌") if r["复核结论"] == word]
        why += ["本期没有活动"] * (r["本期活动"] == "0") + ["七有不全"] * any(r[f"有{i}"] != "是" for i in SEVEN)
        if why:
            out.append((r["工作室名称"], r["推荐单位"], "；".join(why)))
    write("studios-attention", out)


WEIGHTS = {"安全": 30, "生产任务": 25, "工程质量": 20, "青工参与率": 15, "出勤": 10}


def score(row):
    """The score by the notice; an accident (安全 0) leaves nothing."""
    if exact(row["安全"]) == 0:
        return Fraction(0)
    weighted = sum(exact(row[part]) * weight for part, weight in WEIGHTS.items())
    return weighted / 100 + exact(row["加分"]) - exact(row["扣分"])


def shown(number):
    return f"{float(number):g}"


def shock_teams():
    rows = accepted("shock-teams-2026Q3-assessment")
    scores = [score(r) for r in rows]
    out = []
    for r, place_of_all in zip(rows, ranks(scores)):
        mine = [score(other) for other in rows if other["单位"] == r["单位"]]
        own = 1 + sum(other > score(r) for other in mine)
        out.append((r["突击队名称"], f"{place_of_all}/{own}", shown(score(r))))
    write("shock-teams-ranking", out)

    veto = lambda r: exact(r["安全"]) == 0
    exposed = lambda r: veto(r) or score(r) < 60
    groups = by_unit(rows, "shock-teams", "合计")
    means = [(label, [score(r) for r in mine]) for label, mine in groups[:-1] if mine]
    order = dict(zip([label for label, _ in means], ranks([sum(s) / len(s) for _, s in means])))
    out = []
    for label, mine in groups:
        out += [(label, "突击队", len(mine)), total(label, "人数", mine, "人数"), total(label, "青年数", mine, "青年数")]
        out += [mean(label, "平均得分", [score(r) for r in mine]), (label, "名次", order.get(label, "—"))]
        out.append((label, "达到光荣线", sum(score(r) >= 95 for r in mine)))
        out += [(label, "应曝光", sum(map(exposed, mine))), (label, "一票否决", sum(map(veto, mine)))]
    write("shock-teams-unit", out)
    out = []
    before, year_ago = accepted("shock-teams-2026Q2-assessment"), accepted("shock-teams-2025Q3-assessment")
    for column, then in (("上期平均", before), ("上年同期平均", year_ago)):
        of_then = by_unit(then, "shock-teams", "合计")
        out += [mean(label, column, [score(r) for r in mine]) for label, mine in of_then]
    # Like with like: units that are whole in both quarters.
    sides = [truth(f"shock-teams-{quarter}-assessment") for quarter in ("2026Q3", "2026Q2")]
    codes = [{r["推荐单位代码"] for r in side if r["去向"] == "accepted"} for side in sides]
    lacking = {r["推荐单位代码"] for side in sides for r in side if r["去向"] not in ("accepted", "out")}
    both = codes[0] & codes[1] - lacking
    like = lambda of: [r for r in of if r["推荐单位代码"] in both]
    for (label, mine), (_, theirs) in zip(groups, by_unit(before, "shock-teams", "合计")):
        mine, theirs = like(mine), like(theirs)
        if mine and theirs:
            change = sum(map(score, mine)) / len(mine) - sum(map(score, theirs)) / len(theirs)
            out.append((label, "比上期增减（可比）", f"{float(change):.6f}", f"{change.numerator}/{change.denominator}"))
    write("shock-teams-unit-before", out)

    out = []
    for label, mine in by_unit(rows, "shock-teams", "全省平均"):
        out.append((label, "突击队", len(mine)))
        out += [mean(label, part, [exact(r[part]) for r in mine]) for part in [*WEIGHTS, "加分", "扣分"]]
        out.append(mean(label, "复算得分", [score(r) for r in mine]))
    write("shock-teams-dimensions", out)

    out = []
    safe = [r for r in rows if not veto(r)]
    for n, r in zip(ranks([score(r) for r in safe]), safe):
        why = [f"全省第 {n} 名"] * (n <= 3)
        why += [f"得分 {shown(score(r))} 分，达到 95 分"] * (score(r) >= 95)
        why += ["安全和工程质量都是满分"] * (r["安全"] == r["工程质量"] == "100")
        if why:
            out.append((r["突击队名称"], n, "；".join(why)))
    write("shock-teams-honour", out)

    out = []
    # Whoever leaves out the measures is blocked, and exposed all the same.
    for r in [row for row in truth("shock-teams-2026Q3-assessment") if row["去向"] != "out"]:
        why = ["发生安全事故，一票否决"] * veto(r)
        why += [f"得分 {shown(score(r))} 分，低于 60 分"] * (not veto(r) and score(r) < 60)
        if exposed(r) and r["督查日期"] > r["期限"]:
            y, m, d = map(int, r["督查日期"].split("-"))
            why.append(f"{y}年{m}月{d}日督查时已过整改期限")
        if why:
            out.append((r["突击队名称"], r["去向"], "；".join(why)))
    write("shock-teams-exposure", out)


# ── discipline ───────────────────────────────────────────────


def workdays_after(due, filed):
    """Working days past the due day, the due day not included."""
    days = 0
    while due < filed:
        due += datetime.timedelta(days=1)
        kind = HOLIDAYS.get(due.isoformat())
        days += kind == "上班" or (kind is None and due.weekday() < 5)
    return days


def discipline(pipeline, period=str(YEAR)):
    dates = next(r for r in table(REFERENCE / "截止日期.csv") if r["报送项目"] == pipeline and r["报告期"] == period)
    due, grace = (datetime.date.fromisoformat(dates[name]) for name in ("截止", "补报截止"))
    files = truth(f"{pipeline}-files" if period == str(YEAR) else f"{pipeline}-{period}-files")
    words = ["按时", "迟报", "退回", "无法读取", "未报"]
    best = {}
    for row in files:
        if row["结果"] not in ("accepted", "returned", "unreadable") or not row["报送单位代码"]:
            continue
        filed = datetime.date(*map(int, re.findall(r"\d+", row["填报日期"])))
        late = workdays_after(due, filed)
        word = {"accepted": words[1] if late else words[0], "returned": words[2], "unreadable": words[3]}[row["结果"]]
        entry = (words.index(word), late, filed > grace)
        best[row["报送单位代码"]] = min(entry, best.get(row["报送单位代码"], entry))
    out = []
    for unit in expected_units(pipeline):
        status, late, overdue = best.get(unit["单位代码"], (4, 0, False))
        name = unit["单位名称"]
        word = "逾期" if status == 1 and overdue else words[status]
        # How late matters only for what was accepted.
        out += [(name, "状态", word), (name, "迟报工作日", late if status < 2 else "—")]
    write(f"{pipeline}-discipline", out)
    outcomes = ["accepted", "returned", "unreadable", "unrecognised", "superseded", "other-period", "ignored"]
    counts = [("文件", outcome, sum(row["结果"] == outcome for row in files)) for outcome in outcomes]
    write(f"outcomes-{pipeline}", [*counts, ("文件", "合计", len(files))])


model_teams()
honours()
for pipeline in ("model-teams", "honours"):
    discipline(pipeline)
studios()
shock_teams()
for pipeline in ("studios", "shock-teams"):
    discipline(pipeline, "2026Q3")
