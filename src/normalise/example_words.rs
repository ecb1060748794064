//! Words by which a row says that it is an example, or that it is taken back.

use super::row_lexicon::{CLOSE, OPEN, RowLexicon};
use crate::text::names::{header_key, tidy};

impl RowLexicon<'_> {
    /// Words that call a row an example by the number of its line.
    pub fn is_example_number(&self, text: &str) -> bool {
        let key = header_key(text);
        let key = key.trim_matches(['(', ')']);
        self.words.example_numbers.iter().any(|word| word == key)
    }

    /// Words that call it so in a remark or a number, beside what may be a record.
    pub fn is_example_word(&self, text: &str) -> bool {
        if !self.may_be_example(text) {
            return false;
        }
        // 示例，请勿删除.
        let clause = text.trim_start_matches(['(', '（', '【', '[']);
        let clause =
            clause.split(['，', ',', '。', '；', ';', '：', ':', '（', '(', '、', ' ']).next().unwrap_or(clause);
        let key = header_key(clause.trim_end_matches([')', '）', '】', ']']));
        let key = key.trim_matches(['(', ')']);
        let lead = self.words.example_leads.iter().find_map(|lead| key.strip_prefix(lead.as_str()));
        let key = lead.unwrap_or(key).trim_start_matches('为');
        self.words.examples.iter().any(|word| word == key)
    }

    /// A remark with a clause that is or begins with words that take the record back. 原三班已撤销 tells of something else.
    pub fn is_void(&self, text: &str) -> bool {
        if !self.may_be_void(text) {
            return false;
        }
        let clauses = text.split(['，', ',', '。', '；', ';', '、', '(', '（', ')', '）']).take(4);
        clauses.map(header_key).any(|key| {
            let mut rest = key.as_str();
            while let Some(bare) = self.words.void_leads.iter().find_map(|lead| rest.strip_prefix(lead.as_str())) {
                rest = bare;
            }
            self.words.void.iter().any(|word| rest.starts_with(word.as_str()))
                || self.words.void_alone.iter().any(|word| word == rest.trim_end_matches('了'))
        })
    }

    /// Whether a name is no name of anybody: 例：张三, 某某公司, 张××. Not 某型号, 2×660MW.
    pub fn is_example_name(&self, text: &str) -> bool {
        let text = tidy(text);
        self.is_labelled_example(&text) || self.may_be_anybody(&text) && is_anybody(&text)
    }

    /// Whether a name may be an example by how it begins: 示例竞赛.
    pub fn starts_as_example(&self, text: &str) -> bool {
        self.words.example_starts.iter().any(|word| text.starts_with(word.as_str()))
    }

    /// 例：张三, （示例）焊工班, 焊工班（示例）, 样例 焊工班.
    fn is_labelled_example(&self, text: &str) -> bool {
        if !self.may_be_labelled(text) {
            return false;
        }
        let labels = &self.words.example_labels;
        let is_label = |inside: &str| labels.iter().any(|label| label == inside.trim());
        let begins = labels.iter().any(|label| {
            // 样例 焊工班 is one, 例 会 and 如 东 班组 are none.
            let word = label.chars().nth(1).is_some();
            let apart = |name: &str| word || (name.chars().count() >= 4 && !name.contains(char::is_whitespace));
            text.strip_prefix(label.as_str()).is_some_and(|rest| {
                rest.starts_with([':', '：', '“', '"'])
                    || (rest.starts_with(char::is_whitespace) && apart(rest.trim_start()))
                    // 示例1, and nothing else.
                    || (word && rest.chars().all(char::is_numeric))
            })
        });
        let opened = text.strip_prefix(OPEN).and_then(|rest| rest.split_once(CLOSE));
        let closed = text.strip_suffix(CLOSE).and_then(|rest| rest.rsplit_once(OPEN));
        self.words.examples.iter().any(|word| word == text)
            || begins
            || opened.is_some_and(|(inside, rest)| is_label(inside) && !rest.is_empty())
            || closed.is_some_and(|(before, inside)| is_label(inside) && !before.is_empty())
    }
}

/// Whether marks that stand for anything make a name one of nobody: ○○公司, 张××.
fn is_anybody(text: &str) -> bool {
    let chars: Vec<char> = text.chars().map(crate::text::width::narrow_char).collect();
    let beside = |at: usize| [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| chars.get(at));
    let cross = |c: char| matches!(c, '×' | '✕' | '╳' | 'x' | 'X');
    chars.iter().enumerate().any(|(at, c)| match c {
        // ○○公司, **班: two of a mark that stands for anything; 二〇二六 has one.
        '○' | '〇' | '*' | '□' | '△' => chars.get(at + 1) == Some(c),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_names_that_look_like_them() {
        let words = crate::definition::read::words::shipped().rows;
        let rows = RowLexicon::new(&words);
        for text in [
            "例：张三",
            "某某公司",
            "张某",
            "XX班组",
            "××市总工会",
            "张××",
            "（示例）焊工班",
            "某市总工会",
            "○○技能竞赛",
            "**技能竞赛",
            "如：焊工班",
            "焊工班（示例）",
            "样例 焊工班",
            "例 焊工竞赛",
            "如“焊工班”",
            "示例1",
            "样例",
        ] {
            assert!(rows.is_example_name(text), "{text}");
        }
        for text in [
            "2×660MW机组改造",
            "某型发动机攻关",
            "XL型",
            "3x3班",
            "惯例班",
            "案例研究室",
            "XXL号",
            "SX公司",
            "如东班组",
            "二〇二六年竞赛",
            "例行点检班",
            "5*8班",
            "焊工班（例会制）",
            "例 会",
            "如 东 班组",
            "示例岗",
        ] {
            assert!(!rows.is_example_name(text), "{text}");
        }
        assert!(rows.starts_as_example("示例竞赛") && !rows.starts_as_example("示范竞赛"));
        assert!(rows.is_example_number("e.g.") && rows.is_example_number("样"));
        assert!(rows.is_example_number("例") && rows.is_example_number("（例）") && !rows.is_example_number("例会"));
        assert!(
            rows.is_example_word("示例")
                && rows.is_example_word("（示例）")
                && rows.is_example_word("示例，请勿删除")
                && rows.is_example_word("此行为示例")
                && !rows.is_example_word("示例岗")
        );
    }

    #[test]
    fn remarks_that_take_a_record_back() {
        let words = crate::definition::read::words::shipped().rows;
        let is_void = |text: &str| RowLexicon::new(&words).is_void(text);
        for text in [
            "作废",
            "（作废）",
            "撤销申报，不计入",
            "已撤销申报",
            "本行作废",
            "不计入",
            "已撤回",
            "取消",
            "重复，请删除",
            "此人已调离，取消推荐",
            "弃权",
            "因故撤回",
            "本人自愿放弃",
            "公示有异议，暂缓",
            "不纳入评比",
            "取消评选资格",
            "重复",
            "待核实",
            "先报上，待核实",
            "数据有误",
        ] {
            assert!(is_void(text), "{text}");
        }
        for text in [
            "原三班已撤销",
            "作业废料回收先进",
            "撤销后重组",
            "由原作废班组改建",
            "取消农村户口限制",
            "重复利用项目",
            "删除冗余工序获奖",
            "待核实问题整改班组",
            "有误差补偿成果",
        ] {
            assert!(!is_void(text), "{text}");
        }
    }
}
