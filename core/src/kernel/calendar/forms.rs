//! How times and zones stand in documents and in each language.

use super::{Date, Instant, Span, TimeOfDay, Zone};

crate::scalar!(
    Instant,
    "date-time",
    datetime,
    integers: false,
    "\"2026-11-20T10:00:00Z\"",
    "An instant, RFC 3339 with an offset, to the microsecond."
);

crate::scalar!(Date, "date", date, integers: false, "\"2026-11-20\"", "A calendar date.");

crate::scalar!(
    Span,
    "duration",
    str,
    integers: false,
    "\"P30D\"",
    "An ISO 8601 duration; days and months count in local time."
);

crate::scalar!(
    Zone,
    "time-zone",
    str,
    integers: false,
    "\"Europe/Berlin\"",
    "An IANA time zone."
);

crate::scalar!(
    TimeOfDay,
    "time-of-day",
    str,
    integers: false,
    "\"08:00\"",
    "A time of day on the wall clock, without an offset."
);
