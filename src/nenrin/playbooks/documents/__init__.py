"""What a playbook says, as frozen values: read from YAML or a form, written back, spoken in both languages."""
