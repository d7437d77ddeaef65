//! The `format` that a stored document begins with: a type of one value, so that no document in
//! memory is of another format, and every typing writer knows the one text that there is.

use crate::kernel::problem::Problem;

use super::FORMAT_UNKNOWN;

/// Makes sure that a document is of the format that is read here, such as `guerdon.plan/1`.
///
/// # Errors
/// `format_unknown`.
pub fn check_format(found: &str, expected: &str) -> Result<(), Problem> {
    if found == expected {
        return Ok(());
    }
    let shown: String = found.chars().take(60).collect();
    Err(Problem::new(
        FORMAT_UNKNOWN,
        format!("`{shown}` is not a format that can be read here"),
        format!("write `{expected}`"),
    ))
}

/// Declares the format of a document: `document_format!(PlanFormat: "guerdon.plan/1")`.
#[macro_export]
macro_rules! document_format {
    ($(#[$meta:meta])* $name:ident: $text:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// How it is written.
            pub const TEXT: &'static str = $text;
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::problem::Problem;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::kernel::document::check_format(text, Self::TEXT).map(|()| Self)
            }
        }

        impl $crate::kernel::document::Model for $name {
            const SHAPE: $crate::kernel::document::Shape =
                $crate::kernel::document::Shape::Format(Self::TEXT);

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::document::read::word(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Self::TEXT)
            }
        }

        $crate::deserialize_as_model!($name);
    };
}
