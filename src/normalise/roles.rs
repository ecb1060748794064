//! What each column of a table says of whether a row is a record.

use super::lexicon::FormIndex;
use crate::definition::{Field, FieldType, Form};

/// What a column's cells are to their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Under no header of the form.
    Outside,
    /// 序号.
    Ordinal,
    /// Who reports, where that does not name the record itself.
    Unit,
    /// Names the record: the fields of its key, else its required texts.
    Name,
    /// Another word: a code, yes or no, a person beside the record's name.
    Word,
    /// Free text that may be missing.
    Remark,
    Figure,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnRole {
    pub role: Role,
    pub required: bool,
    /// A required text that may be filled from above.
    pub text: bool,
    /// Chosen from a list, or yes and no.
    pub choice: bool,
    /// Of reporting units.
    pub unit: bool,
    /// The record's own name.
    pub own: bool,
    /// The person whose ID number the record has.
    pub person: bool,
}

const OUTSIDE: ColumnRole = ColumnRole {
    role: Role::Outside,
    required: false,
    text: false,
    choice: false,
    unit: false,
    own: false,
    person: false,
};

/// The roles of a table's columns.
pub struct Roles {
    columns: Vec<ColumnRole>,
    /// How many required columns there are, and how many of those are texts.
    pub required: usize,
    pub texts: usize,
}

impl Roles {
    pub fn new(form: &Form, index: &FormIndex, bound: &[Option<u16>]) -> Roles {
        let width = bound.iter().flatten().max().map_or(0, |col| usize::from(*col) + 1);
        let mut roles = Roles { columns: vec![OUTSIDE; width], required: 0, texts: 0 };
        for (at, (field, col)) in form.fields.iter().zip(bound).enumerate() {
            let Some(slot) = col.and_then(|col| roles.columns.get_mut(usize::from(col))) else { continue };
            let names = index.names.get(at) == Some(&true);
            let text = super::lexicon::fills_down(&field.ty);
            let required = field.required && !field.ordinal;
            let choice = matches!(field.ty, FieldType::Code { .. } | FieldType::Boolean);
            let unit = field.ty == FieldType::Unit;
            let own = index.own.get(at) == Some(&true);
            let person = index.carries.get(at) == Some(&true);
            let text = text && required;
            *slot = ColumnRole { role: role(field, names), required, text, choice, unit, own, person };
            roles.required += usize::from(required);
            roles.texts += usize::from(text);
        }
        roles
    }

    #[inline]
    pub fn at(&self, col: u16) -> &ColumnRole {
        self.columns.get(usize::from(col)).unwrap_or(&OUTSIDE)
    }

    /// Columns with the record's own name, left to right.
    pub fn own_names(&self) -> impl Iterator<Item = u16> + '_ {
        self.columns.iter().enumerate().filter(|(_, column)| column.own).map(|(col, _)| col as u16)
    }

    /// Columns of a role, left to right.
    pub fn of(&self, role: Role) -> impl Iterator<Item = u16> + '_ {
        self.columns.iter().enumerate().filter(move |(_, column)| column.role == role).map(|(col, _)| col as u16)
    }
}

fn role(field: &Field, names: bool) -> Role {
    match &field.ty {
        _ if field.ordinal => Role::Ordinal,
        _ if names => Role::Name,
        FieldType::Unit => Role::Unit,
        FieldType::Text if !field.required => Role::Remark,
        FieldType::Text
        | FieldType::Name
        | FieldType::Code { .. }
        | FieldType::IdNumber
        | FieldType::DocumentNumber
        | FieldType::Boolean => Role::Word,
        FieldType::Integer
        | FieldType::Number
        | FieldType::Percent
        | FieldType::Date
        | FieldType::Month
        | FieldType::DateOrMonth
        | FieldType::Score { .. } => Role::Figure,
    }
}
