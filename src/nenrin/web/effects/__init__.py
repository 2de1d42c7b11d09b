"""The pages that tell what playbooks bring."""
