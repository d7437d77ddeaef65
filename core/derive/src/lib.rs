//! The one declaration of a guerdon type.
