#!/usr/bin/env python3
"""What an analyst would write today: read every return with pandas + openpyxl, concatenate, group, write.

Usage: pandas_openpyxl.py RETURNS_FOLDER OUT.xlsx
The yardstick of `huizong bench --python`; it checks nothing and hides every error.
"""
import pathlib
import sys

import pandas

frames = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.xlsx")):
    for sheet in pandas.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values():
        start = next((i for i, row in enumerate(sheet.itertuples(index=False)) if "推荐单位" in map(str, row)), None)
        if start is None:
            continue
        body = sheet.iloc[start + 1 :].copy()
        body.columns = [str(name) if str(name) != "nan" else f"列{i}" for i, name in enumerate(sheet.iloc[start])]
        body = body.loc[:, ~body.columns.duplicated()]
        frames.append(body)
rows = pandas.concat(frames, ignore_index=True)
with pandas.ExcelWriter(sys.argv[2], engine="openpyxl") as out:
    rows.groupby("推荐单位").size().to_excel(out, sheet_name="汇总")
    rows.to_excel(out, sheet_name="明细", index=False)
