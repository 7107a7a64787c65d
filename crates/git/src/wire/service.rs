//! What a server is asked to do.

/// One of Git's two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Giving: listings and fetches.
    UploadPack,
    /// Taking: pushes.
    ReceivePack,
}

impl Service {
    /// The program's name, which is part of URLs and media types.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::UploadPack => "git-upload-pack",
            Service::ReceivePack => "git-receive-pack",
        }
    }

    /// What to say about the protocol before the first word: taking knows version 0 only.
    pub(crate) fn protocol(self) -> Option<&'static str> {
        match self {
            Service::UploadPack => Some("version=2"),
            Service::ReceivePack => None,
        }
    }
}
