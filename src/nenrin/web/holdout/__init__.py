"""The group that no playbook touches."""
