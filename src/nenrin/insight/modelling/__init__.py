"""What health models are made of: their choice, configuration, fitting, preview and differences."""
