"""The nbgrader adapter: the same course in nbgrader's own words. Needs `mlgrade[nbgrader]`; nothing else imports it."""
