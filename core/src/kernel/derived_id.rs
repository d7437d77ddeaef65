//! Ids that follow from their cause, so that doing a thing twice gives one id, not two.
//!
//! Guerdon draws nothing at random. A line, a posting or an effect gets a UUIDv5 (RFC 9562) of
//! what it comes from: a word for its kind and the parts that tell it from its like. The same
//! cause gives the same id on every machine, so a retry is recognised and makes no duplicate.
//!
//! The name under the hash is the kind and the parts, each as text after its length in bytes and
//! a colon: kind `line` of order `A7`, number 3, is `4:line2:A71:3`. The lengths keep apart what
//! would otherwise run together (`A7` and `1` from `A` and `71`). Any language can repeat it:
//!
//! ```python
//! uuid.uuid5(NAMESPACE, "".join(f"{len(p.encode())}:{p}" for p in ["line", "A7", "3"]))
//! ```

use std::fmt;
use std::str::FromStr;

use uuid::{Builder, Uuid};

use crate::kernel::problem::Problem;

crate::codes! {
    /// A text is not an id that guerdon derived, a UUID of version 5.
    DERIVED_ID_INVALID = "derived_id_invalid";
}

/// The namespace of every id that guerdon derives; drawn once, and never to change.
pub const NAMESPACE: Uuid = Uuid::from_u128(0xd3ee_7711_a85e_4d93_9f60_0759_608e_54cf);

/// An id that follows from its cause: a UUID of version 5, written in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct DerivedId(Uuid);

impl DerivedId {
    /// The UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    fn derived(uuid: Uuid) -> Option<Self> {
        (uuid.get_version_num() == 5).then_some(Self(uuid))
    }
}

impl fmt::Display for DerivedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0.as_hyphenated(), f)
    }
}

impl FromStr for DerivedId {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
        uuid.and_then(Self::derived).ok_or_else(|| refused(text))
    }
}

impl TryFrom<Uuid> for DerivedId {
    type Error = Problem;

    fn try_from(uuid: Uuid) -> Result<Self, Problem> {
        Self::derived(uuid).ok_or_else(|| refused(&uuid.to_string()))
    }
}

fn refused(text: &str) -> Problem {
    let shown: String = text.chars().take(40).collect();
    Problem::new(
        DERIVED_ID_INVALID,
        format!("`{shown}` is not an id that was derived here"),
        "pass the id as it was given out, a UUID of version 5 with hyphens",
    )
}

crate::scalar!(
    DerivedId,
    "uuid",
    UUID,
    integers: false,
    "\"f6005e86-313f-5946-8cd4-2bfc9c592a68\"",
    "An id that follows from its cause, a UUID of version 5."
);

/// What an id is derived from: a word for the kind, then the parts, in an order that the kind
/// fixes. A part has no type of its own: the number 3 and the text `3` give the same id.
///
/// A cause can be cloned halfway, when many ids begin alike.
///
/// ```
/// use guerdon::kernel::derived_id::Cause;
///
/// let order = Cause::of("line").text("A7");
/// let third = order.clone().number(3).id();
/// assert_eq!(third.to_string(), "f6005e86-313f-5946-8cd4-2bfc9c592a68");
/// assert_ne!(third, order.number(4).id());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a cause becomes an id with `id`"]
pub struct Cause {
    /// What the blocks that went by have come to.
    state: [u32; 5],
    /// How many bytes those had.
    gone: usize,
    /// What is still to be hashed, with zeros behind it. Most names fit, and then nothing but the
    /// two blocks of it is ever moved: the hasher's own buffer costs as much as the hash does.
    pending: [[u8; BLOCK]; 2],
    filled: usize,
}

/// What SHA-1 takes at a time, in bytes.
const BLOCK: usize = 64;

/// Where SHA-1 begins.
const BEGINNING: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

/// What SHA-1 puts behind a name, before zeros and the length in bits at the end of a block.
const END: u8 = 0x80;
const LENGTH: usize = 8;

impl Cause {
    /// The cause of a kind of thing, such as `commission_line`.
    #[inline]
    pub fn of(kind: &str) -> Self {
        let mut cause = Self { state: BEGINNING, gone: 0, pending: [[0; BLOCK]; 2], filled: 0 };
        cause.feed(NAMESPACE.as_bytes());
        cause.add(kind);
        cause
    }

    /// The id of a kind of thing and texts: the same as text by text, and in one place.
    #[inline]
    #[must_use]
    pub fn of_texts(kind: &str, parts: &[&str]) -> DerivedId {
        let mut cause = Self::of(kind);
        for part in parts {
            cause.add(part);
        }
        cause.derive()
    }

    /// And this text.
    #[inline]
    pub fn text(mut self, part: &str) -> Self {
        self.add(part);
        self
    }

    /// And this number, as decimal digits.
    #[inline]
    pub fn number(mut self, part: i64) -> Self {
        let digits = Digits::of(part.unsigned_abs());
        let sign: &[u8] = if part < 0 { b"-" } else { b"" };
        self.feed_length(digits.as_bytes().len() + sign.len());
        self.feed(sign);
        self.feed(digits.as_bytes());
        self
    }

    /// And this other id.
    #[inline]
    pub fn derived(self, part: DerivedId) -> Self {
        let mut text = Uuid::encode_buffer();
        self.text(part.0.as_hyphenated().encode_lower(&mut text))
    }

    /// The id of all that.
    #[inline]
    #[must_use]
    pub fn id(mut self) -> DerivedId {
        self.derive()
    }

    #[inline(always)]
    fn add(&mut self, part: &str) {
        self.feed_length(part.len());
        self.feed(part.as_bytes());
    }

    #[inline(always)]
    fn derive(&mut self) -> DerivedId {
        // No name is longer than 2^61 bytes.
        let bits = u64::try_from(self.gone + self.filled).unwrap_or(u64::MAX).wrapping_mul(8);
        self.feed(&[END]);
        if self.filled + LENGTH > 2 * BLOCK {
            self.digest();
        }
        let [first, second] = &mut self.pending;
        let one_will_do = self.filled + LENGTH <= BLOCK;
        let last = if one_will_do { &mut *first } else { &mut *second };
        if let Some(length) = last.last_chunk_mut() {
            *length = bits.to_be_bytes();
        }
        digest(&mut self.state, first);
        if !one_will_do {
            digest(&mut self.state, second);
        }
        let [a, b, c, d, _] = self.state.map(u128::from);
        let head = (a << 96) | (b << 64) | (c << 32) | d;
        DerivedId(Builder::from_sha1_bytes(head.to_be_bytes()).into_uuid())
    }

    #[inline(always)]
    fn feed_length(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(few @ 0..=9) => self.feed(&[b'0' + few, b':']),
            Ok(few @ 10..=99) => self.feed(&[b'0' + few / 10, b'0' + few % 10, b':']),
            _ => {
                // No text is longer than 2^64 bytes.
                let digits = Digits::of(u64::try_from(length).unwrap_or(u64::MAX));
                self.feed(digits.as_bytes());
                self.feed(b":");
            }
        }
    }

    #[inline(always)]
    fn feed(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        match self.pending.as_flattened_mut().get_mut(self.filled..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.filled = end;
            }
            None => self.feed_more(bytes),
        }
    }

    /// Takes what has no room: as much as fills it, a digest, and on.
    #[cold]
    fn feed_more(&mut self, mut bytes: &[u8]) {
        loop {
            let room = self.pending.as_flattened_mut().get_mut(self.filled..).unwrap_or_default();
            let (now, later) = bytes.split_at(room.len().min(bytes.len()));
            for (place, byte) in room.iter_mut().zip(now) {
                *place = *byte;
            }
            self.filled += now.len();
            if later.is_empty() {
                return;
            }
            self.digest();
            bytes = later;
        }
    }

    /// Hashes all that is pending, and leaves room.
    #[cold]
    fn digest(&mut self) {
        for block in &self.pending {
            digest(&mut self.state, block);
        }
        self.gone += 2 * BLOCK;
        self.pending = [[0; BLOCK]; 2];
        self.filled = 0;
    }
}

/// One block of SHA-1; by the processor's own instructions where it has them.
#[inline]
fn digest(state: &mut [u32; 5], block: &[u8; BLOCK]) {
    sha1::compress(state, std::slice::from_ref(block.into()));
}

/// A number in decimal, without allocation.
struct Digits {
    text: [u8; 20],
    start: usize,
}

impl Digits {
    #[inline]
    fn of(mut number: u64) -> Self {
        let mut digits = Self { text: [b'0'; 20], start: 20 };
        for place in digits.text.iter_mut().rev() {
            *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
            digits.start -= 1;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        digits
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python: `uuid.uuid5(uuid.UUID("d3ee7711-a85e-4d93-9f60-0759608e54cf"), name)`.
    #[test]
    fn python_derives_the_same() {
        let long = "ordér-".repeat(20);
        let order = Cause::of("line").text("A7").number(3).id();
        for (found, expected) in [
            (order, "f6005e86-313f-5946-8cd4-2bfc9c592a68"),
            (Cause::of("line").id(), "c325fa2d-33b8-5b5f-8cc0-3c7bf1318914"),
            (
                Cause::of("hit").text("").number(i64::MIN).number(0).id(),
                "13c19b47-56e6-5958-8b7f-061d079eb7b2",
            ),
            (
                Cause::of("hit").text(&long).number(i64::MAX).id(),
                "c379a310-1501-50c6-822f-17ebf2656f99",
            ),
            (
                Cause::of("reversal").derived(order).number(-1).id(),
                "f4731afd-eb52-50c9-b262-8c84bb2c9435",
            ),
        ] {
            assert_eq!(found.to_string(), expected);
        }
    }

    /// The RFC's own bits: version 5, variant 10.
    #[test]
    fn it_is_a_uuid_of_version_5() {
        for number in 0..200 {
            let uuid = Cause::of("x").number(number).id().uuid();
            assert_eq!(uuid.get_version_num(), 5);
            assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(Cause::of("x").text(&number.to_string()).id().uuid(), uuid);
        }
    }

    #[test]
    fn lengths_keep_parts_apart() {
        let ids = [
            Cause::of("x").text("A7").text("1").id(),
            Cause::of("x").text("A").text("71").id(),
            Cause::of("x").text("A71").id(),
            Cause::of("x").text("A71").text("").id(),
            Cause::of("x2:A71:1").id(),
            Cause::of("xA").text("71").id(),
        ];
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids.iter().skip(at + 1).any(|other| other == id), "{at}");
        }
    }

    /// Names of every length around the ends of blocks, against the crate's own hasher.
    #[test]
    fn every_length_is_hashed_as_sha1_says() {
        use sha1::{Digest, Sha1};
        for length in 0..400 {
            let part = "z".repeat(length);
            let name = format!("1:x{length}:{part}0:");
            let hash = Sha1::new().chain_update(NAMESPACE.as_bytes()).chain_update(name);
            let [head @ .., _, _, _, _] = <[u8; 20]>::from(hash.finalize());
            let expected = Builder::from_sha1_bytes(head).into_uuid();
            assert_eq!(Cause::of("x").text(&part).text("").id().uuid(), expected, "{length}");
            assert_eq!(Cause::of_texts("x", &[&part, ""]).uuid(), expected, "{length}");
        }
    }

    #[test]
    fn text_leads_back_and_other_uuids_are_refused() {
        let id = Cause::of("line").text("A7").id();
        assert_eq!(id.to_string().parse::<DerivedId>().unwrap(), id);
        assert_eq!(id.to_string().to_uppercase().parse::<DerivedId>().unwrap(), id);
        for other in [
            "",
            "partner-7",
            "d3ee7711-a85e-4d93-9f60-0759608e54cf",
            "f6005e86313f59468cd42bfc9c592a68",
            "{f6005e86-313f-5946-8cd4-2bfc9c592a68}",
        ] {
            assert_eq!(other.parse::<DerivedId>().unwrap_err().code, DERIVED_ID_INVALID, "{other}");
        }
    }
}
