//! Which document an answer comes from.

use crate::kernel::document::{self, model};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// Which document an answer comes from, so that it can be had again.
#[model]
#[derive(Eq)]
pub struct DocumentReference {
    /// The document's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
}

impl DocumentReference {
    /// The reference to a document of that id and version.
    pub(super) fn to<T: serde::Serialize + document::Model>(
        document: &T,
        id: &Id,
        version: u32,
    ) -> Result<Self, Problem> {
        Ok(Self { id: id.clone(), version, hash: document::hash(document)?.parse()? })
    }
}
