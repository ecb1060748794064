//! Words by which a row says that it is an example, or that it is taken back.

use crate::text::names::{header_key, tidy};

/// Words that call a row an example by the number of its line.
pub fn is_example_number(text: &str) -> bool {
    matches!(header_key(text).trim_matches(['(', ')']), "例" | "例如" | "例子" | "如" | "例1" | "例一")
}

/// Words that call it so in a remark or a number, beside what may be a record.
pub fn is_example_word(text: &str) -> bool {
    // 示例，请勿删除.
    let clause = text.trim_start_matches(['(', '（', '【', '[']);
    let clause = clause.split(['，', ',', '。', '；', ';', '：', ':', '（', '(', '、', ' ']).next().unwrap_or(clause);
    let key = header_key(clause.trim_end_matches([')', '）', '】', ']']));
    let key = key.trim_matches(['(', ')']);
    let key = ["此行", "本行", "此行为", "本行为", "仅供", "仅作"]
        .iter()
        .find_map(|lead| key.strip_prefix(lead))
        .unwrap_or(key);
    let key = key.trim_start_matches('为');
    [
        "示例",
        "样例",
        "范例",
        "举例",
        "填写示例",
        "填报示例",
        "填表示例",
        "填写样例",
        "填报样例",
        "样表",
        "示例行",
        "参考",
        "填写参考",
    ]
    .contains(&key)
}

/// Whether a name is no name of anybody: 例：张三, 某某公司, 张××. Not 某型号, 2×660MW.
pub fn is_example_name(text: &str) -> bool {
    if !text.chars().any(|c| matches!(c, '例' | '某' | '×' | '✕' | '╳' | 'x' | 'X' | 'ｘ' | 'Ｘ')) {
        return false;
    }
    let text = tidy(text);
    let begins = [
        "例：",
        "例:",
        "示例：",
        "示例:",
        "例如：",
        "例如:",
        "（例）",
        "(例)",
        "【例】",
        "[例]",
        "（示例）",
        "(示例)",
        "【示例】",
    ];
    if begins.iter().any(|word| text.starts_with(word)) {
        return true;
    }
    let chars: Vec<char> = text.chars().map(crate::text::width::narrow_char).collect();
    let beside = |at: usize| [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| chars.get(at));
    let cross = |c: char| matches!(c, '×' | '✕' | '╳' | 'x' | 'X');
    chars.iter().enumerate().any(|(at, c)| match c {
        '某' => !chars.get(at + 1).is_some_and(|next| "型种些类".contains(*next)),
        '×' | '✕' | '╳' => !beside(at).any(|c| c.is_ascii_alphanumeric()),
        // XX公司: two crosses, with nothing else of the kind beside them.
        'x' | 'X' => {
            let first = at.checked_sub(1).and_then(|at| chars.get(at)).is_none_or(|c| !c.is_ascii_alphanumeric());
            let run = chars.iter().skip(at).take_while(|c| cross(**c)).count();
            first && run >= 2 && chars.get(at + run).is_none_or(|c| !c.is_ascii_alphanumeric())
        }
        _ => false,
    })
}

/// A remark that is or begins with words that take the record back. 原三班已撤销 tells of something else.
pub fn is_void(text: &str) -> bool {
    const VOID: [&str; 14] = [
        "作废",
        "撤销申报",
        "撤回申报",
        "取消申报",
        "放弃申报",
        "退出申报",
        "不计入",
        "不参评",
        "不纳入统计",
        "不统计",
        "不予统计",
        "撤销推荐",
        "取消推荐",
        "不再申报",
    ];
    let key = header_key(text);
    let mut rest = key.trim_start_matches('(');
    for lead in ["本行", "此行", "该行", "本条", "此条", "该条", "已", "予以", "申请"] {
        rest = rest.strip_prefix(lead).unwrap_or(rest);
    }
    VOID.iter().any(|word| rest.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_names_that_look_like_them() {
        for text in ["例：张三", "某某公司", "张某", "XX班组", "××市总工会", "张××", "（示例）焊工班", "某市总工会"]
        {
            assert!(is_example_name(text), "{text}");
        }
        for text in ["2×660MW机组改造", "某型发动机攻关", "XL型", "3x3班", "惯例班", "案例研究室", "XXL号", "SX公司"]
        {
            assert!(!is_example_name(text), "{text}");
        }
        assert!(is_example_number("例") && is_example_number("（例）") && !is_example_number("例会"));
        assert!(
            is_example_word("示例")
                && is_example_word("（示例）")
                && is_example_word("示例，请勿删除")
                && is_example_word("此行为示例")
                && !is_example_word("示例岗")
        );
    }

    #[test]
    fn remarks_that_take_a_record_back() {
        for text in ["作废", "（作废）", "撤销申报，不计入", "已撤销申报", "本行作废", "不计入"]
        {
            assert!(is_void(text), "{text}");
        }
        for text in ["原三班已撤销", "作业废料回收先进", "撤销后重组", "由原作废班组改建"] {
            assert!(!is_void(text), "{text}");
        }
    }
}
