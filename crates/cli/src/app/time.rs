//! Times as Go prints them.

use api::Time;
use jiff::tz::TimeZone;

/// A time in the machine's zone, as Go's `Time.String` prints it.
pub(crate) fn go_time(time: Time) -> String {
    time.timestamp().to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %z %Z").to_string()
}

/// A time as `wait` puts it in front of its lines.
pub(crate) fn progress_time(time: Time) -> String {
    time.timestamp().to_zoned(TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
