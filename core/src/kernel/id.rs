//! Ids are the host's strings; guerdon only compares them.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

use crate::kernel::problem::Problem;

crate::codes! {
    /// An id is empty or longer than 200 bytes.
    ID_INVALID = "id_invalid";
}

/// An id that the host chose: any text of 1 to 200 bytes. Cheap to clone: one of up to 23 bytes
/// lies in place, a longer one is shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(SmolStr);

impl Id {
    const MOST_BYTES: usize = 200;

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.is_empty() || text.len() > Self::MOST_BYTES {
            return Err(Problem::new(
                ID_INVALID,
                format!("an id has 1 to {} bytes, this one has {}", Self::MOST_BYTES, text.len()),
                "pass the id of your own record, or a UUID",
            ));
        }
        Ok(Self(text.into()))
    }
}

crate::scalar!(Id, "id", str, integers: false, "\"partner-7\"", "An id that the host chose.");
