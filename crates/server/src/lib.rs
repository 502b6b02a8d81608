//! The catalog over HTTP: pages, API, downloads.
