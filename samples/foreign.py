"""Saves the sample files that other programs make, from the seed workbooks of the generator.

    HUIZONG_SEEDS=/tmp/seeds cargo test --release --lib samples -- --ignored
    python3 samples/foreign.py /tmp/seeds samples

Needs openpyxl, xlwt, msoffcrypto-tool and LibreOffice. Run once; the results are committed and need not be the
same bytes again.
"""

import datetime
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

SEEDS, SAMPLES = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def seed(name):
    return SEEDS / (name + ".xlsx")


def target(name):
    path = SAMPLES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def by_xlwt(name):
    """BIFF8 with UTF-16 strings; .et of WPS is the same format under another name."""
    source = openpyxl.load_workbook(seed(name))
    book = xlwt.Workbook(encoding="utf-8")
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    plain = xlwt.easyxf()
    for sheet in source:
        page = book.add_sheet(sheet.title)
        merged = {}
        for area in sheet.merged_cells.ranges:
            merged[(area.min_row, area.min_col)] = area
        for row in sheet.iter_rows():
            for cell in row:
                style = date if isinstance(cell.value, datetime.datetime) else plain
                area = merged.get((cell.row, cell.column))
                if area is not None:
                    page.write_merge(area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1, cell.value or "", style)
                elif cell.value is not None:
                    page.write(cell.row - 1, cell.column - 1, cell.value, style)
    book.save(str(target(name)))


def by_libreoffice(name):
    extension = name.rsplit(".", 1)[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "in.xlsx").write_bytes(seed(name).read_bytes())
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", extension, "--outdir", str(folder), str(folder / "in.xlsx")],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )
        target(name).write_bytes((folder / f"in.{extension}").read_bytes())


def by_openpyxl(name):
    """Formulas without cached values, as scripts leave them: the text FORMULA:=… becomes the formula."""
    book = openpyxl.load_workbook(seed(name))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("FORMULA:"):
                    cell.value = cell.value.removeprefix("FORMULA:")
    book.save(target(name))


def as_xlsm(name):
    """The macro-enabled content type; no macro inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(seed(name)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "[Content_Types].xml":
                data = data.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                )
            book.writestr(part, data)
    target(name).write_bytes(out.getvalue())


def encrypted(name, password="huizong"):
    out = io.BytesIO()
    with open(seed(name), "rb") as source:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt(password, out)
    target(name).write_bytes(out.getvalue())


def record(kind, data=b""):
    """One BIFF12 record: type and length in 7-bit groups, then the data (MS-XLSB 2.1.4)."""
    head = bytes([kind]) if kind < 0x80 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    size, length = len(data), b""
    while True:
        length += bytes([(size & 0x7F) | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + data


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_sheet(sheet):
    out = record(129) + record(148, struct.pack("<4I", 0, sheet.max_row - 1, 0, sheet.max_column - 1))
    out += record(145)
    for number, row in enumerate(sheet.iter_rows()):
        # BrtRowHdr: row, style, height 15 pt, flags, no column spans.
        out += record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for cell in row:
            value = cell.value
            if value is None:
                continue
            is_date = isinstance(value, datetime.datetime)
            place = struct.pack("<II", cell.column - 1, 1 if is_date else 0)
            if is_date:
                value = (value - datetime.datetime(1899, 12, 30)).days
            if isinstance(value, str):
                out += record(6, place + wide(value))
            else:
                out += record(5, place + struct.pack("<d", value))
    out += record(146)
    areas = list(sheet.merged_cells.ranges)
    out += record(177, struct.pack("<I", len(areas)))
    for area in areas:
        out += record(176, struct.pack("<4I", area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1))
    return out + record(178) + record(130)


def xlsb_styles():
    """Two cell formats: General, and yyyy-mm-dd (number format 164)."""
    font = struct.pack("<HHHHBBB", 220, 0, 400, 0, 0, 0, 134) + b"\0" + b"\x07\0\0\0\0\0\0\xff" + b"\0" + wide("宋体")
    fill = struct.pack("<I", 0) + b"\x01\0\0\0\0\0\0\0" * 2 + struct.pack("<I", 0) + b"\0" * 40 + struct.pack("<I", 0)
    side = b"\0\0" + b"\x01\0\0\0\0\0\0\0"
    border = b"\0" + side * 5

    def xf(parent, number):
        return record(47, struct.pack("<HHHHHBBHBB", parent, number, 0, 0, 0, 0, 0, 0x1000, 0x01 if number else 0, 0)[:16])

    out = record(278)
    out += record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + wide("yyyy-mm-dd")) + record(616)
    out += record(611, struct.pack("<I", 1)) + record(43, font) + record(612)
    out += record(603, struct.pack("<I", 1)) + record(45, fill) + record(604)
    out += record(613, struct.pack("<I", 1)) + record(46, border) + record(614)
    out += record(626, struct.pack("<I", 1)) + xf(0xFFFF, 0) + record(627)
    out += record(617, struct.pack("<I", 2)) + xf(0, 0) + xf(0, 164) + record(618)
    return out + record(279)


def as_xlsb(name):
    """No free program saves xlsb: the records are written here (MS-XLSB), with strings in the cells."""
    source = openpyxl.load_workbook(seed(name))
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = [("/xl/workbook.bin", "sheet.binary.macroEnabled.main"), ("/xl/styles.bin", "styles")]
    relations = [("rIdS", "styles", "styles.bin")]
    book = record(131) + record(143)
    parts = {}
    for n, sheet in enumerate(source, 1):
        book += record(156, struct.pack("<II", 0, n) + wide(f"rId{n}") + wide(sheet.title))
        relations.append((f"rId{n}", "worksheet", f"worksheets/sheet{n}.bin"))
        types.append((f"/xl/worksheets/sheet{n}.bin", "worksheet"))
        parts[f"xl/worksheets/sheet{n}.bin"] = xlsb_sheet(sheet)
    book += record(144) + record(132)
    overrides = "".join(f'<Override PartName="{part}" ContentType="application/vnd.ms-excel.{kind}"/>' for part, kind in types)
    parts["[Content_Types].xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" '
        f'ContentType="application/vnd.ms-excel.worksheet"/>{overrides}</Types>'
    ).encode()
    parts["_rels/.rels"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.bin"/></Relationships>'
    ).encode()
    links = "".join(f'<Relationship Id="{i}" Type="{office}/{kind}" Target="{to}"/>' for i, kind, to in relations)
    parts["xl/_rels/workbook.bin.rels"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{package}/relationships">{links}</Relationships>'
    ).encode()
    parts["xl/workbook.bin"] = book
    parts["xl/styles.bin"] = xlsb_styles()
    with zipfile.ZipFile(target(name), "w", zipfile.ZIP_DEFLATED) as out:
        for part in ["[Content_Types].xml"] + [p for p in parts if p != "[Content_Types].xml"]:
            out.writestr(part, parts[part])


def letter(name):
    """The least a Word document needs."""
    package = "http://schemas.openxmlformats.org/package/2006"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(target(name), "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{package}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        out.writestr(
            "_rels/.rels",
            f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            f'Target="word/document.xml"/></Relationships>',
        )
        out.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>关于推荐省模范班组的报告'
            f"</w:t></w:r></w:p></w:body></w:document>",
        )


def picture(name):
    """A JPEG's first and last bytes; no program here opens it."""
    target(name).write_bytes(bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"))


by_xlwt("model-teams/淮北/淮北市总工会.xls")
by_xlwt("model-teams/铜陵/铜陵市总工会.et")
by_xlwt("honours/铜陵/铜陵市总工会.xls")
by_xlwt("studios/2026Q3/蚌埠/蚌埠市总工会.xls")
by_xlwt("shock-teams/2026Q3/芜湖/芜湖市总工会.xls")
by_libreoffice("studios/2026Q3/马鞍山/马鞍山市总工会.ods")
by_libreoffice("shock-teams/2026Q3/马鞍山/马鞍山市总工会.ods")
by_libreoffice("model-teams/安庆/安庆市总工会.ods")
by_libreoffice("honours/马鞍山/马鞍山市总工会.ods")
by_libreoffice("honours/淮北/淮北市总工会.xls")
by_openpyxl("model-teams/大型企业/江淮云桥通信有限公司工会.xlsx")
as_xlsm("model-teams/省直系统/省教育系统工会.xlsm")
as_xlsb("model-teams/马鞍山/马鞍山市总工会.xlsb")
by_xlwt("innovation/2026-03/淮北/淮北市总工会.xls")
by_libreoffice("innovation/2026-02/淮北/淮北市总工会.xls")
by_libreoffice("innovation/2026-03/铜陵/铜陵市总工会.ods")
by_xlwt("service/2026-01/马鞍山/马鞍山市炀川热力有限公司.xls")
by_libreoffice("service/2026-01/芜湖/芜湖市昉江热力有限公司.ods")
encrypted("model-teams/大型企业/华埠铁路运输有限公司工会.xlsx")
letter("model-teams/待分拣/推荐报告.docx")
picture("model-teams/待分拣/现场照片.jpg")
