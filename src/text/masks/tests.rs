//! Spellings of private numbers, and look-alikes that must stay, both from a generator with a fixed seed.

use super::*;
use crate::text::width::narrow;

/// A generator of the same numbers on every machine (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll(high - low + 1)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len() as u64) as usize]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.roll(10) as u8)).collect()
    }

    /// An ID number of somebody of working age; one in eleven has a right check character.
    fn id(&mut self) -> String {
        let area = self.within(110_000, 659_999);
        let (year, month, date) = (self.within(1940, 2009), self.within(1, 12), self.within(1, 28));
        let last = self.one(&["X", "x", "0", "5", "7", "9"]);
        format!("{area}{year:04}{month:02}{date:02}{}{last}", self.digits(3))
    }

    fn mobile(&mut self) -> String {
        format!("1{}{}", self.within(3, 9), self.digits(9))
    }

    /// Area code and number of a fixed line.
    fn line(&mut self) -> (String, String) {
        let long = self.roll(2) == 0;
        let area =
            if long { self.one(&["010", "021", "025"]).to_owned() } else { format!("0{}", self.within(310, 999)) };
        let rest = if long || self.roll(2) == 0 { 7 } else { 6 };
        (area, format!("{}{}", self.within(2, 8), self.digits(rest)))
    }

    /// The number in groups of these lengths, something between them.
    fn apart(&mut self, number: &str, lengths: &[usize]) -> String {
        const GAPS: [&str; 12] = [" ", "  ", "-", ".", " - ", "\u{3000}", "－", "—", "·", "\n", "/", "_"];
        let gap = self.one(&GAPS);
        let mut rest = number;
        let mut parts = Vec::new();
        for length in lengths {
            let (part, after) = rest.split_at((*length).min(rest.len()));
            parts.push(part.to_owned());
            rest = after;
        }
        parts.push(rest.to_owned());
        parts.retain(|part| !part.is_empty());
        if lengths.len() == 2 && self.roll(4) == 0 {
            return format!("（{}）{}{gap}{}", parts[0], parts[1], parts[2..].concat());
        }
        parts.join(gap)
    }

    /// As somebody's input method or program left it.
    fn dressed(&mut self, number: &str) -> String {
        match self.roll(4) {
            0 => number
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c })
                .collect(),
            1 => {
                let hidden = self.one(&["\u{200b}", "\u{feff}", "\u{ad}", "\u{2060}"]);
                number.chars().map(|c| format!("{c}{hidden}")).collect()
            }
            _ => number.to_owned(),
        }
    }

    /// Words before and behind, such as a cell holds.
    fn in_text(&mut self, number: &str) -> String {
        let before =
            self.one(&["", "张三", "电话：", "身份证号", "联系人李四（", "第 3 名 王五 ", "TEL", "一、", "三"]);
        let behind = self.one(&["", "。", "，请核对", "）", " 共 12 人", "\n合肥", "、", "（手机）"]);
        format!("{before}{number}{behind}")
    }
}

/// The digits that are left to read, in half width.
fn readable(text: &str) -> usize {
    narrow(text).chars().filter(char::is_ascii_digit).count()
}

fn hidden(spelled: &str, number: &str) {
    let masked = mask_within(spelled);
    let stars = masked.chars().filter(|c| *c == '*').count();
    assert_eq!(stars, number.chars().count() - FIRST - LAST, "{spelled:?} of {number} is {masked:?}");
    assert_eq!(masked.chars().count(), spelled.chars().count(), "nothing is added or lost: {spelled:?}");
}

#[test]
fn id_numbers_are_masked_however_they_are_written() {
    const WAYS: [&[usize]; 14] = [
        &[],
        &[6, 8],
        &[6, 4, 4],
        &[6, 4, 2, 2],
        &[6, 8, 3],
        &[3, 3, 3, 3, 3],
        &[4, 4, 4, 4],
        &[9],
        &[1],
        &[5],
        &[17],
        &[2, 2, 2, 4, 2, 2],
        &[6],
        &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ];
    let mut dice = Dice(20_260_305);
    for _ in 0..20_000 {
        let id = dice.id();
        let way = dice.one(&WAYS);
        let spelled = dice.apart(&id, way);
        let spelled = dice.dressed(&spelled);
        hidden(&dice.in_text(&spelled), &id);
    }
}

#[test]
fn id_numbers_that_lost_a_place_or_are_of_the_old_kind_are_masked() {
    for (text, masked) in [
        ("34990119810202234", "349************34"),
        ("3499011981020223421", "349**************21"),
        ("340102810202234", "340**********34"),
        ("340102 810202 234", "340*** ****** *34"),
        ("数字 3.49901197001011E+17", "数字 3.49*********011E+17"),
        ("349901197001011200", "349*************00"),
        ("349901197001011239.0", "349*************39.0"),
        ("34990119700101123913955512345", "349*************39139******45"),
        ("1.349901197001011239", "1.349*************39"),
        ("身份证号 349901 1970 0101 123 X", "身份证号 349*** **** **** *2* X"),
    ] {
        let said = mask_within(text);
        assert_eq!(readable(&said) < readable(text), masked.contains('*'), "{text}: {said}");
        if !text.contains('E') && !text.contains('X') {
            assert_eq!(said, masked);
        }
    }
}

#[test]
fn telephones_are_masked_however_they_are_written() {
    const WAYS: [&[usize]; 6] = [&[], &[3, 4], &[3], &[7], &[3, 3], &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]];
    let mut dice = Dice(19_491_001);
    let pointed = |spelled: &str| narrow(spelled).matches('.').count() == 1;
    for _ in 0..20_000 {
        let mobile = dice.mobile();
        let way = dice.one(&WAYS);
        let spelled = dice.apart(&mobile, way);
        // Three places and eight behind a point are a decimal; a day behind three places is a day.
        if (pointed(&spelled) && way.len() == 1) || mobile[3..5] == *"19" || mobile[3..5] == *"20" {
            continue;
        }
        let spelled = dice.dressed(&spelled);
        let glued = way.first() != Some(&1) && narrow(&spelled).starts_with('1');
        let prefix = dice.one(if glued { &["", "+86", "+86 ", "86-", "0086 "] } else { &["", "+86 "] });
        hidden(&dice.in_text(&format!("{prefix}{spelled}")), &with_prefix(prefix, &mobile));
        let (area, number) = dice.line();
        if number.starts_with("20") {
            continue;
        }
        let between = dice.one(&["", "-", " ", "  ", "－", "—", ".", " - "]);
        let spelled = if dice.roll(3) == 0 { format!("({area}){number}") } else { format!("{area}{between}{number}") };
        let spelled = dice.dressed(&spelled);
        hidden(&dice.in_text(&spelled), &format!("{area}{number}"));
    }
}

/// The number that is masked: a country's code in the same run is part of it.
fn with_prefix(prefix: &str, mobile: &str) -> String {
    if prefix == "+86" { format!("86{mobile}") } else { mobile.to_owned() }
}

#[test]
fn what_is_no_number_of_a_person_stays() {
    let mut dice = Dice(7);
    for _ in 0..20_000 {
        let (year, month, date) = (dice.within(1949, 2035), dice.within(1, 12), dice.within(1, 28));
        let (amount, few) = (dice.within(0, 99_999_999_999_999), dice.within(1, 9_999));
        let decimal = dice.within(1, 999_999_999) as f64 / dice.within(1, 999_999) as f64;
        for plain in [
            format!("{year}-{month:02}-{date:02} {}-{month:02}-{date:02}", year + 1),
            format!("{year}.{month}.{date}-{year}.{month}.{}", date + 1),
            format!("{year}{month:02}{date:02}-{year}{month:02}{date:02}"),
            format!("{year}/{month}/{date} {month:02}:{date:02}:00"),
            format!("{year}年{month}月{date}日至{}年{month}月", year + 1),
            format!("{year}.{month}—{}.{month}", year + 3),
            format!("皖工发〔{year}〕{few}号"),
            format!("合计 {decimal}，上期 {}", decimal / 7.0),
            format!("0.{}", "9".repeat(dice.within(3, 17) as usize)),
            format!("{}.{:02}元", amount % 1_000_000_000_000, few % 100),
            format!("{}元，￥{}", dice.mobile(), dice.mobile()),
            format!("单位代码 34{:04}，第 {few} 行，共 {} 人", few, few * 7),
            format!("{} {} 元", few, few * 13),
            format!("C{} · G{}：一线人数 {few} 大于人数 {}", date, few, few - 1),
            format!("91340100MA{}", dice.digits(7)),
            format!("ZL{year}1{}.{}", dice.digits(7), dice.roll(10)),
            format!("{}%", decimal),
            grouped(amount),
        ] {
            assert_eq!(mask_within(&plain), plain);
        }
    }
    for plain in
        ["", "340100", "1234 5678", "7.999999999999999", "0.30000000000000004", "二〇二六年三月五日", "9999999999"]
    {
        assert_eq!(mask_within(plain), plain);
    }
}

/// In thousands: 12,345,678.
fn grouped(amount: u64) -> String {
    let digits = amount.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn the_spellings_that_were_once_told() {
    for (text, masked) in [
        ("138 1234 5678 8012", "138 **** **78 8012"),
        ("138.1234.5678", "138.****.**78"),
        ("(0551)62345678", "(055*)******78"),
        ("0551-62345678，", "055*-******78，"),
        ("110105  19491231  002X", "110***  ********  **2X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "１１０*************２Ｘ"),
        ("张三 11010519491231002X 电话13812345678。", "张三 110*************2X 电话138******78。"),
        ("一三八一二三四五六七八", "一三八******七八"),
        ("张三13812345678李四13912345678", "张三138******78李四139******78"),
        ("13812345678\n13912345678", "138******78\n139******78"),
        ("+86 551 62345678", "+86 5** ******78"),
        ("0138 1234 5678", "013* **** **78"),
        ("13812345678.0", "138******78.0"),
    ] {
        assert_eq!(mask_within(text), masked, "{text}");
    }
    assert_eq!(mask("11010519491231002X"), "110105***********X");
}

#[test]
fn a_long_cell_is_masked_whole_and_in_no_time() {
    let cell = "备注：13812345678，349901197001011239；".repeat(20_000);
    let masked = mask_within(&cell);
    assert!(!masked.contains("13812345678") && !masked.contains("349901197001011239"));
    // Digits without an end, and stretches without an end.
    for text in ["1".repeat(300_000), "1 ".repeat(300_000), "13 8123 ".repeat(100_000), "13812345678 ".repeat(100_000)]
    {
        assert_eq!(mask_within(&text).chars().count(), text.chars().count());
    }
}

#[test]
fn a_text_that_is_not_looked_into_holds_nothing_private() {
    const PARTS: [&str; 30] = [
        "1", "3", "8", "138", "1234", "5678", "19491231", "110105", "0551", "62345678", "002X", "x", "E+17", ".", "-",
        " ", "、", "，", "（", "）", "一", "三", "零", "两", "电话", "号", "\u{200b}", "：", "a", "１３",
    ];
    let mut dice = Dice(7);
    let mut next = |below: usize| dice.roll(below as u64) as usize;
    let (mut looked_into, mut hidden) = (0, 0);
    for _ in 0..60_000 {
        let parts = next(14) + 1;
        let text: String = (0..parts).map(|_| PARTS[next(PARTS.len())]).collect();
        let whole = super::mask_numerals(&text);
        assert_eq!(masked(&text), whole, "{text}");
        looked_into += usize::from(super::numerals::may_hold(&text, super::shapes::SHORTEST));
        hidden += usize::from(whole != text);
    }
    assert!(hidden > 100 && looked_into > hidden && looked_into < 50_000, "{hidden} {looked_into}");
}
