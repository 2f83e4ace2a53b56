//! The lines that declare layers and their columns.

use crate::interchange::FormatError;

/// What a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Span,
    Chain,
    Relation,
}

/// What is in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A value of this feature.
    Feature(String),
    /// Nothing but whether there is an annotation.
    Placeholder,
    /// The roles of a slot; what fills them is in the next column.
    Roles(String),
    /// What fills the roles, which is of this layer.
    Targets(String),
    /// The other end of a relation, which is of this layer.
    Base(String),
}

/// A layer and its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) kind: Kind,
    /// The name of its type.
    pub(super) name: String,
    /// The first of its columns, after those of the token.
    pub(super) first: usize,
    pub(super) columns: Vec<Column>,
}

/// Adds the layer that a line declares; whether it declares one.
///
/// # Errors
/// Where it does not say which.
pub(super) fn declare(line: &str, layers: &mut Vec<Declared>) -> Result<bool, FormatError> {
    let (kind, rest) = match line.split_once('=') {
        Some(("#T_SP", rest)) => (Kind::Span, rest),
        Some(("#T_CH", rest)) => (Kind::Chain, rest),
        Some(("#T_RL", rest)) => (Kind::Relation, rest),
        _ => return Ok(false),
    };
    let mut fields = rest.split('|').filter(|field| !field.is_empty());
    let Some(name) = fields.next() else {
        return Err(FormatError::new("declares no layer; nothing was imported: mend the header"));
    };
    let mut columns: Vec<Column> = Vec::new();
    for field in fields {
        let column = if let Some(role) = field.strip_prefix("ROLE_").filter(|_| kind == Kind::Span) {
            let feature = role.split_once(':').map_or(role, |(_, feature)| feature);
            Column::Roles(feature.rsplit_once('_').map_or(feature, |(feature, _)| feature).to_owned())
        } else if let Some(base) = field.strip_prefix("BT_").filter(|_| kind == Kind::Relation) {
            Column::Base(base.to_owned())
        } else if matches!(columns.last(), Some(Column::Roles(_))) {
            Column::Targets(field.to_owned())
        } else {
            Column::Feature(field.to_owned())
        };
        columns.push(column);
    }
    if columns.is_empty() {
        columns.push(Column::Placeholder);
    }
    let first = layers.last().map_or(0, |layer| layer.first + layer.columns.len());
    layers.push(Declared { kind, name: name.to_owned(), first, columns });
    Ok(true)
}
