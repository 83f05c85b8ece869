"""GitHub: a workflow that checks each push with the visible suites, and one for the staff's repository that grades."""
