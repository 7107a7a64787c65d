//! JSON, merge, strategic and three-way patches; server-side apply with managedFields.
