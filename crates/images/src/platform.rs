//! Platforms that an image is built for.

use std::fmt;

/// `os/architecture[/variant]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// `v8`; empty for none.
    pub variant: String,
}

impl Platform {
    /// Reads a platform.
    ///
    /// # Errors
    /// Names the form that is expected.
    pub fn parse(text: &str) -> Result<Platform, String> {
        let mut parts = text.trim().splitn(3, '/');
        let (os, architecture) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if os.is_empty() || architecture.is_empty() {
            return Err(format!("{text:?} is not a platform: os/architecture or os/architecture/variant is"));
        }
        let variant = parts.next().unwrap_or_default().to_owned();
        Ok(Platform { os: os.to_owned(), architecture: architecture.to_owned(), variant })
    }

    /// Whether an image for `offered` runs where this platform is wanted: a variant that is not asked for may be any.
    #[must_use]
    pub fn accepts(&self, offered: &Platform) -> bool {
        let variant = self.variant.is_empty() || self.variant == offered.variant;
        self.os == offered.os && self.architecture == offered.architecture && variant
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}
