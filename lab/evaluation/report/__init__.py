"""The report: a document of blocks (document), plots of one style (plots), its two forms (html, markdown), and how a run becomes one
(compose)."""
